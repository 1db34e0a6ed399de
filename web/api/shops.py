"""Shops by the API."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from gateway.admin import shops
from gateway.admin.shops import ShopChange
from gateway.domain.shapes import moment
from gateway.store.shops import ShopSetup

from .operations import Call, Operation, answer
from .requests import ShopBody
from .schemas import Shop, ShopList


def shop_json(shop: ShopSetup) -> dict[str, Any]:
    """A Shop."""
    same = {
        name: getattr(shop, name) for name in ("id", "slug", "name", "locale", "reply_name", "time_zone", "order_mask")
    }
    listed = {"notes_from": list(shop.notes_from), "mails": asdict(shop.mails)}
    return same | listed | {"created_at": moment(shop.created_at)}


async def list_shops(call: Call) -> web.Response:
    """The shops that the token reaches."""
    return answer({"items": [shop_json(shop) for shop in await shops.shops(call.gw, call.actor)], "next": None})


async def put_shop(call: Call) -> web.Response:
    """Make or change a shop."""
    body = call.body_as(ShopBody)
    listed = tuple(body.notes_from) if body.notes_from is not None else None
    mails = body.mails.model_dump(exclude_unset=True) if body.mails is not None else {}
    names = body.name, body.locale, body.reply_name
    change = ShopChange(*names, listed, mails, body.time_zone, body.order_mask)
    shop, new = await shops.put_shop(call.gw, call.actor, call.path("slug"), change)
    return answer(shop_json(shop), 201 if new else 200)


OPERATIONS = (
    Operation(
        method="GET",
        path="/shops",
        handler=list_shops,
        summary="The shops that the token reaches",
        policy="token",
        answers={200: ShopList},
    ),
    Operation(
        method="PUT",
        path="/shops/{slug}",
        handler=put_shop,
        summary="Make or change a shop; its slug is its address",
        policy="admin",
        body=ShopBody,
        answers={200: Shop, 201: Shop},
    ),
)
