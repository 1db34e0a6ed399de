"""Buyers by the API: one person of two, and one more address."""

from typing import Annotated

from aiohttp import web
from pydantic import StringConstraints

from gateway.buyers import merging
from gateway.domain.orders import NO_NUL, Document

from .delivery_schemas import Nothing
from .operations import Call, Operation, answer
from .schemas import Id


class MergeBuyersBody(Document):
    """The buyer who stays."""

    into: Id


class AddressBody(Document):
    """One more address of the buyer's."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254, pattern=NO_NUL)]


async def merge_buyer(call: Call) -> web.Response:
    """Make one buyer of two."""
    await merging.merge(call.gw, call.actor, call.path("id"), call.body_as(MergeBuyersBody).into)
    return answer({})


async def add_buyer_address(call: Call) -> web.Response:
    """Let a buyer write from one more address."""
    await merging.add_address(call.gw, call.actor, call.path("id"), call.body_as(AddressBody).email)
    return answer({})


OPERATIONS = (
    Operation(
        method="POST",
        path="/buyers/{id}/merge",
        handler=merge_buyer,
        summary="Make one buyer of two: everything goes over to the one that stays",
        policy="admin",
        body=MergeBuyersBody,
        answers={200: Nothing},
    ),
    Operation(
        method="POST",
        path="/buyers/{id}/addresses",
        handler=add_buyer_address,
        summary="Let a buyer write from one more address",
        policy="admin",
        body=AddressBody,
        answers={200: Nothing},
        failures={409: "Another buyer of the shop has this address"},
    ),
)
