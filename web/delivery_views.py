"""Pages for admins: the queue of outgoing mail with every dialogue, what is paused, and the suppression list."""

from typing import Any, get_args

from aiohttp import web

from gateway.admin import deliveries
from gateway.domain.queueing import CANCELLED, RETRIED, DeliveryQuery, DeliveryState, PauseKind, SuppressionQuery
from gateway.errors import Invalid

from .i18n import N_
from .keys import FORM, gateway, visit
from .pages import back, render, see_other

STATES: dict[DeliveryState | None, tuple[str, str]] = {
    # Each state of a mail, and its icon.
    None: (N_("All"), "layers"),
    "queued": (N_("Waiting"), "clock"),
    "deferred": (N_("Delayed"), "hourglass"),
    "failed": (N_("Not delivered"), "circle-alert"),
    "bounced": (N_("Bounced"), "undo"),
    "sent": (N_("Sent"), "check"),
}
REFUSALS = {
    # Why a server said never.
    "address": N_("The address does not exist, or takes no mail any more."),
    "full": N_("The mailbox is full."),
    "policy": N_("The server's rules are against it, for example against spam."),
    "content": N_("The server does not take this content, for example its size or a file."),
    "other": N_("The server gave no clear reason."),
    "cancelled": N_("An admin stopped it."),
}
KINDS = {
    # What a mail is.
    "reply": N_("Answer"),
    "received": N_("Acknowledgement"),
    "order-placed": N_("Order confirmation"),
    "conversation-closed": N_("Conversation closed"),
    "held-confirm": N_("Question whether a mail is genuine"),
    "not-entitled": N_("Note to somebody without an order"),
    "delivery-problem": N_("Report to the sellers"),
}
SCOPES = {"all": N_("No mail at all"), "notifications": N_("No notifications; answers still go out")}
REASONS = {
    # Why an address is on the suppression list.
    "address": N_("The address does not exist, or takes no mail any more."),
    "unsubscribed": N_("The recipient turned notifications off."),
    "complaint": N_("The recipient reported a mail of ours as spam."),
}
PER_PAGE = 50


async def queue(request: web.Request) -> web.StreamResponse:
    """Outgoing mail by state, and what is paused."""
    gw, actor = gateway(request), visit(request).actor
    state = next((known for known in get_args(DeliveryState) if known == request.query.get("state")), None)
    query = DeliveryQuery(state=state, cursor=request.query.get("cursor") or None, limit=PER_PAGE)
    page = await deliveries.deliveries(gw, actor, query)
    pauses = await deliveries.pauses(gw, actor)
    return render(request, "deliveries.html", page=page, state=state, pauses=pauses, **_words())


def _words() -> dict[str, Any]:
    return {"states": STATES, "refusals": REFUSALS, "kinds": KINDS, "retried": RETRIED, "cancelled": CANCELLED}


async def delivery(request: web.Request) -> web.StreamResponse:
    """One mail with every attempt and all that was said."""
    detail = await deliveries.delivery(gateway(request), visit(request).actor, request.match_info["id"])
    return render(request, "delivery.html", detail=detail, mail=detail.mail, **_words())


async def retry(request: web.Request) -> web.StreamResponse:
    """Send a mail again at once."""
    await deliveries.retry(gateway(request), visit(request).actor, request.match_info["id"])
    return back(request, "/deliveries")


async def cancel(request: web.Request) -> web.StreamResponse:
    """Stop a mail that has not left."""
    await deliveries.cancel(gateway(request), visit(request).actor, request.match_info["id"])
    return back(request, "/deliveries")


async def pause(request: web.Request) -> web.StreamResponse:
    """Let the mail of a shop, or to a domain, wait."""
    form = request[FORM]
    kind = next((known for known in get_args(PauseKind) if known == form.get("kind")), None)
    if kind is None:
        raise Invalid("expected a shop or a domain", field="kind")
    await deliveries.pause(gateway(request), visit(request).actor, kind, form.get("value"), form.get("reason"))
    return see_other("/deliveries")


async def resume(request: web.Request) -> web.StreamResponse:
    """Let paused mail go on."""
    await deliveries.resume(gateway(request), visit(request).actor, request.match_info["id"])
    return see_other("/deliveries")


async def suppressions(request: web.Request) -> web.StreamResponse:
    """The addresses that get no mail, or no notifications."""
    query = SuppressionQuery(cursor=request.query.get("cursor") or None, limit=PER_PAGE)
    page = await deliveries.suppressions(gateway(request), visit(request).actor, query)
    return render(request, "suppressions.html", page=page, scopes=SCOPES, reasons=REASONS)


async def release(request: web.Request) -> web.StreamResponse:
    """Take an address off the list."""
    await deliveries.release(gateway(request), visit(request).actor, request.match_info["id"])
    return see_other("/suppressions")
