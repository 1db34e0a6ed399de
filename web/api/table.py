"""The one table of the API: every call, who may make it, what it reads and answers."""

from . import (
    batches,
    buyer_links,
    buyers,
    channels,
    dashboard,
    deliveries,
    events,
    inbound,
    messages,
    orders,
    restructuring,
    rules,
    sending,
    shops,
    sources,
    staff,
    teams,
    templates,
    threads,
    webhooks,
)
from .operations import Operation

PREFIX = "/api/v1"

OPERATIONS: tuple[Operation, ...] = (
    *shops.OPERATIONS,
    *orders.OPERATIONS,
    *threads.OPERATIONS,
    *batches.OPERATIONS,
    *buyers.OPERATIONS,
    *buyer_links.OPERATIONS,
    *restructuring.OPERATIONS,
    *messages.OPERATIONS,
    *sending.OPERATIONS,
    *inbound.OPERATIONS,
    *deliveries.OPERATIONS,
    *sources.OPERATIONS,
    *webhooks.OPERATIONS,
    *channels.OPERATIONS,
    *rules.OPERATIONS,
    *teams.OPERATIONS,
    *staff.OPERATIONS,
    *templates.OPERATIONS,
    *dashboard.OPERATIONS,
    *events.OPERATIONS,
)
