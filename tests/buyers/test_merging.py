"""One person with several addresses: by an admin's hand, or by the buyer's own word from the registered address."""

import re

import pytest

from gateway.buyers import confirming, merging
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.tokens import mint
from gateway.errors import Conflict, Forbidden, Invalid, NotFound
from gateway.inbox import restructuring
from gateway.models import Buyer, BuyerAddress, InboundEmail, Thread, ThreadEvent
from gateway.outbound.answers import ReplyDraft, reply
from tests.conftest import StillClock
from tests.house import House, add_order, mail
from tests.outbound.test_notices import UNVERIFIED, notices, text_of

WORK = "wang@work.example"


async def buyer_of(house: House, address: str) -> str:
    """The buyer who has an address."""
    return next(row.buyer_id for row in await house.all(BuyerAddress) if row.address == address)


async def reply_address(house: House) -> str:
    """The reply address of Wang's thread, after a first mail and an answer."""
    row = await house.receive(mail("A-1001", "hello"))
    await reply(house.gw, SYSTEM, row.thread_id or "", ReplyDraft("Answer"))
    thread = next(thread for thread in await house.all(Thread) if thread.id == row.thread_id)
    return "r." + mint(b"secret", "reply", thread.shop_id, thread.id, thread.buyer_id, "0")


async def confirm_token(house: House) -> str:
    """The token of the confirmation mail to Wang's registered address."""
    ((_, letter),) = [pair for pair in await notices(house) if pair[0].kind == "held-confirm"]
    assert letter["To"].addresses[0].addr_spec == "wang@example.com"
    assert WORK not in letter.as_string()
    match = re.search(r"/confirm/([a-z2-7]+)", text_of(letter))
    assert match is not None
    return match[1]


async def test_a_buyer_confirms_that_another_address_is_theirs_too(house: House) -> None:
    address = await reply_address(house)
    row = await house.receive(mail("Re", "from my office", WORK), address, WORK)
    assert (row.state, row.why) == ("held", "token-of-another")
    await confirming.confirm(house.gw, await confirm_token(house))
    while await house.processor.run_once():
        pass
    assert (await house.row(row.id)).state == "filed"
    assert await buyer_of(house, WORK) == await buyer_of(house, "wang@example.com")
    assert (await house.receive(mail("A-1001", "again from there", WORK), sender=WORK)).state == "filed"


async def test_nobody_is_asked_about_an_address_that_proved_nothing(house: House) -> None:
    address = await reply_address(house)
    await house.with_witness(UNVERIFIED).receive(mail("Re", "I am Wang", WORK), address, WORK)
    assert [row.kind for row, _ in await notices(house)] == ["reply"]


async def test_an_admin_adds_an_address(house: House) -> None:
    wang = await buyer_of(house, "wang@example.com")
    await merging.add_address(house.gw, SYSTEM, wang, WORK)
    row = await house.receive(mail("A-1001", "from there", "Wang@Work.example"), sender=WORK)
    assert (row.state, row.why) == ("filed", "order-number")


async def test_merged_buyers_share_orders_and_threads_and_old_addresses_work(house: House, clock: StillClock) -> None:
    await add_order(house.gw.db, clock.now(), "B-7000", WORK, "Wang (work)")
    address = await reply_address(house)
    await house.receive(mail("B-7000", "hello", WORK), sender=WORK)
    wang, other = await buyer_of(house, "wang@example.com"), await buyer_of(house, WORK)
    await merging.merge(house.gw, SYSTEM, wang, other)
    assert [row.id for row in await house.all(Buyer)] == [other]
    filed = await house.receive(mail("Re", "from the other address", WORK), address, WORK)
    assert (filed.state, filed.why) == ("filed", "reply-token")
    assert (await house.receive(mail("about B-7000", "from the first"))).why == "order-number"
    assert {row.buyer_id for row in await house.all(Thread)} == {other}


async def test_what_may_not_be_merged_or_added_is_said(house: House, clock: StillClock) -> None:
    await add_order(house.gw.db, clock.now(), "B-7000", WORK, "Wang (work)")
    wang = await buyer_of(house, "wang@example.com")
    stranger = Actor("user", "u", "Eve", "admin", ("another-shop",))
    with pytest.raises(Invalid):
        await merging.merge(house.gw, SYSTEM, wang, wang)
    with pytest.raises(NotFound):
        await merging.merge(house.gw, stranger, wang, await buyer_of(house, WORK))
    with pytest.raises(Conflict):
        await merging.add_address(house.gw, SYSTEM, wang, WORK)
    for address in ("no address", "shop@inbox.example"):
        with pytest.raises(Invalid):
            await merging.add_address(house.gw, SYSTEM, wang, address)
    assert len(await house.all(InboundEmail)) == 0


async def test_two_buyers_that_an_admin_made_one_can_be_two_again(house: House, clock: StillClock) -> None:
    await add_order(house.gw.db, clock.now(), "A-2002", WORK, "王芳（公司）")
    first = await house.receive(mail("A-1001", "hello"))
    await house.receive(mail("A-2002", "from work", WORK), sender=WORK)
    event = await merging.merge_found(house.gw, SYSTEM, first.thread_id or "", "a-2002")
    (one,) = await house.all(Buyer)
    assert {row.buyer_id for row in await house.all(Thread)} == {one.id}
    with pytest.raises(Forbidden):
        await restructuring.undo(house.gw, Actor("user", "u", "Li", "seller", None), event)
    await restructuring.undo(house.gw, SYSTEM, event)
    assert sorted(buyer.name for buyer in await house.all(Buyer)) == ["王芳", "王芳（公司）"]
    assert await buyer_of(house, WORK) != await buyer_of(house, "wang@example.com")
    assert len({row.buyer_id for row in await house.all(Thread)}) == 2
    for wanted in (WORK, "A-2002"):
        assert await merging.merge_found(house.gw, SYSTEM, first.thread_id or "", wanted)
        with pytest.raises(Invalid, match="same buyer"):
            await merging.merge_found(house.gw, SYSTEM, first.thread_id or "", wanted)
        newest = (await house.all(ThreadEvent))[-1]
        await restructuring.undo(house.gw, SYSTEM, newest.id)
    with pytest.raises(Invalid, match="no buyer"):
        await merging.merge_found(house.gw, SYSTEM, first.thread_id or "", "nobody@example.net")
