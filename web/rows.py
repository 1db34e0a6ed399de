"""The rows of a list as HTML, each kept under everything that it shows: most of a page is the same as a moment ago."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from babel.dates import format_timedelta
from markupsafe import Markup

from gateway.domain.conversations import Hit, ThreadSummary
from gateway.domain.writing import Viewer

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
EVER = datetime.min.replace(tzinfo=UTC)
"""Stands for the moment in what rows are kept under: what they show of it is told by `due` and the day."""


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
    may_work: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """A thread as a list shows it: where a search's words stand, who else looks at it, whether it is the open one."""

    thread: ThreadSummary
    hit: Hit | None = None
    present: tuple[Viewer, ...] = ()
    current: bool = False


class Rows:
    """Renders rows, and remembers the last ones."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._kept: OrderedDict[Hashable, Markup] = OrderedDict()

    def of_page(self, look: Look) -> Callable[[Shown], Markup]:
        """What renders the rows of one page."""
        same = (look.now.astimezone(look.zone or UTC).date(), replace(look, now=EVER))

        def row(shown: Shown) -> Markup:
            thread = shown.thread
            due = due_of(thread.due_at, look.now, look.locale) if thread.needs_reply else None
            key = (shown, due, same)
            if (known := self._kept.get(key)) is None:
                known = self._kept[key] = self._rendered(shown, due, look)
                if len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            else:
                self._kept.move_to_end(key)
            return known

        return row

    def _rendered(self, shown: Shown, due: Due | None, look: Look) -> Markup:
        thread = {"thread": shown.thread, "hit": shown.hit, "present": shown.present, "current": shown.current}
        page = {"look": look, "reader": look, "now": look.now, "order_states": ORDER_STATES}
        return Markup(self._templates.render("_row.html", look.locale, thread | page | {"due": due}))


def due_of(at: datetime | None, now: datetime, locale: str) -> Due | None:
    """The time left, in the coarsest unit that still helps; None for what is never due."""
    if at is None:
        return None
    left = at - now
    words = _time_left(max(1, abs(left) // timedelta(minutes=1)), locale)
    return Due(words, "late" if left < timedelta() else "soon" if left < SOON else "")


@lru_cache(maxsize=4096)
def _time_left(minutes: int, locale: str) -> str:
    span = timedelta(minutes=minutes)
    return str(format_timedelta(span, granularity="minute", threshold=1.2, format="short", locale=locale))
