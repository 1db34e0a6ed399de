"""Orders and order notes 订单留言 by the API: what shops' order systems call."""

from aiohttp import web

from gateway.domain.orders import NoteDocument, OrderDocument, order_json
from gateway.domain.shapes import message_json
from gateway.inbox import threads
from gateway.orders import recording

from .operations import Call, Operation, answer
from .schemas import Message, Order


async def put_order(call: Call) -> web.Response:
    """Make or change an order."""
    slug, number, document = call.path("slug"), call.path("order_no"), call.body_as(OrderDocument)
    put = await recording.put_order(call.gw, call.actor, slug, number, document)
    return answer(order_json(put.order), 201 if put.new else 200)


async def get_order(call: Call) -> web.Response:
    """Show an order."""
    return answer(order_json(await recording.order(call.gw, call.actor, call.path("slug"), call.path("order_no"))))


async def add_order_note(call: Call) -> web.Response:
    """File an order note."""
    slug, number, note = call.path("slug"), call.path("order_no"), call.body_as(NoteDocument)
    filed = await recording.add_note(call.gw, call.actor, slug, number, note)
    message = await threads.message(call.gw, call.actor, filed.message_id)
    return answer(message_json(message), 201 if filed.new else 200)


_PATH = "/shops/{slug}/orders/{order_no}"
OPERATIONS = (
    Operation(
        method="PUT",
        path=_PATH,
        handler=put_order,
        summary="Make or change an order and its buyer; a note is filed once",
        policy="token",
        right="orders",
        body=OrderDocument,
        answers={200: Order, 201: Order},
    ),
    Operation(
        method="GET",
        path=_PATH,
        handler=get_order,
        summary="An order",
        policy="token",
        answers={200: Order},
    ),
    Operation(
        method="POST",
        path=f"{_PATH}/notes",
        handler=add_order_note,
        summary="File an order note into the thread of its order; once for each external_id",
        policy="token",
        right="orders",
        body=NoteDocument,
        answers={200: Message, 201: Message},
        failures={409: "This external_id was used for another text"},
    ),
)
