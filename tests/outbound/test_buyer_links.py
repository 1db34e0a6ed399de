"""Buyers' links on both databases: whom they are for, what they show, when they end, and what merging does."""

import pytest

from gateway.buyers import pages
from gateway.clock import new_id
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.buyer_pages import PageDraft
from gateway.errors import NotFound
from gateway.inbox import blocking, restructuring
from gateway.models import Order, Shop, Thread
from gateway.outbound import buyer_links
from gateway.store.conversation import conversation
from tests.builders import add_buyer
from tests.conftest import StillClock
from tests.house import House, mail


async def link_to(house: House, thread_id: str) -> str:
    """A fresh token."""
    async with house.gw.db.write() as session:
        made = buyer_links.make(house.gw, await conversation(session, SYSTEM, thread_id), house.gw.clock.now())
        await buyer_links.keep_link(session, made.row)
    return made.url.rpartition("/")[2]


async def test_a_page_is_read_written_and_stopped(house: House, clock: StillClock) -> None:
    row = await house.receive(mail(text="Where is it?"))
    token = await link_to(house, str(row.thread_id))
    await pages.answer(house.gw, token, PageDraft(text="Hello?"), "192.0.2.1")
    await pages.open_matter(house.gw, token, PageDraft(text="Cups?", subject="Cups"), "192.0.2.1")
    assert await pages.ask_for_human(house.gw, token)
    shown = await pages.conversation(house.gw, token)
    assert [(entry.own, entry.text) for entry in shown.entries] == [(True, "Where is it?"), (True, "Hello?")]
    assert shown.asked_for_human
    _, sent = await pages.sent(house.gw, token)
    assert {(entry.subject, entry.text) for entry in sent} == {("Cups", "Cups?"), (shown.link.subject, "Hello?")}
    assert await buyer_links.working(house.gw, SYSTEM, str(row.thread_id)) == 1
    assert await buyer_links.revoke(house.gw, SYSTEM, str(row.thread_id)) == 1
    assert await buyer_links.working(house.gw, SYSTEM, str(row.thread_id)) == 0
    with pytest.raises(NotFound):
        await pages.conversation(house.gw, token)


async def test_a_blocked_buyers_link_opens_nothing_until_the_shop_takes_them_again(house: House) -> None:
    thread_id = str((await house.receive(mail(text="Where is it?"))).thread_id)
    token = await link_to(house, thread_id)
    await blocking.block(house.gw, SYSTEM, thread_id)
    with pytest.raises(NotFound):
        await pages.answer(house.gw, token, PageDraft(text="Hello?"), "192.0.2.1")
    await blocking.unblock(house.gw, SYSTEM, thread_id)
    assert (await pages.conversation(house.gw, token)).link.thread_id == thread_id


async def test_a_link_follows_a_merge_and_is_stopped_with_it(house: House) -> None:
    first, second = await house.receive(mail("One", "First")), await house.receive(mail("Two", "Second"))
    if first.thread_id == second.thread_id:
        thread_id, _ = await restructuring.split(house.gw, SYSTEM, str(first.thread_id), [str(second.message_id)])
    else:
        thread_id = str(second.thread_id)
    token = await link_to(house, thread_id)
    await restructuring.merge(house.gw, SYSTEM, thread_id, str(first.thread_id))
    shown = await pages.conversation(house.gw, token)
    assert [entry.text for entry in shown.entries] == ["First", "Second"]
    assert await buyer_links.revoke(house.gw, SYSTEM, str(first.thread_id)) == 1
    with pytest.raises(NotFound):
        await pages.link(house.gw, token)


async def test_another_shop_can_neither_count_nor_stop_them(house: House) -> None:
    row = await house.receive(mail())
    await link_to(house, str(row.thread_id))
    stranger = Actor("user", "u9", "Zhao", "seller", ("another-shop",))
    for act in (buyer_links.working, buyer_links.revoke):
        with pytest.raises(NotFound):
            await act(house.gw, stranger, str(row.thread_id))
    assert len(await house.all(Shop)) >= 1
    assert await buyer_links.working(house.gw, SYSTEM, str(row.thread_id)) == 1


async def test_an_orders_link_begins_the_thread_and_opens_it_from_then_on(house: House, clock: StillClock) -> None:
    token = await order_link(house)
    shown = await pages.conversation(house.gw, token)
    assert shown.order is not None
    assert (shown.entries, shown.link.subject, shown.order.order_no) == ((), "A-1001", "A-1001")
    with pytest.raises(NotFound):
        await pages.file(house.gw, token, new_id())
    assert await house.all(Thread) == []
    await pages.answer(house.gw, token, PageDraft(text="Can it come on Monday?"), "192.0.2.1")
    row = await house.receive(mail(text="Or on Tuesday?"), "order-a-1001.lotus")
    shown = await pages.conversation(house.gw, token)
    assert [entry.text for entry in shown.entries] == ["Can it come on Monday?", "Or on Tuesday?"]
    (thread,) = await house.all(Thread)
    assert (thread.id, thread.subject) == (row.thread_id, "A-1001")
    assert await buyer_links.working(house.gw, SYSTEM, thread.id) == 1
    assert await buyer_links.revoke(house.gw, SYSTEM, thread.id) == 1
    with pytest.raises(NotFound):
        await pages.conversation(house.gw, token)


async def test_an_orders_link_asks_for_a_human_before_there_is_a_thread(house: House) -> None:
    token = await order_link(house)
    assert await pages.ask_for_human(house.gw, token)
    assert not await pages.ask_for_human(house.gw, token)
    (thread,) = await house.all(Thread)
    assert (thread.priority, thread.needs_reply) == ("high", True)


async def test_an_orders_link_ends_and_is_its_buyers_alone(house: House, clock: StillClock) -> None:
    token = await order_link(house)
    clock.forward(days=13, hours=23)
    await pages.conversation(house.gw, token)
    clock.forward(hours=1)
    with pytest.raises(NotFound):
        await pages.conversation(house.gw, token)
    token = await order_link(house)
    (placed,) = await house.all(Order)
    async with house.gw.db.write() as session:
        order, shop = await session.get(Order, placed.id), await session.get(Shop, placed.shop_id)
        assert order is not None
        assert shop is not None
        order.buyer_id = (await add_buyer(session, shop, "other@example.com")).id
    with pytest.raises(NotFound):
        await pages.conversation(house.gw, token)


async def order_link(house: House) -> str:
    """The token of a fresh link to the one order there is."""
    (order,) = await house.all(Order)
    async with house.gw.db.write() as session:
        made = buyer_links.make_for_order(house.gw, order.model_dump(), house.gw.clock.now())
        await buyer_links.keep_link(session, made.row)
    return made.url.rpartition("/")[2]
