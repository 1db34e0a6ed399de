"""`znx token`: make tokens for the REST API."""

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer()


class TokenRole(StrEnum):
    """What a token may do."""

    admin = "admin"
    seller = "seller"


@app.callback()
def token() -> None:
    """Make tokens for the API."""


@app.command()
def add(
    role: Annotated[TokenRole, typer.Option(help="What it may do")],
    shop: Annotated[str | None, typer.Option(help="The one shop that it reaches; an admin's without it: all")] = None,
) -> None:
    """Print a new token, alone on standard output. It is shown only now."""
    from gateway.cli.wiring import run

    typer.echo(run(_add(role.value, shop)))


async def _add(role: str, shop: str | None) -> str:
    from gateway import admin
    from gateway.cli.wiring import open_gateway

    async with open_gateway() as gw:
        return await admin.add_token(gw, "admin" if role == "admin" else "seller", shop)
