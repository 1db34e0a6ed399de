"""The one table of the API: every call, who may make it, what it reads and answers."""

from . import buyers, deliveries, events, inbound, messages, orders, restructuring, sending, shops, sources, threads
from . import channels, rules, teams
from .operations import Operation

PREFIX = "/api/v1"

OPERATIONS: tuple[Operation, ...] = (
    *shops.OPERATIONS,
    *orders.OPERATIONS,
    *threads.OPERATIONS,
    *buyers.OPERATIONS,
    *restructuring.OPERATIONS,
    *messages.OPERATIONS,
    *sending.OPERATIONS,
    *inbound.OPERATIONS,
    *deliveries.OPERATIONS,
    *sources.OPERATIONS,
    *channels.OPERATIONS,
    *rules.OPERATIONS,
    *teams.OPERATIONS,
    *events.OPERATIONS,
)
