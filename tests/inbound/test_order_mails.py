"""A listed order system's mail makes and changes orders; anybody else's never does."""

import json
from email.message import EmailMessage
from typing import Any

import pytest
from sqlmodel import update

from gateway.domain.values import Trust
from gateway.models import Message, Order, Shop
from tests.domain.test_order_mails import ORDER
from tests.house import House, Says, mail

DATABASES = ("sqlite",)
ERP = "erp@orders.example"


def letter(order: dict[str, Any], sender: str = ERP) -> EmailMessage:
    """The order as JSON-LD in a mail's page."""
    message = mail("New order", "see below", sender=sender)
    script = f'<script type="application/ld+json">{json.dumps(order)}</script>'
    message.add_alternative(f"<html><head>{script}</head><body><p>New order</p></body></html>", subtype="html")
    return message


async def listed(house: House, *systems: str) -> None:
    """Let these tell of orders."""
    async with house.gw.db.write() as session:
        await (await session.connection()).execute(update(Shop).values(notes_from=list(systems)))


async def orders(house: House) -> dict[str, str]:
    """State by number."""
    return {row.order_no: row.status for row in await house.all(Order) if row.order_no != "A-1001"}


async def test_an_order_is_made_changed_and_its_note_filed(house: House) -> None:
    await listed(house, "orders.example")
    waiting = await house.receive(mail(sender="li@buyer.test"), sender="li@buyer.test")
    assert waiting.state == "held"
    row = await house.receive(letter(ORDER), "notes.lotus", sender=ERP)
    assert (row.state, row.why) == ("discarded", "order-told")
    assert await orders(house) == {"M-77": "shipped"}
    await house.processor.run_once()
    assert (await house.row(waiting.id)).state == "filed"
    changed = ORDER | {"orderStatus": "OrderDelivered", "description": "Danke!"}
    row = await house.receive(letter(changed), "notes.lotus", sender=ERP)
    assert (row.state, row.why) == ("filed", "order-note")
    assert await orders(house) == {"M-77": "completed"}
    assert "Danke!" in [message.text for message in await house.all(Message)]


@pytest.mark.parametrize(
    ("systems", "sender", "verdict"),
    [
        ((), ERP, "verified"),
        (("orders.example",), "eve@evil.test", "verified"),
        (("orders.example",), ERP, "unverified"),
    ],
)
async def test_nobody_else_makes_orders(house: House, systems: tuple[str, ...], sender: str, verdict: Any) -> None:
    await listed(house, *systems)
    there = house.with_witness(Says(Trust(verdict, "nothing-passed")))
    row = await there.receive(letter(ORDER, sender), "notes.lotus", sender=sender)
    assert (row.state, row.why) == ("held", "note-unreadable")
    assert await orders(house) == {}


async def test_only_mail_to_the_notes_address_tells_of_orders(house: House) -> None:
    await listed(house, "orders.example")
    await house.receive(letter(ORDER), "lotus", sender=ERP)
    assert await orders(house) == {}
