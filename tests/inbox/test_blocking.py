"""A blocked buyer's mail is kept and not shown, until the shop takes it again; the order's notes still come."""

import pytest

from gateway.admin import ledger
from gateway.domain.actors import SYSTEM, Actor
from gateway.errors import NotFound
from gateway.inbox import blocking, restructuring
from gateway.models import AuditEntry, Buyer, Message, Thread, ThreadEvent
from tests.conftest import StillClock
from tests.house import House, add_order, mail
from tests.outbound.test_notices import UNVERIFIED, notices

SELLER = Actor("user", "u1", "Li Na", "seller", None)


async def first_thread(house: House) -> str:
    """The thread of Wang's first mail."""
    return (await house.receive(mail("A-1001", "hello"))).thread_id or ""


async def test_mail_of_a_blocked_buyer_is_discarded_with_the_reason_and_nobody_is_told(house: House) -> None:
    thread_id = await first_thread(house)
    await blocking.block(house.gw, SELLER, thread_id, "Insults <b>us</b>")
    for witness in (house, house.with_witness(UNVERIFIED)):
        row = await witness.receive(mail("A-1001", f"again {id(witness)}"))
        assert (row.state, row.why) == ("discarded", "blocked-by-seller")
    (thread,) = await house.all(Thread)
    assert [m.direction for m in await house.all(Message)] == ["inbound", "system"]
    assert thread.message_count == 2
    assert await notices(house) == []
    (event,) = await house.all(ThreadEvent)
    assert (event.kind, event.actor_name, event.data) == ("blocked", "Li Na", {"reason": "Insults <b>us</b>"})


async def test_after_unblocking_mail_comes_again_and_the_discarded_can_be_had(house: House) -> None:
    thread_id = await first_thread(house)
    await blocking.block(house.gw, SELLER, thread_id)
    lost = await house.receive(mail("A-1001", "again"))
    await blocking.block(house.gw, SELLER, thread_id)
    await blocking.unblock(house.gw, SELLER, thread_id)
    await blocking.unblock(house.gw, SELLER, thread_id)
    assert (await house.receive(mail("A-1001", "and again"))).state == "filed"
    await ledger.reprocess(house.gw, SYSTEM, lost.id)
    await house.processor.run_once()
    assert (await house.row(lost.id)).state == "filed"
    assert [event.kind for event in await house.all(ThreadEvent)] == ["blocked", "unblocked"]


async def test_blocking_stays_within_the_shop(house: House, clock: StillClock) -> None:
    thread_id = await first_thread(house)
    stranger = Actor("user", "u2", "Zhao", "seller", ("another",))
    for act in (blocking.block, blocking.unblock):
        with pytest.raises(NotFound):
            await act(house.gw, stranger, thread_id)
    (buyer,) = await house.all(Buyer)
    assert buyer.blocked_at is None


async def test_a_merge_before_can_still_be_undone(house: House, clock: StillClock) -> None:
    await add_order(house.gw.db, clock.now(), "A-1002")
    source = await first_thread(house)
    target = (await house.receive(mail("A-1002", "three"))).thread_id or ""
    event = await restructuring.merge(house.gw, SELLER, source, target)
    await blocking.block(house.gw, SELLER, target)
    assert await restructuring.undo(house.gw, SELLER, event) == target


async def test_the_audit_log_says_who_blocked_whom_and_not_why(house: House) -> None:
    thread_id = await first_thread(house)
    for _ in range(2):
        await blocking.block(house.gw, SELLER, thread_id, "Called us at +86 139 0000 0000")
    await blocking.unblock(house.gw, SELLER, thread_id)
    (buyer,) = await house.all(Buyer)
    rows = [row for row in await house.all(AuditEntry) if row.act.startswith("buyer.")]
    assert [(row.act, row.actor_id, row.on_id) for row in rows] == [
        ("buyer.blocked", "u1", buyer.id),
        ("buyer.unblocked", "u1", buyer.id),
    ]
    assert rows[0].on_name == "w***@e***.com"
    assert "139" not in rows[0].details
    assert "wang@" not in rows[0].details
