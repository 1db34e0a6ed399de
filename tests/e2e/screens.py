"""`python -m tests.e2e.screens` takes the pictures of docs/screens.md anew: every page, in Chinese and in English.

It runs the demo in a home of its own, gives it what a shop has after some weeks, and looks at it in Chromium.
Words select pictures by name (`thread buyer`); none takes all, and writes the page that shows them.
"""

import asyncio
import io
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.e2e.serving import Znx, eventually, gateway
from tests.tools import find

DOCS = Path(__file__).parents[2] / "docs"
PICTURES = DOCS / "screens"
LARGEST = 40_000
"""Bytes of one picture."""
SIZE = (960, 720)
"""Its pixels at most."""
LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
SELLER, ADMIN, PASSWORD = "lin@demo.example", "boss@demo.example", "correct horse battery"
Who = Literal["nobody", "seller", "admin"]


@dataclass(frozen=True)
class Shot:
    """One picture: where, as whom, what is done before, and in which window."""

    title: str
    path: str
    who: Who = "seller"
    script: str = ""
    dark: bool = False
    phone: bool = False


MENU = "document.querySelector('{}').open = true"
SHOTS = {
    # Each name, and what it shows. `{thread}` and other names in braces are filled in with what is there.
    "inbox": Shot("The inbox", "/inbox?view=all"),
    "batch": Shot("Conversations chosen", "/inbox?view=all", script="document.querySelector('#pick-all').click()"),
    "search": Shot("A search with its hits marked", "/inbox?view=all&q={word}"),
    "empty": Shot("A view with nothing in it", "/inbox?view=snoozed"),
    "thread": Shot("A conversation", "/threads/{thread}"),
    "thread-dark": Shot("The same, in the dark", "/threads/{thread}", dark=True),
    "thread-phone": Shot("The same, on a phone", "/threads/{thread}", phone=True),
    "note": Shot("A note", "/threads/{thread}", script="document.querySelector('input[value=note]').click()"),
    "canned-menu": Shot("Canned replies at hand", "/threads/{thread}", script=MENU.format("#menu-canned")),
    "later": Shot("Sending later", "/threads/{thread}", script=MENU.format("#menu-later")),
    "palette": Shot(
        "Anything, by Ctrl+K",
        "/inbox",
        script="document.dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true, bubbles: true}))",
    ),
    "keys": Shot("The keys", "/inbox", script="document.querySelector('#keys').showModal()"),
    "preview": Shot("The exact mail, before it goes", "/threads/{thread}/preview"),
    "canned": Shot("Canned replies", "/canned"),
    "settings": Shot("Language, time zone, password", "/settings"),
    "writing": Shot("Signatures, and the time to undo", "/settings/writing"),
    "notifications": Shot("Told by mail", "/settings/notifications"),
    "security": Shot("Second factor and sessions", "/settings/security"),
    "login": Shot("Signing in", "/login", who="nobody"),
    "login-mail": Shot("A link by mail", "/login/mail", who="nobody"),
    "buyer": Shot("The buyer's page", "{buyer}?lang={lang}", who="nobody"),
    "buyer-dark": Shot("The same, on a phone, in the dark", "{buyer}?lang={lang}", who="nobody", phone=True, dark=True),
    "buyer-new": Shot("A new message from a buyer", "{buyer}/new?lang={lang}", who="nobody", phone=True),
    "buyer-sent": Shot("What a buyer has sent", "{buyer}/sent?lang={lang}", who="nobody", phone=True),
    "gone": Shot("A page that is not there", "/threads/{nothing}"),
    "forbidden": Shot("A page of admins, seen by a seller", "/ledger"),
    "dashboard": Shot("The dashboard", "/dashboard", who="admin"),
    "ledger": Shot("The ledger", "/ledger", who="admin"),
    "deliveries": Shot("Outgoing mail", "/deliveries", who="admin"),
    "delivery": Shot("One outgoing mail", "/deliveries/{delivery}", who="admin"),
    "suppressions": Shot("Addresses that get nothing", "/suppressions", who="admin"),
    "channels": Shot("Channels", "/channels", who="admin"),
    "channel": Shot("One channel", "/channels/{channel}", who="admin"),
    "channel-test": Shot("Where would this mail go?", "/channels/test", who="admin"),
    "reader": Shot("Teaching how notes are read", "/channels/{notes}/reader", who="admin"),
    "rules": Shot("Routing rules", "/rules", who="admin"),
    "rule": Shot("One rule", "/rules/{rule}", who="admin"),
    "dry-run": Shot("A dry run on past mail", "/rules/dry-run", who="admin"),
    "teams": Shot("Teams", "/teams", who="admin"),
    "team": Shot("One team", "/teams/{team}", who="admin"),
    "templates": Shot("The mails", "/templates?shop=lotus", who="admin"),
    "template": Shot("Words of a mail", "/templates/reply/zh_CN?shop=lotus", who="admin"),
    "brand": Shot("A shop's colours and logo", "/shops/lotus/brand", who="admin"),
    "shops": Shot("Shops", "/shops", who="admin"),
    "shop": Shot("One shop", "/shops/lotus", who="admin"),
    "people": Shot("People", "/people", who="admin"),
    "person": Shot("One person", "/people/{person}", who="admin"),
    "tokens": Shot("Tokens of the API", "/tokens", who="admin"),
    "audit": Shot("The audit log", "/audit", who="admin"),
    "import": Shot("Importing orders", "/import", who="admin"),
    "sources": Shot("Order systems", "/sources", who="admin"),
    "source": Shot("One order system", "/sources/{source}", who="admin"),
    "webhooks": Shot("Webhooks", "/webhooks", who="admin"),
    "webhook": Shot("One webhook", "/webhooks/{webhook}", who="admin"),
    "health": Shot("Health", "/health", who="admin"),
}


def furnish(znx: Znx) -> Mapping[str, str]:
    """What a shop has after some weeks; the names that paths are filled in with."""
    for address, role in ((SELLER, "seller"), (ADMIN, "admin")):
        shop = ("--shop", "lotus") if role == "seller" else ()
        znx.run("user", "add", address, "--role", role, *shop, given=f"{PASSWORD}\n".encode())
    znx.token = znx.run("token", "add", "--role", "admin").stdout.decode().strip()
    eventually(lambda: len(_threads(znx)) >= 5 and not znx.items("/inbound?state=pending"))
    threads = _threads(znx)
    _writing(znx, threads)
    names = _set_up(znx)
    eventually(lambda: not znx.items("/deliveries?state=queued"))
    return names | {
        "thread": threads["王芳"],
        "word": "посылка",
        "nothing": "019ab0c2-0000-7000-8000-000000000000",
        "delivery": znx.items("/deliveries")[0]["id"],
        "person": next(one["id"] for one in znx.items("/people") if one["email"] == SELLER),
        "buyer": _buyers_page(znx),
    }


def _threads(znx: Znx) -> dict[str, str]:
    return {thread["buyer"]["name"]: thread["id"] for thread in znx.items("/threads?view=all")}


def _writing(znx: Znx, threads: Mapping[str, str]) -> None:
    hi = {"shop": "lotus", "locale": "zh_CN"}
    znx.api("POST", "/canned", hi | {"name": "补发", "text": "{{buyer_name}}，我们今天就为订单 {{order_no}} 补发。"})
    znx.api("POST", "/canned", hi | {"name": "物流", "text": "您的包裹单号是 {{tracking_no}}。"})
    thread = threads["王芳"]
    znx.api("POST", f"/threads/{thread}/notes", {"text": "仓库还有三个盖子，可以今天寄。"})
    znx.api("POST", f"/threads/{thread}/replies", {"text": "您好！非常抱歉，我们今天补发一个新盖子。"})
    znx.api("PATCH", f"/threads/{thread}", {"labels": ["破损", "VIP"], "assignee": SELLER, "status": "open"})
    znx.api("PATCH", f"/threads/{threads['Анна Петрова']}", {"labels": ["物流"], "priority": "high"})
    znx.api("PUT", f"/threads/{threads['María López']}/block", {"reason": "Spam"})
    znx.api("DELETE", f"/threads/{threads['María López']}/block")


def _set_up(znx: Znx) -> dict[str, str]:
    team = {"name": "售后 After-sales", "shop": "lotus", "members": [SELLER]}
    made = {"team": znx.api("POST", "/teams", team)["id"]}
    support = {"kind": "email", "shop": "lotus", "address": "support", "name": "售后邮箱", "labels": ["售后"]}
    notes = {"kind": "order_note", "shop": "lotus", "address": "platform-notes", "name": "平台订单留言"}
    made |= {"channel": znx.api("POST", "/channels", support)["id"], "notes": znx.api("POST", "/channels", notes)["id"]}
    broken = {
        "name": "破损先看",
        "shop": "lotus",
        "conditions": [{"field": "text.words", "op": "any", "value": ["破", "broken"]}],
        "actions": [{"do": "label", "value": "破损"}],
    }
    made["rule"] = znx.api("POST", "/rules", broken)["id"]
    made["source"] = znx.api("POST", "/sources", {"shop": "lotus", "kind": "woocommerce", "name": "WooCommerce"})["id"]
    hook = {"url": "https://8.8.8.8/znx", "events": ["message.held"], "shop": "lotus", "description": "ERP"}
    made["webhook"] = znx.api("POST", "/webhooks", hook)["id"]
    return made


def _buyers_page(znx: Znx) -> str:
    """The path of the link in the mail that answered Wang Fang."""
    for path in (znx.home / "outgoing" / "new").iterdir():
        body = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
        if body is not None and (found := re.search(r"/b/[a-z0-9]+", body.get_content())):
            return found[0]
    raise AssertionError("no mail with a link has left")


class Camera:
    """Browsers by language and by who is signed in; each picture is a fresh page of one of them."""

    def __init__(self, chromium: Browser, base: str) -> None:
        self.chromium, self.base = chromium, base
        self.contexts: dict[tuple[str, Who], BrowserContext] = {}

    async def context(self, locale: str, who: Who) -> BrowserContext:
        """The browser of somebody."""
        if (locale, who) not in self.contexts:
            made = await self.chromium.new_context(locale=locale, timezone_id="Asia/Shanghai")
            self.contexts[locale, who] = made
            if who != "nobody":
                page = await made.new_page()
                await page.goto(f"{self.base}/login")
                await page.fill("input[name=email]", SELLER if who == "seller" else ADMIN)
                await page.fill("input[name=password]", PASSWORD)
                await page.click("main button")
                await page.wait_for_url("**/inbox")
                await page.close()
        return self.contexts[locale, who]

    async def take(self, shot: Shot, locale: str, names: Mapping[str, str]) -> bytes:
        """One picture as PNG."""
        page = await (await self.context(locale, shot.who)).new_page()
        await page.set_viewport_size({"width": 375, "height": 720} if shot.phone else {"width": 1280, "height": 800})
        await page.emulate_media(color_scheme="dark" if shot.dark else "light", reduced_motion="reduce")
        await page.goto(self.base + shot.path.format(lang=locale.replace("-", "_"), **names))
        await _settled(page, shot.script)
        picture = await page.screenshot()
        await page.close()
        return picture


async def _settled(page: Page, script: str) -> None:
    await page.wait_for_load_state("load")
    await page.wait_for_function("document.documentElement.classList.contains('scripted')")
    if script:
        await page.evaluate(script)
    await page.evaluate("document.fonts.ready")
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def shrunk(png: bytes) -> bytes:
    """The picture as WebP, as good as LARGEST lets it be."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.thumbnail(SIZE)
    for quality in (75, 60, 45, 30):
        file = io.BytesIO()
        picture.save(file, "WEBP", quality=quality, method=6)
        if len(file.getvalue()) <= LARGEST:
            break
    return file.getvalue()


def page_of(shots: Mapping[str, Shot]) -> str:
    """The text of docs/screens.md."""
    lines = ["# Every page", "", "Made by `python -m tests.e2e.screens`; left in Chinese, right in English.", ""]
    lines += ["| 中文 | English |", "| --- | --- |"]
    for name, shot in shots.items():
        cells = (f"![{shot.title}, {language}](screens/{name}-{language}.webp)" for language in LANGUAGES)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


async def main(wanted: list[str]) -> None:
    """Take the pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, gateway(Path(home) / "home") as znx:
        znx.start("serve", "--demo")
        names = await asyncio.to_thread(furnish, znx)
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(executable_path=find("chromium"), args=["--no-sandbox"])
            camera = Camera(chromium, f"http://{znx.ports['web']}")
            for name, shot in SHOTS.items():
                for language, locale in LANGUAGES.items():
                    if not wanted or name in wanted:
                        picture = shrunk(await camera.take(shot, locale, names))
                        (PICTURES / f"{name}-{language}.webp").write_bytes(picture)
            await chromium.close()
    if not wanted:
        (DOCS / "screens.md").write_text(page_of(SHOTS), "utf-8")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
