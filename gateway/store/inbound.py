"""The queue of accepted mail: claim what is due, read it, write how it ended. What it means is decided elsewhere."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, literal_column, select, text, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.blobs import BlobStore, fetch
from gateway.domain.addresses import fold, lane_of, mask
from gateway.domain.values import Peer
from gateway.errors import Conflict, NotFound
from gateway.models import InboundEmail
from gateway.models.columns import table_of
from gateway.store.contents import Content, contents_of
from gateway.store.desk import Handed
from gateway.store.leases import INCOMING
from gateway.store.webhook_events import emit

_INBOUND = table_of(InboundEmail)
# Spelled out: neither database knows of a parameter that it has a value which a partial index asks for.
_PENDING = _INBOUND.c.state == literal_column("'pending'")


_WAITING = {
    # SQLite would rather read all that is pending.
    "sqlite": "inbound_emails AS waiting INDEXED BY ix_inbound_lane",
    "postgresql": "inbound_emails AS waiting",
}
_LANES = {
    dialect: text(
        "WITH RECURSIVE lanes(lane) AS ("
        f"SELECT min(waiting.lane) FROM {waiting} WHERE waiting.state = 'pending' UNION ALL "
        f"SELECT (SELECT min(waiting.lane) FROM {waiting} WHERE waiting.state = 'pending' "
        "AND waiting.lane > lanes.lane)"
        " FROM lanes WHERE lanes.lane IS NOT NULL) SELECT lane FROM lanes WHERE lane IS NOT NULL"
    )
    for dialect, waiting in _WAITING.items()
}
"""The lanes in which anything waits: each is found from the one before it, however much waits there."""


# Made once: making a statement costs several times as much as running it.
_DUE = (
    select(_INBOUND.c.id)
    .where(_PENDING, _INBOUND.c.lane == bindparam("from_lane"), _INBOUND.c.next_attempt_at <= bindparam("now"))
    .order_by(_INBOUND.c.next_attempt_at)
    .limit(bindparam("most", type_=Integer()))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(_INBOUND)
    .where(_INBOUND.c.id.in_(_DUE))
    .values(next_attempt_at=bindparam("until"), attempts=_INBOUND.c.attempts + 1)
    .returning(_INBOUND)
)
_SAME_CONTENT = select(
    *(_INBOUND.c[name] for name in ("content_key", "id", "shop_id", "thread_id")),
).where(_INBOUND.c.content_key.in_(bindparam("keys", expanding=True)))
_HELD = (
    select(_INBOUND.c.id, _INBOUND.c.attempts)
    .where(_INBOUND.c.id.in_(bindparam("ids", expanding=True)), _INBOUND.c.state == "pending")
    .order_by(_INBOUND.c.id)
    .with_for_update()
)
_ENDING = ("state", "why", "details", "shop_id", "order_no", "message_id", "thread_id", "content_key", "decided_at")
_FINISH = (
    update(_INBOUND)
    .where(_INBOUND.c.id == bindparam("of"), _INBOUND.c.state == "pending", _INBOUND.c.attempts == bindparam("fence"))
    .values({name: bindparam(f"to_{name}", type_=_INBOUND.c[name].type) for name in _ENDING})
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One ledger row on its way through a worker. `attempts` is the fence for writing its outcome."""

    id: str
    rcpt_to: str
    mail_from: str
    author: str
    sha256: str
    peer: Peer
    ingress: str
    released_by: str
    received_at: datetime
    attempts: int
    lane: str = ""

    @property
    def by_call(self) -> bool:
        """Whether a site or chat posted it: then it is no mail, and the key of its channel proves who wrote it."""
        return self.ingress == "webhook"

    @property
    def content_key(self) -> str:
        """Names recipient and content: the same mail sent again has the same."""
        return hashlib.sha256(f"{fold(self.rcpt_to)}\0{self.sha256}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The columns of a ledger row that a decision sets."""

    state: str
    why: str
    details: Mapping[str, Any] = field(default_factory=dict)
    shop_id: str | None = None
    order_no: str = ""
    message_id: str | None = None
    thread_id: str | None = None
    owns_content: bool = False


async def claim(session: AsyncSession, now: datetime, limit: int, after: str = "") -> list[Claimed]:
    """Take up to `limit` due rows for a lease; no two workers get the same one.

    Lanes take turns, beginning behind the one named `after`; of a lane the oldest go first.
    """
    connection = await session.connection()
    taken: list[Claimed] = []
    lanes = _turned(list((await connection.execute(_LANES[connection.dialect.name])).scalars()), after)
    while lanes and len(taken) < limit:
        share, more = -(-(limit - len(taken)) // len(lanes)), []
        for lane in lanes:
            room = min(share, limit - len(taken))
            found = await _claim(session, lane, now, room) if room else []
            taken += found
            more += [lane] if room and len(found) == room else []
        lanes = more
    return taken


def handed_over(mail: Handed) -> Claimed:
    """A mail whose row was claimed by the transaction that stored it."""
    envelope, names = mail.arrival.envelope, ("id", "rcpt_to", "author", "sha256", "received_at")
    return Claimed(
        mail_from=envelope.mail_from,
        peer=mail.arrival.peer,
        ingress=mail.arrival.ingress,
        released_by="",
        attempts=1,
        lane=lane_of(mail.rcpt_to),
        **{name: getattr(mail, name) for name in names},
    )


def _turned(lanes: list[str], after: str) -> list[str]:
    """The lanes behind the one that was served last, then the others."""
    start = lanes.index(after) + 1 if after in lanes else 0
    return lanes[start:] + lanes[:start]


async def _claim(session: AsyncSession, lane: str, now: datetime, most: int) -> list[Claimed]:
    of = {"from_lane": lane, "now": now, "until": now + INCOMING, "most": most}
    rows = (await (await session.connection()).execute(_CLAIM, of)).mappings().all()
    return sorted((_claimed(row) for row in rows), key=lambda claimed: claimed.id)


def _claimed(row: Mapping[Any, Any]) -> Claimed:
    names = (
        "id",
        "rcpt_to",
        "mail_from",
        "author",
        "sha256",
        "ingress",
        "released_by",
        "received_at",
        "attempts",
        "lane",
    )
    return Claimed(peer=Peer(**row["peer"]), **{name: row[name] for name in names})


async def loaded(content: Content | None, blobs: BlobStore) -> bytes:
    """The bytes of a mail. Raises NotFound when they are gone, Unavailable when the store is."""
    if content is None:
        raise NotFound("the mail's bytes are missing")
    return content if isinstance(content, bytes) else await fetch(blobs, content)


async def raw_of(session: AsyncSession, sha256: str, blobs: BlobStore) -> bytes:
    """The bytes of a mail. Raises NotFound when they are gone, Unavailable when the store is."""
    return await loaded((await contents_of(session, [sha256])).get(sha256), blobs)


async def hold(session: AsyncSession, batch: Sequence[Claimed]) -> set[str]:
    """Lock the rows of a batch until the transaction ends; the ids of those that no other worker has taken over."""
    fence = {claimed.id: claimed.attempts for claimed in batch}
    rows = await (await session.connection()).execute(_HELD, {"ids": sorted(fence)})
    return {row.id for row in rows if row.attempts == fence[row.id]}


async def duplicates_of(session: AsyncSession, batch: Sequence[Claimed]) -> dict[str, Ending]:
    """How those end, by their ids, whose content was filed or held for the same recipient before."""
    keys = {claimed.content_key: claimed for claimed in batch}
    rows = await (await session.connection()).execute(_SAME_CONTENT, {"keys": sorted(keys)})
    first = {row.content_key: row for row in rows}
    return {
        claimed.id: Ending(
            state="discarded",
            why="duplicate",
            details={"of": first[key].id},
            shop_id=first[key].shop_id,
            thread_id=first[key].thread_id,
        )
        for key, claimed in keys.items()
        if key in first and first[key].id != claimed.id
    }


async def finish(session: AsyncSession, claimed: Claimed, ending: Ending, now: datetime) -> None:
    """Write the outcome. Raises Conflict when another worker has taken the row over meanwhile."""
    if claimed.id not in await hold(session, [claimed]):
        raise Conflict("another worker has taken this mail over")
    await finish_all(session, [(claimed, ending)], now)


async def finish_all(session: AsyncSession, ended: Sequence[tuple[Claimed, Ending]], now: datetime) -> None:
    """Write the outcomes of rows that are on `hold`."""
    if ended:
        await (await session.connection()).execute(_FINISH, [_finished(*each, now) for each in ended])
    for claimed, ending in ended:
        if ending.state == "held" and ending.shop_id:
            told = {"inbound_id": claimed.id, "why": ending.why, "order_no": ending.order_no}
            told |= {"from_masked": mask(claimed.author or claimed.mail_from)}
            await emit(session, ending.shop_id, "message.held", told, now)


def _finished(claimed: Claimed, ending: Ending, now: datetime) -> dict[str, Any]:
    same = {
        f"to_{name}": getattr(ending, name) for name in _ENDING if name not in ("details", "content_key", "decided_at")
    }
    key = claimed.content_key if ending.owns_content else None
    own = {"to_details": dict(ending.details), "to_content_key": key, "to_decided_at": now}
    return same | own | {"of": claimed.id, "fence": claimed.attempts}


async def postpone(session: AsyncSession, claimed: Claimed, until: datetime, why: str) -> None:
    """Leave it pending until later, with the reason. Raises Conflict as `finish` does."""
    later = update(_INBOUND).where(*_mine(claimed)).values(next_attempt_at=until, why=why)
    if (await (await session.connection()).execute(later)).rowcount != 1:
        raise Conflict("another worker has taken this mail over")


async def give_back(session: AsyncSession, batch: Sequence[Claimed], now: datetime) -> None:
    """Let go of mails that were claimed and may not be finished: those are due at once, for whoever takes them."""
    for claimed in batch:
        mine = update(_INBOUND).where(*_mine(claimed)).values(next_attempt_at=now)
        await (await session.connection()).execute(mine)


async def renew(session: AsyncSession, batch: Sequence[Claimed], now: datetime) -> None:
    """Keep mails that are still being worked on for another lease; not those that were put off meanwhile."""
    for claimed in batch:
        leased = _INBOUND.c.next_attempt_at.between(now, now + INCOMING)
        mine = update(_INBOUND).where(*_mine(claimed), leased).values(next_attempt_at=now + INCOMING)
        await (await session.connection()).execute(mine)


def _mine(claimed: Claimed) -> tuple[ColumnElement[bool], ...]:
    """As long as nobody has finished it, and no other worker has claimed it since."""
    return (_INBOUND.c.id == claimed.id, _INBOUND.c.state == "pending", _INBOUND.c.attempts == claimed.attempts)
