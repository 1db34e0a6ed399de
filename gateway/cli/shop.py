"""`znx shop`: set up shops."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gateway.admin.shops import ShopChange

app = typer.Typer()


@app.callback()
def shop() -> None:
    """Set up shops."""


@app.command()
def add(
    slug: Annotated[str, typer.Argument(help="Its address: a-z, 0-9 and -, such as lantern for lantern@…")],
    name: Annotated[str, typer.Option(help="What buyers and sellers call it")],
    locale: Annotated[str, typer.Option(help="The language that buyers get when theirs is unknown")] = "en",
    reply_name: Annotated[str, typer.Option(help="What its mails are from; empty: its name")] = "",
    notes_from: Annotated[list[str] | None, typer.Option(help="An address or domain of its order system")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the shop as JSON")] = False,
) -> None:
    """Add a shop. Its mail address works at once."""
    from gateway.admin.shops import ShopChange
    from gateway.cli.wiring import run

    change = ShopChange(name, locale, reply_name, tuple(notes_from or ()))
    made = run(_add(slug, change))
    typer.echo(json.dumps(made, ensure_ascii=False) if as_json else f"{made['name']}: {made['address']}")


async def _add(slug: str, change: "ShopChange") -> dict[str, str]:
    from gateway.admin import shops
    from gateway.cli.wiring import open_gateway
    from gateway.domain.actors import SYSTEM
    from gateway.errors import Conflict

    async with open_gateway() as gw:
        if slug in {shop.slug for shop in await shops.shops(gw, SYSTEM)}:
            raise Conflict(f"there is a shop {slug!r} already")
        shop, _ = await shops.put_shop(gw, SYSTEM, slug, change)
        told = {name: getattr(shop, name) for name in ("id", "slug", "name", "locale", "reply_name")}
        return told | {"address": f"{shop.slug}@{gw.settings.mail_domain}"}
