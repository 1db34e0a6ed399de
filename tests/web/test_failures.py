"""Whatever goes wrong, a reader gets a page that says what to do, and never what it was inside."""

from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from gateway import errors
from gateway.store.db import Database
from tests.web.conftest import Site
from web.app import make_app
from web.failures import TABLE, failure_of

DATABASES = ("sqlite",)


@pytest.mark.parametrize(
    "kind", [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.ZnxError)]
)
def test_every_failure_of_ours_has_a_row(kind: type[errors.ZnxError]) -> None:
    failure = failure_of(kind("secret detail"))
    assert 400 <= failure.status < 600
    assert failure.status != 500
    assert "secret" not in failure.title + failure.advice
    assert issubclass(kind, errors.TemporaryError) == (failure.retry_after > 0)


def test_rows_stand_in_an_order_in_which_each_is_reached() -> None:
    kinds = [kind for kind, _ in TABLE]
    for position, kind in enumerate(kinds):
        assert not any(issubclass(kind, earlier) for earlier in kinds[:position]), kind


def test_a_fault_of_ours_gets_a_number_and_no_trace() -> None:
    failure = failure_of(ZeroDivisionError("SELECT secret"))
    assert failure.status == 500
    assert len(failure.incident) == 8
    assert "SELECT" not in failure.title + failure.advice


async def test_a_fault_inside_of_a_page_shows_nothing_of_the_inside(site: Site) -> None:
    browser = await site.browser("lin@example.com")
    async with site.gw.db.write() as session:
        await (await session.connection()).execute(text("ALTER TABLE reply_tokens RENAME TO elsewhere"))
        await (await session.connection()).execute(text("ALTER TABLE messages RENAME COLUMN text TO elsewhere_too"))
    answer = await browser.get(f"/threads/{site.thread_id}")
    assert answer.status in (500, 503)
    assert "elsewhere" not in answer.text
    assert "SELECT" not in answer.text
    assert "<h1>" in answer.text


async def test_a_database_that_is_away_gets_503_and_when_to_come_back(site: Site) -> None:
    nobody_there = Database("postgresql://nobody@127.0.0.1:1/none")
    gw = replace(site.gw, db=nobody_there)
    server = TestServer(make_app(gw))
    await site.stack.enter_async_context(server)
    async with TestClient(server, cookies={"znx": "a" * 52}) as client:
        answer = await client.get("/inbox")
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "Mail is still accepted" in await answer.text()
    await nobody_there.close()


async def test_pages_that_do_not_exist_are_designed_too(site: Site) -> None:
    browser = await site.browser()
    for path, status in (("/nowhere", 404), ("/inbox/../nowhere", 404)):
        answer = await browser.get(path)
        assert answer.status == status
        assert "There is nothing here" in answer.text
    wrong = await browser.client.request("DELETE", "/inbox")
    assert wrong.status == 405
    assert "<h1>" in await wrong.text()


def test_redirects_are_no_failures() -> None:
    assert failure_of(web.HTTPRequestEntityTooLarge(1, 2)).status == 413
    assert failure_of(web.HTTPUnsupportedMediaType()).status == 415
