"""Reads a form whose files may be large: each goes to a temporary file as it comes, none is ever whole in memory."""

import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from aiohttp import BodyPartReader, web

from gateway.domain.buyer_pages import MAX_FILE_BYTES, MAX_FILES, MAX_TEXT_CHARS, SAMPLE_BYTES, ReceivedFile
from gateway.errors import Invalid, TemporaryError

MAX_FIELD_BYTES = 4 * MAX_TEXT_CHARS + 1024
"""A text of the longest kind in UTF-8."""
MAX_FIELDS = 20
PATIENCE_BYTES = 3 * MAX_FILE_BYTES
"""How much of a form that is too large is read to its end: a browser that is cut off shows no page."""


@dataclass(slots=True)
class StreamedForm:
    """The fields by name, and the files that lie on the disk until the request ends."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[ReceivedFile] = field(default_factory=list)

    def get(self, name: str) -> str:
        """A field's text; empty when it is absent."""
        return self.fields.get(name, "")


@asynccontextmanager
async def streamed_into(form: StreamedForm, request: web.Request, folder: Path) -> AsyncIterator[None]:
    """Fill `form` from a POST; its files are there as long as the context is, its fields stay.

    Raises Invalid for what is no form, HTTPRequestEntityTooLarge for too much of it.
    """
    if request.content_type != "multipart/form-data":
        form.fields |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        yield
        return
    with ExitStack() as files:
        reading = _Reading(form, files, folder)
        try:
            async for part in await request.multipart():
                if isinstance(part, BodyPartReader):
                    await reading.take(part)
        except (ValueError, LookupError, AssertionError):
            # What aiohttp raises for a missing boundary, a wrong part or a strange charset.
            raise Invalid("this form could not be read") from None
        except OSError as error:
            raise TemporaryError("the file could not be kept") from error
        if reading.too_much:
            raise web.HTTPRequestEntityTooLarge(MAX_FILE_BYTES, reading.read)
        yield


class _Reading:
    """One form on its way in."""

    def __init__(self, form: StreamedForm, files: ExitStack, folder: Path) -> None:
        self.form, self.read, self.too_much = form, 0, False
        self._files, self._folder = files, folder if folder.is_dir() else None

    async def take(self, part: BodyPartReader) -> None:
        """One field or file of it."""
        if part.filename:
            await (self._file(part) if len(self.form.files) < MAX_FILES else self._skip(part))
            return
        if len(self.form.fields) >= MAX_FIELDS:
            await self._skip(part)
            return
        content = bytearray()
        while chunk := await self._chunk(part):
            content += chunk if len(content) <= MAX_FIELD_BYTES else b""
        self.too_much |= len(content) > MAX_FIELD_BYTES
        if part.name and not part.filename:
            self.form.fields[part.name] = content.decode("utf-8", "replace")

    async def _skip(self, part: BodyPartReader) -> None:
        """One thing too many: it is read, and kept nowhere."""
        self.too_much = True
        while await self._chunk(part):
            pass

    async def _chunk(self, part: BodyPartReader) -> bytes:
        """The next bytes. Raises HTTPRequestEntityTooLarge when there is no end of them."""
        chunk = bytes(await part.read_chunk(64 * 1024))
        self.read += len(chunk)
        if self.read > PATIENCE_BYTES:
            raise web.HTTPRequestEntityTooLarge(MAX_FILE_BYTES, self.read)
        return chunk

    async def _file(self, part: BodyPartReader) -> None:
        temporary = tempfile.NamedTemporaryFile(prefix="upload-", dir=self._folder)  # noqa: SIM115 (the stack closes it)
        kept: IO[bytes] = self._files.enter_context(temporary)
        digest, size, head, tail = hashlib.sha256(), 0, b"", b""
        while chunk := await self._chunk(part):
            if self.read > MAX_FILE_BYTES + MAX_FIELD_BYTES:
                self.too_much = True
                continue
            kept.write(chunk)
            digest.update(chunk)
            size, tail = size + len(chunk), (tail + chunk)[-SAMPLE_BYTES:]
            head = head if len(head) >= SAMPLE_BYTES else (head + chunk)[:SAMPLE_BYTES]
        kept.flush()
        received = ReceivedFile(
            filename=part.filename or "",
            declared_type=part.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
            path=kept.name,
            size=size,
            sha256=digest.hexdigest(),
            sample=head if size <= SAMPLE_BYTES else head + tail,
        )
        if size:
            self.form.files.append(received)
