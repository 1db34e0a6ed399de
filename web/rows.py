"""The rows of a list as HTML, each kept under everything that it shows: most of a page is the same as a moment ago."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from babel.dates import format_timedelta
from markupsafe import Markup

from gateway.domain.conversations import Hit, ThreadSummary

from .i18n import N_
from .templating import Templates

MOST_KEPT = 4000
ORDER_STATES = {
    # What order systems call the states of an order, in words of ours. Others are shown as they came.
    "pending": N_("To be paid"),
    "unpaid": N_("To be paid"),
    "paid": N_("Paid, to be sent"),
    "processing": N_("Paid, to be sent"),
    "on_hold": N_("On hold"),
    "partially_shipped": N_("Shipped in part"),
    "shipped": N_("Shipped"),
    "delivered": N_("Delivered"),
    "completed": N_("Completed"),
    "cancelled": N_("Cancelled"),
    "canceled": N_("Cancelled"),
    "refunded": N_("Refunded"),
    "partially_refunded": N_("Refunded in part"),
    "disputed": N_("In dispute"),
    "failed": N_("Payment failed"),
}
SOON = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Due:
    """How long until an answer is due: the words, and whether it is `late`, `soon` or neither."""

    words: str
    how: str


@dataclass(frozen=True, slots=True)
class Look:
    """How all rows of one page look: its language, zone and moment, and the `query` that its links keep."""

    locale: str
    zone: tzinfo | None
    now: datetime
    query: str
    with_shop: bool = False
    with_order: bool = False


class Rows:
    """Renders rows, and remembers the last ones."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._kept: OrderedDict[Hashable, Markup] = OrderedDict()

    def render(self, thread: ThreadSummary, hit: Hit | None, look: Look) -> Markup:
        """One row."""
        due = due_of(thread.due_at, look.now, look.locale) if thread.needs_reply else None
        day = look.now.astimezone(look.zone or UTC).date()
        key = (thread, hit, due, day, look.locale, look.zone, look.query, look.with_shop, look.with_order)
        if (known := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return known
        values = {"thread": thread, "hit": hit, "due": due, "look": look, "order_states": ORDER_STATES}
        page = {"reader": look, "now": look.now}
        made = Markup(self._templates.render("_row.html", look.locale, values | page))
        self._kept[key] = made
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return made


def due_of(at: datetime | None, now: datetime, locale: str) -> Due | None:
    """The time left, in the coarsest unit that still helps; None for what is never due."""
    if at is None:
        return None
    left = at - now
    words = str(format_timedelta(abs(left), granularity="minute", threshold=1.2, format="short", locale=locale))
    return Due(words, "late" if left < timedelta() else "soon" if left < SOON else "")
