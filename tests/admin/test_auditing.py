"""The audit log for people: looked through by shop, exported without formulas, checked to the last byte."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text

from gateway.admin import auditing, deliveries, ledger, shops
from gateway.buyers import merging
from gateway.clock import new_id
from gateway.domain.actors import Actor
from gateway.domain.auditing import AuditQuery, On
from gateway.domain.ledger import InboundQuery
from gateway.domain.spreadsheets import cell
from gateway.errors import Forbidden
from gateway.inbox import restructuring, threads
from gateway.models import AuditEntry, Delivery
from gateway.outbound import answers
from gateway.store import audit
from tests.conftest import StillClock
from tests.house import House, mail

BOSS = Actor("user", "u-boss", "=Boss", "admin", None, user_id="u-boss")


async def acts(house: House) -> list[str]:
    """What was recorded, oldest first."""
    return [row.act for row in await house.all(AuditEntry)]


async def add(house: House, number: int, shop_id: str | None = None) -> None:
    """Some rows."""
    for _ in range(number):
        async with house.gw.db.write() as session:
            await audit.record(session, BOSS, "token.added", On(new_id(), shop_id, "t"), house.gw.clock.now())


Tampering = [
    # What somebody does to the table, the row that is named, and what is said of it.
    ("UPDATE audit_entries SET actor_name = 'Bosr' WHERE number = 2", 2, "was changed"),
    ("UPDATE audit_entries SET details = '{ }' WHERE number = 3", 3, "was changed"),
    ("DELETE FROM audit_entries WHERE number = 2", 2, "is missing"),
    ("DELETE FROM audit_entries WHERE number = 4", 4, "is missing"),
    ("UPDATE audit_heads SET number = 3", 4, "was put in"),
    (
        "INSERT INTO audit_entries SELECT 5, at, actor_kind, actor_id, actor_name, act, on_id, on_name, shop_id,"
        " details, previous, hash FROM audit_entries WHERE number = 4",
        5,
        "does not follow",
    ),
    ("DELETE FROM audit_heads", 5, "is missing"),
]


@pytest.mark.parametrize(("tampering", "row", "why"), Tampering)
async def test_whoever_touches_the_table_is_found(house: House, tampering: str, row: int, why: str) -> None:
    await add(house, 4)
    sound = await auditing.verify(house.gw)
    assert (sound.rows, sound.broken) == (4, None)
    async with house.gw.db.write() as session:
        await (await session.connection()).execute(text(tampering))
    found = await auditing.verify(house.gw)
    assert found.broken == row
    assert found.why.startswith(why)


async def test_a_log_cut_off_with_its_head_is_found_by_what_was_written_down(house: House) -> None:
    await add(house, 3)
    known = await auditing.verify(house.gw)
    first = (await house.all(AuditEntry))[0]
    async with house.gw.db.write() as session:
        connection = await session.connection()
        await connection.execute(text("DELETE FROM audit_entries WHERE number > 1"))
        await connection.execute(text("UPDATE audit_heads SET number = 1, hash = :hash"), {"hash": first.hash})
    assert (await auditing.verify(house.gw)).broken is None
    assert (await auditing.verify(house.gw, (known.rows, known.last))).broken == 2
    assert (await auditing.verify(house.gw, (1, "0" * 64))).broken == 1


async def test_rows_are_found_by_what_they_say_and_by_who_may_see_them(house: House, clock: StillClock) -> None:
    await add(house, 2, "shop-1")
    await add(house, 1, "shop-2")
    clock.forward(days=1)
    await add(house, 1)
    manager = Actor("user", "u-2", "Mei", "manager", ("shop-1",), user_id="u-2")

    async def found(by: Actor, **query: object) -> list[int]:
        page = await auditing.entries(house.gw, by, AuditQuery(**query))  # type: ignore[arg-type]
        return [entry.number for entry in page.items]

    assert await found(BOSS) == [4, 3, 2, 1]
    assert await found(manager) == [2, 1]
    assert await found(BOSS, act="token") == [4, 3, 2, 1]
    assert await found(BOSS, act="toke") == []
    assert await found(BOSS, actor="=Boss", until=clock.now()) == [3, 2, 1]
    assert await found(BOSS, since=clock.now()) == [4]
    assert await found(BOSS, before=3) == [2, 1]
    assert (await auditing.entries(house.gw, BOSS, AuditQuery(limit=2))).next == 3
    with pytest.raises(Forbidden):
        await found(Actor("user", "u-3", "Lin", "seller", ("shop-1",), user_id="u-3"))


async def test_an_export_holds_no_formula_and_is_a_row_itself(house: House) -> None:
    await add(house, 1)
    exported = await auditing.export(house.gw, BOSS, AuditQuery())
    assert ",'=Boss," in exported
    assert await acts(house) == ["token.added", "audit.exported"]


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_calculate_is_quoted(evil: str) -> None:
    assert cell(evil) == f"'{evil}"
    assert cell("a=1") == "a=1"
    assert cell(-1) == "-1"


async def test_each_act_on_mail_is_kept_with_what_it_changed(house: House, clock: StillClock) -> None:
    gw, lin = house.gw, BOSS
    held = await house.receive(mail(sender="eve@evil.test"), sender="eve@evil.test")
    filed = await house.receive(mail())
    other = await house.receive(mail("Another", "one more"))
    second = await house.receive(mail("third", "x", sender="eve@evil.test"), sender="eve@evil.test")
    thread, message = filed.thread_id or "", filed.message_id or ""
    await answers.reply(gw, lin, thread, answers.ReplyDraft("Hello"))
    delivery = next(row for row in await house.all(Delivery) if row.kind == "reply")
    steps: list[tuple[str, Callable[[], Awaitable[object]]]] = [
        ("inbound.discarded", lambda: ledger.discard(gw, lin, held.id)),
        ("inbound.reprocessed", lambda: ledger.reprocess(gw, lin, held.id)),
        ("inbound.released", lambda: ledger.release(gw, lin, second.id)),
        ("address.shown", lambda: ledger.inbound_list(gw, lin, InboundQuery())),
        ("mail.read", lambda: threads.raw(gw, lin, message)),
        ("delivery.cancelled", lambda: deliveries.cancel(gw, lin, delivery.id)),
        ("address.shown", lambda: deliveries.delivery(gw, lin, delivery.id)),
        ("delivery.retried", lambda: deliveries.retry(gw, lin, delivery.id)),
        ("pause.added", lambda: deliveries.pause(gw, lin, "domain", "example.com")),
        ("thread.split", lambda: restructuring.split(gw, lin, thread, [other.message_id or ""])),
        ("shop.added", lambda: shops.put_shop(gw, lin, "jade", shops.ShopChange("Jade"))),
        ("shop.changed", lambda: shops.put_shop(gw, lin, "jade", shops.ShopChange("Jade & Co"))),
    ]
    for act, step in steps:
        before = len(await acts(house))
        await step()
        assert (await acts(house))[before:] == [act]
    again = await acts(house)
    await ledger.inbound_list(gw, lin, InboundQuery())
    assert await acts(house) == again
    rows = await house.all(AuditEntry)
    told = next(row for row in rows if row.act == "inbound.discarded")
    assert (told.actor_id, told.on_id, told.shop_id) == ("u-boss", held.id, held.shop_id)
    assert '"after":{"state":"discarded","why":"by-admin"}' in told.details
    assert "hello" not in repr(rows).lower()
    assert (await auditing.verify(gw)).broken is None


async def test_an_act_that_was_not_done_leaves_no_row(house: House) -> None:
    filed = await house.receive(mail())
    for wrong in (ledger.release(house.gw, BOSS, filed.id), merging.merge(house.gw, BOSS, new_id(), new_id())):
        with pytest.raises(Exception, match=r"this mail|no such|there is"):
            await wrong
    assert await acts(house) == []
