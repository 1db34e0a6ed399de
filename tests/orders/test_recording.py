"""Files of orders: every good row is written, every bad one is named, in transactions of their own."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest

from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.imports import Row, read_orders
from gateway.errors import NotFound
from gateway.models import Buyer, Message, Order
from gateway.orders.recording import IMPORT_BATCH, Imported, import_orders
from tests.house import House, mail

FOREIGN = Actor(kind="token", id="t", name="jade", role="admin", shop_ids=("another",))


def rows(*orders: dict[str, Any]) -> Iterable[Row]:
    """A file of these orders."""
    return read_orders(json.dumps(orders).encode(), "json")


def an_order(number: object, email: str = "li@buyer.test", **fields: Any) -> dict[str, Any]:
    """One order of a file."""
    return {"order_no": f"N-{number}", "buyer": {"email": email}} | fields


async def imported(house: House, found: Iterable[Row], actor: Actor = SYSTEM) -> list[Imported]:
    """What became of the rows."""
    return [row async for row in import_orders(house.gw, actor, "lotus", found)]


async def test_more_rows_than_one_transaction_holds_are_all_written(house: House) -> None:
    count = IMPORT_BATCH * 2 + 1
    done = await imported(house, rows(*(an_order(number, f"b{number % 7}@buyer.test") for number in range(count))))
    assert [row.outcome for row in done] == ["created"] * count
    assert len(await house.all(Order)) == count + 1
    assert len(await house.all(Buyer)) == 7 + 1


async def test_a_bad_row_among_good_ones_is_named_and_nothing_else_is_lost(house: House) -> None:
    done = await imported(
        house, rows(an_order(1), an_order(2, "nobody"), an_order(3, "shop@inbox.example"), an_order(4), an_order(1))
    )
    assert [(row.order_no, row.outcome) for row in done] == [
        ("N-1", "created"),
        ("N-2", "failed"),
        ("N-3", "failed"),
        ("N-4", "created"),
        ("N-1", "updated"),
    ]
    assert all(row.message.startswith("buyer.email: ") for row in done[1:3])


async def test_a_file_that_is_imported_again_files_no_note_twice(house: House) -> None:
    for _ in range(2):
        await imported(house, rows(an_order(1, note="wrap it")))
    assert [message.text for message in await house.all(Message)] == ["wrap it"]


async def test_mail_that_waited_comes_in_with_the_file(house: House) -> None:
    held = await house.receive(mail(sender="li@buyer.test"), sender="li@buyer.test")
    await imported(house, rows(an_order(1)))
    await house.processor.run_once()
    assert (held.state, (await house.row(held.id)).state) == ("held", "filed")


@pytest.mark.parametrize("email", ["li@buyer.test", "bad"])
async def test_a_shop_that_the_actor_does_not_reach_takes_no_file(house: House, email: str) -> None:
    with pytest.raises(NotFound):
        await imported(house, rows(an_order(1, email)), FOREIGN)
    assert len(await house.all(Order)) == 1


async def test_two_files_at_once_in_opposite_order_are_both_written(house: House) -> None:
    orders = [an_order(number, f"b{number}@buyer.test", note="wrap it") for number in range(IMPORT_BATCH)]
    done = await asyncio.gather(imported(house, rows(*orders)), imported(house, rows(*reversed(orders))))
    assert {row.outcome for rows_ in done for row in rows_} == {"created", "updated"}
    assert len(await house.all(Message)) == IMPORT_BATCH
