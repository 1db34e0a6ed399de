"""Pages for admins: the shops' systems that tell of orders, how to connect one, and what each has told."""

from typing import Any

from aiohttp import web

from gateway.domain.sources.hearing import Kind, Outcome
from gateway.domain.sources.reasons import sentence
from gateway.domain.sources.setup import KINDS, Connected, NewSource
from gateway.errors import Invalid
from gateway.inbox import threads
from gateway.orders import sources

from .i18n import N_
from .keys import FORM, gateway, visit
from .pages import locale_of, render, see_other

KIND_NAMES: dict[Kind, str] = {
    "shopify": N_("Shopify, it calls us"),
    "woocommerce": N_("WooCommerce, it calls us"),
    "woocommerce-pull": N_("WooCommerce, we ask it"),
}
OUTCOMES: dict[Outcome, tuple[str, str]] = {
    # What became of a call, and its icon.
    "applied": (N_("Written"), "circle-check"),
    "stale": (N_("Older than what is known"), "history"),
    "waiting": (N_("Waits for its order"), "hourglass"),
    "ignored": (N_("Of no use here"), "eye-off"),
    "failed": (N_("Could not be used"), "circle-alert"),
}
PER_PAGE = 50


async def sources_page(request: web.Request) -> web.StreamResponse:
    """All sources, and the form for another one."""
    return await _page(request)


async def _page(request: web.Request, made: Connected | None = None) -> web.Response:
    gw, actor = gateway(request), visit(request).actor
    found = await sources.sources(gw, actor)
    shops = await threads.shops(gw, actor)
    return render(request, "sources.html", sources=found, shops=shops, made=made, kinds=KIND_NAMES)


async def connect(request: web.Request) -> web.StreamResponse:
    """Connect a shop's system; a secret that we made is in this answer alone, so there is no redirect."""
    form = request[FORM]
    kind = next((known for known in KINDS if known == form.get("kind")), None)
    if kind is None:
        raise Invalid("choose the shop's system", field="kind")
    names = ("shop", "name", "secret", "url", "consumer_key")
    new = NewSource(kind=kind, **{name: form.get(name).strip() for name in names})
    return await _page(request, await sources.connect(gateway(request), visit(request).actor, new))


async def source_page(request: web.Request) -> web.StreamResponse:
    """One source with the log of its calls."""
    gw, actor, id_ = gateway(request), visit(request).actor, request.match_info["id"]
    source = await sources.source(gw, actor, id_)
    page = await sources.calls(gw, actor, id_, request.query.get("cursor") or None, PER_PAGE)
    whys = {call.id: sentence(call.why, locale_of(request), call.detail) for call in page.items}
    words: dict[str, Any] = {"kinds": KIND_NAMES, "outcomes": OUTCOMES}
    return render(request, "source.html", source=source, page=page, whys=whys, **words)


async def switch(request: web.Request) -> web.StreamResponse:
    """Switch a source on or off."""
    enabled = request[FORM].get("enabled") == "yes"
    await sources.change(gateway(request), visit(request).actor, request.match_info["id"], enabled=enabled)
    return see_other("/sources")


async def rotate(request: web.Request) -> web.StreamResponse:
    """Give a source another secret."""
    secret = request[FORM].get("secret").strip()
    made = await sources.rotate(gateway(request), visit(request).actor, request.match_info["id"], secret)
    return await _page(request, made)


async def remove(request: web.Request) -> web.StreamResponse:
    """Take a source away."""
    await sources.remove(gateway(request), visit(request).actor, request.match_info["id"])
    return see_other("/sources")
