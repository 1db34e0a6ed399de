"""The doctor over a running gateway: DNS as a name server tells it, the clock, and what waits."""

from dataclasses import replace

from gateway.admin import examining
from gateway.authentication.resolver import Resolver
from gateway.domain.checkup import Finding
from tests.house import House
from tests.nameserver import name_server


async def looked(house: House, resolver: Resolver | None = None) -> dict[str, Finding]:
    """All findings, by check."""
    return {finding.check: finding async for finding in examining.findings(house.gw, resolver)}


async def test_a_sound_gateway_is_sound(house: House) -> None:
    found = await looked(house)
    assert [finding for finding in found.values() if not finding.ok] == []
    assert {"disk", "blobs", "signing", "dns", "database", "clock", "schema", "queues", "ledger", "webhooks"} <= set(
        found
    )


async def test_dns_is_asked_and_what_lacks_is_to_paste(house: House) -> None:
    zone = {
        "inbox.example": [("MX", "10 inbox.example"), ("TXT", "v=spf1 mx -all")],
        "_dmarc.inbox.example": [("TXT", "v=spam")],
    }
    async with name_server(zone) as server:
        resolver = Resolver([server.address])
        found = await looked(house, resolver)
        await resolver.close()
    assert (found["mx"].ok, found["spf"].ok, found["dmarc"].ok) == (True, True, False)
    assert found["dmarc"].paste.startswith('_dmarc.inbox.example. IN TXT "v=DMARC1;')


async def test_the_way_out_is_tried_where_there_is_one(house: House) -> None:
    async def probe() -> Finding:
        return Finding("relay", False, ("454 not now",))

    house.gw = replace(house.gw, probe_relay=probe)
    assert (await looked(house))["relay"].detail == "454 not now"
