"""20,000 mutated mails in every run: none raises, none breaks a promise, none goes over the limits of its child."""

import asyncio
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.parsing import parse
from gateway.reading import Reader
from tests.emails.recipes import all_recipes
from tests.fuzz.checking import must_hold
from tests.fuzz.mutating import mutate

MAILS = [
    recipe.raw for recipe in all_recipes() if len(recipe.raw) < 400
]  # the suite must stay quick; the long run has all
EACH = 320


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=0, max_value=2**64))
def test_mutated_mails_are_read_and_keep_every_promise(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(EACH):
        must_hold(parse(mutate(MAILS, chance)))


async def test_mutated_mails_stay_within_the_limits_of_a_child() -> None:
    chance = random.Random(20_000)
    async with Reader(size=2) as reader:
        for _ in range(40):
            read = await asyncio.gather(*(reader.read(mutate(MAILS, chance)) for _ in range(100)))
            for email in read:
                must_hold(email)
