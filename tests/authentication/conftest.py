"""Fixtures of the authentication tests: a name server with the letters' zone, and an authenticator that asks it."""

from collections.abc import AsyncIterator, Callable

import pytest

from gateway.authentication import Authenticator, Resolver
from gateway.settings import Settings
from tests.authentication.letters import zone
from tests.conftest import StillClock
from tests.nameserver import NameServer, name_server

Make = Callable[..., Authenticator]
SHORTLY = 1.5
"""Seconds to wait for a name server that will not answer; for one that does, a slow machine may take far longer."""


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    """The DNS of the letters."""
    async with name_server(zone()) as server:
        yield server


@pytest.fixture
async def make(names: NameServer, clock: StillClock) -> AsyncIterator[Make]:
    """Makes authenticators for `inbox.example`, by default with checks of their own and no upstream."""
    made: list[Authenticator] = []

    def build(
        sender_auth: str = "dns",
        upstreams: str = "10.0.0.0/8",
        sealers: tuple[str, ...] = (),
        patience: float = 20,
    ) -> Authenticator:
        settings = Settings(sender_auth=sender_auth, mail_domain="inbox.example", upstreams=upstreams)
        resolver = Resolver([names.address], timeout=patience / 2, lifetime=patience)
        made.append(Authenticator(settings, resolver=resolver, clock=clock, trusted_sealers=sealers))
        return made[-1]

    yield build
    for authenticator in made:
        await authenticator.close()


@pytest.fixture
def authenticator(make: Make) -> Authenticator:
    """One that asks DNS."""
    return make()


@pytest.fixture
def impatient(make: Make) -> Authenticator:
    """One that asks DNS and does not wait long."""
    return make(patience=SHORTLY)
