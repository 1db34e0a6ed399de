"""Threads by the API: list, read, answer, note, change."""

from collections.abc import Iterable

from aiohttp import web

from gateway.domain.conversations import ThreadQuery
from gateway.domain.shapes import detail_json, message_json, thread_json
from gateway.domain.writing import Viewer
from gateway.errors import Invalid
from gateway.inbox import presence, threads
from gateway.outbound import answers
from gateway.outbound.answers import NewAttachment, ReplyDraft

from .operations import Call, Header, Operation, answer
from .requests import FileBody, InternalNoteBody, ReplyBody, ThreadChange, ThreadsQuery
from .schemas import Message, Thread, ThreadPage, ThreadWithMessages

UPLOAD_BODY = 36 * 1024 * 1024
"""25 MiB of files are a third more in base64, and the text comes on top."""
KEY = Header("Idempotency-Key", "The same key in the same thread sends once; the first message is answered again")


async def list_threads(call: Call) -> web.Response:
    """A page of threads."""
    page = await threads.list_threads(call.gw, call.actor, ThreadQuery(**call.query_as(ThreadsQuery).model_dump()))
    others = await presence.others(call.gw, call.actor)
    items = [thread_json(thread) | {"viewers": _viewers(others.get(thread.id, ()))} for thread in page.items]
    return answer({"items": items, "next": page.next})


def _viewers(people: tuple[Viewer, ...]) -> list[dict[str, object]]:
    return [{"name": one.name, "typing": one.typing} for one in people]


async def get_thread(call: Call) -> web.Response:
    """A thread with its messages."""
    return answer(detail_json(await threads.thread(call.gw, call.actor, call.path("id"))))


async def add_reply(call: Call) -> web.Response:
    """Answer the buyer."""
    body = call.body_as(ReplyBody)
    if body.template not in call.gw.renderer.names():
        raise Invalid(f"there is no template {body.template[:40]!r}", field="template")
    key = call.request.headers.get(KEY.name, "")
    draft = ReplyDraft(body.text, files_of(body.attachments), body.template, key, send_at=body.send_at)
    return await _created(call, await answers.reply(call.gw, call.actor, call.path("id"), draft))


def files_of(bodies: Iterable[FileBody]) -> tuple[NewAttachment, ...]:
    """The files of a body, as an answer takes them."""
    return tuple(NewAttachment(one.filename, _type(one.content_type), one.content_base64) for one in bodies)


def _type(declared: str) -> str:
    """Without parameters, which would be headers of our mail in somebody else's words."""
    return declared.partition(";")[0].strip().lower()


async def add_internal_note(call: Call) -> web.Response:
    """Keep a note for colleagues."""
    text = call.body_as(InternalNoteBody).text
    return await _created(call, await threads.add_note(call.gw, call.actor, call.path("id"), text))


async def _created(call: Call, message_id: str) -> web.Response:
    message = await threads.message(call.gw, call.actor, message_id)
    return answer(message_json(message), 201, {"Location": f"/api/v1/messages/{message_id}"})


async def change_thread(call: Call) -> web.Response:
    """Change state, assignee, team, labels."""
    changes = call.body_as(ThreadChange).model_dump(exclude_unset=True)
    return answer(thread_json(await threads.change_thread(call.gw, call.actor, call.path("id"), changes)))


OPERATIONS = (
    Operation(
        method="GET",
        path="/threads",
        handler=list_threads,
        summary="Threads without bodies, newest or next to breach first",
        policy="token",
        query=ThreadsQuery,
        answers={200: ThreadPage},
    ),
    Operation(
        method="GET",
        path="/threads/{id}",
        handler=get_thread,
        summary="A thread with its messages in order",
        policy="token",
        answers={200: ThreadWithMessages},
    ),
    Operation(
        method="POST",
        path="/threads/{id}/replies",
        handler=add_reply,
        summary="Answer the buyer by mail",
        policy="token",
        body=ReplyBody,
        max_body=UPLOAD_BODY,
        headers=(KEY,),
        answers={201: Message},
    ),
    Operation(
        method="POST",
        path="/threads/{id}/notes",
        handler=add_internal_note,
        summary="Add a note for colleagues, which never leaves by mail",
        policy="token",
        body=InternalNoteBody,
        answers={201: Message},
    ),
    Operation(
        method="PATCH",
        path="/threads/{id}",
        handler=change_thread,
        summary="Change what is given of status, assignee, team, priority, labels, snoozed_until",
        policy="token",
        body=ThreadChange,
        answers={200: Thread},
    ),
)
