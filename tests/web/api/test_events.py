"""What a program that follows along sees: each changed thread, nothing twice, nothing of others, resumable anywhere."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientResponse

from gateway.domain.following import read_marks, write_marks
from gateway.errors import Invalid
from tests.house import mail
from tests.web.api.conftest import Api, order


class Stream:
    """The events of one answer."""

    def __init__(self, response: ClientResponse) -> None:
        self.response, self.last_id = response, ""

    async def next(self) -> dict[str, str]:
        """The next event's data; fails the test when none comes."""
        async with asyncio.timeout(30):
            while True:
                block = (await self.response.content.readuntil(b"\n\n")).decode()
                fields = dict(line.split(": ", 1) for line in block.strip().splitlines() if not line.startswith(":"))
                self.last_id = fields.get("id", self.last_id)
                if "data" in fields:
                    assert fields["event"] == "thread"
                    data: dict[str, str] = json.loads(fields["data"])
                    return data

    async def began(self) -> None:
        """Read the first block, which only tells where the stream begins."""
        block = (await self.response.content.readuntil(b"\n\n")).decode()
        self.last_id = block.partition("id: ")[2].strip()


@asynccontextmanager
async def following(api: Api, query: str = "", token: str = "admin", last_id: str = "") -> AsyncIterator[Stream]:
    """An open stream."""
    headers = api.headers(token) | ({"Last-Event-ID": last_id} if last_id else {})
    async with api.client.get(f"/api/v1/events{query}", headers=headers) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        stream = Stream(response)
        await stream.began()
        yield stream


async def test_what_happens_is_told_at_once(api: Api) -> None:
    async with following(api) as stream:
        row = await api.house.receive(mail())
        assert await stream.next() == {"shop": "lotus", "thread_id": row.thread_id, "change_no": 1}


async def test_from_a_number_on_all_that_changed_is_told(api: Api) -> None:
    row = await api.house.receive(mail())
    note = (await api.put("/shops/jade/orders/J-1", order(note="hello"))).json
    async with following(api, "?since=0") as stream:
        assert {(await stream.next())["thread_id"] for _ in range(2)} == {row.thread_id, note["thread_id"]}


async def test_a_stream_goes_on_from_the_last_event_that_was_seen(api: Api) -> None:
    for number in range(4):
        await api.put(f"/shops/lotus/orders/N-{number}", order(note="hello"))
    seen: list[str] = []
    last_id = ""
    for _ in range(2):
        async with following(api, "?since=0", last_id=last_id) as stream:
            seen += [str((await stream.next())["change_no"]) for _ in range(2)]
            last_id = stream.last_id
    assert seen == ["1", "2", "3", "4"]


async def test_nothing_of_another_shop_is_told(api: Api) -> None:
    async with following(api, "?since=0", token="jade-seller") as stream:
        await api.house.receive(mail())
        note = (await api.put("/shops/jade/orders/J-1", order(note="hello"))).json
        assert (await stream.next())["thread_id"] == note["thread_id"]
        assert "lotus" not in stream.last_id


async def test_open_streams_do_not_keep_the_server_from_stopping(api: Api) -> None:
    async with following(api), following(api):
        async with asyncio.timeout(30):
            await api.client.server.close()


def test_marks_are_written_and_read_back() -> None:
    marks = {"silk": 12, "lantern": 57}
    assert read_marks(write_marks(marks), ()) == marks
    assert read_marks("7", ("a", "b")) == {"a": 7, "b": 7}


@pytest.mark.parametrize("text", ["x", "-1", "a:b", "a:1,", "a:1;b:2", "9" * 30, "a:1\n"])
def test_what_is_no_mark_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_marks(text, ())
