"""Inviting, roles by shop, shutting out: what begins works once, what ends ends at once, nobody helps themselves."""

import asyncio

import pytest

from gateway.blobs import LocalBlobs
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.rights import Role
from gateway.domain.staff import Wish
from gateway.errors import Conflict, Forbidden, Invalid, NotFound
from gateway.models import Membership, Shop, User
from gateway.people import accounts, staff, tokens
from gateway.people.tokens import NewToken
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store.db import Database
from gateway.store.people import account_by_id
from tests import builders
from tests.conftest import StillClock


class Company:
    """Two shops, an admin, and a manager and a seller of the first one."""

    gw: Gateway
    lantern: Shop
    teahouse: Shop
    boss: User
    manager: User
    seller: User

    async def actor(self, user: User) -> Actor:
        """Somebody as flows know them, read anew."""
        async with self.gw.db.read() as session:
            account = await account_by_id(session, user.id)
        assert account is not None
        return accounts.actor_of(account)


@pytest.fixture
async def company(db: Database, blobs: LocalBlobs, clock: StillClock) -> Company:
    made = Company()
    made.gw = Gateway(Settings(relay_url="smtp://relay.example"), db, blobs, clock, b"k" * 32, Renderer())
    async with db.write() as session:
        made.lantern = await builders.add_shop(session, "lantern")
        made.teahouse = await builders.add_shop(session, "teahouse")
        made.boss = await builders.add_user(session, "boss@example.com", "admin")
        made.manager = await builders.add_user(session, "mei@example.com", "manager", made.lantern)
        made.seller = await builders.add_user(session, "lin@example.com", "seller", made.lantern)
    return made


async def test_an_invited_person_comes_in_once_with_the_roles_given(company: Company) -> None:
    gw = company.gw
    wish = Wish(roles={"lantern": "seller", "teahouse": "readonly"})
    sent = await staff.invite(gw, await company.actor(company.boss), "New@example.com", wish)
    assert sent.mailed
    token = sent.link.rpartition("/")[2]
    assert await staff.guest(gw, token) == staff.Guest("New@example.com", "", "boss@example.com")
    with pytest.raises(Forbidden):
        await accounts.sign_in(gw, "new@example.com", "long enough", "192.0.2.1")
    tries = (staff.join(gw, token, "Nia", "long enough") for _ in range(4))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, str) for result in results) == 1
    signed_in = await accounts.sign_in(gw, "new@example.com", "long enough", "192.0.2.1")
    actor = accounts.actor_of(signed_in.account)
    assert (actor.name, actor.role_in(company.lantern.id), actor.role_in(company.teahouse.id)) == (
        "Nia",
        "seller",
        "readonly",
    )
    assert actor.acting("work").shop_ids == (company.lantern.id,)
    assert await staff.guest(gw, token) is None


async def test_an_invitation_ends_after_a_week_and_a_new_one_ends_the_old(company: Company, clock: StillClock) -> None:
    boss = await company.actor(company.boss)
    first = await staff.invite(company.gw, boss, "new@example.com", Wish(admin=True))
    second = await staff.invite_again(company.gw, boss, first.id)
    assert await staff.guest(company.gw, first.link.rpartition("/")[2]) is None
    assert await staff.guest(company.gw, second.link.rpartition("/")[2]) is not None
    clock.forward(days=7)
    with pytest.raises(Forbidden):
        await staff.join(company.gw, second.link.rpartition("/")[2], "", "long enough")


async def test_without_a_way_to_mail_the_link_is_to_be_handed_on(company: Company) -> None:
    gw = company.gw
    local = Gateway(Settings(), gw.db, gw.blobs, gw.clock, gw.secret, gw.renderer)
    sent = await staff.invite(local, await company.actor(company.boss), "new@example.com", Wish(admin=True))
    assert not sent.mailed


@pytest.mark.parametrize(
    ("email", "wish", "error"),
    [
        ("nonsense", Wish(admin=True), Invalid),
        ("new@example.com", Wish(), Invalid),
        ("new@example.com", Wish("x" * 101, True), Invalid),
        ("new@example.com", Wish(roles={"nowhere": "seller"}), NotFound),
        ("new@example.com", Wish(roles={"lantern": "admin"}), Invalid),
        ("LIN@example.com", Wish(admin=True), Conflict),
    ],
)
async def test_wrong_invitations_are_not_made(company: Company, email: str, wish: Wish, error: type[Exception]) -> None:
    boss = await company.actor(company.boss)
    with pytest.raises(error):
        await staff.invite(company.gw, boss, email, wish)
    assert len(await staff.colleagues(company.gw, boss)) == 3


async def test_a_manager_has_the_own_shops_people_and_nobody_elses(company: Company) -> None:
    gw, mei = company.gw, await company.actor(company.manager)
    assert {one.email for one in await staff.colleagues(gw, mei)} == {"mei@example.com", "lin@example.com"}
    for wish, error in ((Wish(admin=True), Forbidden), (Wish(roles={"teahouse": "seller"}), NotFound)):
        with pytest.raises(error):
            await staff.invite(gw, mei, "new@example.com", wish)
    with pytest.raises(NotFound):
        await staff.deactivate(gw, mei, company.boss.id)
    with pytest.raises(Forbidden):
        await staff.colleagues(gw, await company.actor(company.seller))
    changed = await staff.change(gw, mei, company.seller.id, Wish("Lin", roles={"lantern": "readonly"}))
    assert (changed.name, changed.role_in("lantern")) == ("Lin", "readonly")


async def test_a_managers_change_leaves_roles_in_other_shops_alone(company: Company) -> None:
    gw, mei = company.gw, await company.actor(company.manager)
    async with gw.db.write() as session:
        session.add(Membership(id=new_id(), user_id=company.seller.id, shop_id=company.teahouse.id))
    seen = await staff.change(gw, mei, company.seller.id, Wish(roles={"lantern": "manager"}))
    assert [post.slug for post in seen.posts] == ["lantern"]
    assert seen.elsewhere
    lin = await company.actor(company.seller)
    assert (lin.role_in(company.lantern.id), lin.role_in(company.teahouse.id)) == ("manager", "seller")
    with pytest.raises(Forbidden):
        await staff.deactivate(gw, mei, company.seller.id)


async def test_nobody_changes_their_own_rights(company: Company) -> None:
    boss = await company.actor(company.boss)
    for act in (
        staff.deactivate(company.gw, boss, boss.id),
        staff.change(company.gw, boss, boss.id, Wish("x", True)),
    ):
        with pytest.raises(Conflict):
            await act


async def test_shutting_out_ends_sessions_and_tokens_at_once(company: Company) -> None:
    gw, boss = company.gw, await company.actor(company.boss)
    signed_in = await accounts.sign_in(gw, "mei@example.com", builders.PASSWORD, "192.0.2.1")
    token, _ = await tokens.make(gw, await company.actor(company.manager), NewToken(role="seller", shop="lantern"))
    await staff.deactivate(gw, boss, company.manager.id)
    assert await accounts.visit(gw, signed_in.token) is None
    assert await tokens.actor_of(gw, token) is None
    with pytest.raises(Forbidden):
        await accounts.sign_in(gw, "mei@example.com", builders.PASSWORD, "192.0.2.1")
    again = await staff.reactivate(gw, boss, company.manager.id)
    assert again.state == "active"
    await accounts.sign_in(gw, "mei@example.com", builders.PASSWORD, "192.0.2.1")
    assert await tokens.actor_of(gw, token) is None


@pytest.mark.parametrize(("role", "lives"), [("manager", True), ("seller", False)])
async def test_who_manages_no_more_loses_the_tokens_made(company: Company, role: Role, lives: bool) -> None:
    gw = company.gw
    token, _ = await tokens.make(gw, await company.actor(company.manager), NewToken(role="manager", shop="lantern"))
    await staff.change(gw, await company.actor(company.boss), company.manager.id, Wish(roles={"lantern": role}))
    assert (await tokens.actor_of(gw, token) is not None) == lives


async def test_a_token_ends_on_its_day_and_tells_when_it_was_used(company: Company, clock: StillClock) -> None:
    gw, boss = company.gw, await company.actor(company.boss)
    until = clock.now().replace(hour=23)
    wish = NewToken(role="seller", shop="lantern", scopes=("orders",), name=" Order  system ", expires_at=until)
    token, id_ = await tokens.make(gw, boss, wish)
    actor = await tokens.actor_of(gw, token)
    assert actor is not None
    assert (actor.may("orders"), actor.may("work"), actor.name) == (True, False, "Order system")
    (row,) = await tokens.tokens(gw, boss)
    assert (row.last_used_at, row.maker) == (clock.now(), "boss@example.com")
    clock.forward(hours=16)
    assert await tokens.actor_of(gw, token) is None
    await tokens.revoke(gw, boss, id_)
    assert await tokens.tokens(gw, boss) == ()


async def test_nobody_makes_a_token_that_may_more_than_they(company: Company) -> None:
    gw, mei = company.gw, await company.actor(company.manager)
    with pytest.raises(Forbidden):
        await tokens.make(gw, mei, NewToken(role="admin"))
    with pytest.raises(NotFound):
        await tokens.make(gw, mei, NewToken(role="seller", shop="teahouse"))
    with pytest.raises(Forbidden):
        await tokens.make(gw, await company.actor(company.seller), NewToken(role="readonly", shop="lantern"))
    _, id_ = await tokens.make(gw, await company.actor(company.boss), NewToken(role="seller", shop="teahouse"))
    with pytest.raises(NotFound):
        await tokens.revoke(gw, mei, id_)
