"""The inbox: views with counts, the list, and the thread that is open in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from gateway.clock import new_id
from gateway.domain.conversations import SORTS, VIEWS, Sort, ThreadDetail, ThreadQuery, ThreadSummary
from gateway.inbox import batch, desks, sorting

from . import list_filters
from .i18n import N_
from .keys import FORM, ROWS, SHELF, gateway, visit
from .pages import back, locale_of, render
from .rows import Look, Shown
from .times import zone_of

VIEW_NAMES = {
    # What each view is called, and its icon.
    "needs_reply": (N_("Needs reply"), "inbox"),
    "mine": (N_("Mine"), "user-round"),
    "mentions": (N_("Mentions"), "at-sign"),
    "unassigned": (N_("Unassigned"), "users"),
    "waiting": (N_("Waiting for buyer"), "hourglass"),
    "snoozed": (N_("Snoozed"), "moon"),
    "order_notes": (N_("Order notes"), "clipboard-list"),
    "automatic": (N_("Automatic"), "bot"),
    "closed": (N_("Closed"), "circle-check"),
    "all": (N_("All"), "layers"),
}
EMPTY_VIEWS = {
    # What an empty view tells.
    "needs_reply": N_("Every buyer has an answer. New mail appears here by itself."),
    "mine": N_("Nothing is assigned to you."),
    "mentions": N_("No colleague has called you by @ in a note."),
    "unassigned": N_("Every open conversation has an owner."),
    "waiting": N_("You are not waiting for any buyer."),
    "snoozed": N_("Nothing is snoozed."),
    "order_notes": N_("No buyer has left a note on an order."),
    "automatic": N_("No automatic mail."),
    "closed": N_("Nothing is closed yet."),
    "all": N_("No mail yet. Write to the shop's address from a buyer's mailbox, and it appears here."),
}
SNOOZES = {
    # What the snooze menus offer.
    "1h": (N_("1 hour"), timedelta(hours=1)),
    "4h": (N_("4 hours"), timedelta(hours=4)),
    "1d": (N_("1 day"), timedelta(days=1)),
    "3d": (N_("3 days"), timedelta(days=3)),
    "7d": (N_("1 week"), timedelta(days=7)),
}
SORT_NAMES: dict[Sort, tuple[str, str]] = {
    # What each order of a list is called, in full and beside its picture.
    "newest": (N_("Newest first"), N_("Newest")),
    "due": (N_("Next to breach first"), N_("Due")),
}
PER_PAGE = 40


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the inbox a reader is: every link of the page keeps it."""

    shop: str
    view: str
    q: str
    cursor: str = ""

    def url(self, path: str = "/inbox", **changes: str) -> str:
        """A link to `path` from here, with some of it changed."""
        here = {"shop": self.shop, "view": self.view, "q": self.q, "cursor": self.cursor} | changes
        given = {name: value for name, value in here.items() if value}
        if given.get("view") == _default_view(here["q"]):
            del given["view"]
        return f"{path}?{urlencode(given)}" if given else path


def _default_view(q: str) -> str:
    """A search looks everywhere."""
    return "all" if q else "needs_reply"


def place_of(request: web.Request) -> Place:
    """The place in the URL; an unknown view is the default one."""
    query = request.query
    words, view = query.get("q", "").strip()[:200], query.get("view", "")
    return Place(query.get("shop", ""), view if view in VIEWS else _default_view(words), words, query.get("cursor", ""))


async def desk_of(request: web.Request) -> desks.Desk:
    """Read the views, the list and the counts. Raises NotFound for a shop of somebody else."""
    place = place_of(request)
    shop, sort = place.shop or None, sort_of(request, place.view)
    query = ThreadQuery(shop, place.view, place.q, cursor=place.cursor, limit=PER_PAGE, sort=sort)
    return await desks.desk(gateway(request), visit(request).actor, query, request.config_dict[SHELF])


def sort_of(request: web.Request, view: str) -> Sort:
    """The order that the reader has chosen for a view."""
    chosen = visit(request).account.sorts.get(view)
    return next((sort for sort in SORTS if sort == chosen), "newest")


async def sort(request: web.Request) -> web.StreamResponse:
    """Remember in which order the reader likes a view; the list from its top."""
    form = request[FORM]
    await sorting.choose(gateway(request), visit(request).account.id, form.get("view"), form.get("sort"))
    return back(request, "/inbox")


async def inbox_page(request: web.Request) -> web.StreamResponse:
    """The list, with no thread open."""
    return await show(request, await desk_of(request), None)


async def show(
    request: web.Request, desk: desks.Desk, detail: ThreadDetail | None, status: int = 200, **more: object
) -> web.Response:
    """The inbox page, with a thread or without."""
    values = {"colleagues": (), "conversation": None} | more
    gw, actor, place = gateway(request), visit(request).actor, place_of(request)
    search, others = desk.page.search, [person for person in desk.people if person.id != actor.user_id]
    return render(
        request,
        "inbox.html",
        status,
        desk=desk,
        place=place,
        heading=VIEW_NAMES[place.view][0],
        views=VIEW_NAMES,
        sort=sort_of(request, place.view),
        sorts=SORT_NAMES,
        empty=EMPTY_VIEWS[place.view],
        detail=detail,
        form_id=new_id(),
        search=search,
        filters=list_filters.menu(place.q, search, others, desk.page.items),
        filter_names=list_filters.NAMES,
        filter_values=list_filters.VALUES,
        troubles=list_filters.TROUBLES,
        people=desk.people,
        may_work=actor.may("work"),
        snoozes=SNOOZES,
        act=await batch.recent(gw, actor, request.query["act"]) if "act" in request.query else None,
        row=_rows(request, desk, place, detail.thread.id if detail else ""),
        **values,
    )


def _rows(request: web.Request, desk: desks.Desk, place: Place, open_id: str) -> Callable[[ThreadSummary], Markup]:
    """What makes the row of a thread for this page."""
    zone_name = visit(request).account.time_zone
    look = Look(
        locale=locale_of(request),
        zone=zone_of(zone_name),
        now=gateway(request).clock.now(),
        query=place.url(""),
        with_shop=len(desk.shops) > 1 and not place.shop,
        with_order=place.view == "order_notes",
        may_work=visit(request).actor.may("work"),
    )
    rendered = request.config_dict[ROWS].of_page(look)

    def row(thread: ThreadSummary) -> Markup:
        hit, present = desk.page.hits.get(thread.id), desk.present.get(thread.id, ())
        return rendered(Shown(thread, hit, present, thread.id == open_id))

    return row
