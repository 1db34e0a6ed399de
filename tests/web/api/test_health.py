"""What machines that watch are told."""

import asyncio

from prometheus_client.parser import text_string_to_metric_families

from gateway.models import Delivery
from gateway.store import migrate
from tests.conftest import StillClock
from tests.house import mail
from tests.web.api.conftest import Api


async def metrics(api: Api) -> dict[tuple[str, str], float]:
    """Value by name and state."""
    reply = await api.get("//metrics", token=None)
    assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(reply.body.decode())
    return {
        (sample.name, sample.labels.get("state", "")): sample.value for family in families for sample in family.samples
    }


async def test_a_process_that_answers_is_alive(api: Api) -> None:
    assert (await api.get("//healthz", token=None)).status == 200


async def test_it_is_ready_when_the_schema_is_the_newest(api: Api) -> None:
    assert (await api.get("//readyz", token=None)).json["status"] == "ready"
    await asyncio.to_thread(migrate.downgrade, api.house.gw.db, "base")
    reply = await api.get("//readyz", token=None)
    assert reply.status == 503
    assert "znx db upgrade" in reply.json["detail"]


async def test_queues_are_counted_by_state_with_the_age_of_the_oldest(api: Api, clock: StillClock) -> None:
    row = await api.house.receive(mail())
    await api.house.receive(mail(sender="eve@evil.test"), sender="eve@evil.test")
    await api.post(f"/threads/{row.thread_id}/replies", {"text": "sent"})
    clock.forward(seconds=90)
    found = await metrics(api)
    assert found["znx_inbound_mails", "filed"] == 1
    assert found["znx_inbound_mails", "held"] == 1
    assert found["znx_inbound_mails", "failed"] == 0
    assert found["znx_deliveries", "queued"] == len(await api.house.all(Delivery)) > 0
    assert found["znx_outbound_oldest_unsent_seconds", ""] == 90
    assert found["znx_inbound_oldest_pending_seconds", ""] == 0
