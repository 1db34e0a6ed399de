"""What every order source that we ask must do, shown by WooCommerce's REST API over a real socket."""

import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web

from gateway.context import Gateway
from gateway.domain.actors import SYSTEM
from gateway.domain.sources.setup import NewSource
from gateway.errors import Invalid
from gateway.models import Message, Order
from gateway.orders import sources
from gateway.orders.pulling import Puller
from gateway.outcalls import Caller
from tests.conftest import StillClock
from tests.house import House
from tests.outside import Got, Program, listening
from tests.payloads import woo_order

DATABASES = ("sqlite",)
BEGAN = datetime(2026, 11, 20, tzinfo=UTC)


class Shop:
    """A WooCommerce whose orders a test writes; `broken` is what it answers instead."""

    def __init__(self, program: Program) -> None:
        self.program, self.orders, self.broken = program, dict[int, dict[str, Any]](), 0
        program.answers = self.answer

    def write(self, number: int, seconds: int, **fields: Any) -> None:
        """Make or change an order, at so many seconds after the beginning."""
        at = (BEGAN + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
        named = {"id": number, "number": f"W-{number}", "date_modified_gmt": at}
        self.orders[number] = woo_order() | fields | named

    def answer(self, got: Got) -> web.Response:
        """A page of the orders that changed."""
        if self.broken:
            return web.Response(status=self.broken)
        expected = base64.b64encode(b"ck_12345678:cs_12345678").decode()
        if got.headers.get("Authorization") != f"Basic {expected}":
            return web.Response(status=401)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(got.path).query).items()}
        changed = [one for one in self.orders.values() if one["date_modified_gmt"] > asked.get("modified_after", "")]
        changed.sort(key=lambda one: (one["date_modified_gmt"], one["id"]))
        start = (int(asked["page"]) - 1) * int(asked["per_page"])
        return web.json_response(changed[start : start + int(asked["per_page"])])


class Pulled:
    """The house, the shop, and the worker between them."""

    def __init__(self, house: House, gw: Gateway, clock: StillClock, shop: Shop, puller: Puller) -> None:
        self.house, self.gw, self.clock, self.shop, self.puller = house, gw, clock, shop, puller

    async def connect(self, secret: str = "cs_12345678") -> str:
        """Connect the shop; the source's id."""
        url = self.shop.program.url.removesuffix("/hook")
        new = NewSource(shop="lotus", kind="woocommerce-pull", url=url, consumer_key="ck_12345678", secret=secret)
        return (await sources.connect(self.gw, SYSTEM, new)).source.id

    async def work(self) -> None:
        """Ask until nothing is due."""
        while await self.puller.run_once():
            pass

    async def numbers(self) -> set[str]:
        """The orders that have come."""
        return {row.order_no for row in await self.house.all(Order)} - {"A-1001"}


@pytest.fixture
async def pulled(house: House, clock: StillClock) -> AsyncIterator[Pulled]:
    """See Pulled; the shop may be on loopback."""
    settings = house.gw.settings.model_copy(update={"webhook_allow_private": "127.0.0.0/8"})
    gw = replace(house.gw, settings=settings)
    async with listening() as program, Caller(settings.webhook_networks) as caller:
        yield Pulled(house, gw, clock, Shop(program), Puller(gw, caller))


async def test_all_orders_come_over_many_pages_also_those_of_one_second(pulled: Pulled) -> None:
    for number in range(1, 131):
        pulled.shop.write(number, seconds=0 if number < 120 else number)
    await pulled.connect()
    await pulled.work()
    assert await pulled.numbers() == {f"W-{number}" for number in range(1, 131)}


async def test_what_changes_later_comes_later_and_notes_come_once(pulled: Pulled) -> None:
    pulled.shop.write(1, 0, customer_note="Bitte klingeln")
    id_ = await pulled.connect()
    await pulled.work()
    pulled.shop.write(1, 100, status="completed", customer_note="Bitte klingeln")
    await pulled.work()
    assert {row.order_no: row.status for row in await pulled.house.all(Order)}["W-1"] == "paid"
    pulled.clock.forward(minutes=2)
    await pulled.work()
    assert {row.order_no: row.status for row in await pulled.house.all(Order)}["W-1"] == "completed"
    assert [message.text for message in await pulled.house.all(Message)] == ["Bitte klingeln"]
    view = await sources.source(pulled.gw, SYSTEM, id_)
    assert (view.received, view.last_error, view.last_at) == (2, "", pulled.clock.now())


async def test_asking_again_for_what_is_known_changes_nothing(pulled: Pulled) -> None:
    pulled.shop.write(1, 0, customer_note="hello")
    id_ = await pulled.connect()
    for _ in range(3):
        await pulled.work()
        pulled.clock.forward(minutes=2)
    page = await sources.calls(pulled.gw, SYSTEM, id_)
    assert [(call.outcome, call.repeats) for call in page.items] == [("applied", 2)]
    assert len(await pulled.house.all(Message)) == 1


async def test_a_shop_that_is_away_is_asked_more_and_more_seldom_and_nothing_is_lost(pulled: Pulled) -> None:
    pulled.shop.write(1, 0)
    pulled.shop.broken = 500
    id_ = await pulled.connect()
    for _ in range(4):
        await pulled.work()
        pulled.clock.forward(minutes=1, seconds=1)
    asked = len(pulled.shop.program.calls)
    assert asked == 3
    assert (await sources.source(pulled.gw, SYSTEM, id_)).last_error == "the shop answered 500"
    pulled.shop.broken = 0
    pulled.clock.forward(hours=1)
    await pulled.work()
    assert await pulled.numbers() == {"W-1"}


async def test_a_wrong_key_is_said_so_and_a_new_secret_mends_it(pulled: Pulled) -> None:
    pulled.shop.write(1, 0)
    id_ = await pulled.connect(secret="cs_wrong_one")
    await pulled.work()
    assert "key" in (await sources.source(pulled.gw, SYSTEM, id_)).last_error
    await sources.rotate(pulled.gw, SYSTEM, id_, "cs_12345678")
    pulled.clock.forward(hours=1)
    await pulled.work()
    assert await pulled.numbers() == {"W-1"}


async def test_what_is_switched_off_is_not_asked(pulled: Pulled) -> None:
    id_ = await pulled.connect()
    await sources.change(pulled.gw, SYSTEM, id_, enabled=False)
    assert await pulled.puller.run_once() == 0
    assert pulled.shop.program.calls == []


async def test_private_addresses_are_refused(pulled: Pulled) -> None:
    for url in ("https://10.0.0.1", "https://localhost", "nonsense", ""):
        new = NewSource(
            shop="lotus", kind="woocommerce-pull", url=url, consumer_key="ck_12345678", secret="cs_12345678"
        )
        with pytest.raises(Invalid):
            await sources.connect(pulled.house.gw, SYSTEM, replace(new, url=url))
