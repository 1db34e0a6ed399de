"""The page of the gateway's health: what `znx doctor` says, with what to paste into DNS."""

from aiohttp import web

from gateway.admin import examining, monitoring

from .i18n import N_
from .keys import gateway
from .pages import render

CHECKS = {
    # Each check, by the name that the doctor gives it.
    "disk": N_("Disk"),
    "blobs": N_("File store"),
    "relay": N_("Way out (relay)"),
    "signing": N_("DKIM key"),
    "dns": N_("DNS"),
    "mx": N_("DNS: where mail comes in (MX)"),
    "spf": N_("DNS: who may send (SPF)"),
    "dkim": N_("DNS: our key (DKIM)"),
    "dmarc": N_("DNS: what others do with forgeries (DMARC)"),
    "database": N_("Database"),
    "clock": N_("Clock"),
    "schema": N_("Tables"),
    "queues": N_("Queues"),
    "ledger": N_("Ledger"),
    "webhooks": N_("Webhooks"),
}


async def health_page(request: web.Request) -> web.StreamResponse:
    """Everything is tried anew with each look."""
    gw = gateway(request)
    found = [finding async for finding in examining.findings(gw)]
    queues = await monitoring.queues(gw)
    return render(request, "health.html", findings=found, checks=CHECKS, queues=queues)
