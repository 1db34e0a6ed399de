"""Pages of teams: who is in one, and when it works."""

from typing import Any
from zoneinfo import available_timezones

from aiohttp import web
from pydantic import ValidationError

from gateway.admin import teams
from gateway.domain.routing.documents import TeamDocument
from gateway.domain.routing.teams import WEEKDAYS, Team
from gateway.errors import Conflict, Invalid

from .forms import Form
from .i18n import N_
from .keys import FORM, gateway, visit
from .pages import render, see_other
from .routing_forms import hours_of, problem_of, read

DAYS = dict(
    zip(
        WEEKDAYS,
        (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday")),
        strict=True,
    )
)
TAKEN = N_("Another team has this name.")
MEMBER = "member:"


async def teams_page(request: web.Request) -> web.StreamResponse:
    """All teams."""
    gw, actor = gateway(request), visit(request).actor
    return render(request, "teams.html", teams=await teams.teams(gw, actor), days=DAYS)


async def new_page(request: web.Request) -> web.StreamResponse:
    """The editor of a team that there is not yet."""
    return await _editor(request, None)


async def team_page(request: web.Request) -> web.StreamResponse:
    """The editor of a team."""
    return await _editor(request, await _found(request))


async def _found(request: web.Request) -> Team:
    return await teams.team(gateway(request), visit(request).actor, request.match_info["id"])


async def _editor(request: web.Request, known: Team | None, status: int = 200, problem: str = "") -> web.Response:
    gw, actor = gateway(request), visit(request).actor
    form = request[FORM] if FORM in request else _form(known)
    values: dict[str, Any] = {"days": DAYS, "zones": sorted(available_timezones()), "member": MEMBER}
    values |= {"choices": await teams.choices(gw, actor), "everywhere": actor.shop_ids is None}
    return render(request, "team.html", status, team=known, form=form, problem=problem, **values)


def _form(known: Team | None) -> Form:
    """A team as the fields of its form."""
    if known is None:
        return Form()
    fields = {"name": known.name, "shop": known.shop or "", "zone": known.zone}
    fields |= {f"{MEMBER}{member.email}": "yes" for member in known.members}
    for day, (begin, end) in known.hours.items():
        fields |= {f"{day}_from": begin, f"{day}_to": end}
    return Form(fields)


async def save(request: web.Request) -> web.StreamResponse:
    """Make a team, or change one."""
    gw, actor, form = gateway(request), visit(request).actor, request[FORM]
    known = await _found(request) if "id" in request.match_info else None
    try:
        document = read(TeamDocument, _values(form, known))
        await teams.put(gw, actor, document, known.id if known else "")
    except Conflict:
        return await _editor(request, known, 409, TAKEN)
    except (Invalid, ValidationError) as error:
        return await _editor(request, known, 422, problem_of(error)[1])
    return see_other("/teams")


def _values(form: Form, known: Team | None) -> dict[str, Any]:
    """Who was a member keeps the place in the team's order, on which turns depend when loads are alike."""
    ticked = [name.removeprefix(MEMBER) for name, value in form.fields.items() if name.startswith(MEMBER) and value]
    before = [member.email for member in known.members] if known else []
    members = [*(email for email in before if email in ticked), *(email for email in ticked if email not in before)]
    values = {"name": form.get("name"), "shop": form.get("shop") or None, "zone": form.get("zone")}
    return values | {"hours": hours_of(form), "members": members}


async def remove(request: web.Request) -> web.StreamResponse:
    """Forget a team."""
    await teams.remove(gateway(request), visit(request).actor, request.match_info["id"])
    return see_other("/teams")
