"""Who works here: invite, give roles by shop, shut out and let in again. Signing in itself is `accounts`."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.addresses import fold, split
from gateway.domain.auditing import On, changes
from gateway.domain.ids import checked_id
from gateway.domain.rights import Role
from gateway.domain.staff import SHOP_ROLES, Colleague, Wish, check_may_change, lost
from gateway.domain.tokens import fingerprint, from_entropy
from gateway.errors import Conflict, Forbidden, Invalid
from gateway.outbound.system_mails import send_system_mail
from gateway.people import accounts
from gateway.store import people as people_store
from gateway.store import shops as shop_store
from gateway.store import staff as store
from gateway.store import tokens as token_store
from gateway.store.audit import record

INVITATION_LIFE = timedelta(days=7)
MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation: whose, and its link. Without `mailed` no mail could be sent: the link is handed on by hand."""

    id: str
    email: str
    link: str
    mailed: bool


@dataclass(frozen=True, slots=True)
class Guest:
    """Who looks at an invitation of theirs."""

    email: str
    name: str
    inviter: str


async def colleagues(gw: Gateway, actor: Actor) -> tuple[Colleague, ...]:
    """The people of the actor's shops, by address. Raises Forbidden."""
    async with gw.db.read() as session:
        return await store.colleagues(session, actor.acting("manage"), gw.clock.now())


async def colleague(gw: Gateway, actor: Actor, id_: str) -> Colleague:
    """One of them. Raises NotFound, Forbidden."""
    async with gw.db.read() as session:
        return await _colleague(gw, session, actor.acting("manage"), id_)


async def _colleague(gw: Gateway, session: AsyncSession, actor: Actor, id_: str) -> Colleague:
    checked_id(id_, "nobody of this id works here")
    return await store.colleague(session, actor, id_, gw.clock.now())


async def invite(gw: Gateway, actor: Actor, email: str, wish: Wish, locale: str = "") -> Invited:
    """Make an account that waits for its owner, and mail the link that opens it.

    Raises Forbidden, Conflict for an address that is known, NotFound for a shop that the actor does not reach, Invalid.
    """
    actor = actor.acting("manage")
    check_may_change(actor, None, wish)
    if not all(split(email.strip())):
        raise Invalid("expected an email address", field="email")
    id_, now = new_id(), gw.clock.now()
    values: dict[str, Any] = {"id": id_, "email": email.strip(), "email_folded": fold(email), "name": _name(wish)}
    values |= {"role": "readonly", "password_hash": "", "locale": locale, "time_zone": "", "active": False}
    async with gw.db.write() as session:
        roles = await _roles(session, actor, wish)
        await people_store.add_user(session, values | {"created_at": now}, (), [])
        await store.set_roles(session, actor, id_, wish.admin, roles)
        sent = await _send(gw, session, actor, id_, email.strip(), locale)
        made = await store.colleague(session, actor, id_, now)
        await record(session, actor, "user.invited", On(id_, _one_shop(roles), sent.email), now, {"after": _told(made)})
    gw.outbound_signal.wake()
    maillog.event("user.invited", id=id_, by=actor.user_id or actor.id)
    return sent


def _name(wish: Wish) -> str:
    name = " ".join(wish.name.split())
    if len(name) > MAX_NAME:
        raise Invalid(f"a name has at most {MAX_NAME} characters", field="name")
    return name


async def _roles(session: AsyncSession, actor: Actor, wish: Wish) -> Mapping[str, Role]:
    """The roles by shop id. Raises Invalid for somebody who would reach nothing, NotFound for a foreign shop."""
    if any(role not in SHOP_ROLES for role in wish.roles.values()):
        raise Invalid(f"a role is one of {', '.join(SHOP_ROLES)}", field="roles")
    if not wish.admin and not wish.roles:
        raise Invalid("choose at least one shop", field="roles")
    return {(await shop_store.shop(session, actor, slug)).id: role for slug, role in wish.roles.items()}


def _one_shop(roles: Mapping[str, Role]) -> str | None:
    return next(iter(roles)) if len(roles) == 1 else None


def _told(person: Colleague) -> dict[str, Any]:
    """What the audit log tells of somebody."""
    roles = {post.slug: post.role for post in person.posts}
    return {"name": person.name, "admin": person.admin, "roles": roles, "state": person.state}


async def _send(gw: Gateway, session: AsyncSession, actor: Actor, user_id: str, email: str, locale: str) -> Invited:
    token, now = from_entropy(os.urandom(20)), gw.clock.now()
    until = now + INVITATION_LIFE
    row = {"fingerprint": fingerprint(token), "user_id": user_id, "inviter_name": actor.name}
    await store.invite(session, row | {"created_at": now, "expires_at": until})
    link = f"{gw.settings.public_url}/invitation/{token}"
    context = {"inviter_name": actor.name, "link": link, "expires_at": until}
    mailed = await send_system_mail(gw, session, "invitation", email, locale, context)
    return Invited(user_id, email, link, mailed and not gw.settings.relay.startswith("maildir:"))


async def invite_again(gw: Gateway, actor: Actor, id_: str) -> Invited:
    """A new link for somebody who has not come yet; the old one works no more. Raises NotFound, Conflict, Forbidden."""
    actor, now = actor.acting("manage"), gw.clock.now()
    async with gw.db.write() as session:
        person = await _colleague(gw, session, actor, id_)
        check_may_change(actor, person, None)
        if person.state != "invited":
            raise Conflict("this person has an account already")
        sent = await _send(gw, session, actor, id_, person.email, "")
        await record(session, actor, "user.invited", On(id_, None, person.email), now)
    gw.outbound_signal.wake()
    maillog.event("user.invited", id=id_, by=actor.user_id or actor.id)
    return sent


async def guest(gw: Gateway, token: str) -> Guest | None:
    """Whose invitation a link is; None when it works no more. Looking changes nothing."""
    async with gw.db.read() as session:
        found = await store.invited(session, fingerprint(token), gw.clock.now())
        account = await people_store.account_by_id(session, found[0]) if found else None
    return Guest(account.email, account.name, found[1]) if found and account else None


async def join(gw: Gateway, token: str, name: str, password: str) -> str:
    """Take an invitation: the account is open from now on; its user's id.

    Raises Forbidden for a link that works no more, Invalid for a bad password.
    """
    chosen, tidy, now = accounts.check_password(password), _name(Wish(name)), gw.clock.now()
    password_hash = await asyncio.to_thread(accounts.hash_password, chosen)
    async with gw.db.write() as session:
        user_id = await store.use_invitation(session, fingerprint(token), now)
        if user_id is None:
            raise Forbidden("this invitation has been used or has run out")
        values: dict[str, Any] = {"password_hash": password_hash, "active": True} | ({"name": tidy} if tidy else {})
        await people_store.update_user(session, user_id, values)
        account = await people_store.account_by_id(session, user_id)
        assert account is not None
        await record(session, accounts.actor_of(account), "user.joined", On(user_id, None, account.email), now)
    maillog.event("user.joined", id=user_id)
    return user_id


async def change(gw: Gateway, actor: Actor, id_: str, wish: Wish) -> Colleague:
    """Give somebody another name or other roles; of a manager's wish only the own shops count.

    Tokens that they made for shops they manage no more are revoked. Raises NotFound, Forbidden, Conflict, Invalid.
    """
    actor, now = actor.acting("manage"), gw.clock.now()
    async with gw.db.write() as session:
        before = await _colleague(gw, session, actor, id_)
        check_may_change(actor, before, wish)
        roles = await _roles(session, actor, wish)
        await store.set_roles(session, actor, id_, wish.admin, roles)
        await people_store.update_user(session, id_, {"name": _name(wish)})
        after = await store.colleague(session, actor, id_, now)
        await _revoke(session, actor, id_, lost(before, after), now)
        await record(
            session, actor, "user.changed", On(id_, None, after.email), now, changes(_told(before), _told(after))
        )
    maillog.event("user.changed", id=id_, by=actor.user_id or actor.id)
    return after


async def _revoke(
    session: AsyncSession, actor: Actor, user_id: str, shop_ids: frozenset[str] | None, now: datetime
) -> None:
    """End the tokens that somebody made, for these shops (None: for all), whoever's shops they are by now."""
    for token in await token_store.of_maker(session, user_id):
        if shop_ids is None or token.shop_id in shop_ids:
            await token_store.revoke(session, SYSTEM, token.id, now)
            await record(session, actor, "token.revoked", On(token.id, token.shop_id, token.name), now)


async def deactivate(gw: Gateway, actor: Actor, id_: str) -> Colleague:
    """Shut somebody out: sessions, invitations and the tokens that they made end at once. Raises as `change` does."""
    actor, now = actor.acting("manage"), gw.clock.now()
    async with gw.db.write() as session:
        person = await _colleague(gw, session, actor, id_)
        check_may_change(actor, person, None)
        await store.shut_out(session, id_)
        await _revoke(session, actor, id_, None, now)
        await record(session, actor, "user.deactivated", On(id_, None, person.email), now)
        after = await store.colleague(session, actor, id_, now)
    maillog.event("user.changed", id=id_, by=actor.user_id or actor.id)
    return after


async def reactivate(gw: Gateway, actor: Actor, id_: str) -> Colleague:
    """Let somebody who was shut out sign in again, with the old password. Raises as `change` does."""
    actor, now = actor.acting("manage"), gw.clock.now()
    async with gw.db.write() as session:
        person = await _colleague(gw, session, actor, id_)
        check_may_change(actor, person, None)
        if person.state != "deactivated":
            raise Conflict("this account is not shut")
        await people_store.update_user(session, id_, {"active": True})
        await record(session, actor, "user.reactivated", On(id_, None, person.email), now)
        after = await store.colleague(session, actor, id_, now)
    maillog.event("user.changed", id=id_, by=actor.user_id or actor.id)
    return after
