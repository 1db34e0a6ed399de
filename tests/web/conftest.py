"""Two shops with a thread each, three people, and browsers that sign in as they do; the API's tests have their own."""

import re
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from aiohttp import CookieJar, FormData
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from gateway.blobs import LocalBlobs
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.messages import Place, StoredFile
from gateway.models import Shop, User
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store.db import Database
from tests import builders
from tests.conftest import StillClock
from web.app import make_app

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR42mM8YSPHwMDAxMDAwMDAAAAObAEmPo/tRwAAAABJRU5ErkJggg=="
)
"""Two pixels by two, of the colour of a seal."""
RAW = b"From: mei@example.com\r\nSubject: lamp\r\n\r\nWhere is my lamp?\r\n"
_CSRF = re.compile(r'name="csrf" (?:content|value)="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The page."""
        return self.body.decode()

    @property
    def csrf(self) -> str:
        """The token of the page's forms."""
        match = _CSRF.search(self.text)
        assert match is not None, "the page has no form token"
        return unescape(match[1])


class Browser:
    """Keeps cookies, follows nothing, and sends forms with the token of the last page."""

    def __init__(self, client: TestClient[Request, Application]) -> None:
        self.client, self.csrf = client, ""

    async def get(self, path: str, **options: Any) -> Answer:
        """Open a page."""
        return await self._answer("GET", path, **options)

    async def post(self, path: str, fields: Mapping[str, Any] | FormData | None = None, **options: Any) -> Answer:
        """Send a form."""
        data: Any = fields if isinstance(fields, FormData) else {"csrf": self.csrf} | dict(fields or {})
        return await self._answer("POST", path, data=data, **options)

    async def answer(self, method: str, path: str) -> Answer:
        """Open a page, or send its form without a field."""
        return await (self.get(path) if method == "GET" else self.post(path))

    async def _answer(self, method: str, path: str, **options: Any) -> Answer:
        async with self.client.request(method, path, allow_redirects=False, **options) as response:
            answer = Answer(response.status, dict(response.headers), await response.read())
        if match := _CSRF.search(answer.body.decode("utf-8", "replace")):
            self.csrf = unescape(match[1])
        return answer

    async def sign_in(self, email: str, password: str = builders.PASSWORD) -> Answer:
        """Through the form, as people do."""
        await self.get("/login")
        answer = await self.post("/login", {"email": email, "password": password})
        if answer.status == 303:
            await self.get("/settings")
        return answer


@dataclass
class Site:
    """The pages over one database, and what is in it. `lantern` is shop A, `teahouse` shop B."""

    gw: Gateway
    clock: StillClock
    blobs: LocalBlobs
    lantern: Shop
    teahouse: Shop
    seller: User
    other: User
    admin: User
    thread_id: str
    message_id: str
    file_id: str
    picture_id: str
    place: Place
    server: TestServer
    stack: AsyncExitStack = field(repr=False)

    async def browser(self, email: str = "", **headers: str) -> Browser:
        """A fresh one, signed in when an address is given."""
        jar = CookieJar(unsafe=True)
        client: TestClient[Request, Application] = TestClient(self.server, cookie_jar=jar, headers=headers)
        await self.stack.enter_async_context(client)
        browser = Browser(client)
        if email:
            answer = await browser.sign_in(email)
            assert answer.status == 303, answer.text[:2000]
        return browser

    @property
    def actor(self) -> Actor:
        """The seller of shop A, as flows know one."""
        return builders.actor_for(self.seller, self.lantern)

    async def message(self, text: str, **fields: Any) -> str:
        """Another message of the buyer in the thread."""
        async with self.gw.db.write() as session:
            return (await builders.add_message(session, self.place, text, **fields)).message_id


@pytest.fixture
async def site(db: Database, blobs: LocalBlobs, clock: StillClock, tmp_path: Path) -> AsyncIterator[Site]:
    """See Site."""
    settings = Settings(home=tmp_path, database_url=str(db.url))
    gw = Gateway(settings, db, blobs, clock, b"k" * 32, Renderer())
    async with AsyncExitStack() as stack:
        yield await _furnish(gw, blobs, clock, stack)


async def _furnish(gw: Gateway, blobs: LocalBlobs, clock: StillClock, stack: AsyncExitStack) -> Site:
    async with gw.db.write() as session:
        lantern = await builders.add_shop(session, "lantern", "Lantern & Silk")
        teahouse = await builders.add_shop(session, "teahouse", "Teahouse")
        seller = await builders.add_user(session, "lin@example.com", "seller", lantern)
        other = await builders.add_user(session, "zhao@example.com", "seller", teahouse)
        admin = await builders.add_user(session, "admin@example.com", "admin")
        customer = await builders.add_customer(session, lantern)
        files: tuple[StoredFile, ...] = (
            builders.stored_file(blobs, "evil.svg", b"<svg onload=alert(1)>", "image/svg+xml"),
            builders.stored_file(blobs, "lamp.png", PNG, "image/png", content_id="lamp@x"),
        )
        raw = await builders.add_raw(session, RAW)
        filed = await builders.add_message(
            session,
            customer.place,
            "Where is my lamp?",
            html="<p>Where is my <b>lamp</b>? <img src='cid:lamp@x'><img data-blocked-src='https://x.test/p.gif'></p>",
            quoted_text="> old words",
            raw_sha256=raw,
            attachments=files,
        )
    server = TestServer(make_app(gw))
    await stack.enter_async_context(server)
    return Site(
        gw=gw,
        clock=clock,
        blobs=blobs,
        lantern=lantern,
        teahouse=teahouse,
        seller=seller,
        other=other,
        admin=admin,
        thread_id=filed.thread_id,
        message_id=filed.message_id,
        file_id=files[0].id,
        picture_id=files[1].id,
        place=Place(lantern.id, customer.buyer.id, customer.order.id, filed.thread_id),
        server=server,
        stack=stack,
    )
