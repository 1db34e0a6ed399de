"""The links to a conversation's page, by the API: how many work, and stopping them all."""

from aiohttp import web
from pydantic import BaseModel, Field

from gateway.outbound import buyer_links

from .operations import Call, Operation, answer


class BuyerLinks(BaseModel):
    """How many links open the conversation to its buyer."""

    working: int = Field(ge=0)


class RevokedLinks(BaseModel):
    """How many links worked until now."""

    revoked: int = Field(ge=0)


async def count_buyer_links(call: Call) -> web.Response:
    """How many links to the conversation work."""
    return answer({"working": await buyer_links.working(call.gw, call.actor, call.path("id"))})


async def revoke_buyer_links(call: Call) -> web.Response:
    """Stop every link at once."""
    return answer({"revoked": await buyer_links.revoke(call.gw, call.actor, call.path("id"))})


OPERATIONS = (
    Operation(
        method="GET",
        path="/threads/{id}/buyer-links",
        handler=count_buyer_links,
        summary="How many links open the conversation's page to its buyer",
        policy="token",
        answers={200: BuyerLinks},
    ),
    Operation(
        method="DELETE",
        path="/threads/{id}/buyer-links",
        handler=revoke_buyer_links,
        summary="Stop every link to the conversation's page; the next mail carries a new one",
        policy="token",
        answers={200: RevokedLinks},
    ),
)
