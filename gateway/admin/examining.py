"""Tries everything that the gateway needs, and says of each what is wrong; `znx doctor` and a page show it."""

import shutil
from collections.abc import AsyncIterator
from datetime import datetime
from time import monotonic
from urllib.parse import urlsplit

from gateway.admin import monitoring
from gateway.authentication.resolver import Resolver
from gateway.blobs import fetch, keep
from gateway.context import Gateway
from gateway.domain.checkup import Finding, Said, is_public, judge_clock, judge_record, said, wanted_records
from gateway.errors import ZnxError
from gateway.store import health as store
from gateway.store.webhooks import switched_off

MIN_FREE_BYTES = 256 * 1024 * 1024
REFUSED = "mail is refused with 452"
SWITCHED_OFF = (
    "%(count)s switched off: their programs failed for days, or want no more; look at them, and switch them on"
)


async def findings(gw: Gateway, resolver: Resolver | None = None) -> AsyncIterator[Finding]:
    """One finding after the other; the database's last, and none of it when it is away."""
    yield _disk(gw)
    yield await _blobs(gw)
    if gw.probe_relay is not None:
        yield await gw.probe_relay()
    yield _signing(gw)
    async for finding in _dns(gw, resolver):
        yield finding
    database = await _database(gw)
    yield database
    if not database.ok:
        return
    yield await _clock(gw)
    schema = await _schema(gw)
    yield schema
    if schema.ok:
        yield await _queues(gw)
        yield await _ledger(gw)
        yield await _webhooks(gw)


def _disk(gw: Gateway) -> Finding:
    free = free_bytes(gw)
    needed = max(gw.settings.max_message_bytes * 3 // 2, MIN_FREE_BYTES)
    room = said("%(free)s MiB free in %(folder)s", free=free // 1_048_576, folder=gw.settings.home)
    return Finding("disk", True, (room,)) if free >= needed else Finding("disk", False, (room, said(REFUSED)))


def free_bytes(gw: Gateway) -> int:
    """The room on the disk of ZNX_HOME."""
    return shutil.disk_usage(gw.settings.home).free


async def _blobs(gw: Gateway) -> Finding:
    try:
        await keep(gw.blobs, "doctor/probe", b"znx doctor was here")
        await fetch(gw.blobs, "doctor/probe")
    except ZnxError as error:
        return Finding("blobs", False, (str(error),))
    return Finding("blobs", True, (said("written and read back"),))


def _signing(gw: Gateway) -> Finding:
    if not gw.dkim_keys:
        return Finding("signing", True, (said("no DKIM key of our own: the relay has to sign"),))
    return Finding("signing", True, tuple(said("signs as %(selector)s", selector=name) for name, _ in gw.dkim_keys))


async def _dns(gw: Gateway, resolver: Resolver | None) -> AsyncIterator[Finding]:
    domain = gw.settings.mail_domain
    if resolver is None and not is_public(domain):
        yield Finding("dns", True, (said("not asked: %(domain)s is no public domain", domain=domain),))
        return
    asked = resolver or Resolver(gw.settings.dns_server_list)
    host = urlsplit(gw.settings.public_url).hostname or domain
    relay = urlsplit(gw.settings.relay.partition(",")[0])
    relay_host = (relay.hostname or "") if relay.scheme.startswith("smtp") else ""
    try:
        for wanted in wanted_records(domain, host, relay_host, gw.dkim_keys):
            answer = await asked.ask(wanted.name, wanted.kind)
            yield judge_record(wanted, answer.status, answer.values)
    finally:
        if resolver is None:
            await asked.close()


async def _database(gw: Gateway) -> Finding:
    name, began = "SQLite" if gw.db.sqlite else "PostgreSQL", monotonic()
    try:
        await gw.db.ping()
    except ZnxError as error:
        cause = str(error.__cause__ or "").partition("\n")[0]
        return Finding("database", False, (f"{name}: {error} ({cause[:200]})",))
    took = f"{(monotonic() - began) * 1000:.0f}"
    return Finding("database", True, (said("%(name)s answers in %(milliseconds)s ms", name=name, milliseconds=took),))


async def _clock(gw: Gateway) -> Finding:
    async with gw.db.read() as session:
        theirs = await store.clock(session)
    ours = datetime.now(theirs.tzinfo)
    return judge_clock((ours - theirs).total_seconds())


async def _schema(gw: Gateway) -> Finding:
    current, newest = await monitoring.schema(gw)
    if current == newest:
        return Finding("schema", True, (newest,))
    needed = said("this program needs %(newest)s: run `znx db upgrade`", newest=newest)
    return Finding("schema", False, (current or said("no tables"), needed))


async def _queues(gw: Gateway) -> Finding:
    queues, now = await monitoring.queues(gw), gw.clock.now()
    told: list[Said] = []
    if queues.overdue:
        told.append(said("%(count)s overdue: is a `znx worker` running?", count=queues.overdue))
    if queues.oldest_pending:
        told.append(said("to process for %(seconds)s s", seconds=_age(queues.oldest_pending, now)))
    if queues.oldest_unsent:
        told.append(said("to send for %(seconds)s s", seconds=_age(queues.oldest_unsent, now)))
    if failed := queues.inbound.get("failed", 0):
        told.append(said("%(count)s failed: look, then `znx reprocess ID`", count=failed))
    return Finding("queues", not queues.overdue, tuple(told) or (said("nothing waits"),))


def _age(since: datetime, now: datetime) -> str:
    return f"{(now - since).total_seconds():.0f}"


async def _ledger(gw: Gateway) -> Finding:
    wrong = {name: count for name, count in (await monitoring.unbalanced(gw)).items() if count}
    told = tuple(said(f"%(count)s × {name}", count=count) for name, count in wrong.items())
    return Finding("ledger", not wrong, told or (said("adds up"),))


async def _webhooks(gw: Gateway) -> Finding:
    async with gw.db.read() as session:
        off = await switched_off(session)
    if off:
        return Finding("webhooks", False, (said(SWITCHED_OFF, count=off),))
    return Finding("webhooks", True, (said("none is switched off for failing"),))
