"""The ledger for people: list and show its rows, put one back to the queue, discard one. Processing is elsewhere."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select, true, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.addresses import fold
from gateway.domain.ledger import InboundQuery, InboundView, State
from gateway.errors import Conflict, NotFound
from gateway.models import InboundEmail, Message, Shop
from gateway.models.columns import table_of
from gateway.store.wakeups import INBOUND, notify

_INBOUND, _MESSAGES, _SHOPS = table_of(InboundEmail), table_of(Message), table_of(Shop)
_SAME = (
    "id received_at ingress mail_from rcpt_to size sha256 state why details message_id thread_id attempts decided_at"
).split()


def _owned(actor: Actor) -> ColumnElement[bool]:
    """What has no shop (yet) is for those who reach all of them."""
    return true() if actor.shop_ids is None else _INBOUND.c.shop_id.in_(actor.shop_ids)


def _views(actor: Actor) -> Select[Any]:
    columns = [_INBOUND.c[name] for name in _SAME]
    return (
        select(*columns, _SHOPS.c.slug.label("shop"))
        .outerjoin(_SHOPS, _SHOPS.c.id == _INBOUND.c.shop_id)
        .where(_owned(actor))
    )


def _view(row: Row[Any]) -> InboundView:
    return InboundView(**row._mapping)


async def inbound_rows(session: AsyncSession, actor: Actor, query: InboundQuery) -> list[InboundView]:
    """Up to `limit + 1` rows, newest first: the one over tells that there are more."""
    statement = _views(actor).where(*_wanted(query), *_about_the_message(query))
    statement = statement.order_by(_INBOUND.c.id.desc()).limit(query.limit + 1)
    return [_view(row) for row in await (await session.connection()).execute(statement)]


_FILTERS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    # Each field of a query, and which rows fit what was given there.
    "state": lambda state: _INBOUND.c.state == state,
    "shop": lambda slug: _SHOPS.c.slug == slug,
    "cursor": lambda id_: _INBOUND.c.id < id_,
    "why": lambda code: _INBOUND.c.why == code,
    "ingress": lambda way: _INBOUND.c.ingress == way,
    "recipient": lambda start: func.lower(_INBOUND.c.rcpt_to).startswith(start.lower(), autoescape=True),
    "sender": lambda sender: _from(sender),
    "since": lambda at: _INBOUND.c.received_at >= at,
    "until": lambda at: _INBOUND.c.received_at < at,
}


def _wanted(query: InboundQuery) -> list[ColumnElement[bool]]:
    given = {name: getattr(query, name) for name in _FILTERS}
    return [_FILTERS[name](value) for name, value in given.items() if value not in (None, "")]


def _from(sender: str) -> ColumnElement[bool]:
    """By the author of the mail, and by who sent its envelope."""
    columns, folded = (_INBOUND.c.author, func.lower(_INBOUND.c.mail_from)), fold(sender)
    if sender.startswith("@"):
        return or_(*(column.endswith(folded, autoescape=True) for column in columns))
    return or_(*(column == folded for column in columns))


def _about_the_message(query: InboundQuery) -> list[ColumnElement[bool]]:
    """What only the message knows that a mail became."""
    asked = []
    if query.channel:
        asked.append(_MESSAGES.c.channel_id == query.channel)
    if query.trust:
        asked.append(_MESSAGES.c.trust["verdict"].as_string() == query.trust)
    return [exists().where(_MESSAGES.c.id == _INBOUND.c.message_id, *asked)] if asked else []


async def inbound_row(session: AsyncSession, actor: Actor, id_: str) -> InboundView:
    """One row. Raises NotFound for what the actor does not reach."""
    row = (await (await session.connection()).execute(_views(actor).where(_INBOUND.c.id == id_))).first()
    if row is None:
        raise NotFound("there is no such mail in the ledger")
    return _view(row)


async def shop_of(session: AsyncSession, id_: str) -> str | None:
    """The id of the shop that a row belongs to; None while that is open."""
    found = await (await session.connection()).execute(select(_INBOUND.c.shop_id).where(_INBOUND.c.id == id_))
    shop_id: str | None = found.scalar_one_or_none()
    return shop_id


async def requeue(
    session: AsyncSession, actor: Actor, id_: str, states: tuple[State, ...], released_by: str, now: datetime
) -> None:
    """Put a row of one of the states back to the queue; with `released_by` it is let in whoever wrote it.

    Raises NotFound, and Conflict when it is in none of the states.
    """
    again = {"state": "pending", "why": "", "details": {}, "next_attempt_at": now, "decided_at": None}
    await _move(session, actor, id_, states, again | ({"released_by": released_by} if released_by else {}))
    await notify(await session.connection(), INBOUND)


async def discard(session: AsyncSession, actor: Actor, id_: str, now: datetime) -> None:
    """Take a held row out of sight. It keeps its content key: the same mail sent again does not come back.

    Raises NotFound, and Conflict when it is not held.
    """
    await _move(
        session, actor, id_, ("held",), {"state": "discarded", "why": "by-admin", "details": {}, "decided_at": now}
    )


async def _move(
    session: AsyncSession, actor: Actor, id_: str, states: tuple[State, ...], values: dict[str, Any]
) -> None:
    mine = update(_INBOUND).where(_INBOUND.c.id == id_, _INBOUND.c.state.in_(states), _owned(actor))
    if (await (await session.connection()).execute(mine.values(**values))).rowcount:
        return
    row = await inbound_row(session, actor, id_)
    raise Conflict(f"this mail is {row.state}, not {' or '.join(states)}")


async def release_waiting(session: AsyncSession, shop_id: str, author: str, order_no_folded: str, now: datetime) -> int:
    """Queue again what was held because this buyer or this order was not known yet; how many rows.

    `author` is the buyer's folded address. All rules apply anew: only what they waited for has changed.
    """
    waited = or_(
        and_(_INBOUND.c.why.in_(("not-a-buyer", "order-too-old", "order-not-paid")), _INBOUND.c.author == author),
        and_(_INBOUND.c.why == "unknown-order", _INBOUND.c.order_no == order_no_folded),
    )
    statement = (
        update(_INBOUND)
        .where(_INBOUND.c.shop_id == shop_id, _INBOUND.c.state == "held", waited)
        .values(state="pending", why="", details={}, next_attempt_at=now, decided_at=None)
    )
    connection = await session.connection()
    released = (await connection.execute(statement)).rowcount
    if released:
        await notify(connection, INBOUND)
    return released
