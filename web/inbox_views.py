"""The inbox: views with counts, the list, and the thread that is open in it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from gateway import inbox
from gateway.clock import new_id
from gateway.domain.conversations import VIEWS, ThreadDetail, ThreadQuery

from .i18n import N_
from .keys import gateway, visit
from .pages import render

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
        given = {name: value for name, value in here.items() if value and (name, value) != ("view", "needs_reply")}
        return f"{path}?{urlencode(given)}" if given else path


def place_of(request: web.Request) -> Place:
    """The place in the URL. An unknown view is the default one; a search without a view looks everywhere."""
    query = request.query
    words = query.get("q", "").strip()[:200]
    view = query.get("view", "")
    fallback = "all" if words else "needs_reply"
    return Place(query.get("shop", ""), view if view in VIEWS else fallback, words, query.get("cursor", ""))


async def desk_of(request: web.Request) -> inbox.Desk:
    """Read the views, the list and the counts. Raises NotFound for a shop of somebody else."""
    place = place_of(request)
    query = ThreadQuery(place.shop or None, place.view, place.q, cursor=place.cursor, limit=PER_PAGE)
    return await inbox.desk(gateway(request), visit(request).actor, query)


async def inbox_page(request: web.Request) -> web.StreamResponse:
    """The list, with no thread open."""
    return show(request, await desk_of(request), None)


def show(
    request: web.Request, desk: inbox.Desk, detail: ThreadDetail | None, status: int = 200, **more: object
) -> web.Response:
    """The inbox page, with a thread or without."""
    values = {"colleagues": (), "conversation": None} | more
    place = place_of(request)
    return render(
        request,
        "inbox.html",
        status,
        desk=desk,
        place=place,
        heading=VIEW_NAMES[place.view][0],
        views=VIEW_NAMES,
        empty=EMPTY_VIEWS[place.view],
        detail=detail,
        form_id=new_id(),
        **values,
    )
