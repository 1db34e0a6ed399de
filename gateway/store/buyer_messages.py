"""The ledger row of a message that a buyer wrote on a page, beside the message itself, in the caller's transaction."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.models import InboundEmail, RawEmail
from gateway.models.columns import table_of

_RAW, _INBOUND = table_of(RawEmail), table_of(InboundEmail)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEntry:
    """A message that came by a page: its record in bytes, from whom, to which shop's address, and where it stands."""

    id: str
    raw: bytes
    author: str
    mail_from: str
    rcpt_to: str
    peer_ip: str
    at: datetime
    why: str
    shop_id: str
    message_id: str
    thread_id: str


async def record(session: AsyncSession, entry: PageEntry) -> None:
    """Add the row, filed already, and keep the bytes."""
    connection = await session.connection()
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    sha256 = hashlib.sha256(entry.raw).hexdigest()
    raw = {"sha256": sha256, "size": len(entry.raw), "content": entry.raw, "created_at": entry.at}
    await connection.execute(dialect.insert(_RAW).values(**raw).on_conflict_do_nothing(index_elements=["sha256"]))
    same = "id mail_from rcpt_to why shop_id message_id thread_id".split()
    row = {name: getattr(entry, name) for name in same}
    row |= {"received_at": entry.at, "next_attempt_at": entry.at, "decided_at": entry.at, "state": "filed"}
    row |= {"ingress": "api", "peer": {"ip": entry.peer_ip, "helo": "", "tls": False, "upstream": False}}
    row |= {"author": entry.author, "size": len(entry.raw), "sha256": sha256, "details": {}}
    row |= {"order_no": "", "released_by": "", "attempts": 0}
    await connection.execute(insert(_INBOUND), row)


async def written_since(session: AsyncSession, author: str, since: datetime) -> int:
    """How many messages of this author, by mail or by page, were taken after `since`."""
    statement = select(func.count(func.distinct(_INBOUND.c.sha256))).where(
        _INBOUND.c.author == author, _INBOUND.c.received_at > since, _INBOUND.c.state.in_(("pending", "filed"))
    )
    return int((await (await session.connection()).execute(statement)).scalar_one())
