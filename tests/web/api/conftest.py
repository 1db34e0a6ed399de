"""The API over a real socket, with a token of each kind; the gateway behind it is the house of all tests."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gateway.admin import shops
from gateway.admin.shops import ShopChange
from gateway.domain.actors import SYSTEM
from tests.house import House
from web.app import make_app

Client = TestClient[web.Request, web.Application]


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The document."""
        return json.loads(self.body)


class Api:
    """Calls with the token of a name: admin, lotus-admin, lotus-seller, jade-seller, jade-admin; None for without."""

    def __init__(self, house: House, client: Client, tokens: Mapping[str, str]) -> None:
        self.house, self.client, self.tokens = house, client, tokens

    def headers(self, token: str | None) -> dict[str, str]:
        """What proves who calls."""
        return {"Authorization": f"Bearer {self.tokens.get(token, token)}"} if token is not None else {}

    async def call(self, method: str, path: str, token: str | None = "admin", **options: Any) -> Reply:
        """One request below /api/v1 (or anywhere, for a path that begins with two slashes)."""
        url = path[1:] if path.startswith("//") else f"/api/v1{path}"
        headers = self.headers(token) | options.pop("headers", {})
        async with self.client.request(method, url, headers=headers, **options) as response:
            return Reply(response.status, dict(response.headers), await response.read())

    async def get(self, path: str, token: str | None = "admin", **options: Any) -> Reply:
        """GET."""
        return await self.call("GET", path, token, **options)

    async def post(self, path: str, document: Any, token: str | None = "admin", **options: Any) -> Reply:
        """POST of a JSON document."""
        return await self.call("POST", path, token, json=document, **options)

    async def put(self, path: str, document: Any, token: str | None = "admin", **options: Any) -> Reply:
        """PUT of a JSON document."""
        return await self.call("PUT", path, token, json=document, **options)

    async def work(self) -> None:
        """Process all mail that is due."""
        while await self.house.processor.run_once():
            pass


@pytest.fixture
async def api(house: House) -> AsyncIterator[Api]:
    """The shop lotus of the house, its neighbour jade, and the API in front of both."""
    gw = house.gw
    await shops.put_shop(gw, SYSTEM, "jade", ShopChange("Jade"))
    tokens = {
        "admin": await shops.add_token(gw, "admin", None),
        "lotus-admin": await shops.add_token(gw, "admin", "lotus"),
        "lotus-seller": await shops.add_token(gw, "seller", "lotus"),
        "jade-admin": await shops.add_token(gw, "admin", "jade"),
        "jade-seller": await shops.add_token(gw, "seller", "jade"),
    }
    async with TestClient(TestServer(make_app(gw))) as client:
        yield Api(house, client, tokens)


def order(email: str = "li@buyer.test", **fields: Any) -> dict[str, Any]:
    """An order's document."""
    return {"buyer": {"email": email, "name": "李雷", "locale": "zh"}, "status": "paid"} | fields
