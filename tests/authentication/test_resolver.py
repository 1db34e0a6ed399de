"""The resolver remembers, tells absence from silence, and never raises."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.authentication import Resolver
from gateway.authentication.resolver import CACHE_SIZE, Answer
from tests.nameserver import NameServer, name_server

ZONE = {
    "a.example": [("A", "192.0.2.1"), ("A", "192.0.2.2"), ("TXT", "x" * 600), ("MX", "10 mx.example.")],
    "alias.example": [("CNAME", "a.example.")],
    "far.alias.example": [("CNAME", "alias.example.")],
    "loop.example": [("CNAME", "pool.example.")],
    "pool.example": [("CNAME", "loop.example.")],
    "silent.example": [("ANY", "SILENT")],
    "broken.example": [("ANY", "BROKEN")],
    "1.2.0.192.in-addr.arpa": [("PTR", "a.example.")],
}


class Ticks:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def server() -> AsyncIterator[NameServer]:
    """The zone above."""
    async with name_server(ZONE) as running:
        yield running


@pytest.fixture
async def ticks() -> Ticks:
    """The resolver's clock."""
    return Ticks()


@pytest.fixture
async def resolver(server: NameServer, ticks: Ticks) -> AsyncIterator[Resolver]:
    """One that asks the zone, however slow the machine is."""
    asking = Resolver([server.address], timeout=10, lifetime=20, clock=ticks)
    yield asking
    await asking.close()


@pytest.mark.parametrize(
    ("name", "kind", "answer"),
    [
        ("a.example", "A", Answer("found", ("192.0.2.1", "192.0.2.2"))),
        ("A.Example.", "A", Answer("found", ("192.0.2.1", "192.0.2.2"))),
        ("a.example", "TXT", Answer("found", ("x" * 600,))),
        ("a.example", "MX", Answer("found", ("10 mx.example",))),
        ("1.2.0.192.in-addr.arpa", "PTR", Answer("found", ("a.example",))),
        ("alias.example", "MX", Answer("found", ("10 mx.example",))),
        ("far.alias.example", "MX", Answer("found", ("10 mx.example",))),
        ("a.example", "AAAA", Answer("empty")),
        ("loop.example", "A", Answer("empty")),
        ("no.such.example", "A", Answer("missing")),
        ("broken.example", "A", Answer("failed")),
        ("", "A", Answer("missing")),
        ("..", "A", Answer("missing")),
        ("a..example", "A", Answer("missing")),
        ("x" * 64 + ".example", "A", Answer("missing")),
        (("x" * 60 + ".") * 5, "A", Answer("missing")),
        ("\udcff.example", "A", Answer("missing")),
        ("b\0.example", "A", Answer("missing")),
    ],
)
async def test_what_is_answered(resolver: Resolver, name: str, kind: str, answer: Answer) -> None:
    found = await resolver.ask(name, kind)
    assert Answer(found.status, tuple(sorted(found.values))) == answer


async def test_who_does_not_answer_is_not_waited_for(server: NameServer) -> None:
    impatient = Resolver([server.address], timeout=0.1, lifetime=0.2)
    assert await impatient.ask("silent.example", "A") == Answer("failed")
    await impatient.close()


async def test_an_answer_is_remembered_for_its_time_to_live(
    resolver: Resolver, server: NameServer, ticks: Ticks
) -> None:
    await resolver.ask("a.example", "A")
    ticks.now = 59
    await resolver.ask("a.example", "A")
    assert len(server.asked) == 1
    ticks.now = 61
    await resolver.ask("a.example", "A")
    assert len(server.asked) == 2


@pytest.mark.parametrize("name", ["no.such.example", "broken.example"])
async def test_absence_and_failure_are_remembered_shortly(
    resolver: Resolver, server: NameServer, ticks: Ticks, name: str
) -> None:
    await resolver.ask(name, "A")
    asked = len(server.asked)
    await resolver.ask(name, "A")
    assert len(server.asked) == asked
    ticks.now = 100
    await resolver.ask(name, "A")
    assert len(server.asked) > asked


async def test_the_same_question_is_asked_once_at_a_time(resolver: Resolver, server: NameServer) -> None:
    answers = await asyncio.gather(*(resolver.ask("a.example", "A") for _ in range(20)))
    assert len(server.asked) == 1
    assert {answer.status for answer in answers} == {"found"}


async def test_one_who_stops_waiting_does_not_spoil_it_for_others(resolver: Resolver) -> None:
    impatient = asyncio.create_task(resolver.ask("a.example", "A"))
    patient = asyncio.create_task(resolver.ask("a.example", "A"))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).status == "found"


async def test_the_memory_is_bounded(resolver: Resolver) -> None:
    for number in range(CACHE_SIZE + 10):
        await resolver.ask(f"a..{number}", "A")
        resolver._remember((f"{number}", "A"), Answer("missing"), 60)
    assert len(resolver._cache) == CACHE_SIZE


async def test_a_dead_server_beside_a_good_one(server: NameServer, ticks: Ticks) -> None:
    async with name_server({"a.example": [("ANY", "SILENT")]}) as dead:
        resolver = Resolver([dead.address, server.address], timeout=0.1, lifetime=20, clock=ticks)
        assert (await resolver.ask("a.example", "A")).status == "found"
        await resolver.close()
