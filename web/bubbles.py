"""What a message looks like in a thread: its sides, words for trust and delivery, its pictures and files."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.domain.authenticity.reasons import sentence
from gateway.domain.conversations import AttachmentView, MessageView, ThreadDetail
from gateway.domain.reasons import clue_sentence
from gateway.domain.routing.sentences import acted_words
from gateway.store.restructuring import Event

from .i18n import N_
from .thread_lines import Line, line_of

PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
MAX_PICTURE_BYTES = 12 * 1_048_576

CHANNELS = {
    # The door a message came by, and its icon.
    "email": (N_("Email"), "mail"),
    "order_note": (N_("Order note"), "clipboard-list"),
    "site": (N_("Site message"), "globe"),
    "chat": (N_("Chat"), "message-circle"),
}
VERDICTS = {
    # What is known of the author, and its icon.
    "verified": (N_("Verified"), "shield-check"),
    "unverified": (N_("Not verified"), "shield-question-mark"),
    "failed": (N_("Possibly forged"), "shield-x"),
    "internal": (N_("Internal"), "shield"),
}
DELIVERIES = {
    # How far a mail of ours has come, and its icon.
    "queued": (N_("Sending"), "clock"),
    "deferred": (N_("Delayed"), "hourglass"),
    "sent": (N_("Sent"), "check"),
    "bounced": (N_("Bounced"), "undo"),
    "failed": (N_("Not delivered"), "circle-alert"),
}
AUTOMATIC = {
    # What kind of machine wrote it.
    "auto-reply": N_("Automatic reply"),
    "bounce": N_("Delivery report"),
    "list": N_("Mailing list"),
    "feedback-report": N_("Complaint report"),
}
STATUSES = {
    # Where a thread stands, and its icon.
    "open": (N_("Still open"), "inbox"),
    "waiting": (N_("Waiting for buyer"), "hourglass"),
    "snoozed": (N_("Snoozed"), "moon"),
    "closed": (N_("Closed"), "circle-check"),
}
PRIORITIES = {
    # How urgent a thread is.
    "low": N_("Low priority"),
    "normal": N_("Normal priority"),
    "high": N_("High priority"),
    "urgent": N_("Urgent"),
}
FRAMES = {"low": 12, "middle": 26}
"""The heights of frames in rem, but for the tallest; thread.css has the same."""
_UNKNOWN = ("", "info")


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message, ready to show. `side` is buyer, seller, note or event."""

    message: MessageView
    side: str
    channel: tuple[str, str]
    verdict: str
    badge: tuple[str, str]
    trust: str
    clues: tuple[str, ...]
    pictures: tuple[AttachmentView, ...]
    files: tuple[AttachmentView, ...]
    deliveries: tuple[tuple[Any, tuple[str, str]], ...]
    automatic: str
    event: Line | None = None
    rules: tuple[tuple[str, str], ...] = ()
    """The names of the routing rules that acted on it, and what each did."""

    @property
    def text(self) -> str:
        """The new words; the whole text when the split left nothing of it."""
        message = self.message
        return (message.fresh_text if message.fresh_text.strip() else message.text).strip("\n")

    @property
    def quoted(self) -> str:
        """What stands behind the chip."""
        message = self.message
        return message.quoted_text.strip("\n") if message.fresh_text.strip() else ""

    @property
    def frame(self) -> str:
        """How high the frame of the formatted mail is to be: it can't be measured from outside, only guessed."""
        lines = sum(1 + len(line) // 60 for line in self.message.text[:20_000].splitlines())
        rem = 4 + 1.5 * lines + 8 * len(self.pictures)
        return next((name for name, height in FRAMES.items() if rem <= height), "tall")


def bubbles(
    detail: ThreadDetail, locale: str, events: Mapping[str, Event], names: Mapping[str, str] | None = None
) -> list[Bubble]:
    """The thread's messages in order; `events` are those that its lines name, `names` those of ids in rules."""
    return [
        replace(_bubble(message, locale), event=line_of(message, events), rules=_rules(message, locale, names or {}))
        for message in detail.messages
    ]


def _rules(message: MessageView, locale: str, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    index = 1 if locale.startswith("zh") else 0
    return tuple((str(acted.get("name", "")), acted_words(acted, names)[index]) for acted in message.rules)


def _bubble(message: MessageView, locale: str) -> Bubble:
    verdict = str(message.trust.get("verdict") or "unverified")
    details = {key: str(value) for key, value in (message.trust.get("details") or {}).items()}
    why = sentence(str(message.trust.get("why", "")), locale, details)
    clues = [clue_sentence(str(c.get("clue", "")), locale, str(c.get("detail", ""))) for c in message.filed_because]
    return Bubble(
        message=message,
        side=_side(message),
        channel=CHANNELS.get(message.channel, _UNKNOWN),
        verdict=verdict,
        badge=VERDICTS.get(verdict, VERDICTS["unverified"]),
        trust=why,
        clues=tuple(clues),
        pictures=tuple(file for file in message.attachments if is_picture(file)),
        files=tuple(file for file in message.attachments if not is_picture(file)),
        deliveries=tuple((delivery, DELIVERIES.get(delivery.state, _UNKNOWN)) for delivery in message.deliveries),
        automatic=AUTOMATIC.get(message.automatic, ""),
    )


def _side(message: MessageView) -> str:
    return {"inbound": "buyer", "outbound": "seller", "internal": "note"}.get(message.direction, "event")


def is_picture(file: AttachmentView) -> bool:
    """True for what is shown inline: raster pictures of a bearable size, by their bytes."""
    return file.content_type in PICTURE_TYPES and file.size <= MAX_PICTURE_BYTES
