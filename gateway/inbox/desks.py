"""One look at the inbox: a page of threads with all that stands around it; what did not change is read once.

Each change that an inbox shows takes a shop's change number, in its own transaction. So a page that was read stays true
until a number, the shops or the colleagues are others than they were; who is present is always read anew.
"""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.conversations import Page, Person, ShopView, ThreadQuery
from gateway.domain.writing import Viewer
from gateway.errors import NotFound
from gateway.inbox.threads import check_query
from gateway.store import people, presence, thread_lists, threads

MOST_KEPT = 64
"""Pages: each takes some 100 KB."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One look at the inbox: a page of threads, the counts, the shops, and the version that all of it shows.

    `present` are the other people who have a thread open, by the thread's id.
    """

    page: Page
    counts: Mapping[str, int]
    shops: tuple[ShopView, ...]
    version: int
    people: tuple[Person, ...] = ()
    present: Mapping[str, tuple[Viewer, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Read:
    """A page and its counts, and the state of the shops and the staff that they were read in."""

    state: Hashable
    page: Page
    counts: Mapping[str, int]


class Shelf:
    """The last pages that were read, by reader and question. Readers are threads: each use is one step of a dict."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, _Read] = OrderedDict()

    def get(self, key: Hashable, state: Hashable) -> _Read | None:
        """What was read in the same state."""
        known = self._kept.get(key)
        return known if known is not None and known.state == state else None

    def put(self, key: Hashable, read: _Read) -> None:
        """Keep it in the place of what was read before; the oldest goes when there are too many."""
        self._kept.pop(key, None)
        self._kept[key] = read
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


async def desk(gw: Gateway, actor: Actor, query: ThreadQuery, shelf: Shelf | None = None) -> Desk:
    """Everything that an inbox page shows around a thread. Raises as `threads.list_threads` does.

    The version is read before what it is of: a change meanwhile shows a page anew, and none goes by unseen.
    """
    check_query(query)
    now = gw.clock.now()

    async def read(session: AsyncSession) -> Desk:
        reached, numbers = await threads.reach(session, actor)
        known = [shop.id for shop in reached if query.shop in (None, shop.slug)]
        if query.shop is not None and not known:
            raise NotFound("no such shop")
        staff = await people.colleagues_of(session, [shop.id for shop in reached])
        key, state = (actor, query), (reached, numbers, staff)
        found = shelf.get(key, state) if shelf else None
        if found is None:
            page = await thread_lists.page(session, actor, query, known)
            found = _Read(state, page, await threads.counts(session, actor, query.shop, known))
            if shelf:
                shelf.put(key, found)
        present = await presence.present(session, actor, now)
        return Desk(found.page, found.counts, reached, sum(numbers), staff, present)

    return await gw.db.look(read)
