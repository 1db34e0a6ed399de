"""Each question and each action of rules on real mail: the table as people read it, and what came of each row."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update

from gateway.admin import rules, teams
from gateway.clock import new_id
from gateway.domain.actors import SYSTEM
from gateway.domain.orders import BuyerDocument, OrderDocument
from gateway.domain.routing.actions import ACTIONS
from gateway.domain.routing.conditions import QUESTIONS
from gateway.domain.routing.documents import TeamDocument
from gateway.models import Delivery, Shop, Thread, User, Webhook, WebhookDelivery
from gateway.orders.recording import put_order
from tests import builders
from tests.conftest import StillClock
from tests.house import SENDER, House, add_order, mail
from tests.inbound.test_routing import make

DATABASES = ("sqlite",)

ASKED: list[tuple[str, str, Any, str, Any]] = [
    # The field, a question that is answered yes, and one that is answered no.
    ("channel", "is", ["email"], "is", ["chat", "site"]),
    ("shop", "is", ["lotus"], "is_not", ["lotus"]),
    ("order", "is", True, "is", False),
    ("order.status", "is", ["paid"], "is", ["shipped"]),
    ("order.amount", "at_least", 250, "below", 250),
    ("order.currency", "is", ["EUR"], "is_not", ["eur"]),
    ("order.country", "is", ["de"], "is", ["CN"]),
    ("order.age_days", "at_least", 3, "at_least", 4),
    ("buyer.language", "is", ["pt"], "is", ["zh"]),
    ("buyer.first_time", "is", True, "is", False),
    ("buyer.orders", "at_least", 2, "below", 2),
    ("text.words", "all", ["refund", "lid"], "any", ["invoice"]),
    ("text.language", "is", ["en"], "is", ["de"]),
    ("text.attachments", "any", ["pdf"], "any", ["picture", "archive"]),
    ("trust", "is", ["verified"], "is", ["failed", "unverified"]),
    # It is Monday 08:00 UTC, and two hours before midnight where the shop is.
    ("time", "between", "21:00-23:00", "outside", "21:00-23:00"),
    ("weekday", "is", ["sun"], "is", ["mon"]),
]


async def lotus(house: House) -> None:
    """The shop is in Honolulu, and knows its buyer and two of their orders well."""
    async with house.gw.db.write() as session:
        await session.exec(update(Shop).values(time_zone="Pacific/Honolulu"))
    buyer = BuyerDocument(email=SENDER, name="Ana", locale="pt_BR")
    about: dict[str, Any] = {"status": "paid", "total": "250.00", "currency": "EUR", "country": "DE"}
    placed = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    await put_order(house.gw, SYSTEM, "lotus", "A-1001", OrderDocument(buyer=buyer, placed_at=placed, **about))
    await put_order(house.gw, SYSTEM, "lotus", "A-1002", OrderDocument(buyer=buyer))


async def test_each_question_is_asked_of_a_real_mail(house: House) -> None:
    assert {row[0] for row in ASKED} == set(QUESTIONS)
    await lotus(house)
    for field, yes, value, no, other in ASKED:
        for label, op, wanted in (("yes", yes, value), ("no", no, other)):
            asked = {"field": field, "op": op, "value": wanted}
            await make(house, ("label", f"{field} {label}"), conditions=[asked])
    written = mail("Order A-1001", "Hello, I would like a refund because the lid of this teapot is broken. Thank you.")
    written.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="photo.pdf")
    await house.receive(written)
    (thread,) = await house.all(Thread)
    assert sorted(thread.labels) == sorted(f"{row[0]} yes" for row in ASKED)


DAY, NIGHT = {"mon": ["07:00", "09:00"]}, {"mon": ["20:00", "23:00"]}
DONE: list[tuple[str, Any, dict[str, Any]]] = [
    # The action, and what it makes of a mail at 08:00 on a Monday; teams and people by their names.
    ("assign", "ann@example.com", {"assignee": "ann"}),
    ("team", "Day", {"team": "Day"}),
    ("round_robin", "Day", {"team": "Day", "assignee": "bo"}),
    ("round_robin", "Night", {"team": "Night"}),
    ("label", "vip", {"labels": ["vip"]}),
    ("priority", "urgent", {"priority": "urgent"}),
    ("status", "closed", {"status": "closed"}),
    ("snooze", 90, {"status": "snoozed"}),
    ("acknowledge", "", {"mails": [("received", "buyer")]}),
    ("notify", "bo@example.com", {"mails": [("seller-notification", "bo@example.com")]}),
    ("webhook", "", {"calls": 1}),
]
AS_IT_COMES: dict[str, Any] = {
    "assignee": None,
    "team": None,
    "labels": [],
    "priority": "normal",
    "status": "open",
    "mails": [],
    "calls": 0,
}


async def made_of(house: House, before: int, buyer: str) -> dict[str, Any]:
    """The newest thread, the mails and the calls that were queued since there were `before` mails."""
    thread = (await house.all(Thread))[-1]
    people = {one.id: one.name for one in await house.all(User)}
    named = {team.id: team.name for team in await teams.teams(house.gw, SYSTEM)}
    mails = [(one.kind, one.rcpt_to.replace(buyer, "buyer")) for one in (await house.all(Delivery))[before:]]
    return {
        "assignee": people.get(thread.assignee_id or ""),
        "team": named.get(thread.team_id or ""),
        "labels": thread.labels,
        "priority": thread.priority,
        "status": thread.status,
        "mails": mails,
        "calls": len(await house.all(WebhookDelivery)),
    }


async def test_each_action_is_done_to_a_real_mail(house: House, clock: StillClock) -> None:
    assert {row[0] for row in DONE} == set(ACTIONS)
    emails = ["ann@example.com", "bo@example.com"]
    async with house.gw.db.write() as session:
        for email in emails:
            await builders.add_user(session, email, "admin", name=email.partition("@")[0])
        row: dict[str, Any] = {
            "url": "https://program.example/",
            "events": ["message.routed"],
            "created_at": clock.now(),
        }
        session.add(Webhook(id=new_id(), sealed=b"x", **row))
    made = [
        await teams.put(house.gw, SYSTEM, TeamDocument(name=name, zone="UTC", hours=hours, members=emails))
        for name, hours in (("Day", DAY), ("Night", NIGHT))
    ]
    ids = {team.name: team.id for team in made}
    for number, (do, value, wanted) in enumerate(DONE):
        buyer = f"buyer{number}@example.com"
        await add_order(house.gw.db, clock.now(), f"R-{number}", buyer)
        before, rule = len(await house.all(Delivery)), await make(house, (do, ids.get(str(value), value)))
        await house.receive(mail(text=f"Mail {number}", sender=buyer), sender=buyer)
        assert await made_of(house, before, buyer) == AS_IT_COMES | wanted, do
        await rules.remove(house.gw, SYSTEM, rule.id)
