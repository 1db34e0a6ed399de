"""The ledger's rows of what sites and chats post: the bytes as they came, for a worker to take."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.models import InboundEmail, RawEmail
from gateway.models.columns import table_of
from gateway.store.wakeups import INBOUND, notify

_RAW, _INBOUND = table_of(RawEmail), table_of(InboundEmail)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEntry:
    """One call: by which channel (`rcpt_to`), whose words, and the hash of its body."""

    id: str
    rcpt_to: str
    mail_from: str
    author: str
    shop_id: str
    sha256: str
    peer_ip: str


async def known(session: AsyncSession, entry: CallEntry) -> str | None:
    """The row of the same bytes by the same channel, unless it failed."""
    same = (_INBOUND.c.sha256 == entry.sha256, _INBOUND.c.rcpt_to == entry.rcpt_to, _INBOUND.c.state != "failed")
    found = await (await session.connection()).execute(select(_INBOUND.c.id).where(*same).order_by(_INBOUND.c.id))
    return found.scalars().first()


async def add(session: AsyncSession, entry: CallEntry, body: bytes, now: datetime) -> None:
    """Keep the bytes and a row that waits for a worker."""
    connection = await session.connection()
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    raw = {"sha256": entry.sha256, "size": len(body), "content": body, "created_at": now}
    await connection.execute(dialect.insert(_RAW).values(**raw).on_conflict_do_nothing(index_elements=["sha256"]))
    row: dict[str, Any] = {name: getattr(entry, name) for name in "id rcpt_to mail_from author shop_id sha256".split()}
    row |= {"received_at": now, "next_attempt_at": now, "ingress": "webhook", "size": len(body), "state": "pending"}
    row |= {"peer": {"ip": entry.peer_ip, "helo": "", "tls": False, "upstream": False}}
    await connection.execute(insert(_INBOUND), row | {"why": "", "details": {}, "order_no": "", "released_by": ""})
    await notify(connection, INBOUND)
