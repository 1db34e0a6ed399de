"""What a shop's order system tells us: orders, their buyers and order notes 订单留言. Each call may come many times."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.addresses import ascii_domain, fold, split
from gateway.domain.imports import BadRow, GoodRow, Row
from gateway.domain.messages import NewMessage, Place
from gateway.domain.orders import NoteDocument, OrderDocument, OrderRecord, fold_order_no, order_number
from gateway.errors import Conflict, Duplicate, Invalid, Overtaken, TemporaryError
from gateway.inbound.routing import route
from gateway.outbound.buyer_notices import order_placed
from gateway.outbound.seller_notices import message_arrived
from gateway.store import orders as store
from gateway.store.filing import FiledMessage, file_message
from gateway.store.ledger import release_waiting
from gateway.store.shops import ShopSetup, shop

IMPORT_BATCH = 50
"""Rows of one transaction: a commit costs as much as many rows, and mail waits for it on SQLite."""
_ATTEMPTS = 5
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PutOrder:
    """An order after it was written; `new` when it was not known before."""

    order: OrderRecord
    new: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one row of a file: `outcome` is created, updated, or failed with a message."""

    line: int
    order_no: str
    outcome: str
    message: str = ""


async def put_order(gw: Gateway, actor: Actor, slug: str, order_no: str, document: OrderDocument) -> PutOrder:
    """Write an order; its note is filed once, and mail that waited for this buyer or order is decided anew.

    Raises NotFound for a shop that the actor does not reach, Invalid for what can't be an order.
    """
    row = GoodRow(0, _number(order_no), document)
    check_address(gw, document)

    async def write(session: AsyncSession) -> tuple[Written, OrderRecord]:
        put = await write_order(gw, session, await shop(session, actor, slug), row)
        record = await store.order(session, actor, slug, row.order_no)
        if put.new:
            await order_placed(session, gw, record.id)
        return put, record

    put, record = await written(gw, write)
    if put.released:
        gw.inbound_signal.wake()
    maillog.event("order.upserted", id=record.id, new=put.new, released=put.released)
    return PutOrder(record, put.new)


async def order(gw: Gateway, actor: Actor, slug: str, order_no: str) -> OrderRecord:
    """One order. Raises NotFound for what the actor does not reach."""
    async with gw.db.read() as session:
        return await store.order(session, actor, slug, _number(order_no))


async def add_note(gw: Gateway, actor: Actor, slug: str, order_no: str, note: NoteDocument) -> FiledMessage:
    """File an order note into the thread of its order; with the same `external_id` only the first time.

    Raises NotFound, and Conflict when the `external_id` was used for another text.
    """
    number = _number(order_no)

    async def write(session: AsyncSession) -> FiledMessage:
        record = await store.order(session, actor, slug, number)
        key = f"note:{record.id}:id:{note.external_id}" if note.external_id else None
        filed = await _file_note(gw, session, record, note.text, key)
        if not filed.new and await store.note_text(session, filed.message_id) != note.text:
            raise Conflict("this external_id was used for a note with another text")
        return filed

    return await written(gw, write)


async def import_orders(gw: Gateway, actor: Actor, slug: str, rows: Iterable[Row]) -> AsyncIterator[Imported]:
    """Write the rows of a file, and tell what became of each as soon as it is committed. Raises NotFound.

    The next rows are read in a thread: they come from a file, and reading a bad one takes its time.
    """
    remaining = iter(rows)
    while batch := await asyncio.to_thread(lambda: list(islice(remaining, IMPORT_BATCH))):
        for outcome in await _import_batch(gw, actor, slug, batch):
            yield outcome


async def _import_batch(gw: Gateway, actor: Actor, slug: str, batch: Sequence[Row]) -> list[Imported]:
    """All rows in one transaction; row by row where that got in the way of others.

    Two large transactions that touch the same rows in another order end each other for ever; small ones wait.
    """
    try:
        results = await gw.db.at_once(lambda session: _import_rows(gw, session, actor, slug, batch))
    except (Duplicate, Overtaken):
        results = []
        for row in batch:
            results += await written(gw, partial(_import_rows, gw, actor=actor, slug=slug, batch=[row]))
    if any(released for _, released in results):
        gw.inbound_signal.wake()
    return [imported for imported, _ in results]


async def _import_rows(
    gw: Gateway, session: AsyncSession, actor: Actor, slug: str, batch: Sequence[Row]
) -> list[tuple[Imported, int]]:
    owner = await shop(session, actor, slug)
    return [await _import_row(gw, session, owner, row) for row in batch]


async def _import_row(gw: Gateway, session: AsyncSession, owner: ShopSetup, row: Row) -> tuple[Imported, int]:
    if isinstance(row, BadRow):
        return Imported(row.line, row.order_no, "failed", row.message), 0
    try:
        check_address(gw, row.document)
    except Invalid as error:
        return Imported(row.line, row.order_no, "failed", f"{error.field}: {error}"), 0
    put = await write_order(gw, session, owner, row)
    return Imported(row.line, row.order_no, "created" if put.new else "updated"), put.released


@dataclass(frozen=True, slots=True)
class Written:
    """Whether an order is new, and how many mails no longer wait for it."""

    new: bool
    released: int


async def write_order(gw: Gateway, session: AsyncSession, owner: ShopSetup, row: GoodRow) -> Written:
    """Write an order, its buyer and its note in the caller's transaction; mail that waited for them is let go.

    Raises Duplicate and Overtaken as `written` expects them.
    """
    now, document = gw.clock.now(), row.document
    new = await store.put_order(session, owner.id, row.order_no, document, now)
    if (document.note or "").strip():
        record = await store.order(session, SYSTEM, owner.slug, row.order_no)
        await file_note_once(gw, session, record, document.note or "", BY_API)
    address, number = fold(document.buyer.email), fold_order_no(row.order_no)
    return Written(new, await release_waiting(session, owner.id, address, number, now))


@dataclass(frozen=True, slots=True)
class Way:
    """How a note came: the clue that says so, and the row of the ledger that it belongs to."""

    clue: str
    inbound_id: str | None = None


BY_API = Way("api")


async def file_note_once(gw: Gateway, session: AsyncSession, order: OrderRecord, text: str, way: Way) -> FiledMessage:
    """File the note that stands in an order, once for each different text."""
    tidy = text.strip()
    digest = hashlib.sha256(tidy.encode()).hexdigest()
    return await _file_note(gw, session, order, tidy, f"note:{order.id}:text:{digest}", way)


async def _file_note(
    gw: Gateway, session: AsyncSession, order: OrderRecord, text: str, dedupe_key: str | None, way: Way = BY_API
) -> FiledMessage:
    """The shop's own system speaks for the buyer: nobody else has a token of it."""
    message = NewMessage(
        id=new_id(),
        direction="inbound",
        channel="order_note",
        author_kind="buyer",
        author_name=order.buyer.name,
        text=text,
        fresh_text=text,
        received_at=gw.clock.now(),
        trust={"verdict": "verified", "why": "api"},
        filed_because=({"clue": way.clue, "detail": ""}, {"clue": "order-note", "detail": order.order_no}),
        inbound_id=way.inbound_id,
        dedupe_key=dedupe_key,
    )
    filed = await file_message(session, Place(order.shop_id, order.buyer.id, order.id), message)
    if filed.new:
        await route(session, gw, filed.message_id)
        await message_arrived(session, gw, filed.message_id)
    return filed


async def written(gw: Gateway, write: Callable[[AsyncSession], Coroutine[Any, Any, _T]]) -> _T:
    """The result of one transaction, tried again when somebody else's went first."""
    for _ in range(_ATTEMPTS):
        try:
            async with gw.db.write() as session:
                return await write(session)
        except (Duplicate, Overtaken):
            continue
    raise TemporaryError("the same orders are being written by somebody else; try again")


def _number(text: str) -> str:
    number = order_number(text)
    if number is None:
        raise Invalid("expected 1 to 64 characters without control characters", field="order_no")
    return number


def check_address(gw: Gateway, document: OrderDocument) -> None:
    """A buyer at our own domain would have our answers come back to us. Raises Invalid."""
    if split(document.buyer.email)[1] == ascii_domain(gw.settings.mail_domain):
        raise Invalid("an address of this gateway can't be a buyer's", field="buyer.email")
