"""Links by mail for people who work here: to sign in without a password, or to choose a new one.

Asking only notes the wish, for any address: the same answer in the same time whoever asks for whom. A worker mails
what there is an account for.
"""

import asyncio
import os
from dataclasses import dataclass
from datetime import timedelta

from gateway import maillog
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.addresses import fold
from gateway.domain.auditing import On
from gateway.domain.tokens import fingerprint, from_entropy
from gateway.errors import Forbidden, NotFound, RateLimited
from gateway.outbound.system_mails import send_system_mail
from gateway.people.accounts import FAILURES_COUNT_FOR, LINK_LIFE, actor_of, check_password, hash_password
from gateway.store import people, proofs
from gateway.store.audit import record
from gateway.store.people import Account

LIMITS = (("to", 3), ("from", 20))
"""Mails asked for within FAILURES_COUNT_FOR: to one address, and by one network address."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What one kind of mail is: its template, its key's purpose and life, and the page that its link opens."""

    template: str
    purpose: str
    life: timedelta
    path: str


KINDS = {
    "sign-in": _Kind("sign-in", "sign-in", LINK_LIFE, "sign-in"),
    "reset": _Kind("password-reset", "reset", timedelta(minutes=30), "password"),
}


async def ask(gw: Gateway, kind: str, email: str, locale: str, ip: str) -> None:
    """Note that somebody wants such a mail. Raises RateLimited, for known and unknown addresses alike."""
    if kind not in KINDS:
        raise NotFound("no such mail")
    address = email.replace("\0", "")[:320].encode("utf-8", "replace").decode()
    now, subjects = gw.clock.now(), {"to": f"mail-to:{fold(address)}", "from": f"mail-from:{ip}"}
    async with gw.db.write() as session:
        for name, allowed in LIMITS:
            await people.one_at_a_time(session, subjects[name])
            oldest = await people.oldest_failure(session, subjects[name], now - FAILURES_COUNT_FOR, allowed)
            if oldest is not None:
                wait = oldest + FAILURES_COUNT_FOR - now
                raise RateLimited("too many mails asked for", retry_after=int(wait.total_seconds()) + 1)
        for subject in subjects.values():
            await people.add_failure(session, new_id(), subject, now)
        await proofs.add_request(session, new_id(), kind, address, locale, now)


async def send_once(gw: Gateway) -> int:
    """Mail one person who asked; 1 when there was a request, whether or not it was anybody's."""
    async with gw.db.read() as session:
        if not await proofs.any_request(session):
            return 0
    async with gw.db.write() as session:
        wish = await proofs.take_request(session)
        account = await people.account_by_email(session, wish.address) if wish else None
        if wish is None or account is None or not account.active:
            return int(wish is not None)
        kind, token = KINDS[wish.kind], from_entropy(os.urandom(20))
        await proofs.add_key(session, fingerprint(token), account.id, kind.purpose, gw.clock.now() + kind.life)
        context: dict[str, object] = {
            "link": f"{gw.settings.public_url}/{kind.path}/{token}",
            "minutes": int(kind.life.total_seconds()) // 60,
        }
        await send_system_mail(gw, session, kind.template, account.email, account.locale or wish.locale, context)
    gw.outbound_signal.wake()
    return 1


async def reset_is_good(gw: Gateway, token: str) -> Account | None:
    """Whose password a link may change, as long as it works; looking changes nothing."""
    async with gw.db.read() as session:
        account = await proofs.whose_key(session, fingerprint(token), "reset", gw.clock.now())
    return account if account is not None and account.active else None


async def reset_password(gw: Gateway, token: str, new: str) -> None:
    """Set a new password, once; every browser is signed out and every other link stops.

    Raises Forbidden for a link that does not work any more, Invalid for a password that can't be one: then the link
    still works.
    """
    account = await reset_is_good(gw, token)
    if account is None:
        raise Forbidden("this link has been used or has run out")
    password_hash = await asyncio.to_thread(hash_password, check_password(new, account.email, account.name))
    now = gw.clock.now()
    async with gw.db.write() as session:
        if await proofs.use_key(session, fingerprint(token), "reset", now) is None:
            raise Forbidden("this link has been used or has run out")
        await people.update_user(session, account.id, {"password_hash": password_hash})
        await proofs.end_browsers(session, account.id)
        await proofs.drop_keys(session, account.id)
        await record(session, actor_of(account), "user.password_changed", On(account.id, None, account.email), now)
    maillog.event("auth.password_reset", id=account.id)
