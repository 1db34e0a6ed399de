"""`znx parse`: prints each mail as one line of JSON; needs no database and no network."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gateway.domain.emails import Email
    from gateway.reading import Reader

app = typer.Typer()

_CHILDREN = 2
_WINDOW = 8
_BLANK_LINE = (b"\r\n\r\n", b"\n\n")


@app.command()
def parse(files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE…]")] = None) -> None:
    """Print what each mail says as one JSON object a line, in order; stdin when no FILE is given."""
    missing: list[Path] = []
    asyncio.run(_print(_mails(files or [], missing), min(_CHILDREN, len(files or [1]))))
    raise typer.Exit(1 if missing else 0)


def _mails(files: list[Path], missing: list[Path]) -> Iterator[bytes]:
    """The bytes of each mail; a file that cannot be opened is said on stderr and stops no other."""
    if not files:
        yield sys.stdin.buffer.read()
    for file in files:
        try:
            raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        except OSError as error:
            typer.echo(f"{file}: {error.strerror}", err=True)
            missing.append(file)
            continue
        yield raw


async def _print(mails: Iterable[bytes], children: int) -> None:
    from gateway.domain.emails import to_json
    from gateway.reading import Reader

    async with Reader(size=children) as reader:
        async for email in _in_order(mails, reader):
            sys.stdout.buffer.write(json.dumps(to_json(email), ensure_ascii=False).encode("utf-8") + b"\n")
    sys.stdout.buffer.flush()


async def _in_order(mails: Iterable[bytes], reader: Reader) -> AsyncIterator[Email]:
    """Read several at once, answer in the order of the arguments."""
    waiting: deque[asyncio.Task[Email]] = deque()
    for raw in mails:
        waiting.append(asyncio.create_task(_read(raw, reader)))
        if len(waiting) >= _WINDOW:
            yield await waiting.popleft()
    while waiting:
        yield await waiting.popleft()


async def _read(raw: bytes, reader: Reader) -> Email:
    """The parsed mail; of one over the limits its header section and the reason."""
    from gateway.domain.emails import NOTHING, with_defect
    from gateway.errors import ZnxError

    try:
        return await reader.read(raw)
    except ZnxError as error:
        reason = f"cannot be read: {error}"
    try:
        return with_defect(await reader.read(_head(raw)), reason)
    except ZnxError:
        return with_defect(NOTHING, reason)


def _head(raw: bytes) -> bytes:
    ends = [found + 4 for blank in _BLANK_LINE if (found := raw.find(blank, 0, 65536)) >= 0]
    return raw[: min(ends, default=65536)]


if __name__ == "__main__":
    app()
