"""A shop's canned replies by the API: list, write, remove, and read them as they would stand in one thread."""

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints

from gateway.domain.canned import MAX_NAME_CHARS, MAX_TEXT_CHARS, Canned
from gateway.domain.orders import NO_NUL, Document, Locale
from gateway.inbox import canned

from .delivery_schemas import Nothing
from .operations import Call, Operation, answer
from .schemas import Id, Text

TAKEN = {409: "The shop has a text of this name in this language"}


class CannedQuery(BaseModel):
    """Whose texts to list."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    shop: Text


class CannedBody(Document):
    """A text with variables such as `{{buyer_name}}`, in one language."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARS, pattern=NO_NUL)]
    locale: Locale
    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT_CHARS, pattern=NO_NUL)]


class NewCannedBody(CannedBody):
    """A text of a shop."""

    shop: Text


class CannedReply(BaseModel):
    """A canned reply."""

    model_config = ConfigDict(extra="forbid")

    id: Id
    name: str
    locale: str
    text: str


class CannedList(BaseModel):
    """All of them, by name."""

    items: list[CannedReply]
    next: None


def canned_json(text: Canned) -> dict[str, str]:
    """A CannedReply."""
    return {"id": text.id, "name": text.name, "locale": text.locale, "text": text.text}


def _list(texts: tuple[Canned, ...]) -> web.Response:
    return answer({"items": [canned_json(text) for text in texts], "next": None})


async def list_canned(call: Call) -> web.Response:
    """A shop's texts."""
    return _list(await canned.of_shop(call.gw, call.actor, call.query_as(CannedQuery).shop))


async def fill_canned(call: Call) -> web.Response:
    """The texts for one thread: in its buyer's language, variables filled in."""
    return _list((await canned.for_thread(call.gw, call.actor, call.path("id"))).texts)


async def add_canned(call: Call) -> web.Response:
    """Write a new text."""
    body = call.body_as(NewCannedBody)
    id_ = await canned.save(call.gw, call.actor, body.shop, Canned("", body.name, body.locale, body.text))
    return answer(canned_json(await canned.one(call.gw, call.actor, id_)), 201)


async def put_canned(call: Call) -> web.Response:
    """Write a text anew."""
    body, id_ = call.body_as(CannedBody), call.path("id")
    await canned.change(call.gw, call.actor, Canned(id_, body.name, body.locale, body.text))
    return answer(canned_json(await canned.one(call.gw, call.actor, id_)))


async def remove_canned(call: Call) -> web.Response:
    """Forget a text."""
    await canned.remove(call.gw, call.actor, call.path("id"))
    return answer({})


OPERATIONS = (
    Operation(
        method="GET",
        path="/canned",
        handler=list_canned,
        summary="A shop's canned replies, by name",
        policy="token",
        query=CannedQuery,
        answers={200: CannedList},
        failures={404: "There is no such shop"},
    ),
    Operation(
        method="POST",
        path="/canned",
        handler=add_canned,
        summary="Write a canned reply",
        policy="token",
        body=NewCannedBody,
        answers={201: CannedReply},
        failures=TAKEN | {404: "There is no such shop"},
    ),
    Operation(
        method="PUT",
        path="/canned/{id}",
        handler=put_canned,
        summary="Write a canned reply anew",
        policy="token",
        body=CannedBody,
        answers={200: CannedReply},
        failures=TAKEN,
    ),
    Operation(
        method="DELETE",
        path="/canned/{id}",
        handler=remove_canned,
        summary="Forget a canned reply",
        policy="token",
        answers={200: Nothing},
    ),
    Operation(
        method="GET",
        path="/threads/{id}/canned",
        handler=fill_canned,
        summary="The shop's canned replies in the buyer's language, filled in for this thread",
        policy="token",
        answers={200: CannedList},
    ),
)
