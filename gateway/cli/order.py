"""`znx order`: bring orders in from a file."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.orders.recording import Imported

app = typer.Typer()
LONG_FILE_LINES = 500


@app.callback()
def order() -> None:
    """Import orders."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Orders as JSON (an array, or one after another) or as CSV")],
    shop: Annotated[str, typer.Option(help="The shop's slug")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what became of the rows as JSON")] = False,
) -> None:
    """Make or change the orders of a file. A bad row is named with its line and stops nothing else."""
    from gateway.cli.wiring import run

    rows = run(_import(file, shop, quiet=as_json))
    failed = [row for row in rows if row.outcome == "failed"]
    counts = {outcome: sum(row.outcome == outcome for row in rows) for outcome in ("created", "updated", "failed")}
    if as_json:
        errors = [{"line": row.line, "order_no": row.order_no, "message": row.message} for row in failed]
        typer.echo(json.dumps(counts | {"errors": errors}, ensure_ascii=False))
    typer.echo(", ".join(f"{count} {outcome}" for outcome, count in counts.items()), err=True)
    raise typer.Exit(1 if failed else 0)


async def _import(file: Path, shop: str, quiet: bool) -> "list[Imported]":
    from gateway.cli.wiring import open_gateway
    from gateway.domain.actors import SYSTEM
    from gateway.domain.imports import form_of, read_orders
    from gateway.orders.recording import import_orders

    content = _read(file)
    rows = read_orders(content, form_of(file.name))
    done: list[Imported] = []
    async with open_gateway() as gw:
        with _progress(content.count(b"\n") + 1) as advance:
            async for row in import_orders(gw, SYSTEM, shop, rows):
                done.append(row)
                advance(row.line)
                if row.outcome == "failed" and not quiet:
                    order_no = f"order {row.order_no}: " if row.order_no else ""
                    typer.echo(f"{file}:{row.line}: {order_no}{row.message}", err=True)
    return done


def _read(file: Path) -> bytes:
    from gateway.errors import Invalid

    try:
        return file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file}: {error.strerror}") from None


@contextmanager
def _progress(lines: int) -> "Iterator[Callable[[int], None]]":
    """A bar on a terminal for a long file; nothing for programs and short ones."""
    if lines < LONG_FILE_LINES or not sys.stderr.isatty():
        yield lambda _line: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("orders", total=lines)
        yield lambda line: progress.update(task, completed=line)
