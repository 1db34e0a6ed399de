"""Pages for admins: the ledger of all that came in, and what to do with what is held."""

from typing import cast

from aiohttp import web

from gateway import admin
from gateway.domain.ledger import InboundQuery, State
from gateway.domain.reasons import ledger_sentence

from .i18n import N_
from .keys import gateway, visit
from .pages import back, locale_of, render

STATES = {
    # Each state of the ledger, and its icon.
    "held": (N_("Held"), "shield-alert"),
    "failed": (N_("Failed"), "circle-alert"),
    "pending": (N_("Waiting"), "clock"),
    "filed": (N_("Filed"), "circle-check"),
    "discarded": (N_("Discarded"), "archive"),
    "": (N_("All"), "layers"),
}
PER_PAGE = 50


async def ledger(request: web.Request) -> web.StreamResponse:
    """Every mail that got a 250, by state, with the reason."""
    gw, actor, locale = gateway(request), visit(request).actor, locale_of(request)
    state = request.query.get("state", "held")
    state = state if state in STATES else "held"
    wanted = cast(State, state) if state else None
    query = InboundQuery(state=wanted, cursor=request.query.get("cursor") or None, limit=PER_PAGE)
    page = await admin.inbound_list(gw, actor, query)
    reasons = {row.id: ledger_sentence(row.why, locale, row.details) for row in page.items}
    return render(request, "ledger.html", page=page, state=state, states=STATES, reasons=reasons)


async def release(request: web.Request) -> web.StreamResponse:
    """Let a held mail in."""
    await admin.release(gateway(request), visit(request).actor, request.match_info["id"])
    return back(request, "/ledger")


async def discard(request: web.Request) -> web.StreamResponse:
    """Take a held mail out of sight."""
    await admin.discard(gateway(request), visit(request).actor, request.match_info["id"])
    return back(request, "/ledger")


async def reprocess(request: web.Request) -> web.StreamResponse:
    """Process a mail again, by all the rules."""
    await admin.reprocess(gateway(request), visit(request).actor, request.match_info["id"])
    return back(request, "/ledger")
