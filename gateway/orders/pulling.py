"""Asks shops' systems for the orders that changed: by turns, under a lease, a page a transaction, with back-off."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.sealing import unseal
from gateway.domain.sources import woocommerce
from gateway.domain.sources.hearing import Heard, moment, text
from gateway.domain.sources.pulling import OrderSource, Page, Told, pause
from gateway.errors import TemporaryError, Unavailable
from gateway.orders.source_calls import SEALED_FOR, learn
from gateway.outcalls import Caller
from gateway.store import pulls
from gateway.store import sources as store

PER_PAGE = 50
MOST_BYTES = 10 * 1024 * 1024
PAGES_A_TURN = 10
"""Then other shops get their turn."""
OVERLAP = timedelta(seconds=2)
"""Its times have no fractions: what changed within the same second as the last order is asked for again."""


class WooCommerce:
    """The REST API of WooCommerce (wc/v3), after its public reference. `secret` is `key:secret` of a read key."""

    def __init__(self, caller: Caller, url: str, secret: str, clock: Callable[[], Any]) -> None:
        self._caller, self._url, self._clock = caller, url, clock
        credentials = base64.b64encode(secret.encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}", "Accept": "application/json"}

    async def page(self, cursor: Mapping[str, Any]) -> Page:
        """See OrderSource."""
        after, number = str(cursor.get("after", "")), int(cursor.get("page", 1))
        asked = {"orderby": "modified", "order": "asc", "per_page": PER_PAGE, "page": number, "dates_are_gmt": "true"}
        asked |= {"modified_after": after} if after else {}
        orders = await self._ask(f"{self._url}/wp-json/wc/v3/orders?{urlencode(asked)}")
        told = tuple(Told(woocommerce.order(one, self._clock()), _bytes(one)) for one in orders)
        more = len(orders) >= PER_PAGE
        return Page(told, _next(orders, after, number, more), more)

    async def _ask(self, url: str) -> list[dict[str, Any]]:
        answer = await self._caller.call("GET", url, self._headers, most=MOST_BYTES)
        if answer.status in (401, 403):
            raise Unavailable("the shop does not take this key: make another one with the right to read")
        if answer.status != 200:
            raise Unavailable(f"the shop answered {answer.status}")
        try:
            orders = json.loads(answer.body)
        except (ValueError, RecursionError):
            raise Unavailable("what the shop answered is no JSON: is this the address of WordPress?") from None
        if not isinstance(orders, list):
            raise Unavailable("what the shop answered is no list of orders")
        return [one for one in orders if isinstance(one, dict)]


def _bytes(order: Mapping[str, Any]) -> bytes:
    return json.dumps(order, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _next(orders: list[dict[str, Any]], after: str, number: int, more: bool) -> dict[str, Any]:
    """Go on behind the last order by its time: page numbers shift while orders change. Within one second, by page."""
    at = moment(text(orders[-1].get("date_modified_gmt"))) if orders else None
    if at is None:
        return {"after": after, "page": number + 1 if more else 1}
    reached = (at - OVERLAP).strftime("%Y-%m-%dT%H:%M:%S")
    if more and reached <= after:
        return {"after": after, "page": number + 1}
    return {"after": max(reached, after), "page": 1}


class Puller:
    """One worker's hands."""

    def __init__(self, gw: Gateway, caller: Caller) -> None:
        self._gw, self._caller = gw, caller

    async def run_once(self) -> int:
        """Ask the source that is due, if any; how many were asked."""
        async with self._gw.db.write() as session:
            due = await pulls.claim(session, self._gw.clock.now())
        if due is None:
            return 0
        error, more = "", False
        try:
            more = await self._turn(due)
        except TemporaryError as failed:
            error = str(failed)
        now = self._gw.clock.now()
        wait = timedelta() if more else pause(due.failures + 1 if error else 0)
        async with self._gw.db.write() as session:
            await pulls.let_go(session, due, now + wait, error, now)
        maillog.event("source.pulled", id=due.caller.id, error=error)
        return 1

    async def _turn(self, due: pulls.Due) -> bool:
        """Read some pages; true when there are more. What was read before a failure stays."""
        secret = unseal(self._gw.secret, SEALED_FOR, due.caller.sealed).decode()
        system: OrderSource = WooCommerce(self._caller, due.url, secret, self._gw.clock.now)
        cursor = due.cursor
        for _ in range(PAGES_A_TURN):
            page = await system.page(cursor)
            if not await self._keep(due, page):
                return False
            cursor = page.cursor
            if not page.more:
                return False
        return True

    async def _keep(self, due: pulls.Due, page: Page) -> bool:
        """The orders of a page and the cursor behind it, in one transaction; false when it is ours no more."""
        released, now = 0, self._gw.clock.now()
        async with self._gw.db.write() as session:
            if not await pulls.still_mine(session, due):
                return False
            for told in page.orders:
                released += await self._learn(session, due, told)
            await pulls.keep_cursor(session, due, page.cursor, now)
        if released:
            self._gw.inbound_signal.wake()
        return True

    async def _learn(self, session: AsyncSession, due: pulls.Due, told: Told) -> int:
        name = _name(told)
        if await store.heard_before(session, due.caller.id, name):
            return 0
        learnt = await learn(self._gw, session, due.caller, told.heard, told.body)
        logged = {name: getattr(learnt, name) for name in ("outcome", "order_no", "why", "detail")}
        call = store.Call(delivery_id=name, topic="order", size=len(told.body), **logged)
        await store.log_call(session, due.caller.id, call, self._gw.clock.now())
        return learnt.released


def _name(told: Told) -> str:
    """One version of one order is one call; what is ignored is named by its number."""
    if isinstance(told.heard, Heard):
        return f"{told.heard.external_id[:80]}@{told.heard.at:%Y-%m-%dT%H:%M:%SZ}"
    return f"{told.heard.why}:{told.heard.detail[:80]}"
