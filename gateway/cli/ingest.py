"""`znx ingest`: accept one mail from a pipe, as Postfix's pipe(8) or a .forward calls it."""

import sys
from typing import Annotated

import typer

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
        _end(error, EX_NOUSER if error.reason == "relay" else EX_DATAERR)
    except ZnxError as error:
        _end(error, EX_TEMPFAIL)
    except Exception as error:
        # Any other status is a bounce (pipe(8)), and whatever stands on stderr is told to the sender.
        _end(type(error).__name__, EX_TEMPFAIL)


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
    from gateway.cli.wiring import run
    from gateway.domain.prescan import author

    if mail_from is None:
        writer = author(raw)
        mail_from = writer.address if writer else "unknown@invalid"
    return str(run(_accept(raw, rcpt, mail_from.strip("<>"))))


async def _accept(raw: bytes, rcpt: str, mail_from: str) -> str:
    """The same door as SMTP's, with only the parts that it needs: an MTA starts one of us for each mail."""
    from gateway.blobs import blob_store
    from gateway.cli.wiring import open_database, sender_limits
    from gateway.clock import SystemClock
    from gateway.domain.values import Arrival, Envelope, Peer
    from gateway.errors import Refused
    from gateway.inbound.accepting import Inbound
    from gateway.settings import load_settings
    from gateway.signals import Signal
    from gateway.store.journal import Journal

    settings = load_settings()
    if len(raw) > settings.max_message_bytes:
        raise Refused("too-large")
    async with open_database(settings) as database:
        journal = Journal(database, blob_store(settings.blobs), sender_limits(settings))
        inbound = Inbound(settings, database, SystemClock(), journal, Signal())
        try:
            peer = Peer(upstream=True)
            await inbound.check_recipient(rcpt, peer)
            ids = await inbound.accept(Arrival(raw, Envelope(mail_from, (rcpt,)), peer, "pipe"))
        finally:
            journal.close()
    return ids[0]


def _end(error: Exception | str, status: int) -> None:
    typer.echo(f"znx: {error}", err=True)
    raise typer.Exit(status)
