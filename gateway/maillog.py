"""The words of the log: one named event a line, the id first, never a body, a secret or a whole address."""

import structlog

from gateway.domain.addresses import mask

EVENTS = {
    "smtp.connect": "a client connected",
    "smtp.refused": "a client was turned away, and why",
    "smtp.error": "an unexpected failure in a session; the client saw 451",
    "inbound.accepted": "a mail is stored; the 250 may be sent",
    "inbound.filed": "a mail became a message of a thread",
    "inbound.held": "a mail waits for a person, and why",
    "inbound.discarded": "a mail is kept but not shown, and why",
    "inbound.failed": "a mail could not be processed; its bytes are kept",
    "inbound.retry": "processing is tried again later, and why",
    "outbound.queued": "a mail to a person waits for the courier",
    "outbound.sent": "the relay took a mail",
    "outbound.deferred": "the relay said later",
    "outbound.failed": "the relay said never, or we gave up",
    "outbound.bounced": "a delivery came back",
    "order.upserted": "an order was written",
    "web.error": "an unexpected failure in a page; the reader saw a number",
    "auth.signed_in": "somebody signed in",
    "auth.failed": "a sign-in failed",
    "worker.error": "an unexpected failure in a background loop",
    "service.ready": "a listener is bound",
    "service.stopping": "a role is ending",
}

_log = structlog.get_logger("znx")


def event(name: str, **fields: object) -> None:
    """Write one event. `name` must be a word of EVENTS; a KeyError otherwise, so that a test finds it."""
    EVENTS[name]
    _log.info(name, **fields)


def masked(address: str) -> str:
    """An address as the log may show it."""
    return mask(address)


def configure(json_lines: bool) -> None:
    """Set up the process's log: JSON for machines, plain columns for a person at a terminal; on stderr."""
    import logging
    import sys

    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json_lines
        else structlog.processors.KeyValueRenderer(key_order=["event", "id"], drop_missing=True)
    )
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.EventRenamer("event"),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
