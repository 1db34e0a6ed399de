"""What a wrong request is told: the right status, a problem document, the wrong fields by name."""

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from yarl import URL

from gateway import errors
from gateway.errors import ConfigError, RateLimited, ZnxError
from tests.web.api.conftest import Api, order
from web.api.problems import of_error, problems

DATABASES = ("sqlite",)

JSON = {"Content-Type": "application/json"}


def kinds(of: type[ZnxError] = ZnxError) -> Iterator[type[ZnxError]]:
    """Every failure that a flow may raise."""
    yield of
    for kind in of.__subclasses__():
        yield from kinds(kind)


@pytest.mark.parametrize("kind", [k for k in kinds() if k not in (ZnxError,)], ids=lambda kind: kind.__name__)
def test_every_failure_has_a_status(kind: type[ZnxError]) -> None:
    assert kind.__module__ == errors.__name__
    assert 400 <= of_error(kind("why")).status <= 503


def test_what_passes_says_when_to_come_back() -> None:
    assert of_error(errors.Unavailable("away")).headers["Retry-After"] == "5"
    assert of_error(RateLimited("slow down", retry_after=77)).headers["Retry-After"] == "77"


@pytest.mark.parametrize("error", [RuntimeError("password=hunter2"), ConfigError("ZNX_SECRET_KEY: hunter2")])
async def test_an_unexpected_failure_keeps_its_text_to_itself(error: Exception) -> None:
    async def broken(_request: web.Request) -> web.StreamResponse:
        raise error

    reply = await problems(make_mocked_request("GET", "/"), broken)
    assert isinstance(reply, web.Response)
    assert reply.status == 500
    assert isinstance(reply.body, bytes)
    assert b"hunter2" not in reply.body


@pytest.mark.parametrize("body", [b"", b"{", b"[", b"\xff", b'{"buyer": }', b"{} {}", b"\x00", b'{"a": "\\ud800"}'])
async def test_what_is_no_json_is_400(api: Api, body: bytes) -> None:
    reply = await api.call("PUT", "/shops/lotus/orders/N-1", data=body, headers=JSON)
    assert (reply.status, reply.json["status"], reply.json["title"]) == (400, 400, "Bad Request")


@pytest.mark.parametrize("body", [b"[]", b"5", b"null", b'"x"', b'{"buyer": []}'])
async def test_json_of_the_wrong_shape_is_422(api: Api, body: bytes) -> None:
    reply = await api.call("PUT", "/shops/lotus/orders/N-1", data=body, headers=JSON)
    assert reply.status == 422
    assert reply.json["errors"]


async def test_another_content_type_is_415(api: Api) -> None:
    reply = await api.call("PUT", "/shops/lotus/orders/N-1", data={"buyer": "x"})
    assert reply.status == 415


async def test_another_method_is_405_and_names_the_right_ones(api: Api) -> None:
    reply = await api.call("DELETE", "/shops/lotus")
    assert reply.status == 405
    assert "PUT" in reply.headers["Allow"]
    assert reply.json["status"] == 405


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/channels/", "/threads/not-an-id", "/shops//orders"])
async def test_what_is_not_there_is_404(api: Api, path: str) -> None:
    reply = await api.get(path)
    assert (reply.status, reply.headers["Content-Type"].split(";")[0]) == (404, "application/problem+json")


@pytest.mark.parametrize(("size", "status"), [(1024 * 1024, 422), (1024 * 1024 + 1, 413)])
async def test_a_body_of_a_mebibyte_is_read_and_one_byte_more_is_not(api: Api, size: int, status: int) -> None:
    head, tail = b'{"name": "', b'"}'
    body = head + b"x" * (size - len(head) - len(tail)) + tail
    assert (await api.call("PUT", "/shops/lotus", data=io.BytesIO(body), headers=JSON)).status == status


async def test_a_body_is_counted_when_no_length_is_told(api: Api) -> None:
    async def endless() -> Any:
        for _ in range(40):
            yield b" " * 64 * 1024

    assert (await api.call("PUT", "/shops/lotus", data=endless(), headers=JSON)).status == 413


async def test_a_bomb_is_counted_unpacked(api: Api) -> None:
    bomb = gzip.compress(b" " * 50 * 1024 * 1024)
    reply = await api.call("PUT", "/shops/lotus", data=bomb, headers=JSON | {"Content-Encoding": "gzip"})
    assert reply.status == 413


@pytest.mark.parametrize("packed", [b"not gzip", zlib.compress(b'{"name": "x"}')[:5]])
async def test_what_can_not_be_unpacked_is_400(api: Api, packed: bytes) -> None:
    reply = await api.call("PUT", "/shops/lotus", data=packed, headers=JSON | {"Content-Encoding": "deflate"})
    assert reply.status == 400


async def test_a_packed_body_is_read(api: Api) -> None:
    packed = gzip.compress(b'{"name": "Lotus"}')
    reply = await api.call("PUT", "/shops/lotus", data=packed, headers=JSON | {"Content-Encoding": "gzip"})
    assert reply.status == 200


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/threads?limit=0", "limit"),
        ("/threads?limit=101", "limit"),
        ("/threads?limit=x", "limit"),
        ("/threads?view=none", "view"),
        ("/threads?cursor=x", "cursor"),
        ("/threads?q=%00", "q"),
        ("/threads?order_no=%00", "order_no"),
        ("/threads?shop=%00", "shop"),
        ("/inbound?state=lost", "state"),
        ("/inbound?cursor=x", "cursor"),
        ("/inbound?shop=%00", "shop"),
        ("/events?since=x", "since"),
    ],
)
async def test_a_wrong_query_names_its_field(api: Api, path: str, field: str) -> None:
    reply = await api.get(path)
    assert reply.status == 422
    assert [error["field"] for error in reply.json["errors"]] == [field]


def take_away(path: str) -> None:
    """Put a folder where a database was."""
    for name in (path, f"{path}-wal", f"{path}-shm"):
        Path(name).unlink(missing_ok=True)
    Path(path).mkdir()


@pytest.mark.parametrize("path", ["/threads", "//readyz", "//metrics", "/inbound", "/shops"])
async def test_a_database_that_is_away_is_503(api: Api, path: str) -> None:
    database = api.house.gw.db
    await database.close()
    take_away(str(database.url.database))
    reply = await api.get(path)
    assert (reply.status, reply.headers.get("Retry-After")) == (503, "5")


async def test_lone_surrogates_in_addresses_do_no_harm(api: Api) -> None:
    for path in ("shops/lotus/orders/%ED%A0%80", "threads?q=%ED%A0%80", "threads/%FF", "shops/%FF/orders/1"):
        async with api.client.get(URL(f"/api/v1/{path}", encoded=True), headers=api.headers("admin")) as response:
            assert response.status < 500


async def test_an_order_with_a_wrong_note_changes_nothing(api: Api) -> None:
    reply = await api.put("/shops/lotus/orders/A-1001", order(note=5, status="gone"))
    assert reply.status == 422
    assert (await api.get("/shops/lotus/orders/A-1001")).json["status"] != "gone"
