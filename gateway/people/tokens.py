"""The API's tokens: make, list, revoke, and tell who acts with one. Each is told once; its fingerprint is kept."""

import os
from dataclasses import dataclass, replace
from datetime import datetime

from gateway import maillog
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.auditing import On
from gateway.domain.ids import checked_id
from gateway.domain.rights import ROLES, SCOPE_NAMES, Role, Scope
from gateway.domain.tokens import fingerprint, from_entropy
from gateway.errors import Conflict, Forbidden, Invalid
from gateway.store import people
from gateway.store import shops as shop_store
from gateway.store import tokens as store
from gateway.store.audit import record
from gateway.store.tokens import TOUCH_EVERY, TokenRow

TOKEN_BYTES = 25
MAX_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """What a token is to be. `shop` is a slug, None for all shops; no scopes: all that the role may do."""

    role: Role
    shop: str | None = None
    scopes: tuple[Scope, ...] = ()
    name: str = ""
    expires_at: datetime | None = None


async def tokens(gw: Gateway, actor: Actor) -> tuple[TokenRow, ...]:
    """The living tokens of the actor's shops, newest first. Raises Forbidden."""
    async with gw.db.read() as session:
        return await store.tokens(session, actor.acting("manage"))


async def make(gw: Gateway, actor: Actor, wish: NewToken) -> tuple[str, str]:
    """A new token, told only now, and its id.

    Raises Forbidden for more than the actor may do, NotFound for a shop that it does not reach, Invalid.
    """
    actor = actor.acting("manage")
    now = gw.clock.now()
    _check(wish, now)
    if wish.shop is None and not actor.may("govern"):
        raise Forbidden("a token for all shops needs an admin of all shops")
    token, id_ = from_entropy(os.urandom(TOKEN_BYTES)), new_id()
    async with gw.db.write() as session:
        shop = await shop_store.shop(session, actor, wish.shop) if wish.shop is not None else None
        told = {"role": wish.role, "scopes": list(wish.scopes), "expires_at": wish.expires_at}
        row = told | {"id": id_, "fingerprint": fingerprint(token), "name": _name(wish), "made_by": actor.user_id}
        await store.keep_token(session, row | {"shop_id": shop.id if shop else None, "created_at": now})
        on = On(id_, shop.id if shop else None, _name(wish))
        await record(session, actor, "token.added", on, now, {"after": told})
    maillog.event("token.added", id=id_, by=actor.user_id or actor.id)
    return token, id_


def _name(wish: NewToken) -> str:
    return " ".join(wish.name.split())


def _check(wish: NewToken, now: datetime) -> None:
    if wish.role not in ROLES:
        raise Invalid(f"role must be one of {', '.join(ROLES)}", field="role")
    if any(scope not in SCOPE_NAMES for scope in wish.scopes):
        raise Invalid(f"a scope is one of {', '.join(SCOPE_NAMES)}", field="scopes")
    if wish.role != "admin" and wish.shop is None:
        raise Invalid(f"a {wish.role}'s token needs a shop", field="shop")
    if wish.expires_at is not None and wish.expires_at <= now:
        raise Invalid("this day has passed", field="expires_at")
    if len(wish.name) > MAX_NAME:
        raise Invalid(f"a name has at most {MAX_NAME} characters", field="name")


async def revoke(gw: Gateway, actor: Actor, id_: str) -> None:
    """End a token at once. Raises NotFound, Forbidden."""
    checked_id(id_, "there is no such token")
    actor, now = actor.acting("manage"), gw.clock.now()
    async with gw.db.write() as session:
        row = await store.revoke(session, actor, id_, now)
        await record(session, actor, "token.revoked", On(id_, row.shop_id, row.name), now)
    maillog.event("token.revoked", id=id_, by=actor.user_id or actor.id)


async def in_person(gw: Gateway, actor: Actor) -> tuple[Actor, str]:
    """The actor as the person who made the token, and that person's address: drafts and choices are somebody's own.

    Raises Conflict for a token that no person made, such as one of the command line.
    """
    async with gw.db.read() as session:
        row = await store.token(session, actor.id)
        person = await people.account_by_id(session, row.made_by) if row and row.made_by else None
    if person is None or not person.active:
        raise Conflict("no person made this token: make one on the page of the API's tokens")
    return replace(actor, user_id=person.id), person.email


async def actor_of(gw: Gateway, token: str) -> Actor | None:
    """Who acts with a token; None for one that is unknown, revoked or has run out."""
    now = gw.clock.now()
    async with gw.db.read() as session:
        row = await store.valid_token(session, fingerprint(token), now)
    if row is None:
        return None
    if row.last_used_at is None or now - row.last_used_at >= TOUCH_EVERY:
        async with gw.db.write() as session:
            await store.touch_token(session, row.id, now)
    everywhere = row.role == "admin" and row.shop_id is None
    reached = None if everywhere else tuple(filter(None, (row.shop_id,)))
    name = row.name or row.shop_name or "API"
    return Actor(kind="token", id=row.id, name=name, role=row.role, shop_ids=reached, scopes=row.scopes)
