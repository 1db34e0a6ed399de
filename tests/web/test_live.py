"""An open page hears of a change at once, of its own shops only, and catches up after a break."""

import asyncio

from aiohttp import ClientResponse

from gateway.inbox import threads
from tests.web.conftest import Browser, Site

PATIENCE = 30
"""Seconds that something which must happen may take on the slowest machine; a server waits longer for its streams."""


async def heard(stream: ClientResponse) -> int:
    """The version that the next event names."""
    async with asyncio.timeout(PATIENCE):
        async for line in stream.content:
            if line.startswith(b"id: "):
                return int(line[4:])
    raise AssertionError("the stream ended")


async def silent(stream: ClientResponse) -> bool:
    try:
        async with asyncio.timeout(1.2):
            return await heard(stream) < 0
    except TimeoutError:
        return True


def listen(browser: Browser, since: int, **headers: str):  # type: ignore[no-untyped-def]
    return browser.client.get(f"/live?since={since}", headers=headers)


async def test_a_new_message_is_told(site: Site) -> None:
    browser = await site.browser("lin@example.com")
    now = await threads.change_version(site.gw, site.actor)
    async with listen(browser, now) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        await site.message("Hello?")
        assert await heard(stream) == now + 1


async def test_what_happened_meanwhile_is_told_first(site: Site) -> None:
    browser = await site.browser("lin@example.com")
    now = await threads.change_version(site.gw, site.actor)
    await site.message("One")
    await site.message("Two")
    async with listen(browser, now) as stream:
        assert await heard(stream) == now + 2
    async with listen(browser, 0, **{"Last-Event-ID": str(now + 2)}) as stream:
        assert await silent(stream)


async def test_other_shops_changes_are_not_heard(site: Site) -> None:
    browser = await site.browser("zhao@example.com")
    async with listen(browser, 0) as stream:
        await site.message("Hello?")
        assert await silent(stream)


async def test_a_stranger_hears_nothing(site: Site) -> None:
    browser = await site.browser()
    answer = await browser.get("/live", headers={"Sec-Fetch-Mode": "cors"})
    assert answer.status == 401


async def test_a_hundred_pages_listen_with_one_reader_of_the_database(site: Site) -> None:
    from contextlib import AsyncExitStack

    browser = await site.browser("lin@example.com")
    now = await threads.change_version(site.gw, site.actor)
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(listen(browser, now)) for _ in range(90)]
        await site.message("Hello?")
        assert set(await asyncio.gather(*map(heard, streams))) == {now + 1}


async def test_open_streams_do_not_hold_the_servers_end_up(site: Site) -> None:
    browser = await site.browser("lin@example.com")
    async with listen(browser, 0) as stream:
        assert await heard(stream) > 0
        async with asyncio.timeout(PATIENCE):
            await site.server.close()
            await stream.content.read()
        assert stream.content.at_eof()


async def test_asking_for_the_head_of_a_stream_ends_at_once(site: Site) -> None:
    browser = await site.browser("lin@example.com")
    async with asyncio.timeout(PATIENCE), browser.client.head("/live") as head:
        assert head.status == 200
