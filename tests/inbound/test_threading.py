"""Whatever order a conversation's mails arrive in, lost, doubled or with loops: the same threads, nobody else's."""

import itertools
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.models import InboundEmail, Message
from tests.conftest import StillClock
from tests.house import House, add_order, mail

WANG, LI = "wang@example.com", "li@example.com"
_numbers = itertools.count()


def letter(sender: str, name: str, order: str, ancestors: tuple[str, ...]) -> EmailMessage:
    """A mail of a conversation about an order, with References as given."""
    message = mail(f"Order {order}", f"{name} {next(_numbers)}", sender)
    message.replace_header("Message-ID", f"<{name}@example.com>")
    if ancestors:
        message["References"] = " ".join(f"<{ancestor}@example.com>" for ancestor in ancestors)
        message["In-Reply-To"] = f"<{ancestors[-1]}@example.com>"
    return message


CONVERSATIONS = (
    # Who writes, the mail's name, the order it names, what it refers to: chains, a loop, another buyer's ids.
    (WANG, "w1", "A-1001", ()),
    (WANG, "w2", "A-1001", ("w1",)),
    (WANG, "w3", "A-1001", ("w1", "w2")),
    (WANG, "w4", "A-1001", ("w4", "w4")),
    (WANG, "x1", "A-1002", ()),
    (WANG, "x2", "A-1002", ("x1", "x3")),
    (WANG, "x3", "A-1002", ("x2", "x1")),
    (LI, "l1", "B-1001", ()),
    (LI, "l2", "B-1001", ("l1", "w1")),
    (LI, "l3", "B-1001", ("w1", "w2", "x1")),
)
ORDER_OF = {name: order for _, name, order, _ in CONVERSATIONS}


@pytest.fixture
async def busy(house: House, clock: StillClock) -> House:
    """A shop with two orders of Wang's and one of Li's."""
    await add_order(house.gw.db, clock.now(), "A-1002")
    await add_order(house.gw.db, clock.now(), "B-1001", LI, "Li")
    return house


async def threads(house: House) -> dict[str, set[str]]:
    """Which mails stand together: thread → names."""
    found: dict[str, set[str]] = {}
    for message in await house.all(Message):
        found.setdefault(message.thread_id, set()).add(str(message.internet_message_id).partition("@")[0])
    return found


arrivals = st.lists(st.sampled_from(range(len(CONVERSATIONS))), min_size=1, max_size=14)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals)
async def test_any_order_of_arrival_gives_the_same_threads(busy: House, order: list[int]) -> None:
    for number in order:
        sender, name, about, ancestors = CONVERSATIONS[number]
        await busy.receive(letter(sender, name, about, ancestors), sender=sender)
    for together in (await threads(busy)).values():
        assert len({ORDER_OF[name] for name in together}) == 1
    by_order = [{ORDER_OF[name] for name in together} for together in (await threads(busy)).values()]
    assert len(by_order) == len({frozenset(orders) for orders in by_order})


async def test_no_reference_ever_leads_to_another_buyer(busy: House) -> None:
    await busy.receive(letter(WANG, "w1", "A-1001", ()))
    message = mail("Hello", "no number in it", LI)
    message["References"] = "<w1@example.com>"
    row = await busy.receive(message, sender=LI)
    assert row.why == "only-order"
    assert len({message.thread_id for message in await busy.all(Message)}) == 2


async def test_every_mail_of_a_storm_has_one_final_state(busy: House, tmp_path: Path) -> None:
    for sender, name, about, ancestors in CONVERSATIONS * 2:
        await busy.receive(letter(sender, name, about, ancestors), sender=sender)
    states = {row.state for row in await busy.all(InboundEmail)}
    assert states == {"filed"}
