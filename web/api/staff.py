"""People, tokens and the audit log by the API."""

import json
from typing import Any

from aiohttp import web

from gateway.admin import auditing
from gateway.domain.auditing import AuditQuery, Entry
from gateway.domain.shapes import moment
from gateway.domain.staff import Colleague, Wish
from gateway.people import staff, tokens
from gateway.store.tokens import TokenRow

from . import staff_schemas as schemas
from .delivery_schemas import Nothing
from .operations import Call, Operation, answer


def person_json(person: Colleague) -> dict[str, Any]:
    """A Person."""
    same = {name: getattr(person, name) for name in ("id", "email", "name", "admin", "state")}
    times = {name: moment(getattr(person, name)) for name in ("seen_at", "invited_until", "created_at")}
    return same | times | {"roles": {post.slug: post.role for post in person.posts}}


def token_json(token: TokenRow) -> dict[str, Any]:
    """A Token."""
    same = {name: getattr(token, name) for name in ("id", "name", "role", "shop")}
    times = {name: moment(getattr(token, name)) for name in ("created_at", "expires_at", "last_used_at")}
    return same | times | {"scopes": list(token.scopes), "made_by": token.maker}


def entry_json(entry: Entry) -> dict[str, Any]:
    """A row of the audit log."""
    same = {name: getattr(entry, name) for name in Entry.__slots__}
    return same | {"at": moment(entry.at), "details": json.loads(entry.details)}


async def list_people(call: Call) -> web.Response:
    """Who works for the shops that the token reaches."""
    found = await staff.colleagues(call.gw, call.actor)
    return answer({"items": [person_json(person) for person in found], "next": None})


async def invite_person(call: Call) -> web.Response:
    """Invite somebody."""
    body = call.body_as(schemas.InvitationBody)
    sent = await staff.invite(call.gw, call.actor, body.email, _wish(body), body.locale)
    return answer({"id": sent.id, "email": sent.email, "link": sent.link, "mailed": sent.mailed}, 201)


def _wish(body: schemas.PersonBody) -> Wish:
    return Wish(body.name, body.admin, dict(body.roles))


async def change_person(call: Call) -> web.Response:
    """Give somebody another name or other roles."""
    wish = _wish(call.body_as(schemas.PersonBody))
    return answer(person_json(await staff.change(call.gw, call.actor, call.path("id"), wish)))


async def deactivate_person(call: Call) -> web.Response:
    """Shut somebody out."""
    return answer(person_json(await staff.deactivate(call.gw, call.actor, call.path("id"))))


async def reactivate_person(call: Call) -> web.Response:
    """Let somebody in again."""
    return answer(person_json(await staff.reactivate(call.gw, call.actor, call.path("id"))))


async def list_tokens(call: Call) -> web.Response:
    """The living tokens."""
    return answer({"items": [token_json(one) for one in await tokens.tokens(call.gw, call.actor)], "next": None})


async def add_token(call: Call) -> web.Response:
    """Make a token; it is told only now."""
    body = call.body_as(schemas.TokenBody)
    given: dict[str, Any] = {"role": body.role, "shop": body.shop, "name": body.name, "expires_at": body.expires_at}
    wish = tokens.NewToken(**given, scopes=tuple(body.scopes))
    token, id_ = await tokens.make(call.gw, call.actor, wish)
    return answer({"id": id_, "token": token}, 201)


async def revoke_token(call: Call) -> web.Response:
    """End a token."""
    await tokens.revoke(call.gw, call.actor, call.path("id"))
    return answer({})


async def list_audit(call: Call) -> web.Response:
    """A page of the audit log."""
    asked = call.query_as(schemas.AuditListQuery).model_dump()
    query = AuditQuery(before=asked.pop("cursor"), **asked)
    page = await auditing.entries(call.gw, call.actor, query)
    return answer({"items": [entry_json(entry) for entry in page.items], "next": page.next})


_CONFLICT = {409: "It is oneself, or the state has changed"}
OPERATIONS = (
    Operation(
        method="GET",
        path="/people",
        handler=list_people,
        summary="Who works for the shops that the token reaches",
        policy="admin",
        answers={200: schemas.PersonList},
    ),
    Operation(
        method="POST",
        path="/people",
        handler=invite_person,
        summary="Invite somebody; the link works for seven days, once",
        policy="admin",
        body=schemas.InvitationBody,
        answers={201: schemas.Invitation},
        failures={404: "There is no such shop", 409: "Somebody with this address works here already"},
    ),
    Operation(
        method="PUT",
        path="/people/{id}",
        handler=change_person,
        summary="Give somebody another name or other roles",
        policy="admin",
        body=schemas.PersonBody,
        answers={200: schemas.Person},
        failures=_CONFLICT,
    ),
    Operation(
        method="POST",
        path="/people/{id}/deactivate",
        handler=deactivate_person,
        summary="Shut somebody out: sessions and the tokens that they made end at once",
        policy="admin",
        answers={200: schemas.Person},
        failures=_CONFLICT,
    ),
    Operation(
        method="POST",
        path="/people/{id}/reactivate",
        handler=reactivate_person,
        summary="Let somebody who was shut out sign in again",
        policy="admin",
        answers={200: schemas.Person},
        failures=_CONFLICT,
    ),
    Operation(
        method="GET",
        path="/tokens",
        handler=list_tokens,
        summary="The living API tokens, newest first, without their secrets",
        policy="admin",
        answers={200: schemas.TokenList},
    ),
    Operation(
        method="POST",
        path="/tokens",
        handler=add_token,
        summary="Make an API token; it is told only now",
        policy="admin",
        body=schemas.TokenBody,
        answers={201: schemas.NewToken},
        failures={404: "There is no such shop"},
    ),
    Operation(
        method="DELETE",
        path="/tokens/{id}",
        handler=revoke_token,
        summary="End an API token at once",
        policy="admin",
        answers={200: Nothing},
    ),
    Operation(
        method="GET",
        path="/audit",
        handler=list_audit,
        summary="The audit log of privileged acts, newest first",
        policy="admin",
        query=schemas.AuditListQuery,
        answers={200: schemas.AuditPage},
    ),
)
