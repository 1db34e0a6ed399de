"""The seller's answer: a message and its mail, composed once and queued in one transaction. Sending is the worker's.

The mail shows the shop's name and a reply address of ours; neither side sees the other's address.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.blobs import content_key, keep
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.composing import File, Outgoing, compose, message_id
from gateway.domain.composing.parts import safe_name
from gateway.domain.messages import NewMessage, Place, StoredFile
from gateway.domain.parsing import kinds
from gateway.domain.tokens import REPLY_LIFE, fingerprint, mint
from gateway.domain.writing import due_at, undo_data
from gateway.errors import AnsweredMeanwhile, Duplicate, Invalid, TemporaryError
from gateway.models import BuyerLink, OrderLink, ReplyToken
from gateway.outbound.buyer_links import keep_link
from gateway.outbound.buyer_links import make as make_link
from gateway.outbound.letters import Words, render
from gateway.outbound.mailing import signed
from gateway.store import deliveries, drafts
from gateway.store.conversation import Conversation, conversation, keep_token, revoked_tokens
from gateway.store.filing import FiledMessage, file_message, lock_buyer
from gateway.store.unsending import newer_answer, take_back, thread_state

BOUNCE_TOKEN_LIFE = timedelta(days=7)
NOT_SENT = "5.1.1 not sent: this address does not exist any more"
MAX_FILES = 20
MAX_REPLY_CHARS = 100_000


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file as a person handed it in; its name and type are not trusted."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ReplyDraft:
    """What a seller wants to send. The same `idempotency_key` in the same thread sends once.

    With `send_at` it waits until then, and may be taken back. `seen` is the newest message that the writer knows: a
    newer answer of a colleague raises AnsweredMeanwhile. `signature` stands below the text. `replaces` is a waiting
    reply that goes away for this one. `from_draft` forgets the writer's draft in the same transaction.
    """

    text: str
    attachments: tuple[NewAttachment, ...] = ()
    template: str = "reply"
    idempotency_key: str = ""
    status_after: str = "waiting"
    send_at: datetime | None = None
    seen: str | None = None
    replaces: str = ""
    from_draft: bool = False
    signature: str = ""

    @property
    def whole_text(self) -> str:
        """The text and the signature."""
        return "\n\n".join(part for part in (self.text.strip("\n"), self.signature) if part)


@dataclass(frozen=True, slots=True)
class _Letter:
    """One composed mail with everything that is written with it."""

    draft: ReplyDraft
    message: NewMessage
    raw: bytes
    delivery: dict[str, Any]
    token: ReplyToken
    link: BuyerLink | OrderLink


async def reply(gw: Gateway, actor: Actor, thread_id: str, draft: ReplyDraft) -> str:
    """Answer a thread; the id of the message, which is already there when the idempotency key was used before.

    Raises NotFound for a thread of somebody else, Invalid for a text or files that can't be sent, AnsweredMeanwhile.
    """
    _check(gw, draft)
    now = gw.clock.now()
    due_at(draft.send_at, now)
    talk, revoked = await gw.db.look(lambda session: _read(session, actor, thread_id))
    if not talk.address:
        raise Invalid("there is no email address of this buyer to answer to", "thread")
    letter = await asyncio.to_thread(_compose, gw, actor, talk, draft, str(revoked), now)
    blob_key = await _store(gw, letter, draft)
    for _ in range(3):
        try:
            filed = await gw.db.at_once(lambda session: _write(session, actor, talk, letter, blob_key))
            break
        except Duplicate:
            continue
    else:
        raise TemporaryError("the same reply is being sent at this moment")
    if filed.new:
        gw.outbound_signal.wake()
        maillog.event("outbound.queued", id=letter.delivery["id"], rcpt=maillog.masked(talk.address))
    return filed.message_id


async def _read(session: AsyncSession, actor: Actor, thread_id: str) -> tuple[Conversation, int]:
    talk = await conversation(session, actor, thread_id)
    return talk, await revoked_tokens(session, thread_id, talk.buyer_id)


def _check(gw: Gateway, draft: ReplyDraft) -> None:
    if not draft.text.strip() and not draft.attachments:
        raise Invalid("write a text or add a file", "text")
    if len(draft.text) > MAX_REPLY_CHARS:
        raise Invalid(f"the text is longer than {MAX_REPLY_CHARS} characters", "text")
    check_files(gw, [len(file.content) for file in draft.attachments])


def check_files(gw: Gateway, sizes: Sequence[int]) -> None:
    """Raises Invalid for files of these sizes, in bytes, that are more than one answer takes."""
    if len(sizes) > MAX_FILES:
        raise Invalid(f"more than {MAX_FILES} files", "attachments")
    if sum(sizes) > gw.settings.max_message_bytes:
        raise Invalid(f"the files are larger than {gw.settings.max_message_bytes // 1_048_576} MiB", "attachments")


def _compose(gw: Gateway, actor: Actor, talk: Conversation, draft: ReplyDraft, serial: str, now: datetime) -> _Letter:
    """Everything that takes computing, in a thread: render, compose, sign."""
    id_, delivery_id, domain, due = new_id(), new_id(), gw.settings.mail_domain, due_at(draft.send_at, now)
    token = mint(gw.secret, "reply", talk.shop_id, talk.thread_id, talk.buyer_id, serial)
    bounce = mint(gw.secret, "bounce", delivery_id)
    link = make_link(gw, talk, due)
    names = tuple(safe_name(file.filename) for file in draft.attachments)
    rendered = render(gw, talk, Words(draft.whole_text, names, draft.template, token, link.url))
    files = (File(safe_name(f.filename), f.content_type, f.content) for f in draft.attachments)
    references = _references(talk)
    mail = Outgoing(
        from_name=talk.shop_name,
        from_addr=f"r.{token}@{domain}",
        to_name=talk.buyer_name,
        to_addr=talk.address,
        reply_to=f"r.{token}@{domain}",
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        attachments=(*files, *rendered.pictures),
        internet_message_id=message_id(id_, domain),
        in_reply_to=references[-1] if references else None,
        references=references,
        date=due,
        loop_mark=domain,
        language=rendered.locale.replace("_", "-"),
    )
    raw = signed(gw, compose(mail), due)
    message = replace(_message(id_, talk.thread_id, actor, draft, mail), received_at=now)
    delivery = _delivery(delivery_id, bounce, talk, mail, raw)
    delivery |= {"message_id": id_, "thread_id": talk.thread_id, "queued_at": now, "at": now}
    return _Letter(draft, message, raw, delivery, _token_row(token, talk, due), link.row)


def _references(talk: Conversation) -> tuple[str, ...]:
    """RFC 5322 §3.6.4: the ancestor's own references, then the ancestor; where it has none, our chain so far."""
    ancestor = talk.ancestor
    if ancestor is None or not ancestor.internet_message_id:
        return talk.our_ids
    return tuple(dict.fromkeys((*ancestor.references, ancestor.internet_message_id)))


def _message(id_: str, thread_id: str, actor: Actor, draft: ReplyDraft, mail: Outgoing) -> NewMessage:
    return NewMessage(
        id=id_,
        direction="outbound",
        channel="email",
        author_kind="seller",
        author_name=actor.name,
        author_user_id=actor.user_id or None,
        subject=mail.subject,
        text=draft.whole_text,
        fresh_text=draft.text,
        signature_text=draft.signature,
        internet_message_id=mail.internet_message_id,
        references=mail.references,
        sent_at=mail.date,
        received_at=mail.date,
        trust={"verdict": "internal", "why": "internal"},
        dedupe_key=f"reply:{thread_id}:{draft.idempotency_key}" if draft.idempotency_key else None,
        attachments=tuple(_stored(file) for file in draft.attachments),
        status_after=draft.status_after,
    )


def _stored(file: NewAttachment) -> StoredFile:
    digest, name = hashlib.sha256(file.content).hexdigest(), safe_name(file.filename)
    return StoredFile(
        id=new_id(),
        filename=name,
        content_type=kinds.of(file.content, file.content_type, name),
        declared_type=file.content_type,
        size=len(file.content),
        sha256=digest,
        blob_key=content_key("files", digest),
    )


def _delivery(id_: str, bounce: str, talk: Conversation, mail: Outgoing, raw: bytes) -> dict[str, Any]:
    """An address that does not exist gets nothing more until an admin takes it off the suppression list."""
    stopped = {"state": "failed", "refusal": "address", "smtp_reply": NOT_SENT}
    return {
        "id": id_,
        "shop_id": talk.shop_id,
        "kind": "reply",
        "mail_from": f"b.{bounce}@{mail.loop_mark}",
        "rcpt_to": talk.address,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "internet_message_id": mail.internet_message_id,
        "bounce_fingerprint": fingerprint(bounce),
        "bounce_expires_at": mail.date + BOUNCE_TOKEN_LIFE,
        "state": "queued",
        "queued_at": mail.date,
        "at": mail.date,
        "next_attempt_at": mail.date,
    } | (stopped if talk.undeliverable else {})


def _token_row(token: str, talk: Conversation, now: datetime) -> ReplyToken:
    return ReplyToken(
        fingerprint=fingerprint(token),
        shop_id=talk.shop_id,
        thread_id=talk.thread_id,
        buyer_id=talk.buyer_id,
        expires_at=now + REPLY_LIFE,
    )


async def _store(gw: Gateway, letter: _Letter, draft: ReplyDraft) -> str | None:
    """Files, and a large mail's bytes, go to the blob store before the transaction that names them."""
    for row, file in zip(letter.message.attachments, draft.attachments, strict=True):
        await keep(gw.blobs, row.blob_key, file.content)
    if len(letter.raw) <= deliveries.INLINE_BYTES:
        return None
    key = content_key("raw", letter.delivery["sha256"])
    await keep(gw.blobs, key, letter.raw)
    return key


async def _write(
    session: AsyncSession, actor: Actor, talk: Conversation, letter: _Letter, blob_key: str | None
) -> FiledMessage:
    await lock_buyer(session, talk.buyer_id)
    await _make_room(session, actor, talk, letter.draft)
    place = Place(talk.shop_id, talk.buyer_id, thread_id=talk.thread_id)
    filed = await file_message(session, place, await _with_undo(session, letter))
    if filed.new:
        await keep_token(session, letter.token)
        await keep_link(session, letter.link)
        await deliveries.queue(session, letter.delivery, letter.raw, blob_key)
    if letter.draft.from_draft:
        await drafts.remove(session, actor.user_id, talk.thread_id, "reply")
    return filed


async def _make_room(session: AsyncSession, actor: Actor, talk: Conversation, draft: ReplyDraft) -> None:
    if draft.replaces:
        await take_back(session, actor, draft.replaces)
    if draft.seen is None:
        return
    if newer := await newer_answer(session, talk.thread_id, draft.seen, actor.user_id):
        raise AnsweredMeanwhile(newer)


async def _with_undo(session: AsyncSession, letter: _Letter) -> NewMessage:
    """A mail that waits can be taken back, and its thread then stands as it did before."""
    if letter.delivery["next_attempt_at"] <= letter.message.received_at or letter.delivery["state"] != "queued":
        return letter.message
    before = await thread_state(session, letter.delivery["thread_id"])
    return replace(letter.message, undo=undo_data(before, letter.draft.status_after, letter.draft.template))
