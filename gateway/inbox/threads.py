"""The seller's side of threads: list, read, change, note. Answering by mail is `outbound`'s job."""

from collections.abc import Mapping
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.blobs import fetch
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.auditing import On
from gateway.domain.conversations import (
    MAX_LIMIT,
    SORTS,
    VIEWS,
    AttachmentView,
    MessageView,
    Original,
    Page,
    Person,
    ShopView,
    ThreadDetail,
    ThreadQuery,
    ThreadSummary,
    clean_text,
)
from gateway.domain.editing import columns_of
from gateway.domain.ids import is_id
from gateway.domain.mentions import mentioned
from gateway.domain.messages import NewMessage, Place
from gateway.errors import Invalid, NotFound
from gateway.outbound import buyer_notices
from gateway.store import drafts, mentions, messages, people, teams, thread_lists, threads
from gateway.store.audit import record
from gateway.store.filing import bump_change, file_message
from gateway.store.inbound import raw_of

MAX_NOTE_CHARS = 100_000
OTHERS_SHOWN = 6


async def list_threads(gw: Gateway, actor: Actor, query: ThreadQuery) -> Page:
    """A page of threads, without bodies.

    Raises Invalid for a wrong view, order, limit or cursor, NotFound for a shop that the actor does not reach.
    """
    check_query(query)

    async def read(session: AsyncSession) -> Page:
        if query.shop is not None and query.shop not in (shop.slug for shop in await threads.shops(session, actor)):
            raise NotFound("no such shop")
        return await thread_lists.page(session, actor, query)

    return await gw.db.look(read)


def check_query(query: ThreadQuery) -> None:
    """Raises Invalid for a wrong view, order or limit."""
    if query.view not in VIEWS:
        raise Invalid(f"view must be one of {', '.join(VIEWS)}", field="view")
    if query.sort not in SORTS:
        raise Invalid(f"sort must be one of {', '.join(SORTS)}", field="sort")
    if not 1 <= query.limit <= MAX_LIMIT:
        raise Invalid(f"limit must be from 1 to {MAX_LIMIT}", field="limit")


async def shops(gw: Gateway, actor: Actor) -> tuple[ShopView, ...]:
    """The shops that the actor reaches, by name."""
    async with gw.db.read() as session:
        return await threads.shops(session, actor)


async def counts(gw: Gateway, actor: Actor, shop: str | None = None) -> dict[str, int]:
    """How many threads want something, by view; capped at `store.threads.COUNT_CAP`."""
    async with gw.db.read() as session:
        return await threads.counts(session, actor, shop)


async def change_version(gw: Gateway, actor: Actor) -> int:
    """A number that grows with every change that the actor's open pages must show."""
    async with gw.db.read() as session:
        return await threads.change_version(session, actor)


async def change_numbers(gw: Gateway) -> dict[str, int]:
    """Each shop's change number by id, for whoever tells open pages."""
    async with gw.db.read() as session:
        return await threads.change_numbers(session)


async def thread(gw: Gateway, actor: Actor, thread_id: str, with_html: bool = True) -> ThreadDetail:
    """A whole thread. Without `with_html` messages only tell whether they have any. Raises NotFound."""

    async def read(session: AsyncSession) -> ThreadDetail:
        summary = await _thread(session, actor, thread_id)
        bodies = await messages.of_thread(session, summary.id, with_html)
        orders = await threads.orders_of(session, summary, OTHERS_SHOWN)
        others = await threads.other_threads(session, summary, OTHERS_SHOWN)
        own = next((order for order in orders if order.id == summary.order_id), None)
        return ThreadDetail(summary, bodies, own, tuple(order for order in orders if order is not own), others)

    return await gw.db.look(read)


async def summary(gw: Gateway, actor: Actor, thread_id: str) -> ThreadSummary:
    """One thread's row. Raises NotFound."""
    async with gw.db.read() as session:
        return await _thread(session, actor, thread_id)


async def _thread(session: AsyncSession, actor: Actor, thread_id: str) -> ThreadSummary:
    found = await threads.thread(session, actor, thread_id) if is_id(thread_id) else None
    if found is None:
        raise NotFound("no such thread")
    return found


async def message(gw: Gateway, actor: Actor, message_id: str) -> MessageView:
    """One message with everything. Raises NotFound."""
    async with gw.db.read() as session:
        found = await messages.message(session, actor, message_id) if is_id(message_id) else None
    if found is None:
        raise NotFound("no such message")
    return found


async def raw(gw: Gateway, actor: Actor, message_id: str) -> Original:
    """What the message came as or left as, byte for byte. Raises NotFound when it never was a mail or a call."""
    async with gw.db.read() as session:
        kept = await messages.original(session, actor, message_id) if is_id(message_id) else None
        if kept is None:
            raise NotFound("no such mail")
        found, content = await messages.message(session, actor, message_id), await raw_of(session, kept[0], gw.blobs)
    await _tell_of_raw(gw, actor, message_id, found.thread_id if found else "")
    return Original(content, posted=kept[1])


async def _tell_of_raw(gw: Gateway, actor: Actor, message_id: str, thread_id: str) -> None:
    async with gw.db.write() as session:
        shop_id = (await _thread(session, actor, thread_id)).shop.id
        await record(session, actor, "mail.read", On(message_id, shop_id), gw.clock.now())


async def attachment(gw: Gateway, actor: Actor, attachment_id: str) -> tuple[AttachmentView, bytes]:
    """A file and its bytes. Raises NotFound."""
    found = await attachment_row(gw, actor, attachment_id)
    return found, await fetch(gw.blobs, found.blob_key)


async def attachment_row(gw: Gateway, actor: Actor, attachment_id: str) -> AttachmentView:
    """What is known of a file. Raises NotFound."""
    async with gw.db.read() as session:
        found = await messages.attachment(session, actor, attachment_id) if is_id(attachment_id) else None
    if found is None:
        raise NotFound("no such file")
    return found


async def change_thread(gw: Gateway, actor: Actor, thread_id: str, changes: Mapping[str, Any]) -> ThreadSummary:
    """Set `status`, `assignee` (email, id or None), `team` (id, name or None), `priority`, `labels`, `snoozed_until`.

    The thread as it then is. Raises NotFound, and Invalid that names the field.
    """
    columns = columns_of(changes, gw.clock.now())
    async with gw.db.write() as session:
        current = await _thread(session, actor, thread_id)
        if "assignee" in changes:
            columns["assignee_id"] = await _assignee(session, current.shop.id, changes["assignee"])
        if "team" in changes:
            columns["team_id"] = await _team(session, current.shop.id, changes["team"])
        if columns:
            columns["change_no"] = await bump_change(session, current.shop.id)
            await threads.update_thread(session, actor, thread_id, columns)
        if columns.get("status") == "closed" != current.status:
            await buyer_notices.closed(session, gw, thread_id)
        return await _thread(session, actor, thread_id)


async def _assignee(session: AsyncSession, shop_id: str, wanted: object) -> str | None:
    if wanted is None or wanted == "":
        return None
    colleagues = await people.colleagues(session, shop_id)
    for person in colleagues:
        if isinstance(wanted, str) and wanted.strip().lower() in (person.id, person.email.lower()):
            return person.id
    raise Invalid("nobody of this shop has this address", field="assignee")


async def _team(session: AsyncSession, shop_id: str, wanted: object) -> str | None:
    if wanted is None or wanted == "":
        return None
    for team in (await teams.for_shop(session, shop_id)).values():
        if wanted in (team.id, team.name):
            return team.id
    raise Invalid("no team of this shop has this name", field="team")


async def colleagues(gw: Gateway, actor: Actor, thread_id: str) -> tuple[Person, ...]:
    """Who a thread can be given to. Raises NotFound."""
    async with gw.db.read() as session:
        return await people.colleagues(session, (await _thread(session, actor, thread_id)).shop.id)


async def add_note(gw: Gateway, actor: Actor, thread_id: str, text: str, form_key: str = "") -> str:
    """Keep an internal note: colleagues read it, it never leaves by mail. The message's id.

    Colleagues whom it calls by @ find it among their mentions. The same `form_key` keeps one note, and the draft that
    it was goes. Raises NotFound, Invalid for an empty or too long text.
    """
    tidy = clean_text(text).strip()
    if not tidy:
        raise Invalid("write a text", field="text")
    if len(tidy) > MAX_NOTE_CHARS:
        raise Invalid(f"the text is longer than {MAX_NOTE_CHARS} characters", field="text")
    async with gw.db.write() as session:
        current = await _thread(session, actor, thread_id)
        place = Place(current.shop.id, current.buyer.id, current.order_id, current.id)
        filed = await file_message(session, place, _note(gw, actor, tidy, form_key))
        if form_key:
            await drafts.remove(session, actor.user_id, thread_id, "note")
        if filed.new:
            called = mentioned(tidy, await people.colleagues(session, current.shop.id))
            others = [user_id for user_id in called if user_id != actor.user_id]
            await mentions.add(session, filed.message_id, filed.thread_id, others, gw.clock.now())
    return filed.message_id


def _note(gw: Gateway, actor: Actor, text: str, form_key: str) -> NewMessage:
    return NewMessage(
        id=new_id(),
        direction="internal",
        channel="site",
        author_kind="seller",
        author_name=actor.name,
        author_user_id=actor.user_id or None,
        text=text,
        fresh_text=text,
        received_at=gw.clock.now(),
        trust={"verdict": "internal", "why": ""},
        dedupe_key=form_key or None,
    )


async def mark_seen(gw: Gateway, actor: Actor, thread_id: str) -> None:
    """Take the unread mark off, also the actor's own for being mentioned. Raises NotFound."""
    async with gw.db.read() as session:
        current = await _thread(session, actor, thread_id)
        called = await mentions.calls(session, actor.user_id, thread_id)
    if not current.unread and not called:
        return
    async with gw.db.write() as session:
        await mentions.see(session, actor.user_id, thread_id, gw.clock.now())
        change_no = await bump_change(session, current.shop.id)
        await threads.update_thread(session, actor, thread_id, {"unread": False, "change_no": change_no})
