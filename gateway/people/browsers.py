"""Where somebody is signed in: the list of browsers, ending one, ending all."""

from gateway.context import Gateway
from gateway.domain.auditing import On
from gateway.errors import NotFound
from gateway.people.accounts import Visit
from gateway.store import proofs
from gateway.store.audit import record
from gateway.store.proofs import HANDLE_CHARS, SignedInBrowser


async def browsers(gw: Gateway, visit: Visit) -> tuple[SignedInBrowser, ...]:
    """All of a user's own, the last used first."""
    async with gw.db.read() as session:
        return await proofs.browsers(session, visit.account.id, visit.fingerprint, gw.clock.now())


async def end(gw: Gateway, visit: Visit, handle: str) -> None:
    """Sign one of them out. Raises NotFound for one that is not theirs."""
    async with gw.db.write() as session:
        known = len(handle) == HANDLE_CHARS and await proofs.end_browser(session, visit.account.id, handle)
        if not known:
            raise NotFound("no such browser")


async def end_all(gw: Gateway, visit: Visit) -> int:
    """Sign out everywhere, here too; of how many browsers. Links that wait in mails stop as well."""
    user = visit.account
    async with gw.db.write() as session:
        ended = await proofs.end_browsers(session, user.id)
        await proofs.drop_keys(session, user.id)
        await record(session, visit.actor, "user.sessions_ended", On(user.id, None, user.email), gw.clock.now())
    return ended
