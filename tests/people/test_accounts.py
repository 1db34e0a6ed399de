"""Users, passwords, sessions and links: who gets in, for how long, and that guessing is slow for everybody alike."""

import asyncio

import pytest

from gateway.blobs import LocalBlobs
from gateway.context import Gateway
from gateway.errors import Conflict, Forbidden, Invalid, NotFound, RateLimited
from gateway.people import accounts
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store.db import Database
from tests import builders
from tests.conftest import StillClock


@pytest.fixture
def gw(db: Database, blobs: LocalBlobs, clock: StillClock) -> Gateway:
    return Gateway(Settings(), db, blobs, clock, b"k" * 32, Renderer())


async def known_user(gw: Gateway) -> None:
    """One whose password is cheap to verify: many wrong ones follow."""
    async with gw.db.write() as session:
        await builders.add_user(session, "a@example.com")


async def test_a_user_gets_a_password_that_works(gw: Gateway) -> None:
    async with gw.db.write() as session:
        shop = await builders.add_shop(session)
    account, password = await accounts.create_user(gw, " Lin@Example.com ", "seller", None, ("lantern",))
    assert account.shop_ids == (shop.id,)
    signed_in = await accounts.sign_in(gw, "lin@EXAMPLE.com", password, "192.0.2.1")
    visit = await accounts.visit(gw, signed_in.token)
    assert visit is not None
    assert (visit.actor.user_id, visit.actor.role, visit.actor.shop_ids) == (account.id, "seller", (shop.id,))


async def test_an_admin_reaches_every_shop(gw: Gateway) -> None:
    account, generated = await accounts.create_user(gw, "a@example.com", "admin", "long enough")
    assert generated == ""
    assert account.shop_ids is None
    assert accounts.actor_of(account).is_admin


@pytest.mark.parametrize(
    ("email", "role", "password", "slugs", "error"),
    [
        ("nonsense", "seller", None, (), Invalid),
        ("a@example.com", "owner", None, (), Invalid),
        ("a@example.com", "seller", "short", (), Invalid),
        ("a@example.com", "seller", "x" * 201, (), Invalid),
        ("a@example.com", "seller", None, ("nowhere",), NotFound),
        ("TAKEN@example.com", "seller", None, (), Conflict),
    ],
)
async def test_wrong_users_are_not_made(
    gw: Gateway, email: str, role: str, password: str | None, slugs: tuple[str, ...], error: type[Exception]
) -> None:
    await accounts.create_user(gw, "taken@example.com", "seller", None)
    with pytest.raises(error):
        await accounts.create_user(gw, email, role, password, slugs)
    if email == "a@example.com":
        await accounts.create_user(gw, email, "seller", None)


async def test_a_hundred_guesses_at_once_are_five(gw: Gateway) -> None:
    await known_user(gw)
    guesses = [accounts.sign_in(gw, "a@example.com", f"guess {number}", "192.0.2.1") for number in range(12)]
    results = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(result, Forbidden) for result in results) == 5
    assert sum(isinstance(result, RateLimited) for result in results) == 7


async def test_a_guesser_elsewhere_does_not_lock_the_owner_out(gw: Gateway) -> None:
    await known_user(gw)
    for _ in range(5):
        with pytest.raises(Forbidden):
            await accounts.sign_in(gw, "a@example.com", "wrong", "198.51.100.7")
    await accounts.sign_in(gw, "a@example.com", builders.PASSWORD, "192.0.2.1")


async def test_guessing_from_everywhere_ends_too(gw: Gateway) -> None:
    await known_user(gw)
    for number in range(25):
        with pytest.raises(Forbidden):
            await accounts.sign_in(gw, "a@example.com", "wrong", f"198.51.100.{number}")
    with pytest.raises(RateLimited):
        await accounts.sign_in(gw, "a@example.com", "wrong", "198.51.100.200")


async def test_unknown_accounts_are_counted_like_known_ones(gw: Gateway) -> None:
    for _ in range(5):
        with pytest.raises(Forbidden):
            await accounts.sign_in(gw, "nobody@example.com", "wrong", "192.0.2.1")
    with pytest.raises(RateLimited) as caught:
        await accounts.sign_in(gw, "nobody@example.com", "wrong", "192.0.2.1")
    assert 0 < caught.value.retry_after <= 901


async def test_the_right_password_starts_the_count_anew(gw: Gateway) -> None:
    await known_user(gw)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(Forbidden):
                await accounts.sign_in(gw, "a@example.com", "wrong", "192.0.2.1")
        await accounts.sign_in(gw, "a@example.com", builders.PASSWORD, "192.0.2.1")


async def test_a_link_is_used_by_one_of_many_who_try_at_once(gw: Gateway) -> None:
    account, _ = await accounts.create_user(gw, "a@example.com", "seller", None)
    link = await accounts.make_sign_in_link(gw, account.id, "https://inbox.example")
    assert link.startswith("https://inbox.example/sign-in/")
    token = link.rpartition("/")[2]
    results = await asyncio.gather(*(accounts.use_sign_in_link(gw, token) for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(result, accounts.SignedIn) for result in results) == 1
    assert sum(isinstance(result, Forbidden) for result in results) == 5


async def test_a_session_ends_when_it_is_signed_out_or_nonsense(gw: Gateway) -> None:
    await known_user(gw)
    signed_in = await accounts.sign_in(gw, "a@example.com", builders.PASSWORD, "192.0.2.1")
    await accounts.sign_out(gw, signed_in.token)
    assert await accounts.visit(gw, signed_in.token) is None
    assert await accounts.visit(gw, "nonsense\0\ud800") is None
