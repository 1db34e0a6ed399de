"""The buyer's page: read one conversation by its link, answer, open a new matter, ask for a human.

Everything is found by the link alone; a link that is over finds nothing. What is written here gets its row in the
ledger as any mail does, and reading changes nothing.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.blobs import content_key, fetch, keep_file
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM
from gateway.domain.buyer_pages import (
    HUMAN_EVENT,
    HUMAN_LABEL,
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_SUBJECT_CHARS,
    MAX_TEXT_CHARS,
    Conversation,
    Link,
    PageDraft,
    ReceivedFile,
    SentEntry,
    in_words_of,
)
from gateway.domain.composing.parts import safe_name
from gateway.domain.conversations import AttachmentView, clean_text
from gateway.domain.ids import is_id
from gateway.domain.messages import NewMessage, Place, StoredFile
from gateway.domain.page_mails import as_mail
from gateway.domain.parsing import kinds
from gateway.domain.tokens import fingerprint
from gateway.errors import Duplicate, Invalid, NotFound, RateLimited, TemporaryError
from gateway.inbound.routing import route
from gateway.outbound.seller_notices import message_arrived
from gateway.store import buyer_links as store
from gateway.store import threads
from gateway.store.buyer_messages import PageEntry, record, written_since
from gateway.store.filing import FiledMessage, bump_change, file_message

CLUE = "page-link"
_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,120}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Written:
    """Where a message of the page stands."""

    message_id: str
    thread_id: str


async def link(gw: Gateway, token: str) -> Link:
    """What a link opens. Raises NotFound for one that is unknown, over or revoked."""
    async with gw.db.read() as session:
        return await _link(session, gw, token)


async def _link(session: AsyncSession, gw: Gateway, token: str) -> Link:
    found = await store.link_of(session, fingerprint(token), gw.clock.now())
    if found is None:
        raise NotFound("this link does not work any more")
    return found


async def conversation(gw: Gateway, token: str) -> Conversation:
    """The conversation as its buyer may see it. Raises NotFound."""
    async with gw.db.read() as session:
        opened = await _link(session, gw, token)
        entries = await store.entries(session, opened.thread_id, gw.clock.now())
        order = await store.order_of(session, opened)
    return Conversation(opened, entries, order, _asked(opened))


def _asked(opened: Link) -> bool:
    return opened.needs_reply and any(label in HUMAN_LABEL for label in opened.labels)


async def sent(gw: Gateway, token: str) -> tuple[Link, tuple[SentEntry, ...]]:
    """What was written through this very link, newest first. Raises NotFound."""
    async with gw.db.read() as session:
        opened = await _link(session, gw, token)
        return opened, await store.sent_through(session, opened, gw.clock.now())


async def file(gw: Gateway, token: str, attachment_id: str) -> tuple[AttachmentView, bytes]:
    """A file of the conversation and its bytes. Raises NotFound."""
    async with gw.db.read() as session:
        opened = await _link(session, gw, token)
        found = await store.file_of(session, opened, attachment_id, gw.clock.now()) if is_id(attachment_id) else None
    if found is None:
        raise NotFound("no such file")
    return found, await fetch(gw.blobs, found.blob_key)


async def answer(gw: Gateway, token: str, draft: PageDraft, ip: str) -> Written:
    """Write into the link's conversation. Raises NotFound, Invalid that names the field, RateLimited."""
    opened = await link(gw, token)
    tidy = _tidy(draft, subject=False)
    begun = tidy if opened.thread_id else replace(tidy, subject=opened.subject)
    return await _write(gw, token, begun, _place(opened), ip)


def _place(opened: Link) -> Place:
    """The conversation; where the order has none yet, what is written begins it."""
    if opened.thread_id:
        return Place(opened.shop_id, opened.buyer_id, thread_id=opened.thread_id)
    return Place(opened.shop_id, opened.buyer_id, order_id=opened.order_id)


async def open_matter(gw: Gateway, token: str, draft: PageDraft, ip: str) -> Written:
    """Write to the same shop about something else: a conversation of its own. Raises as `answer` does.

    It never lands in an older conversation, so that whoever holds the link sees nothing of those.
    """
    opened = await link(gw, token)
    return await _write(gw, token, _tidy(draft, subject=True), Place(opened.shop_id, opened.buyer_id), ip)


def _tidy(draft: PageDraft, subject: bool) -> PageDraft:
    text, title = clean_text(draft.text).strip(), " ".join(clean_text(draft.subject).split())
    if subject and not title:
        raise Invalid("write a subject", "subject")
    if len(title) > MAX_SUBJECT_CHARS:
        raise Invalid(f"the subject is longer than {MAX_SUBJECT_CHARS} characters", "subject")
    if not text and not draft.files:
        raise Invalid("write a text or add a file", "text")
    if len(text) > MAX_TEXT_CHARS:
        raise Invalid(f"the text is longer than {MAX_TEXT_CHARS} characters", "text")
    if len(draft.files) > MAX_FILES or sum(one.size for one in draft.files) > MAX_FILE_BYTES:
        raise Invalid("too many files, or too large", "files")
    return PageDraft(text=text, subject=title if subject else "", files=draft.files, form_id=draft.form_id[:64])


async def _write(gw: Gateway, token: str, draft: PageDraft, place: Place, ip: str) -> Written:
    """Files first, unless they are too much already; then everything else in one transaction."""
    async with gw.db.read() as session:
        await _within_limits(session, gw, await _link(session, gw, token))
    for one in draft.files:
        await keep_file(gw.blobs, content_key("files", one.sha256), Path(one.path))

    async def write(session: AsyncSession) -> FiledMessage:
        opened = await _link(session, gw, token)
        await _within_limits(session, gw, opened)
        return await _file(session, gw, opened, draft, place, ip)

    filed = await _once(gw, write)
    maillog.event("buyer.wrote", id=filed.message_id, thread=filed.thread_id)
    return Written(filed.message_id, filed.thread_id)


async def _once(gw: Gateway, write: Callable[[AsyncSession], Awaitable[FiledMessage]]) -> FiledMessage:
    """One transaction; a form that was sent twice at once is one message."""
    for _ in range(3):
        try:
            async with gw.db.write() as session:
                return await write(session)
        except Duplicate:
            continue
    raise TemporaryError("the same message is being sent at this moment")


async def _within_limits(session: AsyncSession, gw: Gateway, opened: Link) -> None:
    """Mails and messages of a page count together: a link is no way around the limits of a sender."""
    now, settings = gw.clock.now(), gw.settings
    for span, limit in ((timedelta(hours=1), settings.sender_per_hour), (timedelta(days=1), settings.sender_per_day)):
        if limit and await written_since(session, opened.author, now - span) >= limit:
            raise RateLimited("too many messages; try again later", retry_after=int(span.total_seconds()) // 4)


async def _file(
    session: AsyncSession, gw: Gateway, opened: Link, draft: PageDraft, place: Place, ip: str
) -> FiledMessage:
    inbound_id = new_id()
    message = _message(gw, opened, draft, inbound_id)
    filed = await file_message(session, place, message)
    if not filed.new:
        return filed
    entry = PageEntry(
        id=inbound_id,
        raw=as_mail(opened, draft, message, gw.settings.mail_domain),
        author=opened.author,
        mail_from=opened.address,
        rcpt_to=f"{opened.shop_slug}@{gw.settings.mail_domain}",
        peer_ip=ip,
        at=message.received_at,
        why=CLUE,
        shop_id=opened.shop_id,
        message_id=filed.message_id,
        thread_id=filed.thread_id,
    )
    await record(session, entry)
    await store.note_use(session, opened, filed.message_id, message.received_at)
    await route(session, gw, filed.message_id)
    await message_arrived(session, gw, filed.message_id)
    return filed


def _message(gw: Gateway, opened: Link, draft: PageDraft, inbound_id: str) -> NewMessage:
    now = gw.clock.now()
    key = f"page:{opened.fingerprint}:{draft.form_id}" if draft.form_id else None
    return NewMessage(
        id=new_id(),
        direction="inbound",
        channel="site",
        author_kind="buyer",
        author_name=opened.buyer_name,
        subject=draft.subject,
        text=draft.text,
        fresh_text=draft.text,
        sent_at=now,
        received_at=now,
        trust={"verdict": "verified", "why": CLUE},
        filed_because=({"clue": CLUE, "detail": ""},),
        inbound_id=inbound_id,
        dedupe_key=key,
        attachments=tuple(_stored(one) for one in draft.files),
    )


def _stored(one: ReceivedFile) -> StoredFile:
    name = safe_name(one.filename)
    declared = one.declared_type if _TYPE.fullmatch(one.declared_type) else "application/octet-stream"
    return StoredFile(
        id=new_id(),
        filename=name,
        content_type=kinds.of(one.sample, declared, name),
        declared_type=declared,
        size=one.size,
        sha256=one.sha256,
        blob_key=content_key("files", one.sha256),
    )


async def ask_for_human(gw: Gateway, token: str) -> bool:
    """Put the conversation before the seller again: a label, high priority, an event; false when that is so already.

    Raises NotFound.
    """
    async with gw.db.write() as session:
        opened = await _link(session, gw, token)
        if _asked(opened):
            return False
        event = _human_event(gw, opened)
        thread_id = (await file_message(session, _place(opened), event)).thread_id
        change_no = await bump_change(session, opened.shop_id)
        label = in_words_of(opened.shop_locale, HUMAN_LABEL)
        labels = [*(one for one in opened.labels if one not in HUMAN_LABEL), label]
        changes = {"needs_reply": True, "unread": True, "priority": "high", "labels": labels, "change_no": change_no}
        await threads.update_thread(session, SYSTEM, thread_id, changes | {"snoozed_until": None})
        await message_arrived(session, gw, event.id)
    maillog.event("buyer.asked_for_human", id=thread_id)
    return True


def _human_event(gw: Gateway, opened: Link) -> NewMessage:
    words = in_words_of(opened.shop_locale, HUMAN_EVENT)
    return NewMessage(
        id=new_id(),
        direction="system",
        channel="site",
        author_kind="system",
        author_name=opened.buyer_name,
        subject="" if opened.thread_id else opened.subject,
        text=words,
        fresh_text=words,
        received_at=gw.clock.now(),
        trust={"verdict": "internal", "why": "internal"},
        status_after="open",
    )
