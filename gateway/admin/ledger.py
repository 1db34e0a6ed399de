"""What admins do with the ledger: look through it, and decide what was held or failed. Each act is in the audit log."""

from collections.abc import Callable, Coroutine
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.admin import auditing
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.auditing import On, changes
from gateway.domain.ids import check_cursor, checked_id
from gateway.domain.ledger import InboundPage, InboundQuery, InboundView
from gateway.store import ledger as store
from gateway.store.audit import record

_Act = Callable[[AsyncSession], Coroutine[Any, Any, None]]


async def inbound_list(gw: Gateway, actor: Actor, query: InboundQuery) -> InboundPage:
    """A page of the ledger, newest first. Raises Invalid for a cursor that is not one of ours."""
    check_cursor(query.cursor)
    async with gw.db.read() as session:
        rows = await store.inbound_rows(session, actor, query)
    if rows:
        await auditing.looked(gw, actor, "ledger")
    page = tuple(rows[: query.limit])
    return InboundPage(page, page[-1].id if len(rows) > query.limit else None)


async def inbound(gw: Gateway, actor: Actor, id_: str) -> InboundView:
    """One row of the store. Raises NotFound."""
    async with gw.db.read() as session:
        row = await store.inbound_row(session, actor, _id(id_))
    await auditing.looked(gw, actor, "ledger")
    return row


async def release(gw: Gateway, actor: Actor, id_: str) -> InboundView:
    """Let a held mail in, whoever wrote it. Raises NotFound, and Conflict when it is not held."""

    async def act(session: AsyncSession) -> None:
        by = actor.user_id or actor.id or actor.name
        await store.requeue(session, actor, _id(id_), ("held",), by, gw.clock.now())

    return await _decided(gw, actor, id_, ("inbound.requeued", "inbound.released"), act)


async def discard(gw: Gateway, actor: Actor, id_: str) -> InboundView:
    """Take a held mail out of sight; its bytes and its row stay. Raises NotFound, and Conflict when it is not held."""

    async def act(session: AsyncSession) -> None:
        await store.discard(session, actor, _id(id_), gw.clock.now())

    return await _decided(gw, actor, id_, ("inbound.discarded", "inbound.discarded"), act)


async def reprocess(gw: Gateway, actor: Actor, id_: str) -> InboundView:
    """Process a mail that failed, was held or was discarded again, by all the rules.

    Raises NotFound, and Conflict when it waits already or is filed.
    """

    async def act(session: AsyncSession) -> None:
        await store.requeue(session, actor, _id(id_), ("failed", "held", "discarded"), "", gw.clock.now())

    return await _decided(gw, actor, id_, ("inbound.requeued", "inbound.reprocessed"), act)


async def _decided(gw: Gateway, actor: Actor, id_: str, names: tuple[str, str], act: _Act) -> InboundView:
    """`names` are the event of the log and the act of the audit log."""
    async with gw.db.write() as session:
        before = await store.inbound_row(session, actor, _id(id_))
        await act(session)
        row = await store.inbound_row(session, actor, id_)
        told = changes({"state": before.state, "why": before.why}, {"state": row.state, "why": row.why})
        await record(session, actor, names[1], On(id_, await store.shop_of(session, id_)), gw.clock.now(), told)
    gw.inbound_signal.wake()
    maillog.event(names[0], id=id_, by=actor.user_id or actor.id)
    return row


def _id(text: str) -> str:
    return checked_id(text, "there is no such mail in the ledger")
