"""`znx authenticate`: tells why a mail is trusted or not, as one JSON object; needs no database."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gateway.domain.values import Peer

app = typer.Typer()


@app.command()
def authenticate(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE|-]", help="The mail; - or nothing: stdin.")] = None,
    ip: Annotated[str, typer.Option(help="The address of the server that handed it in.")] = "",
    helo: Annotated[str, typer.Option(help="What that server called itself.")] = "",
    mail_from: Annotated[str, typer.Option(help="The envelope's sender; empty or <>: the null sender.")] = "",
) -> None:
    """Print what SPF, DKIM, ARC and DMARC say of a mail, and the verdict."""
    from gateway.domain.authenticity.received import is_inside
    from gateway.domain.values import Peer
    from gateway.settings import load_settings

    settings = load_settings()
    peer = Peer(ip=ip, helo=helo, upstream=not ip or is_inside(ip, settings.upstream_networks))
    evidence = asyncio.run(_authenticate(_read(file), mail_from.strip("<> "), peer))
    typer.echo(json.dumps(evidence, ensure_ascii=False))


def _read(file: Path | None) -> bytes:
    """The mail as it came over SMTP: a file written on Unix gets its CRLF back."""
    from gateway.errors import Invalid

    try:
        raw = sys.stdin.buffer.read() if file is None or str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file}: {error.strerror}") from None
    return raw if b"\r\n" in raw else raw.replace(b"\n", b"\r\n")


async def _authenticate(raw: bytes, mail_from: str, peer: Peer) -> dict[str, object]:
    from gateway.authentication import Authenticator
    from gateway.settings import load_settings

    authenticator = Authenticator(load_settings())
    try:
        return (await authenticator.authenticate(raw, mail_from, peer)).to_json()
    finally:
        await authenticator.close()
