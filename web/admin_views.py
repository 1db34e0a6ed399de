"""Pages for admins: the ledger of all that came in, and what to do with what is held."""

import re
from typing import Any, cast
from urllib.parse import urlencode

from aiohttp import web

from gateway.admin import channels, shops
from gateway.admin import ledger as flow
from gateway.domain.ledger import INGRESSES, InboundQuery, State, Trusted
from gateway.domain.reasons import LEDGER, ledger_sentence

from .i18n import N_
from .keys import gateway, visit
from .pages import back, locale_of, render
from .times import days_of

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


TRUST = {
    "verified": N_("Verified"),
    "unverified": N_("Unverified"),
    "failed": N_("Failed the check"),
    "internal": N_("Internal"),
}
FIELDS = ("shop", "why", "sender", "recipient", "ingress", "channel", "trust", "since", "until")


async def ledger(request: web.Request) -> web.StreamResponse:
    """Every mail that got a 250, by state and whatever else is asked for, with the reason."""
    gw, actor, locale = gateway(request), visit(request).actor, locale_of(request)
    asked = {name: request.query.get(name, "").replace("\0", "").strip()[:254] for name in FIELDS}
    state = request.query.get("state", "held")
    state = state if state in STATES else "held"
    page = await flow.inbound_list(gw, actor, _query(request, state, asked))
    values: dict[str, Any] = {"page": page, "state": state, "states": STATES, "asked": asked, "trust": TRUST}
    values["link"] = urlencode({name: value for name, value in asked.items() if value})
    values["reasons"] = {row.id: ledger_sentence(row.why, locale, row.details) for row in page.items}
    values["whys"] = {code: re.sub(r"{\w+}", "…", ledger_sentence(code, locale, {})) for code in LEDGER if code}
    values |= {"ingresses": INGRESSES, "slugs": await shops.shops(gw, actor)}
    return render(request, "ledger.html", **values, channels=await channels.channels(gw, actor))


def _query(request: web.Request, state: str, asked: dict[str, str]) -> InboundQuery:
    """What the form asks for; what it can't have asked for is passed over."""
    since, until = days_of(visit(request).account.time_zone, asked["since"], asked["until"])
    return InboundQuery(
        state=cast(State, state) if state else None,
        cursor=request.query.get("cursor") or None,
        limit=PER_PAGE,
        shop=asked["shop"] or None,
        ingress=asked["ingress"] if asked["ingress"] in INGRESSES else None,
        trust=cast(Trusted, asked["trust"]) if asked["trust"] in TRUST else None,
        since=since,
        until=until,
        **{name: asked[name] for name in ("why", "sender", "recipient", "channel")},
    )


async def release(request: web.Request) -> web.StreamResponse:
    """Let a held mail in."""
    await flow.release(gateway(request), visit(request).actor, request.match_info["id"])
    return back(request, "/ledger")


async def discard(request: web.Request) -> web.StreamResponse:
    """Take a held mail out of sight."""
    await flow.discard(gateway(request), visit(request).actor, request.match_info["id"])
    return back(request, "/ledger")


async def reprocess(request: web.Request) -> web.StreamResponse:
    """Process a mail again, by all the rules."""
    await flow.reprocess(gateway(request), visit(request).actor, request.match_info["id"])
    return back(request, "/ledger")
