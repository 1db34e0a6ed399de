"""Many threads at once by the API: change them or answer them, and take that back."""

from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.domain.canned import MAX_TEXT_CHARS
from gateway.domain.conversations import Status
from gateway.domain.orders import NO_NUL, Moment
from gateway.errors import Invalid
from gateway.inbox import batch
from gateway.outbound.answers import MAX_FILES, ReplyDraft

from .operations import Call, Header, Operation, answer
from .requests import FileBody
from .schemas import Id
from .threads import UPLOAD_BODY, files_of

KEY = Header("Idempotency-Key", "The same key answers each thread once")
Label = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=NO_NUL)]
Labels = Annotated[list[Label], Field(max_length=20)]
_IDS = Annotated[list[Id], Field(min_length=1, max_length=batch.MOST)]
_LEFT_OUT: Any = Field(default_factory=lambda: None)
"""Not required, and null is no value of it."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BatchBody(BaseModel):
    """Which threads, and what is to change or be answered; what is left out stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ids: _IDS
    status: Status = _LEFT_OUT
    assignee: Annotated[str, StringConstraints(max_length=254, pattern=NO_NUL)] | None = None
    snoozed_until: Moment | None = None
    add_labels: Labels = _LEFT_OUT
    remove_labels: Labels = _LEFT_OUT
    seen: bool = _LEFT_OUT
    reply: Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT_CHARS, pattern=NO_NUL)] = _LEFT_OUT
    attachments: Annotated[tuple[FileBody, ...], Field(max_length=MAX_FILES)] = ()


class LeftOut(_Answer):
    """A thread that the act was not about, and why: `missing`, `assignee`, `thread`, or a variable without a value."""

    id: Id
    why: str


class BatchAct(_Answer):
    """What was done: `id` takes it back, within ten minutes."""

    id: Id
    count: int
    left_out: list[LeftOut]
    message_ids: list[Id]


class Undone(_Answer):
    """How many threads stand as before, or answers do not leave."""

    count: int


async def change_threads(call: Call) -> web.Response:
    """Change or answer many."""
    body = call.body_as(BatchBody)
    changes: dict[str, Any] = body.model_dump(exclude_unset=True, exclude={"ids", "reply", "attachments"})
    if "reply" in body.model_fields_set:
        after = changes.get("status") or "waiting"
        key, files = call.request.headers.get(KEY.name, ""), files_of(body.attachments)
        draft = ReplyDraft(body.reply, files, idempotency_key=key, status_after=after)
        outcome = await batch.answer(call.gw, call.actor, body.ids, draft)
    elif body.attachments:
        raise Invalid("files go with a reply", "attachments")
    else:
        outcome = await batch.change(call.gw, call.actor, body.ids, changes)
    left_out = [{"id": id_, "why": why} for id_, why in sorted(outcome.left_out.items())]
    act = outcome.act
    return answer(
        {"id": act.id, "count": act.count, "left_out": left_out, "message_ids": list(act.messages)},
    )


async def undo_batch(call: Call) -> web.Response:
    """Take an act back."""
    return answer({"count": await batch.undo(call.gw, call.actor, call.path("id"))})


OPERATIONS = (
    Operation(
        method="POST",
        path="/threads/batch",
        handler=change_threads,
        summary="Change or answer up to 100 threads; those that the token does not reach are left out",
        policy="token",
        body=BatchBody,
        max_body=UPLOAD_BODY,
        headers=(KEY,),
        answers={200: BatchAct},
    ),
    Operation(
        method="POST",
        path="/threads/batch/{id}/undo",
        handler=undo_batch,
        summary="Take such an act back: what nobody has changed since, and answers that still wait",
        policy="token",
        answers={200: Undone},
    ),
)
