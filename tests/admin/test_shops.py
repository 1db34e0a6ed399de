"""Tokens are kept as fingerprints and reach what they should; the ledger's rows go back to work when told."""

import pytest
from sqlmodel import col, update

from gateway.admin import ledger, monitoring, shops
from gateway.clock import new_id
from gateway.domain.actors import SYSTEM
from gateway.domain.emails import Email
from gateway.errors import Conflict, Invalid, NotFound, Unreadable
from gateway.models import ApiToken, InboundEmail, Message
from gateway.people import tokens
from tests.conftest import StillClock
from tests.house import House, mail


class Unable:
    """A reader that can read nothing."""

    async def read(self, raw: bytes) -> Email:
        """Never."""
        raise Unreadable("unreadable")


async def test_a_token_is_known_again_and_kept_only_as_a_fingerprint(house: House) -> None:
    token = await shops.add_token(house.gw, "seller", "lotus")
    (row,) = await house.all(ApiToken)
    actor = await tokens.actor_of(house.gw, token)
    assert actor is not None
    assert (actor.role, actor.shop_ids, actor.name) == ("seller", (row.shop_id,), "莲花")
    assert token not in repr(row)
    assert len(token) >= 26


async def test_an_admins_token_without_a_shop_reaches_every_shop(house: House) -> None:
    actor = await tokens.actor_of(house.gw, await shops.add_token(house.gw, "admin", None))
    assert actor is not None
    assert actor.shop_ids is None


async def test_a_revoked_token_is_nobodys(house: House, clock: StillClock) -> None:
    token = await shops.add_token(house.gw, "admin", None)
    async with house.gw.db.write() as session:
        await session.exec(update(ApiToken).values(revoked_at=clock.now()))
    assert await tokens.actor_of(house.gw, token) is None
    assert await tokens.actor_of(house.gw, "never-made") is None


async def test_a_sellers_token_is_for_one_shop_that_exists(house: House) -> None:
    with pytest.raises(Invalid):
        await shops.add_token(house.gw, "seller", None)
    with pytest.raises(NotFound):
        await shops.add_token(house.gw, "seller", "none")
    assert await house.all(ApiToken) == []


async def test_a_mail_that_failed_is_processed_again_once_the_fault_is_mended(house: House) -> None:
    failed = await house.with_reader(Unable()).receive(mail())
    assert failed.state == "failed"
    assert (await ledger.reprocess(house.gw, SYSTEM, failed.id)).state == "pending"
    await house.processor.run_once()
    assert (await house.row(failed.id)).state == "filed"


async def test_what_is_filed_or_waits_or_never_was_is_not_processed_again(house: House) -> None:
    filed = await house.receive(mail())
    with pytest.raises(Conflict, match="filed"):
        await ledger.reprocess(house.gw, SYSTEM, filed.id)
    for id_ in (new_id(), "x", ""):
        with pytest.raises(NotFound):
            await ledger.reprocess(house.gw, SYSTEM, id_)
    assert len(await house.all(Message)) == 1


async def test_reprocessing_lets_nobody_in_who_may_not(house: House) -> None:
    held = await house.receive(mail(sender="eve@evil.test"), sender="eve@evil.test")
    await ledger.reprocess(house.gw, SYSTEM, held.id)
    await house.processor.run_once()
    assert (await house.row(held.id)).state == "held"


async def test_a_sound_ledger_adds_up_and_an_unsound_one_is_named(house: House, clock: StillClock) -> None:
    row = await house.receive(mail())
    await house.receive(mail(sender="eve@evil.test"), sender="eve@evil.test")
    assert set((await monitoring.unbalanced(house.gw)).values()) == {0}
    async with house.gw.db.write() as session:
        await session.exec(update(InboundEmail).where(col(InboundEmail.id) == row.id).values(message_id=None, why=""))
    wrong = {name for name, count in (await monitoring.unbalanced(house.gw)).items() if count}
    assert wrong == {
        "filed, but the message is missing",
        "a message that its mail's row does not name",
        "decided without a reason",
    }


async def test_work_that_nobody_does_is_overdue(house: House, clock: StillClock) -> None:
    failed = await house.with_reader(Unable()).receive(mail())
    await ledger.reprocess(house.gw, SYSTEM, failed.id)
    assert (await monitoring.queues(house.gw)).overdue == 0
    clock.forward(minutes=11)
    found = await monitoring.queues(house.gw)
    assert (found.overdue, found.oldest_pending) == (1, failed.received_at)
