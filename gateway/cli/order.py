"""`znx order`: bring orders in from a file."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.orders.tallying import Tally

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

    with _opened(file) as content:
        tally = run(_import(file, content, shop, quiet=as_json))
    counts = {"created": tally.created, "updated": tally.updated, "failed": tally.failed}
    if as_json:
        errors = [{"line": row.line, "order_no": row.order_no, "message": row.message} for row in tally.errors]
        typer.echo(json.dumps(counts | {"errors": errors, "errors_left_out": tally.left_out}, ensure_ascii=False))
    typer.echo(", ".join(f"{count} {outcome}" for outcome, count in counts.items()), err=True)
    raise typer.Exit(1 if tally.failed else 0)


async def _import(file: Path, content: IO[bytes], shop: str, quiet: bool) -> "Tally":
    from gateway.cli.wiring import open_gateway
    from gateway.domain.actors import SYSTEM
    from gateway.domain.imports import form_of, read_orders
    from gateway.domain.order_files import count_lines
    from gateway.orders.recording import import_orders
    from gateway.orders.tallying import Tally

    form = form_of(file.name)
    tally = Tally(count_lines(content))
    rows = read_orders(content, form)
    async with open_gateway() as gw:
        with _progress(tally.total) as advance:
            async for row in import_orders(gw, SYSTEM, shop, rows):
                tally.add(row)
                advance(row.line)
                if row.outcome == "failed" and not quiet:
                    order_no = f"order {row.order_no}: " if row.order_no else ""
                    typer.echo(f"{file}:{row.line}: {order_no}{row.message}", err=True)
    return tally


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    """The file, to be read more than once: what comes through a pipe is put on the disk first."""
    from gateway.errors import Invalid

    try:
        given = file.open("rb")
    except OSError as error:
        raise Invalid(f"{file}: {error.strerror}") from None
    with given, TemporaryFile() as kept:
        if given.seekable():
            yield given
        else:
            copyfileobj(given, kept)
            yield kept


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
