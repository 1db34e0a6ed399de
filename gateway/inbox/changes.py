"""What changed in an actor's shops since a follower last looked. Keeping connections open is the edge's job."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.following import Change, read_marks
from gateway.store import changes as store

BATCH = 200


@dataclass(frozen=True, slots=True)
class News:
    """Some changes, and the marks from which to ask on."""

    changes: tuple[Change, ...]
    marks: Mapping[str, int]


async def start(gw: Gateway, actor: Actor, since: str | None) -> dict[str, int]:
    """The marks that a text names; those of this moment without one. Raises Invalid."""
    async with gw.db.read() as session:
        now = {slug: number for slug, (_, number) in (await store.numbers(session, actor)).items()}
    return now if since is None else read_marks(since, tuple(now))


async def news(gw: Gateway, actor: Actor, marks: Mapping[str, int]) -> News:
    """The changes after `marks`, at most BATCH: ask again with the new marks until there are none."""
    async with gw.db.read() as session:
        changes = await store.changed(session, actor, marks, BATCH)
    after = dict(marks)
    for change in changes:
        after[change.shop] = change.change_no
    return News(tuple(changes), after)
