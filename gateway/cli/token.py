"""`znx token`: make tokens for the REST API."""

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer()


class TokenRole(StrEnum):
    """What a token may do."""

    shops = "admin"
    manager = "manager"
    seller = "seller"
    readonly = "readonly"


class TokenScope(StrEnum):
    """What a token may at most do."""

    read = "read"
    orders = "orders"
    write = "write"
    shops = "admin"


@app.callback()
def token() -> None:
    """Make tokens for the API."""


@app.command()
def add(
    role: Annotated[TokenRole, typer.Option(help="What it may do")],
    shop: Annotated[str | None, typer.Option(help="The one shop that it reaches; an admin's without it: all")] = None,
    scope: Annotated[
        list[TokenScope] | None, typer.Option(help="Allow no more than this; may be given again; default: all")
    ] = None,
) -> None:
    """Print a new token, alone on standard output. It is shown only now."""
    from gateway.cli.wiring import run

    typer.echo(run(_add(role.value, shop, tuple(one.value for one in scope or ()))))


async def _add(role: str, shop: str | None, scopes: tuple[str, ...]) -> str:
    from gateway.admin import shops
    from gateway.cli.wiring import open_gateway
    from gateway.domain.rights import ROLES, SCOPE_NAMES

    async with open_gateway() as gw:
        chosen = next(known for known in ROLES if known == role)
        return await shops.add_token(gw, chosen, shop, tuple(known for known in SCOPE_NAMES if known in scopes))
