"""Teams by the API."""

from aiohttp import web

from gateway.admin import teams as flow
from gateway.domain.routing.documents import TeamDocument
from gateway.domain.routing.shapes import team_json

from . import routing_schemas as schemas
from .delivery_schemas import Nothing
from .operations import Call, Operation, answer


async def list_teams(call: Call) -> web.Response:
    """The teams that the token may see."""
    return answer({"items": [team_json(team) for team in await flow.teams(call.gw, call.actor)], "next": None})


async def add_team(call: Call) -> web.Response:
    """Make one."""
    made = await flow.put(call.gw, call.actor, call.body_as(TeamDocument))
    return answer(team_json(made), 201, {"Location": f"/api/v1/teams/{made.id}"})


async def get_team(call: Call) -> web.Response:
    """One team."""
    return answer(team_json(await flow.team(call.gw, call.actor, call.path("id"))))


async def put_team(call: Call) -> web.Response:
    """Write one anew."""
    return answer(team_json(await flow.put(call.gw, call.actor, call.body_as(TeamDocument), call.path("id"))))


async def remove_team(call: Call) -> web.Response:
    """Forget one."""
    await flow.remove(call.gw, call.actor, call.path("id"))
    return answer({})


_CONFLICT = {409: "Another team has this name"}

OPERATIONS = (
    Operation(
        method="GET",
        path="/teams",
        handler=list_teams,
        summary="The teams of one's shops and those that serve all shops, by name",
        policy="token",
        answers={200: schemas.TeamList},
    ),
    Operation(
        method="POST",
        path="/teams",
        handler=add_team,
        summary="Make a team",
        policy="admin",
        body=TeamDocument,
        answers={201: schemas.Team},
        failures=_CONFLICT,
    ),
    Operation(
        method="GET",
        path="/teams/{id}",
        handler=get_team,
        summary="One team",
        policy="token",
        answers={200: schemas.Team},
    ),
    Operation(
        method="PUT",
        path="/teams/{id}",
        handler=put_team,
        summary="Write a team anew, whole",
        policy="admin",
        body=TeamDocument,
        answers={200: schemas.Team},
        failures=_CONFLICT,
    ),
    Operation(
        method="DELETE",
        path="/teams/{id}",
        handler=remove_team,
        summary="Remove a team; its threads are then nobody's in particular",
        policy="admin",
        answers={200: Nothing},
    ),
)
