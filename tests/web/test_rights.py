"""Every page for every kind of person: the table of routes makes the table of this test."""

import re
from collections.abc import Callable

import pytest
from aiohttp import web

from gateway.clock import new_id
from gateway.domain.rights import RIGHTS, Role
from gateway.errors import ConfigError
from gateway.inbox import threads
from gateway.models import Membership
from tests import builders
from tests.promises.test_p15_privileged_acts import PAGES
from tests.web.conftest import Answer, Browser, Site
from tests.web.furniture import furnish
from tests.web.test_admin_pages import acts
from web.guarding import Policy, Route
from web.routes import ROUTES, check_routes

DATABASES = ("sqlite",)
"""SQLite alone: that ownership holds in SQL is shown on both databases in tests/store."""

Fill = Callable[[Site], str]
NOTHING = "01900000-0000-7000-8000-000000000000"
NAMES: dict[str, Fill] = {
    # What stands in the place of a name in a path: always a thing of shop A.
    "/threads/{id}": lambda site: site.thread_id,
    "/threads/batch/{id}": lambda _: NOTHING,
    "/messages/{id}": lambda site: site.message_id,
    "/attachments/{id}": lambda site: site.file_id,
    "/attachments/{id}/picture": lambda site: site.picture_id,
    "/attachments/{id}/small": lambda site: site.picture_id,
    "/deliveries/{id}": lambda _: NOTHING,
    "/thread-events/{id}": lambda _: NOTHING,
    "/canned/{id}": lambda _: NOTHING,
    "/sources/{id}": lambda _: NOTHING,
    "/webhooks/{id}": lambda _: NOTHING,
    "/pauses/{id}": lambda _: NOTHING,
    "/channels/{id}": lambda _: NOTHING,
    "/rules/{id}": lambda _: NOTHING,
    "/teams/{id}": lambda _: NOTHING,
    "/suppressions/{id}": lambda _: NOTHING,
    "/unsubscribe/{id}/{token}": lambda _: NOTHING,
    "/ledger/{id}": lambda _: "01900000-0000-7000-8000-000000000000",
    "/templates/{name}/{locale}": lambda _: "reply",
    "/people/{id}": lambda site: site.other.id,
    "/tokens/{id}": lambda _: NOTHING,
    "/shops/{slug}": lambda _: "lantern",
    "/invitation/{token}": lambda _: "x" * 32,
    "/static/{name}": lambda _: "base.css",
    "/b/{token}": lambda _: "x" * 32,
    "/password/{token}": lambda _: "x" * 32,
    "/sign-in/{token}": lambda _: "x" * 32,
    "/confirm/{token}": lambda _: "x" * 32,
}
OWN = tuple(route for route in ROUTES if "{id}" in route.path and route.policy is Policy.SIGNED_IN)
ENDLESS = {"/live"}
OPEN_TO_ALL = ("/login", "/sign-in/", "/confirm/", "/unsubscribe/", "/invitation/", "/password", "/b/")
"""Forms that need nobody to be signed in: a link or a password is what they ask for."""


def path_of(route: Route, site: Site) -> str:
    if "{" not in route.path:
        return route.path
    fill = NAMES.get(route.path) or next(fill for name, fill in NAMES.items() if route.path.startswith(name))
    first = re.sub(r"\{\w+\}", lambda _: fill(site), route.path, count=1)
    return re.sub(r"\{\w+\}", "en", first)


async def ask(browser: Browser, route: Route, path: str) -> int:
    return (await browser.answer(route.method, path)).status


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


async def test_strangers_get_public_pages_and_the_way_to_sign_in(site: Site) -> None:
    wrong = {}
    for route in ROUTES:
        if route.path in ENDLESS:
            continue
        browser = await site.browser()
        await browser.get("/login")
        answer = await browser.answer(route.method, path_of(route, site))
        if not _fit_for_strangers(route, answer):
            wrong[name_of(route)] = answer.status
    assert wrong == {}


def _fit_for_strangers(route: Route, answer: Answer) -> bool:
    if route.policy is Policy.LINK:
        return answer.status == 404
    if route.policy in (Policy.FILES, Policy.PUBLIC):
        return answer.status in (200, 303, 403)
    return answer.status == 303 and answer.headers["Location"].startswith("/login")


async def test_another_shops_things_are_not_there(site: Site) -> None:
    browser = await site.browser("zhao@example.com")
    assert {await ask(browser, route, path_of(route, site)) for route in OWN} == {404}


@pytest.mark.parametrize("email", ["lin@example.com", "admin@example.com"])
async def test_ones_own_things_are_there(site: Site, email: str) -> None:
    browser = await site.browser(email)
    pages = [route for route in OWN if route.method == "GET"]
    assert {await ask(browser, route, path_of(route, site)) for route in pages} == {200}


FOR_ALL_SHOPS = {"POST /webhooks", "POST /templates/{name}/{locale}"}
"""Forms that mean all shops when they name none: a manager may not send them so."""
OPEN = (Policy.PUBLIC, Policy.FILES, Policy.OWN)
ROLES_OF_LANTERN = ("admin", "manager", "seller", "readonly")


@pytest.mark.parametrize("role", ROLES_OF_LANTERN)
async def test_each_role_gets_what_the_table_of_rights_gives_it(site: Site, role: Role) -> None:
    """The matrix, for all that is about no single thing: those are below, with things that are there."""
    async with site.gw.db.write() as session:
        await builders.add_user(session, f"{role}@example.org", role, *([] if role == "admin" else [site.lantern]))
    browser = await site.browser(f"{role}@example.org")
    wrong = {}
    for route in sorted(ROUTES, key=lambda route: route.path == "/logout"):
        if route.path in ENDLESS or route.policy is Policy.LINK or route in ABOUT_ONE:
            continue
        status = await ask(browser, route, path_of(route, site))
        refused = route.right is not None and role not in RIGHTS[route.right]
        for_all = role == "manager" and name_of(route) in FOR_ALL_SHOPS
        if ((status == 403) != (refused or for_all) and route.policy not in OPEN) or status >= 500:
            wrong[name_of(route)] = status
    assert wrong == {}


async def test_whoever_may_only_read_changes_nothing_but_what_is_their_own(site: Site) -> None:
    allowed = {name_of(route) for route in ROUTES if route.method == "POST" and route.right is None}
    ours = [route for route in allowed if not route.removeprefix("POST ").startswith(OPEN_TO_ALL)]
    assert [route for route in ours if not route.removeprefix("POST ").startswith(("/settings", "/logout"))] == []
    async with site.gw.db.write() as session:
        await builders.add_user(session, "eyes@example.com", "readonly", site.lantern)
    browser = await site.browser("eyes@example.com")
    page = await browser.get(f"/threads/{site.thread_id}")
    assert page.status == 200
    assert "<textarea" not in page.text
    before = await threads.thread(site.gw, site.actor, site.thread_id)
    assert (await browser.post(f"/threads/{site.thread_id}/messages", {"text": "hello", "kind": "note"})).status == 403
    assert (await browser.post(f"/threads/{site.thread_id}/change", {"status": "closed"})).status == 403
    assert await threads.thread(site.gw, site.actor, site.thread_id) == before
    assert (await browser.post("/settings", {"locale": "en", "time_zone": "UTC"})).status == 303


async def test_one_may_be_a_manager_here_and_a_seller_there(site: Site) -> None:
    async with site.gw.db.write() as session:
        user = await builders.add_user(session, "both@example.com", "manager", site.lantern)
        session.add(Membership(id=new_id(), user_id=user.id, shop_id=site.teahouse.id, role="seller"))
    browser = await site.browser("both@example.com")
    await browser.get("/deliveries")
    assert (await browser.post("/pauses", {"kind": "shop", "value": "teahouse"})).status == 404
    assert (await browser.post("/pauses", {"kind": "shop", "value": "lantern"})).status == 303


NO_ID = {
    # Pages about one thing that is no shop's: mails' words, which every manager may read, and doors that need a link.
    "/templates/{name}/{locale}",
}
ABOUT_ONE = tuple(
    route
    for route in ROUTES
    if "{" in route.path and route.right is not None and not route.path.startswith(tuple(NO_ID))
)
FOR_ADMINS = {
    # What a manager may not do even in the own shop.
    "POST /channels/{id}",
    "POST /channels/{id}/enabled",
    "POST /channels/{id}/reader",
    "POST /channels/{id}/remove",
}


def really(route: Route, things: dict[str, str]) -> str:
    """The path to a thing that is there; KeyError for a kind that nobody has furnished."""
    words = route.path.split("/")
    kind = "batch" if "batch" in words else words[1]
    if route.path.startswith("/attachments/") and words[-1] != "{id}":
        kind = "pictures"
    return re.sub(r"\{\w+\}", things[kind], route.path, count=1)


async def send(browser: Browser, route: Route, path: str, things: dict[str, str]) -> int:
    """The status of a page, or of its form with what it can't do without."""
    if route.method == "GET":
        return (await browser.get(path)).status
    fields = {"into": things["another thread"], "order_no": "AE-1001", "buyer": things["another thread"]}
    return (await browser.post(path, fields)).status


async def test_what_is_there_is_not_there_for_the_neighbour(site: Site) -> None:
    """Every page and form about a thing that does exist: 404 for a manager next door, as for one that never did."""
    things = await furnish(site)
    async with site.gw.db.write() as session:
        await builders.add_user(session, "next@example.com", "manager", site.teahouse)
    browser = await site.browser("next@example.com")
    wrong = {}
    for route in ABOUT_ONE:
        there = await send(browser, route, really(route, things), things)
        never = await send(browser, route, re.sub(r"\{\w+\}", NOTHING, route.path, count=1), things)
        if (there, never) != (404, 404):
            wrong[name_of(route)] = (there, never)
    assert wrong == {}


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "role", [pytest.param("admin", marks=SLOW), "manager", pytest.param("seller", marks=SLOW), "readonly"]
)
async def test_what_is_there_is_there_for_those_who_may(site: Site, role: Role) -> None:
    """Pages answer 200, forms anything but 403 and 404; and who may not gets 403, of what is there too."""
    things = await furnish(site)
    async with site.gw.db.write() as session:
        await builders.add_user(session, "own@example.com", role, *([] if role == "admin" else [site.lantern]))
    browser = await site.browser("own@example.com")
    wrong, unwritten = {}, []
    for route in sorted(ABOUT_ONE, key=lambda route: (route.method, route.path.endswith(LAST), route.path)):
        may = route.right is not None and role in RIGHTS[route.right]
        before = await acts(site)
        status = await send(browser, route, really(route, things), things)
        expected = PAGES.get(route.path, "").split() if route.method == "POST" and status == 303 else []
        if expected and not set((await acts(site))[len(before) :]) & set(expected):
            unwritten.append(name_of(route))
        fits = status == 403 if not may else status == 200 if route.method == "GET" else status not in (403, 404)
        by_admins = role == "manager" and name_of(route) in FOR_ADMINS and status in (403, 409, 422)
        if not fits and not by_admins and (name_of(route), status) not in ABSENT:
            wrong[name_of(route)] = status
    assert wrong == {}
    assert unwritten == (NOTHING_CHANGED if role in ("admin", "manager") else [])


NOTHING_CHANGED = ["POST /shops/{slug}/brand"]
"""Sent with what stood there before, which is no act."""
LAST = ("remove", "revoke", "deactivate", "discard", "undo", "resume", "cancel", "release", "merge", "move")
"""Forms that take a thing away come after all others."""
ABSENT = {
    ("GET /shops/{slug}/brand/logo", 404),  # the shop has none
    ("POST /threads/batch/{id}/undo", 404),  # what somebody else did
}


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", {}),
        ("A" * 70, {}),
        ("good", {"Origin": "https://evil.example"}),
        ("good", {"Origin": "null"}),
        ("good", {"Sec-Fetch-Site": "cross-site"}),
    ],
)
async def test_forms_that_no_page_of_ours_sent_change_nothing(site: Site, token: str, headers: dict[str, str]) -> None:
    browser = await site.browser("admin@example.com")
    csrf, wrong = browser.csrf, {}
    for route in ROUTES:
        if route.method != "POST" or route.policy is Policy.LINK:
            continue
        fields = {"csrf": csrf if token == "good" else token, "text": "hello", "status": "closed"}
        answer = await browser.post(path_of(route, site), fields, headers=headers)
        if answer.status != 403:
            wrong[name_of(route)] = answer.status
    assert wrong == {}
    assert (await browser.get("/settings")).status == 200


async def test_a_token_of_another_browser_is_refused(site: Site) -> None:
    one, two = await site.browser("lin@example.com"), await site.browser("admin@example.com")
    answer = await one.post(f"/threads/{site.thread_id}/change", {"status": "closed", "csrf": two.csrf})
    assert answer.status == 403


def test_a_page_outside_of_the_table_stops_the_start() -> None:
    async def page(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_get("/api/v1/anything", page)
    check_routes(app)
    app.router.add_get("/secret", page)
    with pytest.raises(ConfigError, match="/secret"):
        check_routes(app)
