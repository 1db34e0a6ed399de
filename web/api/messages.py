"""Messages by the API: as documents, as the mail that they were, and their files."""

from aiohttp import web

from gateway.domain.shapes import message_json
from gateway.inbox import threads
from web.file_views import download

from .operations import Call, Operation, answer
from .schemas import Message


async def get_message(call: Call) -> web.Response:
    """A message."""
    return answer(message_json(await threads.message(call.gw, call.actor, call.path("id"))))


async def get_raw_message(call: Call) -> web.Response:
    """The mail byte for byte, or the JSON that a site or chat posted."""
    original = await threads.raw(call.gw, call.actor, call.path("id"))
    return download(original.content, original.content_type, original.filename(call.path("id")))


async def get_attachment(call: Call) -> web.Response:
    """A file."""
    file, content = await threads.attachment(call.gw, call.actor, call.path("id"))
    return download(content, file.content_type, file.filename)


OPERATIONS = (
    Operation(
        method="GET",
        path="/messages/{id}",
        handler=get_message,
        summary="A message with its files, clues and deliveries",
        policy="token",
        answers={200: Message},
    ),
    Operation(
        method="GET",
        path="/messages/{id}/raw",
        handler=get_raw_message,
        summary="What a message came as or left as, byte for byte: a mail, or the JSON that a site or chat posted",
        policy="token",
        answers={200: ("message/rfc822", "application/json")},
    ),
    Operation(
        method="GET",
        path="/attachments/{id}",
        handler=get_attachment,
        summary="A file, always as a download",
        policy="token",
        answers={200: "*/*"},
    ),
)
