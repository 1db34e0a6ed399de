"""240 ways to bring a script or a request into a page, by every field that others write: nothing runs or is asked.

In a real Chromium, so that what its own parser makes of them counts.
"""

from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route

from gateway.clock import new_id
from gateway.domain.auditing import On
from gateway.domain.canned import Canned
from gateway.domain.parsing import parse
from gateway.inbox import canned
from gateway.inbox import threads as inbox
from gateway.models import Delivery, InboundEmail
from gateway.store import audit
from tests import builders
from tests.e2e.test_pages import window
from tests.injections import LEAVES, PAYLOADS
from tests.web.conftest import PNG, Site
from tests.web.test_buyer_pages import link_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DATABASES = ("sqlite",)
FRAMES = "http://frames.example/"
BROKEN = """() => {
  const foreign = "base, object, embed, style, math, marquee, xss, meta[http-equiv], link[href*='evil'], " +
    "script:not([src^='/static/'], [type='application/json']), iframe:not([sandbox])";
  const wrong = [];
  for (const element of document.querySelectorAll("*")) {
    const acts = [...element.attributes].some(({ name }) => name.startsWith("on") || name === "srcdoc");
    if (acts || element.matches(foreign)) wrong.push(element.outerHTML.slice(0, 200));
    for (const name of ["href", "src", "action", "formaction", "data", "background", "srcset"]) {
      const to = element.getAttribute(name);
      if (to !== null && !/^([/?#](?!\\/)|$)/.test(to)) wrong.push(`${name}=${to}`.slice(0, 200));
    }
  }
  return wrong;
}"""
"""What in a page of ours is not ours: its parts have no handlers, and lead nowhere but to us."""
TELLING = ("/inbox?view=all", "/threads/", "/b/", "/ledger", "/deliveries", "/audit", "/people", "/canned")
"""Pages that show what others write."""
UNFOLD = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


def letter(payload: str) -> Any:
    """A mail that has it everywhere, as the gateway reads it."""
    mail = EmailMessage(SMTP)
    mail["From"], mail["To"] = "mei@example.com", "lantern@inbox.localhost"
    mail["Subject"] = " ".join(payload.split())
    mail.set_content(f"{payload}\n\n> {payload}\n")
    mail.add_alternative(f"<p>Hello {payload} <b title='{payload}'>x</b></p>", subtype="html")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename=payload)
    return parse(mail.as_bytes())


async def conversations(site: Site, payloads: tuple[str, ...], number: int) -> str:
    """A thread with a message and a note for each payload, of a buyer and an order that are called so too."""
    name, gw = payloads[0], site.gw
    item = {"sku": name, "title": name, "qty": 1, "price": name}
    async with gw.db.write() as session:
        buyer = await builders.add_buyer(session, site.lantern, f"evil{number}@example.com", name)
        order = await builders.add_order(
            session, buyer, f"E{number}{name}"[:60], items=[item], tracking_no=name[:90], status=name, currency=name[:3]
        )
        place = builders.Customer(site.lantern, buyer, order).place
        for payload in payloads:
            read = letter(payload)
            files = [
                builders.stored_file(site.blobs, file.filename, file.content, "application/pdf")
                for file in read.attachments
            ]
            files.append(builders.stored_file(site.blobs, payload, PNG, "image/png"))
            filed = await builders.add_message(
                session,
                place,
                read.text,
                subject=read.subject,
                author_name=payload,
                quoted_text=read.quoted_text,
                html=read.html,
                attachments=tuple(files),
                filed_because=({"clue": payload, "detail": payload},),
                trust={"verdict": "failed", "why": payload, "spf": payload, "details": {"domain": payload}},
            )
    for payload in payloads:
        await inbox.add_note(gw, site.actor, filed.thread_id, payload)
    await inbox.change_thread(gw, site.actor, filed.thread_id, {"labels": [p[-40:] for p in payloads[:20]]})
    return filed.thread_id


async def records(site: Site) -> None:
    """Held mail, outgoing mail, the audit log, canned replies and colleagues with each payload."""
    now, actor = site.clock.now(), builders.actor_for(site.admin)
    async with site.gw.db.write() as session:
        raw = await builders.add_raw(session, b"held")
        for number, payload in enumerate(PAYLOADS):
            times: dict[str, Any] = dict.fromkeys(("queued_at", "at", "next_attempt_at"), now)
            held: dict[str, Any] = {"mail_from": payload, "rcpt_to": payload, "author": payload, "why": "not-a-buyer"}
            session.add(
                InboundEmail(
                    id=new_id(),
                    received_at=now,
                    ingress="smtp",
                    size=1,
                    sha256=raw,
                    state="held",
                    next_attempt_at=now,
                    **held,
                )
            )
            left: dict[str, Any] = {"mail_from": "", "rcpt_to": payload, "smtp_reply": payload, "state": "failed"}
            session.add(
                Delivery(
                    id=new_id(), sha256=raw, internet_message_id=f"{number}@x", shop_id=site.lantern.id, **left, **times
                )
            )
            on = On(payload, site.lantern.id, payload)
            await audit.record(session, actor, "mail.read", on, now, {"after": {"name": payload}})
        for number, payload in enumerate(PAYLOADS[:30]):
            await builders.add_user(session, f"evil{number}@example.net", "seller", site.lantern, name=payload)
    for payload in PAYLOADS[:30]:
        text = Canned("", payload[:60], "en", payload.replace("{{", "{ {"))
        await canned.save(site.gw, site.actor, "lantern", text)


async def wrong_with(page: Page, address: str, script: str = "") -> list[str]:
    """What is not ours in a page."""
    await page.goto(address)
    if script:
        await page.evaluate(script)
    found: list[str] = await page.evaluate(BROKEN)
    return found


async def test_nothing_runs_and_nothing_is_asked_on_any_page(site: Site, chromium: Browser) -> None:
    threads = [await conversations(site, PAYLOADS[n :: len(LEAVES)], n) for n in range(len(LEAVES))]
    await records(site)
    opened = await window(chromium, site, locale="zh-CN")
    await opened.sign_in("admin@example.com")
    paths = [
        "/inbox?view=all",
        "/inbox?view=all&q=alert",
        "/inbox?view=all&q=evil.example",
        "/inbox?q=%3Cscript%3E",
        "/ledger",
    ]
    paths += [
        "/deliveries",
        "/audit",
        "/people",
        "/teams/new",
        "/rules/new",
        "/channels/new",
        "/canned?shop=lantern",
        "/tokens",
    ]
    for thread in threads:
        paths += [
            f"/threads/{thread}",
            f"/threads/{thread}?split=1",
            f"/threads/{thread}/preview",
            await link_to(site, thread),
        ]
    found = {}
    for path in paths:
        found[path] = await wrong_with(opened.page, opened.base + path, UNFOLD)
        if path.startswith(TELLING) and "preview" not in path:
            assert "evil.example" in await opened.page.inner_text("body"), path
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert opened.foreign == []
    assert opened.complaints == []


async def shown(page: Page, documents: list[str]) -> list[str]:
    """Each in a frame without a sandbox or a policy, where whatever can run does; what they asked for."""
    asked: list[str] = []
    frames = "".join(f'<iframe srcdoc="{escape(document)}"></iframe>' for document in documents)

    async def answer(route: Route) -> None:
        if route.request.url == FRAMES:
            await route.fulfill(body=f"<!doctype html>{frames}", content_type="text/html")
        else:
            asked.append(route.request.url)
            await route.abort()

    await page.route("**/*", answer)
    await page.add_init_script("window.alert = (number) => console.error(`ran ${number}`)")
    await page.goto(FRAMES)
    assert await page.evaluate("frames.length") == len(documents)
    return asked


async def test_a_frame_would_run_what_is_not_made_harmless(site: Site, chromium: Browser) -> None:
    """So that the tests below could fail."""
    opened = await window(chromium, site)
    asked = await shown(opened.page, [f"<p>Hello {payload}</p>" for payload in PAYLOADS[:9]])
    assert any("evil.example" in url for url in asked)
    assert any(complaint.startswith("ran") for complaint in opened.complaints)


async def test_the_html_of_mails_is_harmless_even_without_a_policy(site: Site, chromium: Browser) -> None:
    opened = await window(chromium, site)
    asked = await shown(opened.page, [letter(payload).html or "" for payload in PAYLOADS])
    assert asked == []
    assert opened.complaints == []


@pytest.mark.parametrize("kind", ["reply", "seller-notification", "seller-digest", "held-confirm", "delivery-problem"])
async def test_our_own_mails_say_it_as_text(site: Site, chromium: Browser, kind: str) -> None:
    opened = await window(chromium, site)

    def said(value: Any, payload: str) -> Any:
        if isinstance(value, dict):
            return {key: inner if key == "kind" else said(inner, payload) for key, inner in value.items()}
        if isinstance(value, list):
            return [said(inner, payload) for inner in value]
        linked = isinstance(value, str) and (value.startswith(("http", "mailto:", "2026")) or value in ("USD", "CNY"))
        return value if linked or not isinstance(value, str) or value.replace(".", "").isdigit() else payload

    sample, render = site.gw.renderer.sample(kind), site.gw.renderer.render
    asked = await shown(opened.page, [render(kind, "en", said(sample, payload)).html or "" for payload in PAYLOADS])
    assert asked == []
    assert opened.complaints == []
