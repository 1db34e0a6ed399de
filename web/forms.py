"""Reads the forms that pages send: within a limit, into plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO

from aiohttp import web

from gateway.errors import Invalid

MIB = 1_048_576


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as the browser sent it, on the disk when it is long. Its name and type are not trusted."""

    filename: str
    content_type: str
    file: IO[bytes]

    @property
    def content(self) -> bytes:
        """All of it."""
        self.file.seek(0)
        return self.file.read()


@dataclass(frozen=True, slots=True)
class Form:
    """The fields by name (the last one of each), all values of each, and the files."""

    fields: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Upload, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """A field's text; empty when it is absent."""
        return self.fields.get(name, "")

    def close(self) -> None:
        """Let the files go."""
        for upload in self.files:
            upload.file.close()


async def read_form(request: web.Request, limit: int) -> Form:
    """The form of a POST. Raises HTTPRequestEntityTooLarge above `limit` bytes, Invalid for what is no form."""
    if request.content_length is not None and request.content_length > limit:
        raise web.HTTPRequestEntityTooLarge(limit, request.content_length)
    try:
        posted = await request.clone(client_max_size=limit).post()
    except (ValueError, LookupError, AssertionError):
        # aiohttp's multipart reader raises these for a missing boundary, an unknown charset or wrong bytes.
        raise Invalid("this form could not be read") from None
    fields = {name: value for name, value in posted.items() if isinstance(value, str)}
    uploads = [value for value in posted.values() if isinstance(value, web.FileField)]
    values = {name: tuple(one for one in posted.getall(name) if isinstance(one, str)) for name in fields}
    return Form(fields, tuple(Upload(one.filename, one.content_type, one.file) for one in uploads), values)
