"""`znx db`: the database's schema."""

import typer

app = typer.Typer()


@app.callback()
def db() -> None:
    """Bring the database's schema up to date."""


@app.command()
def upgrade() -> None:
    """Migrate to the newest schema. Safe while others run it too; changes nothing that is up to date."""
    from gateway.cli.wiring import run

    before, after = run(_upgrade())
    typer.echo(f"schema {after}" if before == after else f"schema {before or 'none'} → {after}")


async def _upgrade() -> tuple[str | None, str | None]:
    import asyncio

    from gateway.cli.wiring import open_database
    from gateway.settings import load_settings
    from gateway.store import migrate

    async with open_database(load_settings(), check_schema=False) as database:
        before, _ = await asyncio.to_thread(migrate.revisions, database)
        await asyncio.to_thread(migrate.upgrade, database)
        after, _ = await asyncio.to_thread(migrate.revisions, database)
        return before, after
