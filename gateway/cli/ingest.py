"""`znx ingest`: accept one mail from a pipe, as Postfix's pipe(8) or a .forward calls it."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from gateway.domain.values import Arrival
    from gateway.errors import Refused
    from gateway.settings import Settings
    from gateway.store.db import Database
    from gateway.store.doorstep import Doorstep

app = typer.Typer()

# sysexits.h: what an MTA reads from our exit status.
EX_DATAERR, EX_NOUSER, EX_TEMPFAIL = 65, 67, 75


@app.command()
def ingest(
    rcpt: Annotated[str, typer.Option(help="The recipient, an address of ours")],
    mail_from: Annotated[
        str | None, typer.Option(help="The envelope sender; empty for a bounce; left out: the author in From")
    ] = None,
    file: Annotated[str, typer.Argument(help="A file, or - for standard input")] = "-",
) -> None:
    """Accept one mail from a pipe. Exits 0 stored, 65 refused, 67 unknown recipient, 75 try again."""
    from gateway.errors import Refused, UnknownRecipient, ZnxError

    try:
        raw = _read(file)
        typer.echo(_run(raw, rcpt, mail_from))
    except UnknownRecipient as error:
        _end(error, EX_NOUSER)
    except Refused as error:
        _end(_told(error), EX_NOUSER if error.reason == "relay" else EX_DATAERR)
    except ZnxError as error:
        _end(error, EX_TEMPFAIL)
    except Exception as error:
        # Any other status is a bounce (pipe(8)), and whatever stands on stderr is told to the sender.
        _end(type(error).__name__, EX_TEMPFAIL)


def _told(error: "Refused") -> str:
    """What SMTP says of the same mail, without its code: the MTA passes it on to the sender (pipe(8))."""
    from smtp.replies import reply_to

    return reply_to(error).decode()[4:]


def _read(file: str) -> bytes:
    from pathlib import Path

    from gateway.errors import Invalid

    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise Invalid(f"can't read {file}: {error.strerror}") from None
    return _with_crlf(raw)


def _with_crlf(raw: bytes) -> bytes:
    """Pipes carry the local line end (pipe(8)); a mail that has CRLF anywhere is taken as it is."""
    return raw if b"\r\n" in raw else raw.replace(b"\n", b"\r\n")


def _run(raw: bytes, rcpt: str, mail_from: str | None) -> str:
    from gateway.domain.prescan import author

    if mail_from is None:
        writer = author(raw)
        mail_from = writer.address if writer else "unknown@invalid"
    return asyncio.run(_accept(raw, rcpt, mail_from.strip("<>")))


async def _accept(raw: bytes, rcpt: str, mail_from: str) -> str:
    """The same door as SMTP's, with only the parts that it needs: an MTA starts one of us for each mail."""
    from gateway.domain.values import Arrival, Envelope, Peer
    from gateway.errors import Refused
    from gateway.settings import load_settings
    from gateway.store.doorstep import Doorstep

    settings = load_settings()
    if len(raw) > settings.max_message_bytes:
        raise Refused("too-large")
    arrival = Arrival(raw, Envelope(mail_from, (rcpt,)), Peer(upstream=True), "pipe")
    doorstep = Doorstep(settings.database)
    if _is_plain(settings, doorstep, rcpt):
        return await _through(settings, doorstep, arrival)
    return await _the_long_way(settings, arrival)


def _is_plain(settings: "Settings", doorstep: "Doorstep", rcpt: str) -> bool:
    """An address of a shop that is there: nothing else stands behind it that would have to be asked."""
    from gateway.domain.addresses import NotesAddress, ShopAddress, recipient_of

    recipient = recipient_of(rcpt, settings.mail_domain)
    return isinstance(recipient, ShopAddress | NotesAddress) and doorstep.knows(recipient.slug)


async def _the_long_way(settings: "Settings", arrival: "Arrival") -> str:
    """Tokens, channels, and whatever may be wrong with the database."""
    from gateway.cli.wiring import open_database

    async with open_database(settings) as database:
        return await _through(settings, database, arrival, check=True)


async def _through(
    settings: "Settings", database: "Database | Doorstep", arrival: "Arrival", check: bool = False
) -> str:
    from gateway.blobs import blob_store
    from gateway.clock import SystemClock
    from gateway.inbound.accepting import Inbound
    from gateway.store.journal import Journal, SenderLimits

    limits = SenderLimits(settings.sender_per_hour, settings.sender_per_day)
    journal = Journal(database, blob_store(settings.blobs), limits)
    inbound = Inbound(settings, cast("Database", database), SystemClock(), journal)
    try:
        if check:
            await inbound.check_recipient(arrival.envelope.rcpt_tos[0], arrival.peer)
        (id_,) = await inbound.accept(arrival)
    finally:
        journal.close()
    return id_


def _end(error: Exception | str, status: int) -> None:
    typer.echo(f"znx: {error}", err=True)
    raise typer.Exit(status)
