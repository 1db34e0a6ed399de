"""Reads, for messages that are filed, all that routing looks at; and writes where their threads then stand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select, true, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.routing.changes import Standing
from gateway.domain.routing.facts import OrderFacts, RoutingFacts, kind_of
from gateway.domain.routing.language import language_of
from gateway.domain.routing.teams import zone_of
from gateway.errors import Invalid
from gateway.models import Attachment, Buyer, Message, Order, Shop, Thread, Webhook
from gateway.models.columns import table_of
from gateway.store.threads import rows, update_thread

_M, _T, _S, _B, _O = table_of(Message), table_of(Thread), table_of(Shop), table_of(Buyer), table_of(Order)
_A, _W = table_of(Attachment), table_of(Webhook)
READ_CHARS = 20_000
"""So much of a text is looked at: a dry run holds a thousand of them."""
_NAMED = (
    select(_M.c.id)
    .join(_T, _T.c.id == _M.c.thread_id)
    .where(_M.c.id.in_(bindparam("ids", expanding=True)))
    .where(or_(_M.c.channel_id.is_not(None), _T.c.channel_id.is_not(None)))
)
_OTHER_M, _OTHER_T, _OTHER_O = _M.alias("earlier"), _T.alias("other_thread"), _O.alias("other_order")


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """One message with where its thread stands; `facts` lack the people, the teams and their loads."""

    message_id: str
    thread_id: str
    shop_id: str
    buyer_id: str
    subject: str
    buyer_name: str
    buyer_language: str
    shop_language: str
    received_at: datetime
    needs_reply: bool
    own_channel_id: str | None
    channel_id: str | None
    facts: RoutingFacts
    standing: Standing


def _messages() -> Select[Any]:
    earlier = (
        select(func.count())
        .select_from(_OTHER_M.join(_OTHER_T, _OTHER_T.c.id == _OTHER_M.c.thread_id))
        .where(_OTHER_T.c.buyer_id == _T.c.buyer_id, _OTHER_M.c.direction == "inbound", _OTHER_M.c.id < _M.c.id)
    )
    orders = select(func.count()).select_from(_OTHER_O).where(_OTHER_O.c.buyer_id == _T.c.buyer_id)
    return (
        select(
            *(_M.c[name] for name in "id thread_id shop_id channel subject received_at trust".split()),
            func.substr(_M.c.fresh_text, 1, READ_CHARS).label("fresh_text"),
            _M.c.channel_id.label("own_channel_id"),
            *(_T.c[name] for name in "buyer_id channel_id assignee_id team_id labels priority due_at".split()),
            _T.c.status.label("thread_status"),
            _T.c.needs_reply,
            _S.c.slug,
            _S.c.time_zone,
            _S.c.locale.label("shop_locale"),
            _B.c.name.label("buyer_name"),
            _B.c.locale.label("buyer_locale"),
            *(_O.c[name].label(f"order_{name}") for name in "id status total currency country placed_at".split()),
            earlier.correlate(_M, _T).scalar_subquery().label("earlier"),
            orders.correlate(_T).scalar_subquery().label("orders"),
        )
        .join(_T, _T.c.id == _M.c.thread_id)
        .join(_S, _S.c.id == _M.c.shop_id)
        .join(_B, _B.c.id == _T.c.buyer_id)
        .outerjoin(_O, _O.c.id == _T.c.order_id)
    )


async def messages(session: AsyncSession, ids: Sequence[str]) -> tuple[Routed, ...]:
    """The messages with these ids, oldest first."""
    found = await rows(session, _messages().where(_M.c.id.in_(list(ids))).order_by(_M.c.id))
    files = await _files(session, ids)
    return tuple(_routed(row, files[row.id]) for row in found)


async def with_channel(session: AsyncSession, message_ids: Sequence[str]) -> set[str]:
    """Those of the messages that came by an admin's channel, or into a thread that began in one."""
    if not message_ids:
        return set()
    return {row.id for row in (await (await session.connection()).execute(_NAMED, {"ids": list(message_ids)}))}


async def newest(session: AsyncSession, actor: Actor, last: int) -> list[str]:
    """The ids of the last so many messages that buyers wrote to the actor's shops, oldest first."""
    reached = true() if actor.shop_ids is None else _M.c.shop_id.in_(actor.shop_ids)
    people = and_(_M.c.direction == "inbound", _M.c.automatic == "", reached)
    found = await rows(session, select(_M.c.id).where(people).order_by(_M.c.id.desc()).limit(last))
    return [row.id for row in reversed(found)]


async def _files(session: AsyncSession, ids: Sequence[str]) -> Mapping[str, set[str]]:
    kinds: dict[str, set[str]] = defaultdict(set)
    statement = select(_A.c.message_id, _A.c.content_type).where(_A.c.message_id.in_(list(ids)), _A.c.inline.is_(False))
    for row in await rows(session, statement):
        kinds[row.message_id].add(kind_of(row.content_type))
    return kinds


def _routed(row: Row[Any], files: set[str]) -> Routed:
    facts = RoutingFacts(
        channel=row.channel,
        channel_id=row.own_channel_id or row.channel_id or "",
        shop=row.slug,
        at=row.received_at,
        local=_in_zone(row.received_at, row.time_zone),
        order=_order(row) if row.order_id else None,
        buyer_language=row.buyer_locale,
        buyer_orders=row.orders,
        first_time=row.earlier == 0,
        text=f"{row.subject}\n{row.fresh_text}",
        language=language_of(f"{row.subject}\n{row.fresh_text}"),
        attachments=frozenset(files),
        trust=str(row.trust.get("verdict") or "unverified"),
    )
    labels = tuple(row.labels)
    return Routed(
        message_id=row.id,
        thread_id=row.thread_id,
        shop_id=row.shop_id,
        buyer_id=row.buyer_id,
        subject=row.subject,
        buyer_name=row.buyer_name,
        buyer_language=row.buyer_locale,
        shop_language=row.shop_locale,
        received_at=row.received_at,
        needs_reply=row.needs_reply,
        own_channel_id=row.own_channel_id,
        channel_id=row.channel_id,
        facts=facts,
        standing=Standing(row.assignee_id, row.team_id, labels, row.priority, row.thread_status, row.due_at),
    )


def _in_zone(at: datetime, zone: str) -> datetime:
    """A zone that this machine does not know (any more) counts as UTC: mail goes on."""
    try:
        return at.astimezone(zone_of(zone))
    except Invalid:
        return at


def _order(row: Row[Any]) -> OrderFacts:
    try:
        amount = Decimal(row.order_total) if row.order_total else None
    except InvalidOperation:
        amount = None
    return OrderFacts(row.order_status, amount, row.order_currency, row.order_country, row.order_placed_at)


async def write(
    session: AsyncSession, routed: Routed, thread: Mapping[str, Any], acted: Sequence[Mapping[str, Any]]
) -> None:
    """Set columns of the thread, and keep with the message which rules acted."""
    if thread:
        await update_thread(session, SYSTEM, routed.thread_id, thread)
    if acted:
        kept = update(_M).where(_M.c.id == routed.message_id).values(rules=[dict(each) for each in acted])
        await (await session.connection()).execute(kept)


async def set_language(session: AsyncSession, buyer_id: str, language: str) -> None:
    """The buyer's language, of whom none was known."""
    unknown = update(_B).where(_B.c.id == buyer_id, _B.c.locale == "")
    await (await session.connection()).execute(unknown.values(locale=language))


async def webhook_is_on(session: AsyncSession, webhook_id: str, shop_id: str) -> bool:
    """Whether a webhook that a rule names may hear of this shop now."""
    mine = or_(_W.c.shop_id == shop_id, _W.c.shop_id.is_(None))
    return bool(await rows(session, select(_W.c.id).where(_W.c.id == webhook_id, _W.c.enabled.is_(True), mine)))


async def webhooks(session: AsyncSession, actor: Actor, shop_id: str | None) -> dict[str, str]:
    """The webhooks that a rule of a shop (None: of all) may name, with their addresses."""
    statement = select(_W.c.id, _W.c.url).where(or_(_W.c.shop_id.is_(None), _W.c.shop_id == shop_id))
    if actor.shop_ids is not None:
        statement = statement.where(_W.c.shop_id.in_(actor.shop_ids))
    return {row.id: row.url for row in await rows(session, statement)}
