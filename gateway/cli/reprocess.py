"""`znx reprocess`: put a mail of the ledger back to the queue."""

from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def reprocess(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The id that the ledger and the 250 told")],
) -> None:
    """Process a mail that failed, was held or was discarded again, by all the rules. The worker does it."""
    from gateway.cli.wiring import run

    typer.echo(f"{id_} {run(_reprocess(id_))}")


async def _reprocess(id_: str) -> str:
    from gateway.admin import ledger
    from gateway.cli.wiring import open_gateway
    from gateway.domain.actors import SYSTEM

    async with open_gateway() as gw:
        return (await ledger.reprocess(gw, SYSTEM, id_)).state
