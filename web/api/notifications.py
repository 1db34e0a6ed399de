"""What the person who made the token is told of by mail, read and chosen by the API."""

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.domain.actors import Actor
from gateway.domain.messages import Channel
from gateway.domain.notifying import CHANNELS, Choice, Mode
from gateway.domain.orders import Document
from gateway.errors import Invalid
from gateway.inbox import threads
from gateway.outbound import seller_notices
from gateway.people import tokens

from .drafts import NOBODYS
from .operations import Call, Operation, answer
from .schemas import Text

Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Quiet(Document):
    """Times of the day in the person's own zone; they may reach over midnight."""

    begins: Clock
    ends: Clock


class NotificationsBody(Document):
    """How to be told, whole: what is left out is as for somebody who never chose."""

    mode: Mode
    daily_hour: Annotated[int, Field(ge=0, le=23)] = 9
    quiet: Quiet | None = None
    only_mine: bool = False
    channels: Annotated[tuple[Channel, ...], Field(max_length=len(CHANNELS))] = CHANNELS
    muted_shops: Annotated[tuple[Text, ...], Field(max_length=1000)] = ()


class Notifications(BaseModel):
    """How a person is told; shops by their slugs, as far as the token reaches them."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode
    daily_hour: int
    quiet: Quiet | None
    only_mine: bool
    channels: list[Channel]
    muted_shops: list[str]


async def get_notifications(call: Call) -> web.Response:
    """What one is told."""
    person, _ = await tokens.in_person(call.gw, call.actor)
    return await _told(call, person)


async def put_notifications(call: Call) -> web.Response:
    """Choose it. Shops that the token does not reach stay as they were."""
    body = call.body_as(NotificationsBody)
    person, address = await tokens.in_person(call.gw, call.actor)
    reached = {shop.slug: shop.id for shop in await threads.shops(call.gw, call.actor)}
    if unknown := [slug for slug in body.muted_shops if slug not in reached]:
        raise Invalid(f"there is no shop {unknown[0][:40]!r}", "muted_shops")
    former = await seller_notices.choice(call.gw, person)
    beyond = [id_ for id_ in former.muted_shops if id_ not in reached.values()]
    wanted = Choice(
        mode=body.mode,
        daily_hour=body.daily_hour,
        quiet_from=_minute(body.quiet.begins) if body.quiet else 0,
        quiet_until=_minute(body.quiet.ends) if body.quiet else 0,
        only_mine=body.only_mine,
        channels=tuple(dict.fromkeys(body.channels)),
        muted_shops=(*beyond, *dict.fromkeys(reached[slug] for slug in body.muted_shops)),
    )
    await seller_notices.choose(call.gw, person, address, wanted)
    return await _told(call, person)


def _minute(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


async def _told(call: Call, person: Actor) -> web.Response:
    choice = await seller_notices.choice(call.gw, person)
    slugs = {shop.id: shop.slug for shop in await threads.shops(call.gw, call.actor)}
    same = {name: getattr(choice, name) for name in ("mode", "daily_hour", "only_mine")}
    times = {"begins": _clock(choice.quiet_from), "ends": _clock(choice.quiet_until)}
    lists = {
        "channels": list(choice.channels),
        "muted_shops": [slugs[id_] for id_ in choice.muted_shops if id_ in slugs],
    }
    return answer(same | lists | {"quiet": times if choice.quiet_from != choice.quiet_until else None})


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


OPERATIONS = (
    Operation(
        method="GET",
        path="/me/notifications",
        handler=get_notifications,
        summary="What the token's maker is told of by mail",
        policy="token",
        right="work",
        answers={200: Notifications},
        failures=NOBODYS,
    ),
    Operation(
        method="PUT",
        path="/me/notifications",
        handler=put_notifications,
        summary="Choose what the token's maker is told of by mail",
        policy="token",
        body=NotificationsBody,
        answers={200: Notifications},
        failures=NOBODYS,
    ),
)
