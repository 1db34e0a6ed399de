"""What an admin sees of an import: counts, named rows, progress by lines, and every encoding that spreadsheets save."""

import json

import pytest
from aiohttp import FormData
from sqlmodel import select

from gateway.domain.imports import TEMPLATE
from gateway.models import Order
from gateway.orders.tallying import MOST_ERRORS
from tests.web.conftest import Answer, Browser, Site

DATABASES = ("sqlite",)
CHINESE = "订单号,买家邮箱,买家姓名,数量,单价,商品\r\nZ-1,li@buyer.test,李雷,1,9.9,灯笼\r\nZ-2,nobody,,,,\r\n"


async def send(
    browser: Browser, content: bytes, name: str = "orders.csv", shop: str = "lantern", **headers: str
) -> Answer:
    await browser.get("/import")
    form = FormData({"csrf": browser.csrf, "shop": shop})
    form.add_field("file", content, filename=name, content_type="text/csv")
    return await browser.post("/import", form, headers=headers)


async def orders(site: Site) -> set[str]:
    async with site.gw.db.read() as session:
        return set((await session.exec(select(Order.order_no))).all())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_good_rows_come_in_and_bad_ones_are_named(site: Site, encoding: str) -> None:
    before = await orders(site)
    page = await send(await site.browser("admin@example.com"), CHINESE.encode(encoding))
    assert page.status == 200
    assert '<b data-count="created">1</b>' in page.text
    assert '<b data-count="failed">1</b>' in page.text
    assert '<td class="number">3</td><td class="order-no"><bdi>Z-2</bdi></td>' in page.text
    assert "buyer.email" in page.text
    assert await orders(site) - before == {"Z-1"}


async def test_the_script_hears_how_far_it_is(site: Site) -> None:
    rows = "order_no,email\n" + "".join(f"L-{n},{'' if n % 50 else 'nobody'}b{n}@buyer.test@x\n" for n in range(120))
    answer = await send(await site.browser("admin@example.com"), rows.encode(), Accept="application/x-ndjson")
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert [one["line"] for one in told] == sorted(one["line"] for one in told)
    assert len(told) >= 3
    assert told[-1] | {"errors": []} == {
        "total": 122,
        "line": 121,
        "created": 0,
        "updated": 0,
        "failed": 120,
        "errors": [],
        "done": True,
    }
    assert sum(len(one["errors"]) for one in told) == 120


async def test_of_very_many_bad_rows_the_first_are_named_and_the_others_counted(site: Site) -> None:
    bad = "order_no,email\n" + "".join(f"L-{n},nobody\n" for n in range(MOST_ERRORS + 7))
    page = await send(await site.browser("admin@example.com"), bad.encode())
    assert page.text.count('<td class="order-no">') == MOST_ERRORS
    assert f'<b data-count="failed">{MOST_ERRORS + 7}</b>' in page.text
    assert "not named here: <b>7</b>" in page.text


async def test_the_file_to_begin_with_is_imported_as_it_is(site: Site) -> None:
    admin = await site.browser("admin@example.com")
    given = await admin.get("/import/template")
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert given.body.decode("utf-8-sig") == TEMPLATE
    page = await send(admin, given.body)
    assert '<b data-count="created">2</b>' in page.text
    assert '<b data-count="failed">0</b>' in page.text


@pytest.mark.parametrize(
    ("content", "name", "shop", "why"),
    [
        (b"PK\x03\x04", "orders.xlsx", "lantern", "save as CSV"),
        (b"colour,size\nred,1\n", "orders.csv", "lantern", "names no column"),
        (b"", "orders.csv", "lantern", "empty"),
        (b"\xff\xfe\x41", "orders.csv", "lantern", "breaks off"),
        (b"order_no,email\nA,b@c.test\n", "orders.csv", "nothing", "no shop"),
    ],
)
async def test_a_file_that_can_not_be_read_says_why(site: Site, content: bytes, name: str, shop: str, why: str) -> None:
    admin = await site.browser("admin@example.com")
    page = await send(admin, content, name, shop)
    assert page.status == 422
    assert why in page.text
    told = await send(admin, content, name, shop, Accept="application/x-ndjson")
    assert (told.status, why in json.loads(told.text)["wrong"]) == (422, True)
