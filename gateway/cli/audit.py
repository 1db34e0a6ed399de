"""`znx audit`: check that nobody has touched the log of privileged acts."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gateway.admin.auditing import Checked

app = typer.Typer()


@app.callback()
def audit() -> None:
    """Check the audit log."""


@app.command()
def verify(
    known: Annotated[
        str, typer.Option("--known", metavar="NUMBER:HASH", help="A row that was written down before")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON")] = False,
) -> None:
    """Walk the chain of hashes. Names the first row that was changed, is missing or was put in; exit status 1 then."""
    from gateway.cli.wiring import run
    from gateway.errors import Invalid

    number, colon, hash_ = known.partition(":")
    if known and not (colon and number.isdigit() and hash_):
        raise Invalid("--known: expected NUMBER:HASH, as this command printed it")
    found: Checked = run(_verify((int(number), hash_) if known else None))
    if as_json:
        typer.echo(json.dumps(asdict(found)))
    elif found.broken is None:
        typer.echo(f"sound: {found.rows} rows; write this down elsewhere: {found.rows}:{found.last}")
    else:
        typer.echo(f"row {found.broken} {found.why}", err=True)
    raise typer.Exit(0 if found.broken is None else 1)


async def _verify(known: tuple[int, str] | None) -> "Checked":
    from gateway.admin import auditing
    from gateway.cli.wiring import open_gateway

    async with open_gateway() as gw:
        return await auditing.verify(gw, known)
