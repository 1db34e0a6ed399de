"""A page that was read is shown again only as long as it is true: whatever a list shows and changes is seen at once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from gateway.admin import teams
from gateway.blobs import LocalBlobs
from gateway.buyers import merging
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.conversations import ThreadQuery
from gateway.domain.orders import OrderDocument
from gateway.domain.routing.documents import TeamDocument
from gateway.inbox import presence, threads
from gateway.inbox.desks import Desk, Shelf, desk
from gateway.orders import recording
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store import people, sources
from gateway.store.db import Database
from tests import builders
from tests.conftest import StillClock

ALL = ThreadQuery(view="all")


@dataclass(frozen=True, slots=True)
class Office:
    """A shop with one thread of Mei's order, and a seller and her colleague."""

    gw: Gateway
    lin: Actor
    bo: Actor
    customer: builders.Customer
    thread_id: str
    shelf: Shelf

    async def look(self, query: ThreadQuery = ALL, actor: Actor | None = None) -> Desk:
        return await desk(self.gw, actor or self.lin, query, self.shelf)

    async def order(self, **told: object) -> None:
        buyer = {"email": "mei@example.com"} | {key: told.pop(key) for key in ("name",) if key in told}
        await recording.put_order(
            self.gw, SYSTEM, "lantern", "AE-1001", OrderDocument.model_validate(told | {"buyer": buyer})
        )


@pytest.fixture
async def office(db: Database, blobs: LocalBlobs, clock: StillClock) -> Office:
    gw = Gateway(Settings(), db, blobs, clock, b"k" * 32, Renderer())
    async with db.write() as session:
        shop = await builders.add_shop(session)
        lin = await builders.add_user(session, "lin@example.com", "seller", shop, name="Lin")
        bo = await builders.add_user(session, "bo@example.com", "seller", shop, name="Bo")
        customer = await builders.add_customer(session, shop)
        filed = await builders.add_message(session, customer.place)
    actors = builders.actor_for(lin, shop), builders.actor_for(bo, shop)
    team = await teams.put(gw, SYSTEM, TeamDocument(name="Returns"))
    await threads.change_thread(gw, SYSTEM, filed.thread_id, {"assignee": "bo@example.com", "team": team.id})
    return Office(gw, *actors, customer, filed.thread_id, Shelf())


async def _mail(office: Office) -> None:
    async with office.gw.db.write() as session:
        await builders.add_message(session, office.customer.place, "And my cup?")


async def _label(office: Office) -> None:
    await threads.change_thread(office.gw, office.bo, office.thread_id, {"labels": ["VIP"], "status": "closed"})


async def _called(office: Office) -> None:
    await threads.add_note(office.gw, office.bo, office.thread_id, "Look, @Lin")


async def _paid(office: Office) -> None:
    await office.order(status="refunded")


async def _told_by_system(office: Office) -> None:
    async with office.gw.db.write() as session:
        at = office.gw.clock.now()
        await sources.change_order(session, office.customer.shop.id, "ae-1001", {"status": "delivered"}, at)


async def _renamed_buyer(office: Office) -> None:
    await office.order(name="Mei Wang")


async def _renamed_colleague(office: Office) -> None:
    async with office.gw.db.write() as session:
        await people.update_user(session, office.bo.user_id, {"name": "Bo Chen"})


async def _renamed_team(office: Office) -> None:
    (team,) = await teams.teams(office.gw, SYSTEM)
    await teams.put(office.gw, SYSTEM, TeamDocument(name="Refunds"), team.id)


async def _removed_team(office: Office) -> None:
    (team,) = await teams.teams(office.gw, SYSTEM)
    await teams.remove(office.gw, SYSTEM, team.id)


async def _opened(office: Office) -> None:
    await presence.here(office.gw, office.bo, office.thread_id)


@pytest.mark.parametrize(
    "change",
    [
        *(_mail, _label, _called, _paid, _told_by_system, _renamed_buyer, _renamed_colleague),
        *(_renamed_team, _removed_team, _opened),
    ],
)
async def test_what_changes_is_seen_by_who_has_looked_before(
    office: Office, change: Callable[[Office], Awaitable[None]]
) -> None:
    before = await office.look()
    await change(office)
    after = await office.look()
    assert after == await desk(office.gw, office.lin, ALL)
    assert replace(after, version=0) != replace(before, version=0)


async def test_a_buyers_new_address_is_news_to_open_pages(office: Office) -> None:
    before = await office.look()
    await merging.add_address(office.gw, SYSTEM, office.customer.buyer.id, "mei@work.example")
    assert (await office.look()).version > before.version


async def test_the_same_order_again_is_no_news(office: Office) -> None:
    await office.order(status="paid", name="Mei")
    before = await office.look()
    await office.order(status="paid", name="Mei")
    assert (await office.look()).version == before.version


async def test_what_has_not_changed_is_not_read_again(office: Office) -> None:
    first, narrow = await office.look(), await office.look(replace(ALL, q="lamp"))
    assert (await office.look()).page is first.page
    assert (await office.look(replace(ALL, q="lamp"))).page is narrow.page
    await _mail(office)
    assert (await office.look()).page is not first.page


async def test_nobody_sees_what_was_read_for_others(office: Office) -> None:
    await office.look()
    assert (await office.look(actor=replace(office.lin, shop_ids=()))).page.items == ()
    assert [item.id for item in (await office.look(replace(ALL, view="mine"), office.bo)).page.items] == [
        office.thread_id
    ]
    assert (await office.look(replace(ALL, view="mine"))).page.items == ()


async def test_a_shelf_keeps_the_newest(office: Office) -> None:
    small = Shelf(most=2)
    pages = [await desk(office.gw, office.lin, replace(ALL, limit=limit), small) for limit in (1, 2, 3)]
    again = [await desk(office.gw, office.lin, replace(ALL, limit=limit), small) for limit in (3, 2, 1)]
    assert [one.page is other.page for one, other in zip(reversed(pages), again, strict=True)] == [True, True, False]
