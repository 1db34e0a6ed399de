"""`znx doctor`: shows what is wrong with anything that the gateway needs. `admin.examining` looks."""

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gateway.domain.checkup import Finding

app = typer.Typer()


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print a list of findings")] = False) -> None:
    """Check settings, disk, blobs, relay, DKIM, DNS, database, clock, schema, queues, ledger and webhooks.

    Exit status 1 if one is wrong. What to put into DNS is printed below the finding.
    """
    from gateway.cli.wiring import run

    found: list[Finding] = run(_examine())
    if as_json:
        typer.echo(json.dumps([_row(finding) for finding in found], ensure_ascii=False, indent=2))
    else:
        for finding in found:
            typer.echo(f"{'ok ' if finding.ok else 'BAD'}  {finding.check:10}  {finding.detail}")
            if finding.paste and not finding.ok:
                typer.echo(f"     put into DNS:  {finding.paste}")
    raise typer.Exit(0 if all(finding.ok for finding in found) else 1)


def _row(finding: "Finding") -> dict[str, object]:
    return {"check": finding.check, "ok": finding.ok, "detail": finding.detail, "paste": finding.paste}


async def _examine() -> "list[Finding]":
    from gateway.admin import examining
    from gateway.cli.wiring import open_gateway
    from gateway.domain.checkup import Finding
    from gateway.errors import ZnxError
    from gateway.settings import load_settings

    try:
        settings = load_settings()
        async with open_gateway(settings, check_schema=False) as gw:
            return [_settings(), *[finding async for finding in examining.findings(gw)]]
    except ZnxError as error:
        return [Finding("settings", False, (str(error),))]


def _settings() -> "Finding":
    from gateway.cli.settings_ import unknown
    from gateway.domain.checkup import Finding

    strays = unknown(os.environ)
    told = f"no such setting: {', '.join(strays)}" if strays else "all can be read"
    return Finding("settings", not strays, (told,))
