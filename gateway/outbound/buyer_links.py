"""The links that open a conversation's page to its buyer: made for each mail, listed and revoked by the shop."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.buyer_pages import LINK_LIFE
from gateway.domain.ids import is_id
from gateway.domain.tokens import fingerprint, from_entropy
from gateway.errors import NotFound
from gateway.models import BuyerLink, OrderLink
from gateway.store import buyer_links as store
from gateway.store import threads
from gateway.store.buyer_links import keep_link
from gateway.store.conversation import Conversation

__all__ = ["MadeLink", "keep_link", "make", "make_for_order", "revoke", "working"]


@dataclass(frozen=True, slots=True)
class MadeLink:
    """The address to put into a mail, shown nowhere else; it works once `row` is kept."""

    url: str
    row: BuyerLink | OrderLink


def make(gw: Gateway, talk: Conversation, now: datetime) -> MadeLink:
    """A fresh link to a conversation, for one mail: its life begins with that mail, and ends LINK_LIFE later."""
    token = from_entropy(os.urandom(20))
    row = BuyerLink(
        fingerprint=fingerprint(token),
        shop_id=talk.shop_id,
        thread_id=talk.thread_id,
        buyer_id=talk.buyer_id,
        created_at=now,
        expires_at=now + LINK_LIFE,
    )
    return MadeLink(f"{gw.settings.public_url}/b/{token}", row)


def make_for_order(gw: Gateway, order: Mapping[str, Any], now: datetime) -> MadeLink:
    """The same for an order that nobody may have written about yet: the page begins the thread, then is its page."""
    token = from_entropy(os.urandom(20))
    row = OrderLink(
        fingerprint=fingerprint(token),
        shop_id=order["shop_id"],
        order_id=order["id"],
        buyer_id=order["buyer_id"],
        created_at=now,
        expires_at=now + LINK_LIFE,
    )
    return MadeLink(f"{gw.settings.public_url}/b/{token}", row)


async def working(gw: Gateway, actor: Actor, thread_id: str) -> int:
    """How many links of a thread work. Raises NotFound."""
    async with gw.db.read() as session:
        return await store.working(session, await _threads(session, actor, thread_id), gw.clock.now())


async def revoke(gw: Gateway, actor: Actor, thread_id: str) -> int:
    """Stop every link of a thread at once; how many worked until now. The next mail has a new one. Raises NotFound."""
    async with gw.db.write() as session:
        stopped = await store.revoke(session, await _threads(session, actor, thread_id), gw.clock.now())
    maillog.event("buyer.links_revoked", id=thread_id, count=stopped)
    return stopped


async def _threads(session: AsyncSession, actor: Actor, thread_id: str) -> list[str]:
    """The thread and those that were merged into it: their links lead here too."""
    if not is_id(thread_id) or await threads.thread(session, actor, thread_id) is None:
        raise NotFound("no such thread")
    return await store.merged_into(session, thread_id)
