"""Sends events to other programs, a few of each at once, again later where one was not taken. Set-up: elsewhere."""

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM
from gateway.domain.auditing import On
from gateway.domain.sealing import unseal
from gateway.domain.webhooks.events import envelope
from gateway.domain.webhooks.retrying import GONE, next_attempt, succeeded, wished
from gateway.domain.webhooks.signing import signed_headers
from gateway.errors import ConfigError, NotCallable
from gateway.outbound.system_mails import send_system_mail
from gateway.outcalls import Answer, Caller
from gateway.store import webhooks as store
from gateway.store.audit import record
from gateway.store.webhook_events import emit_changes

SEALED_FOR = "webhook"
AT_ONCE = 20
CHANGES_AT_ONCE = 500
FIRST_BYTES = 500
KEPT_FOR = timedelta(days=30)


class Dispatcher:
    """One worker's hands. `jitter` gives numbers in [0, 1)."""

    def __init__(self, gw: Gateway, caller: Caller, jitter: Callable[[], float] = random.random) -> None:
        self._gw, self._caller, self._jitter = gw, caller, jitter

    async def run_once(self) -> int:
        """Tell what changed, send what is due and see it to its end; how many were taken."""
        now = self._gw.clock.now()
        async with self._gw.db.write() as session:
            await emit_changes(session, now, CHANGES_AT_ONCE)
            batch = await store.claim(session, now, AT_ONCE)
            wait = await store.not_yet_true(session, batch, now)
            batch = [due for due in batch if due.id not in wait]
        if batch:
            await asyncio.gather(*(self._deliver(due) for due in batch))
        return len(batch)

    async def _deliver(self, due: store.Due) -> None:
        ended = await self._attempt(due)
        async with self._gw.db.write() as session:
            why = await store.record(session, ended)
            if why:
                await self._tell(session, due.webhook_id, why)
        event = "webhook.sent" if ended.state == "sent" else "webhook.failed"
        maillog.event(event, id=due.id, webhook=due.webhook_id, status=ended.status, attempts=due.attempts)
        if why:
            maillog.event("webhook.disabled", id=due.webhook_id, why=why)
            self._gw.outbound_signal.wake()

    async def _tell(self, session: AsyncSession, webhook_id: str, why: str) -> None:
        """A program that hears nothing any more can't say so itself."""
        off = await store.off(session, webhook_id)
        link = f"{self._gw.settings.public_url}/webhooks/{webhook_id}"
        context = {"name": off.name, "gone": why == "gone", "link": link}
        for address, locale in off.people:
            await send_system_mail(self._gw, session, "webhook-off", address, locale, context)
        on = On(webhook_id, off.shop_id, off.name)
        await record(session, SYSTEM, "webhook.changed", on, self._gw.clock.now(), {"enabled": False, "why": why})

    async def _attempt(self, due: store.Due) -> store.Ended:
        try:
            return self._ended(due, await self._call(due))
        except (NotCallable, ConfigError) as error:
            return self._failed(due, 0, str(error))

    async def _call(self, due: store.Due) -> Answer:
        now = self._gw.clock.now()
        sealed = [due.sealed]
        if due.former_sealed and due.former_until and due.former_until > now:
            sealed.append(due.former_sealed)
        secrets = [unseal(self._gw.secret, SEALED_FOR, secret) for secret in sealed]
        body = envelope(due.kind, due.happened_at, due.data)
        headers = signed_headers(secrets, due.event_id, now, body) | {"Content-Type": "application/json"}
        return await self._caller.call("POST", due.url, headers, body, FIRST_BYTES)

    def _ended(self, due: store.Due, answer: Answer) -> store.Ended:
        # PostgreSQL keeps no NUL, and nobody reads bytes that are no text.
        said = answer.body.decode("utf-8", "replace").replace("\0", "")
        if succeeded(answer.status):
            return store.Ended(due, "sent", answer.status, said, self._gw.clock.now())
        return self._failed(due, answer.status, said, wished(answer.headers.get("Retry-After", "")))

    def _failed(self, due: store.Due, status: int, said: str, wish: timedelta = timedelta()) -> store.Ended:
        now, gone = self._gw.clock.now(), status == GONE
        again = None if gone else next_attempt(due.attempts, now, self._jitter(), wish)
        return store.Ended(due, "waiting" if again else "failed", status, said, now, again, gone)


async def forget_old_events(gw: Gateway) -> int:
    """Remove events that are a month old, with their deliveries; how many went."""
    async with gw.db.write() as session:
        return await store.forget_events(session, gw.clock.now() - KEPT_FOR)
