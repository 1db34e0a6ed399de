"""Many threads at once: what changes, what is left out, what undoing brings back, and what each buyer is sent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.context import Gateway
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.conversations import ThreadQuery
from gateway.errors import Invalid, NotFound
from gateway.inbox import batch, drafts, handed_in, threads
from gateway.models import Delivery
from gateway.outbound.answers import NewAttachment, ReplyDraft
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store.db import Database
from tests import builders
from tests.conftest import StillClock

NOWHERE = "01900000-0000-7000-8000-000000000000"
PHOTO = NewAttachment("灯笼.png", "image/png", b"\x89PNG\r\n\x1a\n picture")


class Desk:
    """Two shops, three threads in the first and one in the other, and the seller of the first."""

    def __init__(self, gw: Gateway, seller: Actor, ids: list[str], foreign: str) -> None:
        self.gw, self.seller, self.ids, self.foreign = gw, seller, ids, foreign

    async def states(self) -> list[str]:
        """The status of each thread."""
        return [(await threads.summary(self.gw, SYSTEM, id_)).status for id_ in (*self.ids, self.foreign)]


@pytest.fixture
async def desk(db: Database, blobs: object, clock: StillClock, tmp_path: object) -> Desk:
    gw = Gateway(Settings(home=tmp_path), db, blobs, clock, b"k" * 32, Renderer())  # type: ignore[arg-type]
    async with db.write() as session:
        lantern = await builders.add_shop(session, "lantern", "Lantern & Silk")
        teahouse = await builders.add_shop(session, "teahouse", "Teahouse")
        user = await builders.add_user(session, "lin@example.com", "seller", lantern)
        await builders.add_user(session, "zhao@example.com", "seller", teahouse)
        ids = []
        for number, name in enumerate(("王芳", "Anna", "李雷")):
            customer = await builders.add_customer(session, lantern, f"AE-{number}", f"b{number}@example.com", name)
            ids.append((await builders.add_message(session, customer.place)).thread_id)
        other = await builders.add_customer(session, teahouse, "TH-1", "t@example.com")
        foreign = (await builders.add_message(session, other.place)).thread_id
    return Desk(gw, builders.actor_for(user, lantern), ids, foreign)


async def test_all_are_changed_at_once_and_stand_as_before_when_it_is_undone(desk: Desk) -> None:
    before = [await threads.summary(desk.gw, SYSTEM, id_) for id_ in desk.ids]
    changes = {"status": "closed", "assignee": "lin@example.com", "add_labels": ["退款"], "seen": True}
    outcome = await batch.change(desk.gw, desk.seller, desk.ids, changes)
    for id_ in desk.ids:
        row = await threads.summary(desk.gw, SYSTEM, id_)
        assert (row.status, row.labels, row.unread) == ("closed", ("退款",), False)
        assert row.assignee is not None
    found = await threads.list_threads(desk.gw, desk.seller, ThreadQuery(q="label:退款"))
    assert len(found.items) == 3
    assert await batch.undo(desk.gw, desk.seller, outcome.act.id) == 3
    for was in before:
        row = await threads.summary(desk.gw, SYSTEM, was.id)
        same = ("status", "labels", "unread", "needs_reply", "assignee", "snoozed_until")
        assert [getattr(row, name) for name in same] == [getattr(was, name) for name in same]
    assert (await threads.list_threads(desk.gw, desk.seller, ThreadQuery(q="label:退款"))).items == ()


async def test_a_snooze_is_undone_with_its_moment(desk: Desk) -> None:
    until = desk.gw.clock.now() + timedelta(days=1)
    first = await batch.change(desk.gw, desk.seller, desk.ids[:2], {"snoozed_until": until})
    await batch.change(desk.gw, desk.seller, desk.ids[:1], {"status": "closed"})
    assert await batch.undo(desk.gw, desk.seller, first.act.id) == 1
    assert (await desk.states())[:2] == ["closed", "open"]


async def test_other_shops_threads_are_left_out_as_if_not_there(desk: Desk) -> None:
    outcome = await batch.change(desk.gw, desk.seller, [desk.ids[0], desk.foreign, NOWHERE], {"status": "closed"})
    assert outcome.left_out == {desk.foreign: "missing", NOWHERE: "missing"}
    assert await desk.states() == ["closed", "open", "open", "open"]
    answered = await batch.answer(desk.gw, desk.seller, [desk.ids[1], desk.foreign], ReplyDraft("Hello"))
    assert answered.left_out == {desk.foreign: "missing"}


async def test_an_act_is_undone_once_by_whoever_did_it_and_not_much_later(desk: Desk, clock: StillClock) -> None:
    act = (await batch.change(desk.gw, desk.seller, desk.ids, {"status": "closed"})).act
    with pytest.raises(NotFound):
        await batch.undo(desk.gw, SYSTEM, act.id)
    await batch.undo(desk.gw, desk.seller, act.id)
    with pytest.raises(NotFound):
        await batch.undo(desk.gw, desk.seller, act.id)
    late = (await batch.change(desk.gw, desk.seller, desk.ids, {"status": "closed"})).act
    clock.forward(minutes=11)
    with pytest.raises(NotFound):
        await batch.undo(desk.gw, desk.seller, late.id)
    assert (await desk.states())[:3] == ["closed"] * 3


@pytest.mark.parametrize(
    "changes",
    [{"status": "gone"}, {"assignee": "zhao@example.com"}, {"subject": "x"}, {"add_labels": ["x" * 41]}],
)
async def test_wrong_changes_change_nothing(desk: Desk, changes: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        await batch.change(desk.gw, desk.seller, desk.ids, changes)
    assert await desk.states() == ["open"] * 4


@pytest.mark.parametrize("ids", [[], ["x"], [NOWHERE] * 101])
async def test_from_one_to_a_hundred(desk: Desk, ids: list[str]) -> None:
    with pytest.raises(Invalid):
        await batch.change(desk.gw, desk.seller, ids, {"status": "closed"})


async def test_each_buyer_gets_a_mail_of_their_own_which_can_be_taken_back(desk: Desk) -> None:
    text = "{{buyer_name}}：您的订单 {{order_no}} 已发货。"
    seen = await batch.preview(desk.gw, desk.seller, desk.ids, text)
    assert seen.text == "王芳：您的订单 AE-0 已发货。"
    draft = ReplyDraft(text, (PHOTO,), idempotency_key="once")
    outcome = await batch.answer(desk.gw, desk.seller, desk.ids, draft)
    assert len(outcome.act.messages) == 3
    again = await batch.answer(desk.gw, desk.seller, desk.ids, draft)
    assert again.act.messages == outcome.act.messages
    sent = [await threads.message(desk.gw, desk.seller, id_) for id_ in outcome.act.messages]
    texts, files = [one.text for one in sent], [[file.filename for file in one.attachments] for one in sent]
    assert texts == ["王芳：您的订单 AE-0 已发货。", "Anna：您的订单 AE-1 已发货。", "李雷：您的订单 AE-2 已发货。"]
    assert files == [["灯笼.png"]] * 3
    assert (await desk.states())[:3] == ["waiting"] * 3
    assert await batch.undo(desk.gw, desk.seller, outcome.act.id) == 3
    assert (await desk.states())[:3] == ["open"] * 3
    async with desk.gw.db.read() as session:
        from sqlmodel import select

        assert (await session.exec(select(Delivery))).all() == []
    for id_ in desk.ids:
        back = (await drafts.of_thread(desk.gw, desk.seller, id_))["reply"]
        assert [file.filename for file in back.files] == ["灯笼.png"]


async def test_too_many_files_answer_nobody(desk: Desk) -> None:
    with pytest.raises(Invalid):
        await batch.answer(desk.gw, desk.seller, desk.ids, ReplyDraft("Hello", (PHOTO,) * 21))
    assert await desk.states() == ["open"] * 4


async def test_the_more_answers_the_less_each_carries(desk: Desk) -> None:
    assert batch.room(desk.gw, 20) == desk.gw.settings.max_message_bytes
    assert batch.room(desk.gw, 100) == 5 * 1_048_576
    batch.check_files(desk.gw, 100, [5 * 1_048_576])
    with pytest.raises(Invalid, match="for 100 answers"):
        batch.check_files(desk.gw, 100, [5 * 1_048_576, 1])


async def test_a_ticket_opens_a_file_only_as_it_was_given_and_only_for_its_user(desk: Desk) -> None:
    (kept,) = await handed_in.keep_all(desk.gw, desk.seller, [PHOTO])
    assert (kept.filename, kept.size) == ("灯笼.png", len(PHOTO.content))
    (again,) = await handed_in.contents(desk.gw, desk.seller, handed_in.known(desk.gw, desk.seller, [kept.ticket]))
    assert again == PHOTO
    other = replace(desk.seller, user_id=NOWHERE)
    assert handed_in.known(desk.gw, other, [kept.ticket]) == ()
    forged = [kept.ticket.replace("png", "exe"), "", "{}", "7", "[]", "[" * 9999, '["\\ud800", "", "", "", ""]']
    assert handed_in.known(desk.gw, desk.seller, forged) == ()


async def test_nobody_gets_half_a_sentence(desk: Desk, db: Database) -> None:
    async with db.write() as session:
        from sqlmodel import select

        from gateway.domain.messages import Place
        from gateway.models import Shop

        shop = (await session.exec(select(Shop).where(Shop.slug == "lantern"))).one()
        buyer = await builders.add_buyer(session, shop, "bo@example.com", "Bo")
        loose = (await builders.add_message(session, Place(shop.id, buyer.id))).thread_id
    outcome = await batch.answer(desk.gw, desk.seller, [desk.ids[0], loose], ReplyDraft("Order {{order_no}}"))
    assert outcome.left_out == {loose: "order_no"}
    for text in ("", "{{unknown}}", "{{buyer_name}} {{secret_key}}"):
        with pytest.raises(Invalid):
            await batch.answer(desk.gw, desk.seller, desk.ids, ReplyDraft(text))
