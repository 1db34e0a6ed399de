"""The pages of shops, people, tokens, audit log, dashboard and health, as an admin and a manager use them."""

import re
from html import unescape
from typing import Any

import pytest
from sqlmodel import select

from gateway.admin import dashboard
from gateway.clock import new_id
from gateway.domain.actors import SYSTEM
from gateway.models import AuditEntry, InboundEmail, Shop
from gateway.store.shops import shop
from tests import builders
from tests.web.conftest import Site

DATABASES = ("sqlite",)


async def acts(site: Site) -> list[str]:
    """What the audit log has, oldest first."""
    async with site.gw.db.read() as session:
        return [row.act for row in (await session.exec(select(AuditEntry).order_by(AuditEntry.number))).all()]  # type: ignore[arg-type]


async def test_an_admin_invites_and_the_guest_comes_in_by_a_form(site: Site) -> None:
    admin = await site.browser("admin@example.com")
    page = await admin.get("/people")
    assert "lin@example.com" in page.text
    sent = await admin.post("/people", {"email": "new@example.com", "name": "Nia", "role.lantern": "seller"})
    link = re.search(r'value="(http[^"]+/invitation/\w+)"', sent.text)
    assert link, "without a relay the link is shown"
    path = "/invitation/" + link[1].rpartition("/")[2]
    guest = await site.browser()
    assert "Nia" in (await guest.get(path)).text
    assert (await guest.get(path)).status == 200
    assert (await guest.post(path, {"new": "long enough", "again": "other"})).status == 422
    done = await guest.post(path, {"new": "long enough", "again": "long enough", "name": "Nia L"})
    assert (done.status, done.headers["Location"]) == (303, "/inbox")
    assert (await guest.get("/inbox")).status == 200
    assert (await guest.get("/people")).status == 403
    assert (await (await site.browser()).get(path)).status == 403
    assert (await acts(site))[-2:] == ["user.invited", "user.joined"]


async def test_shutting_out_works_at_once(site: Site) -> None:
    admin, lin = await site.browser("admin@example.com"), await site.browser("lin@example.com")
    await admin.get(f"/people/{site.seller.id}")
    assert (await admin.post(f"/people/{site.seller.id}/deactivate")).status == 303
    assert (await lin.get("/inbox")).headers["Location"].startswith("/login")
    assert "let in again" in (await admin.get(f"/people/{site.seller.id}")).text.lower()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"email": "x", "admin": "yes"}, 422),
        ({"email": "new@example.com"}, 422),
        ({"email": "lin@example.com", "admin": "yes"}, 409),
    ],
)
async def test_a_wrong_invitation_says_so_and_keeps_what_was_typed(
    site: Site, fields: dict[str, str], status: int
) -> None:
    admin = await site.browser("admin@example.com")
    answer = await admin.post("/people", fields)
    assert answer.status == status
    assert 'role="alert"' in answer.text
    assert fields["email"] in answer.text


async def test_a_token_is_shown_once_and_revoked(site: Site) -> None:
    admin = await site.browser("admin@example.com")
    made = await admin.post("/tokens", {"name": "<b>erp</b>", "shop": "lantern", "role": "seller", "scope.read": "yes"})
    token = re.search(r'id="made" readonly value="(\w+)"', made.text)
    assert token
    assert made.headers["Cache-Control"] == "no-store"
    later = await admin.get("/tokens")
    assert token[1] not in later.text
    assert "&lt;b&gt;erp" in later.text
    revoke = re.search(r'action="(/tokens/[\w-]+/revoke)"', later.text)
    assert revoke
    assert (await admin.post(revoke[1])).status == 303
    assert "&lt;b&gt;erp" not in (await admin.get("/tokens")).text
    assert token[1] not in repr(await acts(site))


async def test_a_shop_is_made_and_chooses_its_mails(site: Site) -> None:
    admin = await site.browser("admin@example.com")
    assert (await admin.post("/shops", {"name": "Jade", "slug": "Not a slug"})).status == 422
    assert (await admin.post("/shops", {"name": "Jade", "slug": "lantern"})).status == 409
    made = await admin.post("/shops", {"name": "Jade", "slug": "jade", "locale": "zh_CN"})
    assert made.headers["Location"] == "/shops/jade?done=1"
    page = await admin.get("/shops/jade")
    assert "jade@" in page.text
    await admin.post("/shops/jade", {"part": "mails", "received": "yes"})
    async with site.gw.db.read() as session:
        mails = (await shop(session, SYSTEM, "jade")).mails
    assert (mails.received, mails.quote_history, mails.order_placed) == (True, False, False)
    await admin.post("/shops/jade", {"name": "Jade & Co", "locale": "en", "notes_from": "erp.test\n\n"})
    async with site.gw.db.read() as session:
        row = (await session.exec(select(Shop).where(Shop.slug == "jade"))).one()
    assert (row.name, row.notes_from, row.settings["mails"]["received"]) == ("Jade & Co", ["erp.test"], True)
    assert (await acts(site))[-3:] == ["shop.added", "shop.changed", "shop.changed"]


async def test_a_manager_sees_the_own_shop_in_every_page(site: Site) -> None:
    async with site.gw.db.write() as session:
        await builders.add_user(session, "mei@example.com", "manager", site.lantern)
    mei = await site.browser("mei@example.com")
    for path in ("/people", "/shops", "/tokens", "/audit", "/dashboard", "/ledger"):
        page = await mei.get(path)
        assert page.status == 200
        assert "Teahouse" not in page.text
        assert "zhao@" not in page.text
    assert (await mei.get("/shops/teahouse")).status == 404
    assert (await mei.get("/health")).status == 403
    assert 'href="/health"' not in (await mei.get("/people")).text


async def test_the_audit_log_is_filtered_and_exported(site: Site) -> None:
    admin = await site.browser("admin@example.com")
    await admin.post("/tokens", {"name": "=erp", "shop": "lantern", "role": "seller"})
    await admin.post("/shops", {"name": "Jade", "slug": "jade"})
    both = unescape((await admin.get("/audit")).text)
    assert "=erp" in both
    assert "Jade" in both
    only = unescape((await admin.get("/audit?act=token&since=2026-11-01&until=2026-11-30")).text)
    assert "=erp" in only
    assert (await admin.get("/audit?since=nonsense&before=x")).status == 200
    exported = await admin.get("/audit.csv?act=token")
    assert exported.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert ",'=erp," in exported.text
    assert "jade" not in exported.text


async def test_the_ledger_is_filtered_and_pages_within_its_filter(site: Site) -> None:
    at = site.clock.now()
    raw: dict[str, Any] = {"ingress": "smtp", "size": 1, "state": "held", "why": "unverified"}
    async with site.gw.db.write() as session:
        sha = await builders.add_raw(session, b"x")
        for number in range(52):
            sender = "eve@evil.test" if number < 51 else "li@buyer.test"
            who: dict[str, Any] = {"mail_from": sender, "author": sender, "rcpt_to": "lantern@x", "sha256": sha}
            times: dict[str, Any] = {"received_at": at, "next_attempt_at": at}
            session.add(InboundEmail(id=new_id(), shop_id=site.lantern.id, **raw, **who, **times))
    admin = await site.browser("admin@example.com")
    page = await admin.get("/ledger?state=held&sender=%40evil.test&why=unverified&shop=lantern")
    assert page.text.count('class="card entry"') == 50
    assert "li@buyer.test" not in page.text
    (older,) = re.findall(r'rel="next" href="([^"]+)"', page.text)
    assert (await admin.get(unescape(older))).text.count('class="card entry"') == 1
    assert (await admin.get("/ledger?state=held&since=2030-01-01")).text.count('class="card entry"') == 0
    for nonsense in ("since=never&trust=x&ingress=y", "sender=%00", "channel='"):
        assert (await admin.get(f"/ledger?{nonsense}")).status == 200


async def test_the_dashboard_shows_numbers_to_those_without_script_and_as_csv(site: Site) -> None:
    await dashboard.refresh(site.gw)
    admin = await site.browser("admin@example.com")
    page = await admin.get("/dashboard?range=7d&shop=lantern")
    assert "<table" in page.text
    exported = await admin.get("/dashboard.csv?range=7d&shop=lantern")
    assert exported.text.splitlines()[0] == "\ufeffat,email"
    assert sum(int(line.rpartition(",")[2]) for line in exported.text.splitlines()[1:]) == 1
    assert (await admin.get("/dashboard.csv?part=times")).text.startswith("\ufeffwhat,of,name")
    assert (await admin.get("/dashboard?range=nonsense")).status == 200
    assert (await admin.get("/dashboard?shop=nonsense")).status == 404


async def test_health_says_what_works(site: Site) -> None:
    page = await (await site.browser("admin@example.com")).get("/health")
    assert page.text.count('class="card finding good"') >= 8
    assert "written and read back" in page.text
