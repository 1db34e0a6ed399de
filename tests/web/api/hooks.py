"""Calls of shops' systems to the addresses that they were given, as the systems make them."""

from typing import Any

from tests.payloads import SECRET, as_body, shopify_headers, woo_headers
from tests.web.api.conftest import Api, Reply


async def connect(api: Api, kind: str = "shopify", **fields: Any) -> dict[str, Any]:
    """A source of the shop lotus."""
    body = {"shop": "lotus", "kind": kind, "secret": SECRET} | fields
    reply = await api.post("/sources", {name: value for name, value in body.items() if value})
    assert reply.status == 201, reply.body
    made: dict[str, Any] = reply.json
    return made


def path(source: dict[str, Any]) -> str:
    """Where its calls go."""
    return f"//hooks/{source['hook_url'].partition('/hooks/')[2]}"


async def shopify(api: Api, source: dict[str, Any], topic: str, payload: Any, delivery: str = "d-1") -> Reply:
    body = as_body(payload)
    return await api.call("POST", path(source), None, data=body, headers=shopify_headers(body, topic, delivery))


async def woo(api: Api, source: dict[str, Any], topic: str, payload: Any, delivery: str = "d-1") -> Reply:
    body = as_body(payload)
    return await api.call("POST", path(source), None, data=body, headers=woo_headers(body, topic, delivery))


async def log(api: Api, source: dict[str, Any]) -> list[tuple[str, str]]:
    """Topic and outcome of each call, oldest first."""
    items = (await api.get(f"/sources/{source['id']}/deliveries")).json["items"]
    return [(one["topic"], one["outcome"]) for one in reversed(items)]
