"""`znx doctor`: tries everything that the gateway needs, and says of each what is wrong and what to do about it."""

import asyncio
import json
import os
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.errors import ZnxError

if TYPE_CHECKING:
    from gateway.context import Gateway
    from gateway.settings import Settings

app = typer.Typer()
MIN_FREE_BYTES = 256 * 1024 * 1024
RELAY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    check: str
    ok: bool
    detail: str


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print a list of findings")] = False) -> None:
    """Check settings, database, schema, blobs, relay, disk, queues and the ledger. Exit status 1 if one is wrong."""
    from gateway.cli.wiring import run

    findings: list[Finding] = run(_examine())
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            typer.echo(f"{'ok ' if finding.ok else 'BAD'}  {finding.check:10}  {finding.detail}")
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


async def _examine() -> list[Finding]:
    from gateway.cli.wiring import open_gateway
    from gateway.settings import load_settings

    try:
        settings = load_settings()
        async with open_gateway(settings, check_schema=False) as gw:
            return [_settings(), *[finding async for finding in _findings(gw)]]
    except ZnxError as error:
        return [Finding("settings", False, str(error))]


def _settings() -> Finding:
    from gateway.cli.settings_ import unknown

    strays = unknown(os.environ)
    return Finding("settings", not strays, f"no such setting: {', '.join(strays)}" if strays else "all can be read")


async def _findings(gw: "Gateway") -> AsyncIterator[Finding]:
    yield _disk(gw.settings)
    yield await _blobs(gw)
    yield await _relay(gw.settings)
    database = await _database(gw)
    yield database
    if not database.ok:
        return
    schema = await _schema(gw)
    yield schema
    if schema.ok:
        yield await _queues(gw)
        yield await _ledger(gw)


def _disk(settings: "Settings") -> Finding:
    free = shutil.disk_usage(settings.home).free
    needed = max(settings.max_message_bytes * 3 // 2, MIN_FREE_BYTES)
    detail = f"{free // 1_048_576} MiB free in {settings.home}"
    return Finding("disk", free >= needed, detail if free >= needed else f"{detail}: mail is refused with 452")


async def _blobs(gw: "Gateway") -> Finding:
    from gateway.blobs import fetch, keep

    try:
        await keep(gw.blobs, "doctor/probe", b"znx doctor was here")
        await fetch(gw.blobs, "doctor/probe")
    except ZnxError as error:
        return Finding("blobs", False, str(error))
    return Finding("blobs", True, "written and read back")


async def _relay(settings: "Settings") -> Finding:
    """Sign in to each relay and send nothing."""
    from smtp.opening import RelayAway, open_session
    from smtp.relays import Timeouts, maildir_path, relays_of

    try:
        folder = maildir_path(settings.relay)
        if folder is not None:
            where = next(path for path in (folder, *folder.parents) if path.exists())
            writable = os.access(where, os.W_OK)
            return Finding("relay", writable, f"maildir {folder}" if writable else f"can't write {where}")
        for relay in relays_of(settings.relay):
            async with asyncio.timeout(RELAY_SECONDS):
                await (await open_session(relay, settings.mail_domain, Timeouts())).quit()
    except RelayAway as away:
        return Finding("relay", False, f"{relay}: {away.reply}")
    except TimeoutError:
        return Finding("relay", False, f"{relay}: no answer within {RELAY_SECONDS:g} seconds")
    except ZnxError as error:
        return Finding("relay", False, str(error))
    return Finding("relay", True, ", ".join(map(str, relays_of(settings.relay))))


async def _database(gw: "Gateway") -> Finding:
    name = "SQLite" if gw.db.sqlite else "PostgreSQL"
    began = time.monotonic()
    try:
        await gw.db.ping()
    except ZnxError as error:
        cause = str(error.__cause__ or "").partition("\n")[0]
        return Finding("database", False, f"{name}: {error} ({cause[:200]})")
    return Finding("database", True, f"{name} answers in {(time.monotonic() - began) * 1000:.0f} ms")


async def _schema(gw: "Gateway") -> Finding:
    from gateway import monitoring

    current, newest = await monitoring.schema(gw)
    if current == newest:
        return Finding("schema", True, newest)
    return Finding("schema", False, f"{current or 'none'}, this program needs {newest}: run `znx db upgrade`")


async def _queues(gw: "Gateway") -> Finding:
    from gateway import monitoring

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


async def _ledger(gw: "Gateway") -> Finding:
    from gateway import monitoring

    wrong = {name: count for name, count in (await monitoring.unbalanced(gw)).items() if count}
    return Finding("ledger", not wrong, ", ".join(f"{count} × {name}" for name, count in wrong.items()) or "adds up")
