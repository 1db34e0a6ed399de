"""Large mails one behind another in files that only grow, so that one sync keeps all that came together.

A key says where its bytes lie: `segments/NAME.seg/OFFSET-SIZE`. Which mail that is, the database knows.
"""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from gateway.clock import new_id
from gateway.errors import NotFound, StorageFull, Unavailable

FOLDER = "segments"
SEGMENT_BYTES = 256 * 1024 * 1024
_NO_SPACE = {28, 122}  # ENOSPC, EDQUOT
_sync = getattr(os, "fdatasync", os.fsync)


class Segments:
    """The writer of one process: nobody else appends to its files. Not for two threads at once."""

    def __init__(self, root: Path) -> None:
        self._folder = root / FOLDER
        self._open: IO[bytes] | None = None
        self._end = 0

    def append(self, contents: Sequence[bytes]) -> list[str]:
        """Their keys, once they would survive a power cut. Raises StorageFull, Unavailable; then none is kept."""
        try:
            file = self._open or self._begin()
            keys = [self._write(file, content) for content in contents]
            _sync(file.fileno())
        except OSError as error:
            # What a failed sync has left in the file is anybody's guess (its pages now count as clean).
            self.close()
            full = error.errno in _NO_SPACE
            raise (StorageFull if full else Unavailable)(f"can't store a mail: {error.strerror}") from error
        if self._end >= SEGMENT_BYTES:
            self.close()
        return keys

    def _begin(self) -> IO[bytes]:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._open, self._end = (self._folder / f"{new_id()}.seg").open("xb", buffering=0), 0
        for folder in (self._folder, *self._folder.parents[:2]):
            sync_folder(folder)
        return self._open

    def _write(self, file: IO[bytes], content: bytes) -> str:
        key = f"{FOLDER}/{Path(file.name).name}/{self._end}-{len(content)}"
        rest = memoryview(content)
        while rest:
            rest = rest[file.write(rest) :]
        self._end += len(content)
        return key

    def close(self) -> None:
        """The next mail begins a new file."""
        opened, self._open = self._open, None
        if opened is not None:
            with contextlib.suppress(OSError):
                opened.close()


def holds(key: str) -> bool:
    """Whether a key names a piece of a segment."""
    return key.startswith(f"{FOLDER}/")


def read(root: Path, key: str) -> bytes:
    """The bytes of a key. Raises NotFound when the file does not hold them, and OSError."""
    path, _, piece = (root / key).as_posix().rpartition("/")
    offset, size = map(int, piece.split("-"))
    with Path(path).open("rb") as file:
        file.seek(offset)
        content = file.read(size)
    if len(content) != size:
        raise NotFound("the stored bytes are missing")
    return content


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
