"""Drafts by the API: those of the person who made the token, the same that their page shows."""

from datetime import datetime
from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints

from gateway.domain.actors import Actor
from gateway.domain.orders import NO_NUL, Document
from gateway.domain.shapes import moment
from gateway.domain.writing import KINDS, Draft, Kind
from gateway.errors import NotFound
from gateway.inbox import drafts, threads
from gateway.people import tokens

from .operations import Call, Operation, answer
from .requests import MAX_REPLY_CHARS
from .schemas import Id

NOBODYS = {409: "No person made the token, so nothing is its own"}


class DraftBody(Document):
    """What is written so far; an empty text removes the draft, unless files stand in it."""

    text: Annotated[str, StringConstraints(max_length=MAX_REPLY_CHARS, pattern=NO_NUL)]


class DraftFile(BaseModel):
    """A file that came back with an answer that was taken back."""

    model_config = ConfigDict(extra="forbid")

    id: Id
    filename: str
    size: int


class DraftShape(BaseModel):
    """One of the two drafts that a person may have in a thread."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["reply", "note"]
    text: str
    updated_at: datetime
    attachments: list[DraftFile]


class DraftList(BaseModel):
    """The drafts of a thread."""

    items: list[DraftShape]
    next: None


async def list_drafts(call: Call) -> web.Response:
    """One's drafts in a thread."""
    return await _drafts(call, await _person(call))


async def put_draft(call: Call) -> web.Response:
    """Write a draft anew; its files stay."""
    person, kind, id_ = await _person(call), _kind(call), call.path("id")
    draft = Draft(kind, call.body_as(DraftBody).text, call.gw.clock.now())
    former = (await drafts.of_thread(call.gw, person, id_)).get(kind)
    kept = [file.id for file in former.files] if former else []
    await drafts.save(call.gw, person, id_, draft, kept=kept)
    return await _drafts(call, person)


async def remove_draft(call: Call) -> web.Response:
    """Forget a draft with its files."""
    person, kind = await _person(call), _kind(call)
    await drafts.save(call.gw, person, call.path("id"), Draft(kind, "", call.gw.clock.now()))
    return await _drafts(call, person)


async def _person(call: Call) -> Actor:
    """Whether the thread is there is told first: what belongs to another shop is 404 to every token."""
    await threads.summary(call.gw, call.actor, call.path("id"))
    person, _ = await tokens.in_person(call.gw, call.actor)
    return person


def _kind(call: Call) -> Kind:
    for kind in KINDS:
        if kind == call.path("kind"):
            return kind
    raise NotFound("a draft is a reply or a note")


async def _drafts(call: Call, person: Actor) -> web.Response:
    found = await drafts.of_thread(call.gw, person, call.path("id"))
    return answer({"items": [_json(found[kind]) for kind in KINDS if kind in found], "next": None})


def _json(draft: Draft) -> dict[str, object]:
    files = [{"id": file.id, "filename": file.filename, "size": file.size} for file in draft.files]
    return {"kind": draft.kind, "text": draft.text, "updated_at": moment(draft.updated_at), "attachments": files}


OPERATIONS = (
    Operation(
        method="GET",
        path="/threads/{id}/drafts",
        handler=list_drafts,
        summary="The drafts of the token's maker in a thread",
        policy="token",
        right="work",
        answers={200: DraftList},
        failures=NOBODYS,
    ),
    Operation(
        method="PUT",
        path="/threads/{id}/drafts/{kind}",
        handler=put_draft,
        summary="Write the draft of a reply or a note anew; its page shows it too",
        policy="token",
        body=DraftBody,
        answers={200: DraftList},
        failures=NOBODYS,
    ),
    Operation(
        method="DELETE",
        path="/threads/{id}/drafts/{kind}",
        handler=remove_draft,
        summary="Forget a draft with its files",
        policy="token",
        answers={200: DraftList},
        failures=NOBODYS,
    ),
)
