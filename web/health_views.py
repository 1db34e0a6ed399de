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

SAYINGS = (
    # What the findings say, so that it stands in the catalogs.
    N_("%(free)s MiB free in %(folder)s"),
    N_("mail is refused with 452"),
    N_("written and read back"),
    N_("no DKIM key of our own: the relay has to sign"),
    N_("signs as %(selector)s"),
    N_("not asked: %(domain)s is no public domain"),
    N_("%(name)s: DNS does not answer"),
    N_("%(name)s: no %(kind)s record of this kind"),
    N_("%(name)s: %(count)s records, and only one counts"),
    N_("%(name)s: another key than the one that signs"),
    N_("maildir %(folder)s"),
    N_("can't write %(folder)s"),
    N_("%(relay)s: no answer within %(seconds)s seconds"),
    N_("%(name)s answers in %(milliseconds)s ms"),
    N_("%(seconds)s s from the database's"),
    N_("no tables"),
    N_("this program needs %(newest)s: run `znx db upgrade`"),
    N_("%(count)s overdue: is a `znx worker` running?"),
    N_("to process for %(seconds)s s"),
    N_("to send for %(seconds)s s"),
    N_("%(count)s failed: look, then `znx reprocess ID`"),
    N_("nothing waits"),
    N_("adds up"),
    N_("%(count)s × filed, but the message is missing"),
    N_("%(count)s × a message that its mail's row does not name"),
    N_("%(count)s × decided without a reason"),
    N_("%(count)s × bytes that no row names"),
    N_("%(count)s switched off: their programs failed for days, or want no more; look at them, and switch them on"),
    N_("none is switched off for failing"),
)


async def health_page(request: web.Request) -> web.StreamResponse:
    """Everything is tried anew with each look."""
    gw = gateway(request)
    found = [finding async for finding in examining.findings(gw)]
    queues = await monitoring.queues(gw)
    return render(request, "health.html", findings=found, checks=CHECKS, queues=queues)
