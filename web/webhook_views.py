"""Pages for admins: the programs that hear of events, what was sent to each and what it answered."""

from typing import Any

from aiohttp import web

from gateway.domain.webhooks.events import KINDS, MEANINGS
from gateway.domain.webhooks.setup import DeliveryState, Made
from gateway.inbox import threads
from gateway.webhooks import setup

from .i18n import N_
from .keys import FORM, gateway, visit
from .pages import locale_of, render, see_other

STATES: dict[DeliveryState, tuple[str, str]] = {
    # Each state of a delivery, and its icon.
    "waiting": (N_("Waiting"), "clock"),
    "sent": (N_("Taken"), "circle-check"),
    "failed": (N_("Given up"), "circle-alert"),
}
DISABLED = {
    # Why we switched a webhook off.
    "failing": N_("It failed for five days and was switched off. Mend the program, then switch it on."),
    "gone": N_("The program answered 410 Gone, that it wants no more, and was switched off."),
}
PER_PAGE = 50


async def webhooks_page(request: web.Request) -> web.StreamResponse:
    """All webhooks, and the form for another one."""
    return await _page(request)


async def _page(request: web.Request, made: Made | None = None) -> web.Response:
    gw, actor = gateway(request), visit(request).actor
    found = await setup.webhooks(gw, actor)
    words: dict[str, Any] = {"meanings": _meanings(request), "kinds": KINDS, "disabled": DISABLED}
    everything = actor.shop_ids is None
    shops = await threads.shops(gw, actor)
    return render(request, "webhooks.html", webhooks=found, shops=shops, everything=everything, made=made, **words)


def _meanings(request: web.Request) -> dict[str, str]:
    language = 1 if locale_of(request).startswith("zh") else 0
    return {kind: words[language] for kind, words in MEANINGS.items()}


async def add(request: web.Request) -> web.StreamResponse:
    """Make one; its secret is in this answer alone, so there is no redirect."""
    form = request[FORM]
    events = [kind for kind in KINDS if form.get(f"event:{kind}") == "yes"]
    names = {name: form.get(name).strip() for name in ("url", "shop", "description")}
    new = setup.NewWebhook(events=events, **names)
    return await _page(request, await setup.add(gateway(request), visit(request).actor, new))


async def webhook_page(request: web.Request) -> web.StreamResponse:
    """One webhook with what was sent to it."""
    gw, actor, id_ = gateway(request), visit(request).actor, request.match_info["id"]
    hook = await setup.webhook(gw, actor, id_)
    page = await setup.calls(gw, actor, id_, request.query.get("cursor") or None, PER_PAGE)
    words: dict[str, Any] = {"meanings": _meanings(request), "states": STATES, "disabled": DISABLED}
    return render(request, "webhook.html", hook=hook, page=page, **words)


async def switch(request: web.Request) -> web.StreamResponse:
    """Switch one on or off."""
    wanted = {"enabled": request[FORM].get("enabled") == "yes"}
    await setup.change(gateway(request), visit(request).actor, request.match_info["id"], wanted)
    return see_other("/webhooks")


async def rotate(request: web.Request) -> web.StreamResponse:
    """Another secret."""
    made = await setup.rotate(gateway(request), visit(request).actor, request.match_info["id"])
    return await _page(request, made)


async def test(request: web.Request) -> web.StreamResponse:
    """Send a test event."""
    id_ = request.match_info["id"]
    await setup.test(gateway(request), visit(request).actor, id_)
    return see_other(f"/webhooks/{id_}")


async def replay(request: web.Request) -> web.StreamResponse:
    """Send again: one, or all that failed."""
    id_ = request.match_info["id"]
    await setup.replay(gateway(request), visit(request).actor, id_, request[FORM].get("delivery"))
    return see_other(f"/webhooks/{id_}")


async def remove(request: web.Request) -> web.StreamResponse:
    """Take one away."""
    await setup.remove(gateway(request), visit(request).actor, request.match_info["id"])
    return see_other("/webhooks")
