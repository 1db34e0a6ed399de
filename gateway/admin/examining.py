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
from gateway.domain.checkup import Finding, is_public, judge_clock, judge_record, wanted_records
from gateway.errors import ZnxError
from gateway.store import health as store
from gateway.store.webhooks import switched_off

MIN_FREE_BYTES = 256 * 1024 * 1024


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
    detail = f"{free // 1_048_576} MiB free in {gw.settings.home}"
    return Finding("disk", free >= needed, detail if free >= needed else f"{detail}: mail is refused with 452")


def free_bytes(gw: Gateway) -> int:
    """The room on the disk of ZNX_HOME."""
    return shutil.disk_usage(gw.settings.home).free


async def _blobs(gw: Gateway) -> Finding:
    try:
        await keep(gw.blobs, "doctor/probe", b"znx doctor was here")
        await fetch(gw.blobs, "doctor/probe")
    except ZnxError as error:
        return Finding("blobs", False, str(error))
    return Finding("blobs", True, "written and read back")


def _signing(gw: Gateway) -> Finding:
    if not gw.dkim_keys:
        return Finding("signing", True, "no DKIM key of our own: the relay has to sign")
    return Finding("signing", True, ", ".join(f"signs as {selector}" for selector, _ in gw.dkim_keys))


async def _dns(gw: Gateway, resolver: Resolver | None) -> AsyncIterator[Finding]:
    domain = gw.settings.mail_domain
    if resolver is None and not is_public(domain):
        yield Finding("dns", True, f"not asked: {domain} is no public domain")
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
        return Finding("database", False, f"{name}: {error} ({cause[:200]})")
    return Finding("database", True, f"{name} answers in {(monotonic() - began) * 1000:.0f} ms")


async def _clock(gw: Gateway) -> Finding:
    async with gw.db.read() as session:
        theirs = await store.clock(session)
    ours = datetime.now(theirs.tzinfo)
    return judge_clock((ours - theirs).total_seconds())


async def _schema(gw: Gateway) -> Finding:
    current, newest = await monitoring.schema(gw)
    if current == newest:
        return Finding("schema", True, newest)
    return Finding("schema", False, f"{current or 'none'}, this program needs {newest}: run `znx db upgrade`")


async def _queues(gw: Gateway) -> Finding:
    queues, now = await monitoring.queues(gw), gw.clock.now()
    ages = [
        f"{name} for {(now - since).total_seconds():.0f} s"
        for name, since in (("to process", queues.oldest_pending), ("to send", queues.oldest_unsent))
        if since
    ]
    failed = queues.inbound.get("failed", 0)
    told = [*ages, *([f"{failed} failed: look, then `znx reprocess ID`"] if failed else [])]
    if queues.overdue:
        return Finding("queues", False, ", ".join([f"{queues.overdue} overdue: is a `znx worker` running?", *told]))
    return Finding("queues", True, ", ".join(told) or "nothing waits")


async def _ledger(gw: Gateway) -> Finding:
    wrong = {name: count for name, count in (await monitoring.unbalanced(gw)).items() if count}
    return Finding("ledger", not wrong, ", ".join(f"{count} × {name}" for name, count in wrong.items()) or "adds up")


async def _webhooks(gw: Gateway) -> Finding:
    async with gw.db.read() as session:
        off = await switched_off(session)
    told = f"{off} switched off: their programs failed for days, or want no more; look at them, and switch them on"
    return Finding("webhooks", not off, told if off else "none is switched off for failing")
