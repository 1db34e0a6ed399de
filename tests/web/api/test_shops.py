"""What an operator's program sees of shops."""

from typing import Any

import pytest

from tests.house import mail
from tests.web.api.conftest import Api
from web.api.schemas import Shop, ShopList


async def test_a_shop_is_made_once_and_then_changed(api: Api) -> None:
    document = {"name": "Silk & Tea", "locale": "zh-CN", "reply_name": "丝茶"}
    made = await api.put("/shops/silk", document)
    again = await api.put("/shops/silk", document)
    changed = await api.put("/shops/silk", {"name": "Silk"})
    assert (made.status, again.status, changed.status) == (201, 200, 200)
    assert made.body == again.body
    shop = Shop.model_validate_json(changed.body, strict=True)
    assert (shop.slug, shop.name, shop.locale, shop.reply_name) == ("silk", "Silk", "zh-CN", "丝茶")
    listed = ShopList.model_validate_json((await api.get("/shops")).body, strict=True)
    assert [row.slug for row in listed.items] == ["jade", "lotus", "silk"]


@pytest.mark.parametrize(
    ("slug", "status"),
    [("postmaster", 422), ("notes", 422), ("order-1", 422), ("UPPER", 404), ("a.b", 404), ("-a", 404)],
)
async def test_a_slug_must_be_good_for_an_address(api: Api, slug: str, status: int) -> None:
    assert (await api.put(f"/shops/{slug}", {"name": "Shop"})).status == status


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": 5}, "name"),
        ({"name": "a\0"}, "name"),
        ({"name": "a", "locale": "../etc"}, "locale"),
        ({"name": "a", "notes_from": ["erp.example", "no address"]}, "notes_from.1"),
    ],
)
async def test_a_wrong_shop_names_its_field(api: Api, document: Any, field: str) -> None:
    reply = await api.put("/shops/silk", document)
    assert (reply.status, [error["field"] for error in reply.json["errors"]]) == (422, [field])


async def test_order_systems_that_may_send_notes_by_mail_are_listed(api: Api) -> None:
    await api.put("/shops/lotus", {"name": "莲花", "notes_from": ["erp.example", "bot@shop.example"]})
    note = mail("n", "Order: A-1001\nNote: gift wrap", sender="robot@erp.example")
    assert (await api.house.receive(note, "notes.lotus", sender="robot@erp.example")).state == "filed"
    other = mail("n", "Order: A-1001\nNote: free please", sender="eve@evil.test")
    assert (await api.house.receive(other, "notes.lotus", sender="eve@evil.test")).state == "held"


async def test_a_name_with_line_ends_stays_one_line(api: Api) -> None:
    reply = await api.put("/shops/silk", {"name": "Silk\r\nBcc: all@evil.test", "reply_name": "a\nb"})
    assert (reply.json["name"], reply.json["reply_name"]) == ("Silk Bcc: all@evil.test", "a b")
