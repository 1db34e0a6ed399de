"""`znx reindex`: make the search index anew from the threads as they stand."""

import typer

app = typer.Typer()


@app.command()
def reindex() -> None:
    """Make the search index anew. What comes in meanwhile waits on SQLite, and is found at once on PostgreSQL."""
    from gateway.cli.wiring import open_database, run
    from gateway.settings import load_settings
    from gateway.store.search_index import rebuild_all

    async def rebuild() -> int:
        async with open_database(load_settings()) as database:
            return await rebuild_all(database, lambda done: typer.echo(f"{done} threads", err=True))

    typer.echo(f"{run(rebuild())} threads indexed")
