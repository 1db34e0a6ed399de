"""`znx user`: set up the people who sign in."""

import select
import sys
from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer()
WAIT_SECONDS = 3.0
"""A pipe that stays silent for so long brings no password: cron, ssh and many supervisors leave one open."""


class UserRole(StrEnum):
    """What somebody may do."""

    admin = "admin"
    manager = "manager"
    seller = "seller"
    readonly = "readonly"


@app.callback()
def user() -> None:
    """Set up the people who sign in."""


@app.command()
def add(
    email: Annotated[str, typer.Argument(help="What they sign in with")],
    role: Annotated[UserRole, typer.Option(help="Admins reach every shop, all others the shops given")],
    shop: Annotated[list[str] | None, typer.Option(help="A shop that they work for; may be given again")] = None,
) -> None:
    """Add a user. The password is the first line of standard input; without one it is made, and printed only now."""
    from gateway.cli.wiring import run

    password = _piped_password()
    generated = run(_add(email, role.value, tuple(shop or ()), password))
    if role is not UserRole.admin and not shop:
        typer.echo(f"{email} works for no shop yet, and sees nothing", err=True)
    if generated:
        typer.echo(f"{email} is added; the password, shown only now:", err=True)
        typer.echo(generated)
    else:
        typer.echo(f"{email} is added", err=True)


@app.command("drop-factor")
def drop_factor(email: Annotated[str, typer.Argument(help="Whose second factor goes")]) -> None:
    """Take the second factor away from somebody who lost the app and the recovery codes; signs them out everywhere."""
    from gateway.cli.wiring import run

    run(_drop_factor(email))
    typer.echo(f"{email} signs in with the password alone", err=True)


def _piped_password() -> str | None:
    """The first line of a pipe or a file; None at a terminal and for what stays empty or silent."""
    if sys.stdin is None or sys.stdin.isatty():
        return None
    try:
        ready, _, _ = select.select([sys.stdin], [], [], WAIT_SECONDS)
    except (OSError, ValueError):
        return None
    return (sys.stdin.readline().rstrip("\r\n") or None) if ready else None


async def _add(email: str, role: str, shops: tuple[str, ...], password: str | None) -> str:
    from gateway.cli.wiring import open_gateway
    from gateway.people import accounts

    async with open_gateway() as gw:
        _, generated = await accounts.create_user(gw, email, role, password, shops)
        return generated


async def _drop_factor(email: str) -> None:
    from gateway.cli.wiring import open_gateway
    from gateway.people import second_factors

    async with open_gateway() as gw:
        await second_factors.take_away_from(gw, email)
