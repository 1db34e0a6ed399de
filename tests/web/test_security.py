"""The browser's rules: hosts, headers, cookies, client addresses, form tokens, where a form may send a reader."""

from io import BytesIO

import pytest
from aiohttp.test_utils import make_mocked_request

from gateway.settings import Settings
from tests.web.conftest import Site
from web import security
from web.guarding import is_outside

DATABASES = ("sqlite",)

KEY = b"k" * 32


@pytest.mark.parametrize("path", ["/login", "/inbox", "/nowhere", "/static/base.css", "/settings"])
async def test_every_answer_has_the_headers(site: Site, path: str) -> None:
    browser = await site.browser("lin@example.com")
    headers = (await browser.get(path)).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "aiohttp" not in headers["Server"].lower()
    assert "Python" not in headers["Server"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[::", ""])
async def test_a_forged_host_is_refused(site: Site, host: str) -> None:
    browser = await site.browser()
    answer = await browser.get("/login", headers={"Host": host})
    assert answer.status == 400


async def test_forwarded_hosts_are_never_believed(site: Site) -> None:
    browser = await site.browser()
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    answer = await browser.get("/login", headers=headers)
    assert answer.status == 200
    assert "evil.example" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:9", "localhost", "[::1]:8080", "INBOX.example.org"])
def test_our_own_names_are_known(host: str) -> None:
    settings = Settings(public_url="https://inbox.example.org")
    request = make_mocked_request("GET", "/", headers={"Host": host})
    assert security.host_is_ours(request, security.allowed_hosts(settings))


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "garbage", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_only_our_own_proxies_say_who_asks(peer: str, forwarded: str, seen: str) -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded}).clone(remote=peer)
    assert security.client_ip(request, Settings(trusted_proxies="10.0.0.0/8")) == seen


def test_cookies_insist_on_https_where_there_is_https() -> None:
    from aiohttp import web

    response = web.Response()
    security.set_session_cookie(response, Settings(public_url="https://inbox.example.org"), "t")
    cookie = response.cookies["__Host-znx"].OutputString()
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


async def test_cookies_on_http_are_hidden_from_scripts(site: Site) -> None:
    browser = await site.browser()
    await browser.get("/login")
    answer = await browser.post("/login", {"email": "lin@example.com", "password": "correct horse battery"})
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("znx=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_form_tokens_differ_on_each_page_and_belong_to_one_browser() -> None:
    first, second = security.csrf_token(KEY, "a"), security.csrf_token(KEY, "a")
    assert first != second
    assert security.csrf_matches(KEY, "a", first)
    assert security.csrf_matches(KEY, "a", second)
    assert not security.csrf_matches(KEY, "b", first)
    assert not security.csrf_matches(b"x" * 32, "a", first)


@pytest.mark.parametrize("token", ["", "=", "é", "A", "AA==", "A" * 1000, "\0"])
def test_nonsense_is_no_form_token(token: str) -> None:
    assert not security.csrf_matches(KEY, "a", token)


@pytest.mark.parametrize(
    ("after", "goes"),
    [
        ("/inbox?view=all", "/inbox?view=all"),
        ("//evil.example", "/inbox"),
        ("/\\evil.example", "/inbox"),
        ("https://evil.example", "/inbox"),
        ("javascript:alert(1)", "/inbox"),
        ("/x\r\nSet-Cookie: a=b", "/inbox"),
        ("", "/inbox"),
    ],
)
async def test_signing_in_never_leads_elsewhere(site: Site, after: str, goes: str) -> None:
    browser = await site.browser()
    await browser.get("/login")
    fields = {"email": "lin@example.com", "password": "correct horse battery", "next": after}
    assert (await browser.post("/login", fields)).headers["Location"] == goes


@pytest.mark.parametrize("path", ["/apiary", "/healthzz", "/login", "/", "/inbox/api/"])
def test_only_programs_paths_are_outside_of_the_guard(path: str) -> None:
    assert not is_outside(path)


async def test_a_form_that_is_too_large_is_refused(site: Site) -> None:
    browser = await site.browser("lin@example.com")
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await browser.client.post("/settings", data=BytesIO(b"locale=" + b"x" * 1_200_000), headers=kind)
    assert answer.status == 413
    assert "too large" in await answer.text()


@pytest.mark.parametrize(
    "body",
    [b"--x\r\n\r\nbroken", b"\xff\xfe=\xff", b"a" * 10],
)
async def test_what_is_no_form_is_an_answer_and_no_fault(site: Site, body: bytes) -> None:
    browser = await site.browser("lin@example.com")
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "text/plain; charset=nonsense"):
        answer = await browser._answer("POST", "/settings", data=body, headers={"Content-Type": kind})
        assert answer.status in (403, 422)
