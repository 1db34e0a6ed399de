"""What admins do with outgoing mail: look, try again, stop, pause, and take addresses off the suppression list."""

import re
from collections.abc import Callable, Coroutine
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.admin import auditing
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.addresses import ascii_domain
from gateway.domain.auditing import On, changes
from gateway.domain.ids import check_cursor, checked_id
from gateway.domain.queueing import (
    DeliveryDetail,
    DeliveryPage,
    DeliveryQuery,
    PauseKind,
    PauseView,
    SuppressionPage,
    SuppressionQuery,
)
from gateway.errors import Conflict, Duplicate, Forbidden, Invalid
from gateway.models import Pause
from gateway.store import delivery_queue as store
from gateway.store import suppressions as listed
from gateway.store.audit import record
from gateway.store.shops import shop

_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+|localhost")
MAX_REASON = 200
_Act = Callable[[AsyncSession], Coroutine[Any, Any, None]]


async def deliveries(gw: Gateway, actor: Actor, query: DeliveryQuery) -> DeliveryPage:
    """A page of the queue, newest first. Raises Invalid for a cursor that is not one of ours."""
    check_cursor(query.cursor)
    async with gw.db.read() as session:
        rows = await store.deliveries(session, actor, query, gw.clock.now())
    if rows:
        await auditing.looked(gw, actor, "outgoing")
    page = tuple(rows[: query.limit])
    return DeliveryPage(page, page[-1].id if len(rows) > query.limit else None)


async def delivery(gw: Gateway, actor: Actor, id_: str) -> DeliveryDetail:
    """One mail with every attempt and its dialogue. Raises NotFound."""
    async with gw.db.read() as session:
        detail = await store.delivery(session, actor, _id(id_), gw.clock.now())
    await auditing.looked(gw, actor, "outgoing")
    return detail


async def retry(gw: Gateway, actor: Actor, id_: str) -> DeliveryDetail:
    """Send again at once what failed, bounced or waits, with the same bytes. Raises NotFound, Conflict."""

    async def act(session: AsyncSession) -> None:
        await store.retry(session, actor, _id(id_), gw.clock.now())

    return await _changed(gw, actor, id_, ("outbound.requeued", "delivery.retried"), act)


async def cancel(gw: Gateway, actor: Actor, id_: str) -> DeliveryDetail:
    """Stop a mail that has not left. Raises NotFound, Conflict."""

    async def act(session: AsyncSession) -> None:
        await store.cancel(session, actor, _id(id_), f"not sent: stopped by {actor.name}", gw.clock.now())

    return await _changed(gw, actor, id_, ("outbound.cancelled", "delivery.cancelled"), act)


async def _changed(gw: Gateway, actor: Actor, id_: str, names: tuple[str, str], act: _Act) -> DeliveryDetail:
    """`names` are the event of the log and the act of the audit log."""
    async with gw.db.write() as session:
        before = await store.delivery(session, actor, _id(id_), gw.clock.now())
        await act(session)
        detail = await store.delivery(session, actor, id_, gw.clock.now())
        told = changes({"state": before.mail.state}, {"state": detail.mail.state})
        on = On(id_, await store.shop_of(session, id_))
        await record(session, actor, names[1], on, gw.clock.now(), told)
    gw.outbound_signal.wake()
    maillog.event(names[0], id=id_, by=actor.user_id or actor.id)
    return detail


async def suppressions(gw: Gateway, actor: Actor, query: SuppressionQuery) -> SuppressionPage:
    """A page of the suppression list, newest first. Raises Invalid for a cursor that is not one of ours."""
    check_cursor(query.cursor)
    async with gw.db.read() as session:
        rows = await listed.suppressions(session, actor, query)
    if rows:
        await auditing.looked(gw, actor, "suppressions")
    page = tuple(rows[: query.limit])
    return SuppressionPage(page, page[-1].id if len(rows) > query.limit else None)


async def release(gw: Gateway, actor: Actor, id_: str) -> None:
    """Take an address off the suppression list. Raises NotFound."""
    async with gw.db.write() as session:
        shop_id = await listed.release(session, actor, _id(id_))
        await record(session, actor, "suppression.released", On(id_, shop_id), gw.clock.now())
    maillog.event("suppression.released", id=id_, by=actor.user_id or actor.id)


async def pauses(gw: Gateway, actor: Actor) -> tuple[PauseView, ...]:
    """What is paused, oldest first."""
    async with gw.db.read() as session:
        return tuple(await store.pauses(session, actor))


async def pause(gw: Gateway, actor: Actor, kind: PauseKind, value: str, reason: str = "") -> PauseView:
    """Let all mail of a shop (its slug), or to a domain, wait.

    Raises Invalid, NotFound for a shop that the actor does not reach, Forbidden for a domain when that is not every
    shop, and Conflict when it is paused already.
    """
    tidy = " ".join(reason.split())[:MAX_REASON]
    try:
        async with gw.db.write() as session:
            kept = await _target(session, actor, kind, value.strip())
            row = Pause(id=new_id(), kind=kind, value=kept, reason=tidy, by_name=actor.name, at=gw.clock.now())
            await store.add_pause(session, row)
            made = next(one for one in await store.pauses(session, actor) if one.id == row.id)
            on = On(row.id, kept if kind == "shop" else None, made.value)
            await record(session, actor, "pause.added", on, row.at, {"kind": kind, "reason": tidy})
    except Duplicate:
        raise Conflict("it is paused already") from None
    maillog.event("outbound.paused", id=made.id, kind=kind, by=actor.user_id or actor.id)
    return made


async def _target(session: AsyncSession, actor: Actor, kind: PauseKind, value: str) -> str:
    if kind == "shop":
        return (await shop(session, actor, value)).id
    if actor.shop_ids is not None:
        raise Forbidden("a domain is paused for all shops: this needs an admin of all of them")
    domain = ascii_domain(value.removeprefix("@"))
    if not _DOMAIN.fullmatch(domain):
        raise Invalid("expected a domain such as example.com", field="value")
    return domain


async def resume(gw: Gateway, actor: Actor, id_: str) -> None:
    """Let paused mail go on at once. Raises NotFound."""
    async with gw.db.write() as session:
        ended = next((one for one in await store.pauses(session, actor) if one.id == id_), None)
        await store.resume(session, actor, _id(id_), gw.clock.now())
        on = On(id_, None, ended.value if ended else "")
        await record(session, actor, "pause.ended", on, gw.clock.now())
    gw.outbound_signal.wake()
    maillog.event("outbound.resumed", id=id_, by=actor.user_id or actor.id)


def _id(text: str) -> str:
    return checked_id(text, "there is nothing of this id")
