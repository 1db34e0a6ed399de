"""The JSON of threads, messages and attachments, as programs outside rely on it. The only place that spells it."""

from datetime import UTC, datetime
from typing import Any

from gateway.domain.authenticity.reasons import sentence
from gateway.domain.conversations import AttachmentView, DeliveryView, MessageView, ThreadDetail, ThreadSummary


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC with a Z, or None."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def thread_json(thread: ThreadSummary) -> dict[str, Any]:
    """A Thread. `assignee` is the colleague's email address, which is also what PATCH takes."""
    buyer = thread.buyer
    return {
        "id": thread.id,
        "shop": thread.shop.slug,
        "order_no": thread.order_no,
        "subject": thread.subject,
        "buyer": {"id": buyer.id, "name": buyer.name, "email_masked": buyer.email_masked},
        "status": thread.status,
        "assignee": thread.assignee.email if thread.assignee else None,
        "team": {"id": thread.team.id, "name": thread.team.name} if thread.team else None,
        "priority": thread.priority,
        "labels": list(thread.labels),
        "unread": thread.unread,
        "last_message_at": moment(thread.last_message_at),
        "message_count": thread.message_count,
        "snippet": thread.snippet,
        "needs_reply": thread.needs_reply,
        "due_at": moment(thread.due_at),
        "snoozed_until": moment(thread.snoozed_until),
    }


def detail_json(detail: ThreadDetail) -> dict[str, Any]:
    """A Thread with its `messages` in order."""
    return thread_json(detail.thread) | {"messages": [message_json(message) for message in detail.messages]}


def message_json(message: MessageView) -> dict[str, Any]:
    """A Message with its attachments and deliveries."""
    return {
        "id": message.id,
        "thread_id": message.thread_id,
        "direction": message.direction,
        "channel": message.channel,
        "author": {"kind": message.author_kind, "name": message.author_name},
        "subject": message.subject,
        "text": message.text,
        "fresh_text": message.fresh_text,
        "quoted_text": message.quoted_text,
        "html": message.html,
        "attachments": [attachment_json(attachment) for attachment in message.attachments],
        "internet_message_id": message.internet_message_id,
        "sent_at": moment(message.sent_at),
        "received_at": moment(message.received_at),
        "trust": _trust(message),
        "filed_because": [{"clue": c.get("clue", ""), "detail": c.get("detail", "")} for c in message.filed_because],
        "rules": [dict(rule) for rule in message.rules],
        "automatic": message.automatic or False,
        "deliveries": [_delivery(delivery) for delivery in message.deliveries],
    }


def attachment_json(attachment: AttachmentView) -> dict[str, Any]:
    """An Attachment without its bytes."""
    return {
        "id": attachment.id,
        "filename": attachment.filename,
        "content_type": attachment.content_type,
        "declared_type": attachment.declared_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "inline": attachment.inline,
        "content_id": attachment.content_id,
    }


def _trust(message: MessageView) -> dict[str, Any]:
    """`why` is a code for programs, `why_text` the same for people, in both languages."""
    known = message.trust
    verdict = known.get("verdict") or ("internal" if message.direction != "inbound" else "unverified")
    words = {name: known.get(name, "") for name in ("spf", "dkim", "dmarc", "arc", "why")}
    details = {key: str(value) for key, value in (known.get("details") or {}).items()}
    said = {locale: sentence(words["why"], locale, details) if words["why"] else "" for locale in ("en", "zh")}
    return {"verdict": verdict, **words, "why_text": said}


def _delivery(delivery: DeliveryView) -> dict[str, Any]:
    return {
        "to_masked": delivery.to_masked,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "smtp_reply": delivery.smtp_reply,
        "refusal": delivery.refusal,
        "at": moment(delivery.at),
        "next_attempt_at": moment(delivery.next_attempt_at) if delivery.state in ("queued", "deferred") else None,
    }
