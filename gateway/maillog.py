"""The words of the log: one named event a line, the id first, never a body, a secret or a whole address."""

import contextlib
from collections.abc import Callable

from gateway.domain.addresses import mask

EVENTS = {
    "smtp.connect": "a client connected",
    "smtp.refused": "a client was turned away, and why",
    "smtp.error": "an unexpected failure in a session; the client saw 451",
    "inbound.accepted": "a mail is stored; the 250 may be sent",
    "inbound.filed": "a mail became a message of a thread",
    "inbound.held": "a mail waits for a person, and why",
    "inbound.confirmed": "a buyer confirmed held mail from the registered address",
    "inbound.discarded": "a mail is kept but not shown, and why",
    "inbound.requeued": "a person put a held, discarded or failed mail back to the queue",
    "inbound.failed": "a mail could not be processed; its bytes are kept",
    "inbound.retry": "processing is tried again later, and why",
    "outbound.queued": "a mail to a person waits for the courier",
    "outbound.sent": "the relay took a mail",
    "outbound.deferred": "the relay said later",
    "outbound.failed": "the relay said never, or we gave up",
    "outbound.bounced": "a delivery came back",
    "outbound.unwritable": "a mail of our own can't be written to this address",
    "outbound.requeued": "an admin had a mail tried again",
    "outbound.cancelled": "an admin stopped a mail",
    "outbound.taken_back": "a seller took back an answer that had not left",
    "outbound.paused": "an admin stopped all mail of a shop or to a domain for a while",
    "outbound.resumed": "an admin let mail go on",
    "suppression.released": "an admin took an address off the suppression list",
    "preference.off": "a recipient turned notifications off, or complained",
    "preference.on": "a recipient turned notifications on again",
    "buyer.merged": "two buyers became one",
    "buyer.parted": "two buyers who became one are two again",
    "buyer.blocked": "a seller wants no more mail of a buyer",
    "buyer.unblocked": "a seller takes mail of a buyer again",
    "buyer.address_added": "a buyer may write from one more address",
    "buyer.wrote": "a buyer wrote on the page of a conversation",
    "buyer.asked_for_human": "a buyer asked for a person on the page of a conversation",
    "buyer.links_revoked": "a shop stopped the links to a conversation's page",
    "seller.told": "a seller was mailed about new messages, as they chose",
    "seller.answered": "a seller's mail became the shop's reply",
    "order.upserted": "an order was written",
    "source.heard": "a shop's system told of an order, and what became of it",
    "source.refused": "a call of a shop's system had a wrong signature",
    "source.changed": "an admin connected, changed or removed an order source",
    "source.pulled": "a shop's system was asked for its orders",
    "webhook.sent": "another program took an event",
    "webhook.failed": "another program did not take an event",
    "webhook.disabled": "a webhook failed for days and was switched off",
    "webhook.changed": "an admin made, changed or removed a webhook",
    "web.error": "an unexpected failure in a page; the reader saw a number",
    "auth.signed_in": "somebody signed in",
    "auth.password_reset": "somebody chose a new password by a link from a mail",
    "auth.failed": "a sign-in failed",
    "token.added": "an API token was made",
    "token.revoked": "an API token was revoked",
    "user.invited": "somebody was invited to work here",
    "user.joined": "an invited person chose a password",
    "user.changed": "a user's role, shops or state were changed",
    "worker.error": "an unexpected failure in a background loop",
    "service.ready": "a listener is bound",
    "service.stopping": "a role is ending",
}

_Write = Callable[..., object]
_write: _Write | None = None


def event(name: str, **fields: object) -> None:
    """Write one event, once `configure` was called. A name that is not in EVENTS is a KeyError, so a test finds it."""
    EVENTS[name]
    if _write is not None:
        # A log on a full disk, or whose reader has gone, must not turn a mail that is stored into a failure.
        with contextlib.suppress(OSError, ValueError):
            _write(name, **fields)


def masked(address: str) -> str:
    """An address as the log may show it."""
    return mask(address)


def configure(json_lines: bool) -> None:
    """Open this process's log on stderr: JSON for machines, key=value for a person at a terminal."""
    import json
    import logging
    import sys

    import structlog

    renderer: structlog.typing.Processor = structlog.processors.KeyValueRenderer(
        key_order=["timestamp", "event", "id"], drop_missing=True
    )
    if json_lines:
        # One encoder for all lines: `json.dumps` with any option makes a new one each time, a fifth of a line's cost.
        encode = json.JSONEncoder(ensure_ascii=False, default=repr).encode
        renderer = structlog.processors.JSONRenderer(serializer=lambda fields, **_: encode(fields))
    structlog.configure(
        processors=[structlog.processors.TimeStamper(fmt="iso", utc=True), renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    global _write
    _write = structlog.get_logger("znx").info
