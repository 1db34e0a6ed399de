"""Links by mail, a forgotten password, the second factor, and browsers: each key once, each answer the same."""

import re
from datetime import timedelta

import pyotp
import pytest
from cryptography.exceptions import InvalidTag
from sqlmodel import select

from gateway.domain.tokens import fingerprint
from gateway.errors import NotFound
from gateway.models import Delivery, MailRequest, RecoveryCode, TotpSecret
from gateway.outbound.sending import Sender
from gateway.people import account_mails, second_factors
from tests import builders
from tests.couriers import Relay
from tests.web.conftest import Browser, Site
from web.settings_views import agent_name

DATABASES = ("sqlite",)
EMAIL = "lin@example.com"
NEW = "lantern over the river"


async def mailed(site: Site) -> list[str]:
    """The links of every mail that has left by now, as paths."""
    while await account_mails.send_once(site.gw):
        pass
    relay = Relay()
    await Sender(site.gw, relay).send_once()
    texts = [part.get_content() for sent in relay.mails if (part := sent.get_body(("plain",)))]
    base = re.escape(site.gw.settings.public_url)
    return [match for text in texts for match in re.findall(rf"{base}(/\S+)", text)]


async def ask(browser: Browser, kind: str, email: str = EMAIL) -> str:
    await browser.get(f"/login/mail?kind={kind}")
    answer = await browser.post("/login/mail", {"kind": kind, "email": email})
    assert answer.status == 200
    return re.sub(r'value="[^"]*"|content="[^"]*"', "", answer.text)


async def set_up(site: Site) -> tuple[Browser, str, list[str]]:
    """A browser of somebody who has a second factor now, its secret, and the recovery codes."""
    browser = await site.browser(EMAIL)
    await browser.post("/settings/security/begin")
    page = await browser.get("/settings/security")
    secret = re.findall(r'class="mono secret">([A-Z2-7 ]+)<', page.text)[0].replace(" ", "")
    assert "data:image/svg+xml" in page.text
    answer = await browser.post("/settings/security/confirm", {"code": code_at(site, secret)})
    codes = re.findall(r'class="mono">([a-z2-7-]{11})<', answer.text)
    assert len(codes) == 10
    return browser, secret, codes


def code_at(site: Site, secret: str) -> str:
    return pyotp.TOTP(secret).at(site.clock.now())


async def first_step(site: Site) -> tuple[Browser, str]:
    """A browser that has given the right password, and what its form sends on."""
    browser = await site.browser()
    await browser.get("/login")
    answer = await browser.post("/login", {"email": EMAIL, "password": builders.PASSWORD})
    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers or "znx=" not in answer.headers["Set-Cookie"]
    return browser, re.findall(r'name="step" value="([^"]+)"', answer.text)[0]


async def test_a_mailed_link_signs_in_once_and_only_by_its_button(site: Site) -> None:
    browser = await site.browser()
    await ask(browser, "sign-in")
    (path,) = await mailed(site)
    for _ in range(3):
        assert (await browser.get(path)).status == 200
    answer = await browser.post(path)
    assert (answer.status, answer.headers["Location"]) == (303, "/inbox")
    again = await site.browser()
    await again.get("/login")
    assert (await again.post(path)).status == 403


async def test_whoever_asks_learns_nothing_of_who_is_known(site: Site) -> None:
    one, two = await site.browser(), await site.browser()
    for kind in ("sign-in", "reset"):
        assert await ask(one, kind) == await ask(two, kind, "nobody@example.com")
    assert len(await mailed(site)) == 2
    async with site.gw.db.read() as session:
        assert {row.rcpt_to for row in (await session.exec(select(Delivery))).all()} == {EMAIL}
        assert (await session.exec(select(MailRequest))).all() == []


async def test_mails_are_asked_for_three_times_at_most(site: Site) -> None:
    for email in (EMAIL, "nobody@example.com"):
        browser = await site.browser()
        for _ in range(3):
            await ask(browser, "sign-in", email)
        answer = await browser.post("/login/mail", {"kind": "sign-in", "email": email})
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) > 0


async def test_a_forgotten_password_is_replaced_once(site: Site) -> None:
    signed_in, browser = await site.browser(EMAIL), await site.browser()
    await ask(browser, "reset")
    await ask(browser, "sign-in")
    reset, link = sorted(await mailed(site))
    assert (await browser.get(reset)).status == 200
    for new, again, status in ((NEW, "other", 422), ("short", "short", 422), ("password123", "password123", 422)):
        assert (await browser.post(reset, {"new": new, "again": again})).status == status
    answer = await browser.post(reset, {"new": NEW, "again": NEW})
    assert (answer.status, answer.headers["Location"]) == (303, "/login?done=password")
    assert (await signed_in.get("/settings")).status == 303
    assert (await browser.get(reset)).status == 403
    assert (await browser.get(link)).status == 403
    assert (await browser.post(reset, {"new": NEW, "again": NEW})).status == 403
    assert (await (await site.browser()).sign_in(EMAIL)).status == 403
    assert (await (await site.browser()).sign_in(EMAIL, NEW)).status == 303


@pytest.mark.parametrize("purpose", ["reset", "second-step"])
async def test_a_key_works_for_its_purpose_alone(site: Site, purpose: str) -> None:
    from gateway.store import proofs

    async with site.gw.db.write() as session:
        until = site.clock.now() + timedelta(minutes=5)
        await proofs.add_key(session, fingerprint("k" * 32), site.seller.id, purpose, until)
    browser = await site.browser()
    await browser.get("/login")
    assert (await browser.get(f"/sign-in/{'k' * 32}")).status == 403
    assert (await browser.post(f"/sign-in/{'k' * 32}")).status == 403
    if purpose == "second-step":
        assert (await browser.get(f"/password/{'k' * 32}")).status == 403


async def test_links_run_out(site: Site) -> None:
    browser = await site.browser()
    await ask(browser, "reset")
    await ask(browser, "sign-in")
    reset, link = sorted(await mailed(site))
    site.clock.forward(minutes=10)
    assert (await browser.get(link)).status == 403
    assert (await browser.get(reset)).status == 200
    site.clock.forward(minutes=20)
    assert (await browser.get(reset)).status == 403


async def test_the_second_factor_is_asked_for_and_each_code_works_once(site: Site) -> None:
    _, secret, _ = await set_up(site)
    browser, step = await first_step(site)
    assert (await browser.get("/inbox")).status == 303
    used = await browser.post("/login/code", {"step": step, "code": code_at(site, secret), "next": "/inbox"})
    assert used.status == 403
    site.clock.forward(seconds=30)
    code = code_at(site, secret)
    answer = await browser.post("/login/code", {"step": step, "code": code, "next": "/inbox"})
    assert (answer.status, answer.headers["Location"]) == (303, "/inbox")
    assert (await browser.get("/inbox")).status == 200
    other, second = await first_step(site)
    assert (await other.post("/login/code", {"step": second, "code": code})).status == 403
    assert (await other.post("/login/code", {"step": step, "code": code})).status == 403


async def test_a_recovery_code_works_once(site: Site) -> None:
    _, _, codes = await set_up(site)
    browser, step = await first_step(site)
    typed = codes[0].upper().replace("-", " ")
    assert (await browser.post("/login/code", {"step": step, "code": typed})).status == 303
    browser, step = await first_step(site)
    assert (await browser.post("/login/code", {"step": step, "code": codes[0]})).status == 403
    assert (await browser.post("/login/code", {"step": step, "code": codes[1]})).status == 303


async def test_codes_can_not_be_guessed(site: Site) -> None:
    _, secret, _ = await set_up(site)
    site.clock.forward(minutes=1)
    right = code_at(site, secret)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(5):
        browser, step = await first_step(site)
        assert (await browser.post("/login/code", {"step": step, "code": wrong})).status == 403
    browser, step = await first_step(site)
    answer = await browser.post("/login/code", {"step": step, "code": right})
    assert answer.status == 429
    assert "Retry-After" in answer.headers


async def test_a_mailed_link_asks_for_the_second_factor_too(site: Site) -> None:
    _, secret, _ = await set_up(site)
    browser = await site.browser()
    await ask(browser, "sign-in")
    (path,) = await mailed(site)
    await browser.get(path)
    answer = await browser.post(path)
    assert answer.status == 200
    assert (await browser.get("/inbox")).status == 303
    step = re.findall(r'name="step" value="([^"]+)"', answer.text)[0]
    site.clock.forward(seconds=30)
    assert (await browser.post("/login/code", {"step": step, "code": code_at(site, secret)})).status == 303


async def test_the_first_step_is_good_for_ten_minutes(site: Site) -> None:
    _, secret, _ = await set_up(site)
    browser, step = await first_step(site)
    site.clock.forward(minutes=10)
    answer = await browser.post("/login/code", {"step": step, "code": code_at(site, secret)})
    assert answer.status == 403
    assert "Sign in again" in answer.text or "重新登录" in answer.text


async def test_switching_off_and_new_codes_need_the_password(site: Site) -> None:
    browser, _, codes = await set_up(site)
    for path in ("codes", "off"):
        assert (await browser.post(f"/settings/security/{path}", {"password": "wrong"})).status == 422
    answer = await browser.post("/settings/security/codes", {"password": builders.PASSWORD})
    fresh = re.findall(r'class="mono">([a-z2-7-]{11})<', answer.text)
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    assert (await browser.post("/settings/security/off", {"password": builders.PASSWORD})).status == 303
    assert (await (await site.browser()).sign_in(EMAIL)).status == 303


async def test_secrets_and_codes_are_not_in_the_database(site: Site) -> None:
    _, secret, codes = await set_up(site)
    async with site.gw.db.read() as session:
        (kept,) = (await session.exec(select(TotpSecret))).all()
        prints = {row.fingerprint for row in (await session.exec(select(RecoveryCode))).all()}
    assert secret.encode() not in kept.sealed
    assert not prints & {fingerprint(code.replace("-", "")) for code in codes}


async def test_a_secret_that_was_never_confirmed_is_not_asked_for(site: Site) -> None:
    browser = await site.browser(EMAIL)
    await browser.post("/settings/security/begin")
    assert (await browser.post("/settings/security/confirm", {"code": "000000"})).status == 422
    assert (await (await site.browser()).sign_in(EMAIL)).status == 303


async def test_an_operator_takes_it_away_from_who_lost_everything(site: Site) -> None:
    browser, _, _ = await set_up(site)
    await second_factors.take_away_from(site.gw, EMAIL.upper())
    assert (await browser.get("/settings")).status == 303
    assert (await (await site.browser()).sign_in(EMAIL)).status == 303
    with pytest.raises(NotFound):
        await second_factors.take_away_from(site.gw, "nobody@example.com")


async def test_browsers_are_listed_and_signed_out(site: Site) -> None:
    one = await site.browser(EMAIL, **{"User-Agent": "Phone"})
    two = await site.browser(EMAIL, **{"User-Agent": "Desk"})
    stranger = await site.browser("zhao@example.com")
    page = await one.get("/settings/security")
    assert "Phone" in page.text
    assert "Desk" in page.text
    (handle,) = re.findall(r'name="handle" value="([0-9a-f]{20})"', page.text)
    assert (await stranger.post("/settings/browsers", {"handle": handle})).status == 404
    assert (await one.post("/settings/browsers", {"handle": handle})).status == 303
    assert (await two.get("/settings")).status == 303
    answer = await one.post("/settings/browsers", {"handle": "all"})
    assert answer.headers["Location"] == "/login?done=everywhere"
    assert (await one.get("/settings")).status == 303
    assert (await stranger.get("/settings")).status == 200


async def test_another_users_secret_opens_nothing(site: Site) -> None:
    from gateway.people.factor_codes import seal, unseal

    sealed = seal(site.gw, site.seller.id, "SECRET")
    assert unseal(site.gw, site.seller.id, sealed) == "SECRET"
    with pytest.raises(InvalidTag):
        unseal(site.gw, site.other.id, sealed)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge · Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604",
            "Safari · iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/138 Mobile MicroMessenger/8.0",
            "微信 WeChat · Android",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_browsers_are_named_as_people_know_them(user_agent: str, name: str) -> None:
    assert agent_name(user_agent) == name


CHOICE = {"mode": "hourly", "quiet": "on", "quiet_from": "22:30", "quiet_until": "07:00", "daily_at": "08:00"}


async def test_notifications_are_chosen_for_oneself(site: Site) -> None:
    browser = await site.browser(EMAIL)
    page = await browser.get("/settings/notifications")
    assert "Lantern &amp; Silk" in page.text
    assert "Teahouse" not in page.text
    answer = await browser.post("/settings/notifications", CHOICE | {"channel-site": "on", "only_mine": "on"})
    assert answer.headers["Location"] == "/settings/notifications?done=saved"
    from gateway.outbound import seller_notices

    choice = await seller_notices.choice(site.gw, site.actor)
    assert (choice.mode, choice.quiet_from, choice.quiet_until, choice.daily_hour) == ("hourly", 1350, 420, 8)
    assert (choice.only_mine, choice.channels, choice.muted_shops) == (True, ("site", "chat"), (site.lantern.id,))
    for wrong in ({"mode": "often"}, {"quiet_from": "25:00"}, {"quiet_until": "soon"}):
        assert (await browser.post("/settings/notifications", CHOICE | wrong)).status == 422
