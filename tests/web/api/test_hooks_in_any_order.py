"""Calls that come at once, twice and out of order, on both databases."""

import asyncio
import itertools

from gateway.models import Message
from tests.payloads import shopify_fulfillment, shopify_order, shopify_refund
from tests.web.api.conftest import Api
from tests.web.api.hooks import connect, shopify


async def test_the_same_call_many_times_at_once_is_one(api: Api) -> None:
    source, payload = await connect(api), shopify_order(note="Gift wrap")
    replies = await asyncio.gather(*(shopify(api, source, "orders/create", payload) for _ in range(8)))
    assert sorted(reply.json["outcome"] for reply in replies) == ["applied", *["repeated"] * 7]
    assert len(await api.house.all(Message)) == 1


PAID = {"financial_status": "paid"}
CALLS = (
    # One order's life; the wares change with the last whole version, the note is the buyer's at the time of ordering.
    ("orders/create", shopify_order("10:00:00", note="Gift wrap")),
    ("orders/fulfilled", shopify_order("11:00:00", total_price="1", current_total_price="390.00", **PAID)),
    ("fulfillments/create", shopify_fulfillment("11:00:00", "LP1")),
    ("refunds/create", shopify_refund("12:00:00")),
)


async def test_in_any_order_the_newest_word_stands(api: Api) -> None:
    orders = list(itertools.permutations(range(len(CALLS))))[::4]
    for round_, order in enumerate(orders):
        source = await connect(api)
        for number in order:
            topic, payload = CALLS[number]
            named = payload | ({"name": f"#R-{round_}"} if "name" in payload else {})
            assert (await shopify(api, source, topic, named, delivery=f"d-{number}")).status == 200
        shown = (await api.get(f"/shops/lotus/orders/R-{round_}")).json
        assert (shown["status"], shown["tracking_no"], shown["total"]) == ("refunded", "LP1", "390.00"), order
    assert [message.text for message in await api.house.all(Message)] == ["Gift wrap"] * len(orders)
