"""For machines that watch: alive, ready, and the queues in numbers. They tell totals only, never whose."""

from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version

from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from gateway.admin import examining, monitoring
from gateway.context import Gateway
from gateway.domain.ledger import STATES
from gateway.store.health import Queues

from .operations import answer
from .problems import Handler, problem, problems

DELIVERY_STATES = ("queued", "sent", "deferred", "bounced", "failed")


def routes(gw: Gateway) -> list[web.RouteDef]:
    """/healthz, /readyz, /metrics."""

    async def healthz(_request: web.Request) -> web.StreamResponse:
        return answer({"status": "alive"})

    async def readyz(_request: web.Request) -> web.StreamResponse:
        current, newest = await monitoring.schema(gw)
        if current != newest:
            return problem(503, f"the database is at schema {current or 'none'}, not {newest}: run `znx db upgrade`")
        return answer({"status": "ready", "schema": current})

    async def metrics(_request: web.Request) -> web.StreamResponse:
        snapshot = _Snapshot(await monitoring.queues(gw), gw.clock.now(), examining.free_bytes(gw))
        return web.Response(body=exposition(snapshot), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    handlers = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
    return [web.get(path, _guarded(handler)) for path, handler in handlers.items()]


def _guarded(handler: Handler) -> Handler:
    """These stand outside of the API's own app, so they bring its middleware along."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        return await problems(request, handler)

    return guarded


def exposition(snapshot: Collector) -> bytes:
    """The metrics as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(snapshot)
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Snapshot(Collector):
    """The queues of one moment. Each process tells the whole of the database: take the maximum, not the sum."""

    def __init__(self, queues: Queues, now: datetime, free_bytes: int) -> None:
        self._queues, self._now, self._free = queues, now, free_bytes

    def collect(self) -> Iterator[Metric]:
        """The metrics by name."""
        queues = self._queues
        info = GaugeMetricFamily("znx_info", "The running program", labels=["version"])
        info.add_metric([version("znx")], 1)
        yield info
        inbound = GaugeMetricFamily("znx_inbound_mails", "Rows of the ledger by state", labels=["state"])
        for state in STATES:
            inbound.add_metric([state], queues.inbound.get(state, 0))
        yield inbound
        deliveries = GaugeMetricFamily("znx_deliveries", "Outgoing mails by state", labels=["state"])
        for delivery in DELIVERY_STATES:
            deliveries.add_metric([delivery], queues.deliveries.get(delivery, 0))
        yield deliveries
        for name, help_, since in (
            ("znx_inbound_oldest_pending_seconds", "Age of the oldest mail to process", queues.oldest_pending),
            ("znx_outbound_oldest_unsent_seconds", "Age of the oldest mail to send", queues.oldest_unsent),
        ):
            yield GaugeMetricFamily(name, help_, value=(self._now - since).total_seconds() if since else 0)
        for name, help_, number in (
            ("znx_overdue", "Mails to process or to send that have been due for five minutes", queues.overdue),
            ("znx_threads_to_answer", "Conversations that wait for an answer of a seller", queues.unanswered),
            ("znx_pauses", "Shops and domains whose mail an admin lets wait", queues.pauses),
            ("znx_disk_free_bytes", "Room on the disk of ZNX_HOME", self._free),
        ):
            yield GaugeMetricFamily(name, help_, value=number)
