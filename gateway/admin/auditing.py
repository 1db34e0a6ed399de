"""The audit log for people: list, export, check. Acts write their rows themselves, by `store.audit.record`."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta

from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.auditing import FIRST, AuditQuery, Entry, On, wrong
from gateway.domain.spreadsheets import as_csv
from gateway.store import audit as store

LOOKS_COUNT_FOR = timedelta(hours=1)
MOST_EXPORTED = 100_000
_COLUMNS = ("number", "at", "actor", "actor_id", "act", "on", "on_id", "shop_id", "details", "hash")


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Rows, newest first; `next` is the `before` of the following page."""

    items: tuple[Entry, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of the whole log found: how many rows, the last hash, the first row that is wrong (None: sound)."""

    rows: int
    last: str
    broken: int | None
    why: str = ""


async def entries(gw: Gateway, actor: Actor, query: AuditQuery) -> AuditPage:
    """A page of the log. Raises Forbidden for whoever manages no shop."""
    async with gw.db.read() as session:
        found = await store.entries(session, actor.acting("manage"), query)
    page = tuple(found[: query.limit])
    return AuditPage(page, page[-1].number if len(found) > query.limit else None)


async def export(gw: Gateway, actor: Actor, query: AuditQuery) -> str:
    """The rows of a query as CSV, newest first, at most MOST_EXPORTED. That somebody took them away is a row itself."""
    actor = actor.acting("manage")
    async with gw.db.write() as session:
        found = await store.entries(session, actor, replace(query, before=None, limit=MOST_EXPORTED))
        only = actor.shop_ids[0] if actor.shop_ids and len(actor.shop_ids) == 1 else None
        on = On(name=query.act, shop_id=only)
        await store.record(session, actor, "audit.exported", on, gw.clock.now(), {"rows": len(found)})
    return as_csv(_COLUMNS, (_cells(entry) for entry in found))


def _cells(entry: Entry) -> tuple[object, ...]:
    who, what = (entry.actor_name, entry.actor_id), (entry.on_name, entry.on_id, entry.shop_id)
    return (entry.number, entry.at.isoformat(), *who, entry.act, *what, entry.details, entry.hash)


def details(entry: Entry) -> dict[str, object]:
    """What changed, as values."""
    found: dict[str, object] = json.loads(entry.details)
    return found


async def looked(gw: Gateway, actor: Actor, at: str) -> None:
    """Note that somebody saw whole addresses of buyers in a list; once an hour is enough to know it."""
    if actor.kind == "system":
        return
    since = gw.clock.now() - LOOKS_COUNT_FOR
    async with gw.db.read() as session:
        if await store.recorded_since(session, actor, "address.shown", at, since):
            return
    async with gw.db.write() as session:
        only = actor.shop_ids[0] if actor.shop_ids and len(actor.shop_ids) == 1 else None
        await store.record(session, actor, "address.shown", On(name=at, shop_id=only), gw.clock.now())


async def verify(gw: Gateway, known: tuple[int, str] | None = None) -> Checked:
    """Walk the whole chain. `known` is a row's number and hash that somebody wrote down outside of the database.

    The head tells whether rows are missing at the end; a head that was changed along with them is found by `known`.
    """
    number, previous, broken, why = 0, FIRST, None, ""
    async with gw.db.read() as session:
        head = await store.head(session)
        async for entry in store.all_entries(session):
            number += 1
            why = wrong(entry, number, previous)
            if not why and known and known[0] == number and known[1] != entry.hash:
                why = "is not the row that was written down"
            if why:
                broken = number
                break
            previous = entry.hash
    if broken is None and (head is None or head != (number, previous)):
        broken, why = number + 1, "is missing: the log ends before its head says"
        if head is not None and head[0] < number:
            broken, why = head[0] + 1, "was put in: the log goes on after its head"
    if broken is None and known and known[0] > number:
        broken, why = number + 1, "is missing: the log was longer once"
    return Checked(number, previous, broken, why)
