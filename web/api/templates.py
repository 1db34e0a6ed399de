"""The words of mails by the API: list, read, write, try out."""

from datetime import datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.admin import template_editing
from gateway.admin.template_editing import Place
from gateway.domain.orders import NO_NUL, Document
from gateway.domain.shapes import moment
from gateway.domain.template_sets import SET_PATTERN, Origin
from gateway.store.templates import FILES

from .operations import Call, Operation, answer
from .schemas import Text

Source = Annotated[str, StringConstraints(max_length=200_000, pattern=NO_NUL)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TemplatesQuery(BaseModel):
    """For which shop (without one: for all that have no words of their own), and in which set of channels."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    shop: Text = ""
    set: Annotated[str, StringConstraints(pattern=SET_PATTERN)] = ""


class TemplateBody(Document):
    """The sources of a mail, as Jinja templates; all three."""

    subject: Source
    text: Source
    html: Source


class TemplateVersionItem(_Answer):
    """A version; `original` ones brought the product's words back."""

    version: int
    by_name: str
    at: datetime
    original: bool


class Template(_Answer):
    """The sources that count, and where they come from (`origin`); `own` when they were written at this very place.

    `variables` are all that they may name.
    """

    name: str
    locale: str
    shop: str | None
    set: str
    own: bool
    origin: Origin
    subject: str
    text: str
    html: str
    variables: list[str]
    versions: list[TemplateVersionItem]


class TemplateItem(_Answer):
    """A mail, and the languages for which there are own words."""

    name: str
    own: list[str]


class TemplateList(_Answer):
    """All mails; they all fit one page."""

    items: list[TemplateItem]
    next: None


class TemplatePreview(_Answer):
    """A mail on made-up data."""

    subject: str
    text: str
    html: Annotated[str, Field(description="Show it only in a sandboxed frame")]


def _place(call: Call) -> Place:
    query = call.query_as(TemplatesQuery)
    return Place(call.path("name"), call.path("locale"), query.shop, query.set)


async def _template(call: Call, place: Place) -> dict[str, Any]:
    known = await template_editing.words(call.gw, call.actor, place)
    sources = {column: known.parts[file] for column, file in FILES.items()}
    versions = [
        {"version": one.version, "by_name": one.by_name, "at": moment(one.at), "original": one.original}
        for one in known.versions
    ]
    told = {"name": place.name, "locale": place.locale, "shop": place.shop or None, "own": known.own}
    told |= {"set": place.template_set, "origin": known.origin}
    return told | sources | {"variables": list(known.variables), "versions": versions}


async def list_templates(call: Call) -> web.Response:
    """All mails and their own words."""
    query = call.query_as(TemplatesQuery)
    known = await template_editing.overview(call.gw, call.actor, query.shop, query.set)
    own = {name: sorted(locale for one, locale in known.changed if one == name) for name in known.names}
    items = [{"name": name, "own": own[name]} for name in known.names]
    return answer({"items": items, "next": None})


async def get_template(call: Call) -> web.Response:
    """One mail's words."""
    return answer(await _template(call, _place(call)))


def _parts(call: Call) -> dict[str, str]:
    body = call.body_as(TemplateBody)
    return {file: str(getattr(body, column)) for column, file in FILES.items()}


async def put_template(call: Call) -> web.Response:
    """Use these words from now on."""
    await template_editing.save(call.gw, call.actor, _place(call), _parts(call))
    return answer(await _template(call, _place(call)))


async def preview_template(call: Call) -> web.Response:
    """Try words out; nothing is kept."""
    shown = await template_editing.preview(call.gw, call.actor, _place(call), _parts(call))
    return answer({"subject": shown.subject, "text": shown.text, "html": shown.html or ""})


OPERATIONS = (
    Operation(
        method="GET",
        path="/templates",
        handler=list_templates,
        summary="The mails, and which have words of one's own in which languages",
        policy="admin",
        query=TemplatesQuery,
        answers={200: TemplateList},
        failures={404: "There is no such shop"},
    ),
    Operation(
        method="GET",
        path="/templates/{name}/{locale}",
        handler=get_template,
        summary="The words of a mail in a language, with all versions",
        policy="admin",
        query=TemplatesQuery,
        answers={200: Template},
    ),
    Operation(
        method="PUT",
        path="/templates/{name}/{locale}",
        handler=put_template,
        summary="Use other words from now on; 422 names the file and the line that is wrong",
        policy="admin",
        query=TemplatesQuery,
        body=TemplateBody,
        answers={200: Template},
        failures={409: "Somebody else has just saved other words"},
    ),
    Operation(
        method="POST",
        path="/templates/{name}/{locale}/preview",
        handler=preview_template,
        summary="Words on made-up data; nothing is kept",
        policy="admin",
        query=TemplatesQuery,
        body=TemplateBody,
        answers={200: TemplatePreview},
    ),
)
