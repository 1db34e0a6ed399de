"""Mails that are brought to their ends together: each as if it were alone, and for all of them a few statements."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Engine, event

from gateway.domain.emails import Email
from gateway.domain.parsing import parse
from gateway.inbound.concluding import apart
from gateway.models import Message, Shop, Thread
from tests.house import House, add_order, mail

NOT_TEXT = "\ud800"


class ReadsTooMuch:
    """A reader that lets something through which no database takes."""

    async def read(self, raw: bytes) -> Email:
        """The mail; of a poisoned one the text can't be written."""
        email = parse(raw)
        return replace(email, text=NOT_TEXT) if email.subject == "poison" else email


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement of every database meanwhile."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def customers(house: House, count: int) -> list[str]:
    """Addresses of buyers with an order each."""
    addresses = [f"buyer{number}@example.com" for number in range(count)]
    for number, address in enumerate(addresses):
        await add_order(house.gw.db, house.gw.clock.now(), f"B-{number}", address, f"Buyer {number}")
    return addresses


async def test_mails_of_one_batch_that_belong_together_find_each_other(house: House) -> None:
    one, other = await customers(house, 2)
    first = mail("first", sender=one)
    rows = [
        await house.accept(first, sender=one),
        await house.accept(mail("second", sender=one), sender=one),
        await house.accept(mail("other", sender=other), sender=other),
        await house.accept(mail("Re: first", sender=one, In_Reply_To=str(first["Message-ID"])), sender=one),
        await house.accept(first, sender=one),
    ]
    assert await house.processor.run_once() == 5
    endings = [await house.row(id_) for id_ in rows]
    assert [row.state for row in endings] == ["filed"] * 4 + ["discarded"]
    assert (endings[4].why, endings[4].details) == ("duplicate", {"of": rows[0]})
    assert endings[0].thread_id == endings[1].thread_id == endings[3].thread_id != endings[2].thread_id
    threads = {thread.id: thread for thread in await house.all(Thread)}
    assert {id_: thread.message_count for id_, thread in threads.items()} == {
        endings[0].thread_id: 3,
        endings[2].thread_id: 1,
    }


async def test_each_thread_of_a_batch_has_a_change_number_of_its_own(house: House) -> None:
    for address in await customers(house, 5):
        await house.accept(mail(sender=address), sender=address)
    await house.processor.run_once()
    numbers = sorted(thread.change_no for thread in await house.all(Thread))
    assert numbers == [1, 2, 3, 4, 5]
    assert [shop.change_no for shop in await house.all(Shop) if shop.slug == "lotus"] == [5]


async def test_a_mail_that_cannot_be_written_takes_no_other_with_it(house: House) -> None:
    poisoned = house.with_reader(ReadsTooMuch())
    addresses = await customers(house, 4)
    rows = [
        await poisoned.accept(mail("poison" if number == 1 else "good", sender=address), sender=address)
        for number, address in enumerate(addresses)
    ]
    await poisoned.processor.run_once()
    assert [(await house.row(id_)).state for id_ in rows] == ["filed", "failed", "filed", "filed"]
    assert Counter(message.subject for message in await house.all(Message)) == {"good": 3}


async def test_many_mails_cost_no_more_statements_than_a_few(house: House) -> None:
    addresses = await customers(house, 25)
    asked: dict[int, int] = {}
    for count in (3, 3, 25):  # the first time connections are made
        for address in addresses[:count]:
            await house.accept(mail(f"again {count} {len(asked)}", sender=address), sender=address)
        with statements() as found:
            assert await house.processor.run_once() == count
        asked[count] = len(found)
    assert asked[25] <= asked[3] + 5


def test_of_those_that_touch_each_other_the_first_goes_first() -> None:
    assert apart(["ab", "bc", "cd", "x", "", ""], lambda word: set(word)) == ["ab", "x", "", ""]
