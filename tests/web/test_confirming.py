"""The link to the registered address: a button for people, nothing for programs that follow links."""

from datetime import timedelta

from sqlmodel import select

from gateway.domain.tokens import fingerprint
from gateway.models import ConfirmLink, Shop
from tests.web.conftest import Site

TOKEN = "a" * 32


async def link(site: Site) -> None:
    """A link to let in what Wang wrote."""
    now = site.gw.clock.now()
    async with site.gw.db.write() as session:
        shop = (await session.exec(select(Shop).where(Shop.system == False))).first()  # noqa: E712
        assert shop is not None
        until = now + timedelta(days=14)
        row = ConfirmLink(
            fingerprint=fingerprint(TOKEN), shop_id=shop.id, author="w@e.com", created_at=now, expires_at=until
        )
        session.add(row)


async def used(site: Site) -> bool:
    """Whether the link was used."""
    async with site.gw.db.read() as session:
        return (await session.exec(select(ConfirmLink))).one().used_at is not None


async def test_following_the_link_shows_a_button_and_pressing_it_confirms(site: Site) -> None:
    await link(site)
    browser = await site.browser()
    page = await browser.get(f"/confirm/{TOKEN}")
    assert page.status == 200
    assert not await used(site)
    page = await browser.post(f"/confirm/{TOKEN}")
    assert page.status == 200
    assert await used(site)


async def test_a_link_that_is_over_says_so(site: Site) -> None:
    browser = await site.browser()
    await browser.get("/login")
    assert (await browser.get(f"/confirm/{TOKEN}")).status == 403
    assert (await browser.post(f"/confirm/{TOKEN}")).status == 403
