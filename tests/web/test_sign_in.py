"""Signing in and out as people do it, and what those get who guess."""

import re

import pytest

from gateway.people import accounts
from tests import builders
from tests.web.conftest import Site


async def test_a_seller_signs_in_and_out(site: Site) -> None:
    browser = await site.browser("lin@example.com")
    assert (await browser.get("/inbox")).status == 200
    assert (await browser.post("/logout")).headers["Location"] == "/login"
    assert (await browser.get("/inbox")).status == 303


async def test_a_reader_comes_back_to_the_page_that_was_asked_for(site: Site) -> None:
    browser = await site.browser()
    asked = await browser.get(f"/threads/{site.thread_id}?view=all")
    page = await browser.get(asked.headers["Location"])
    after = re.search(r'name="next" value="([^"]+)"', page.text)
    assert after is not None
    assert after[1] == f"/threads/{site.thread_id}?view=all"


@pytest.mark.parametrize("email", ["lin@example.com", "nobody@example.com", "", "x" * 400, "a\0b@example.com"])
async def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(site: Site, email: str) -> None:
    browser = await site.browser()
    await browser.get("/login")
    answer = await browser.post("/login", {"email": email, "password": "wrong"})
    assert answer.status == 403
    assert "fit together" in answer.text
    assert "znx=" not in answer.headers.get("Set-Cookie", "")


async def test_five_failures_close_the_door_for_a_quarter_of_an_hour(site: Site) -> None:
    browser = await site.browser()
    await browser.get("/login")
    for _ in range(5):
        assert (await browser.post("/login", {"email": "lin@example.com", "password": "wrong"})).status == 403
    shut = await browser.post("/login", {"email": "LIN@example.com", "password": builders.PASSWORD})
    assert shut.status == 429
    assert 0 < int(shut.headers["Retry-After"]) <= 901
    other = await browser.post("/login", {"email": "zhao@example.com", "password": builders.PASSWORD})
    assert other.status == 303
    site.clock.forward(minutes=16)
    again = await site.browser("lin@example.com")
    assert (await again.get("/inbox")).status == 200


async def test_a_session_ends_after_twelve_hours_and_an_idle_admins_after_half_an_hour(site: Site) -> None:
    seller, admin = await site.browser("lin@example.com"), await site.browser("admin@example.com")
    site.clock.forward(minutes=29)
    assert (await admin.get("/inbox")).status == 200
    site.clock.forward(minutes=31)
    assert (await admin.get("/inbox")).status == 303
    assert (await seller.get("/inbox")).status == 200
    site.clock.forward(hours=11)
    assert (await seller.get("/inbox")).status == 303


async def test_an_open_page_alone_keeps_no_admin_signed_in(site: Site) -> None:
    admin = await site.browser("admin@example.com")
    for _ in range(3):
        site.clock.forward(minutes=11)
        refreshed = await admin.get("/inbox", headers={"X-Background": "1"})
        address, headers = "/live?since=-1", {"Accept": "text/event-stream"}
        async with admin.client.get(address, headers=headers, allow_redirects=False) as stream:
            listening = stream.status
    assert refreshed.status == 401
    assert listening == 401


async def test_a_session_id_that_was_planted_is_not_taken_over(site: Site) -> None:
    browser = await site.browser()
    browser.client.session.cookie_jar.update_cookies({"znx": "a" * 52})
    await browser.get("/login")
    answer = await browser.post("/login", {"email": "lin@example.com", "password": builders.PASSWORD})
    assert "a" * 52 not in answer.headers["Set-Cookie"]


async def test_a_link_signs_in_once_and_only_by_its_button(site: Site) -> None:
    link = (await accounts.make_sign_in_link(site.gw, site.seller.id)).removeprefix(site.gw.settings.public_url)
    browser = await site.browser()
    for _ in range(3):
        looked = await browser.get(link)
        assert looked.status == 200
    async with browser.client.head(link) as head:
        assert head.status == 200
    assert (await browser.get("/inbox")).status == 303
    await browser.get(link)
    assert (await browser.post(link)).headers["Location"] == "/inbox"
    assert (await browser.get("/inbox")).status == 200
    second = await site.browser()
    assert (await second.get(link)).status == 403
    assert (await second.post(link)).status == 403


async def test_a_link_runs_out_after_ten_minutes(site: Site) -> None:
    link = (await accounts.make_sign_in_link(site.gw, site.seller.id)).removeprefix(site.gw.settings.public_url)
    site.clock.forward(minutes=10, seconds=1)
    browser = await site.browser()
    assert (await browser.get(link)).status == 403


async def test_another_password_signs_all_other_browsers_out(site: Site) -> None:
    here, there = await site.browser("lin@example.com"), await site.browser("lin@example.com")
    fields = {"old": builders.PASSWORD, "new": "a much longer one", "again": "a much longer one"}
    assert (await here.post("/settings/password", fields | {"again": "different"})).status == 422
    assert (await here.post("/settings/password", fields | {"old": "wrong"})).status == 403
    assert (await here.post("/settings/password", fields | {"new": "short", "again": "short"})).status == 422
    assert (await here.post("/settings/password", fields)).status == 303
    assert (await here.get("/inbox")).status == 200
    assert (await there.get("/inbox")).status == 303
    fresh = await site.browser()
    assert (await fresh.sign_in("lin@example.com")).status == 403
    assert (await fresh.sign_in("lin@example.com", "a much longer one")).status == 303


@pytest.mark.parametrize("fields", [{"locale": "xx"}, {"time_zone": "../../etc/passwd"}, {"time_zone": "Mars/Base"}])
async def test_unknown_languages_and_zones_are_refused(site: Site, fields: dict[str, str]) -> None:
    browser = await site.browser("lin@example.com")
    assert (await browser.post("/settings", {"locale": "", "time_zone": ""} | fields)).status == 422
