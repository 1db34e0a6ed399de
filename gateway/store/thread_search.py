"""Which threads a list shows: ownership, views and filters, as SQL conditions that mean the same on both databases.

Words are looked up in the index by `searching`.
"""

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, false, func, literal_column, select, true

from gateway.domain.actors import Actor
from gateway.domain.addresses import fold
from gateway.domain.searching_queries import Search, span
from gateway.models import Mention, Team, Thread, User
from gateway.models.columns import table_of

_T, _U, _TEAMS = table_of(Thread), table_of(User), table_of(Team)
_CALLS = table_of(Mention)

Condition = ColumnElement[bool]


UNFINISHED = _T.c.status != literal_column("'closed'")
"""Spelled out, and not a parameter: so the index of what people have to do is known to fit."""
NOBODY = ("none", "nobody", "无")
NOBODYS = func.coalesce(_T.c.assignee_id, "") == ""
"""No index of assignees: nearly all threads of a shop may be nobody's. The few open ones are told by their status."""


def _mine(actor: Actor) -> Condition:
    return and_(_T.c.assignee_id == actor.user_id, UNFINISHED) if actor.user_id else false()


def _called(actor: Actor, unseen: bool = False) -> Condition:
    if not actor.user_id:
        return false()
    mine = select(_CALLS.c.thread_id).where(_CALLS.c.user_id == actor.user_id)
    return _T.c.id.in_(mine.where(_CALLS.c.seen_at.is_(None)) if unseen else mine)


VIEW_CONDITIONS: dict[str, Callable[[Actor], Condition]] = {
    # the buyer spoke last and nobody has dealt with it
    "needs_reply": lambda _: and_(_T.c.needs_reply, _T.c.status == "open"),
    # given to the reader and not finished
    "mine": _mine,
    # a note calls the reader by @
    "mentions": lambda actor: and_(_called(actor), _T.c.merged_into_id.is_(None)),
    # nobody's, and a person is waiting
    "unassigned": lambda _: and_(NOBODYS, _T.c.status == "open", _T.c.automatic.is_(False)),
    # answered: the buyer's turn
    "waiting": lambda _: _T.c.status == "waiting",
    # put off until a moment
    "snoozed": lambda _: _T.c.status == "snoozed",
    # 订单留言 that are not finished
    "order_notes": lambda _: and_(_T.c.has_note, _T.c.status != "closed"),
    # only machines have written
    "automatic": lambda _: and_(_T.c.automatic, _T.c.merged_into_id.is_(None)),
    # what was merged is closed too, and stands in the other thread
    "closed": lambda _: and_(_T.c.status == "closed", _T.c.merged_into_id.is_(None)),
    "all": lambda _: _T.c.merged_into_id.is_(None),
}
"""What each view holds."""

COUNTED: dict[str, Callable[[Actor], Condition]] = {
    "needs_reply": VIEW_CONDITIONS["needs_reply"],
    "mine": VIEW_CONDITIONS["mine"],
    # those that the reader has not looked at since
    "mentions": lambda actor: _called(actor, unseen=True),
    "unassigned": VIEW_CONDITIONS["unassigned"],
    "snoozed": VIEW_CONDITIONS["snoozed"],
    # only those that want something of us: the view itself also holds the answered ones
    "order_notes": lambda _: and_(_T.c.has_note.is_not(False), _T.c.needs_reply, _T.c.status == "open"),
}
"""What stands beside a view's name: how much there is to do."""


def owned(actor: Actor) -> Condition:
    """The threads of the shops that the actor reaches."""
    return true() if actor.shop_ids is None else _T.c.shop_id.in_(actor.shop_ids)


def conditions_of(search: Search, actor: Actor) -> list[Condition]:
    """What the filters of a search ask of the thread's row; the others are words of the index."""
    since, until = span(search)
    asked: list[Condition] = []
    if status := search.value("status"):
        asked.append(_T.c.status == status)
    if search.value("is"):
        asked.append(_T.c.unread)
    if assignee := search.value("assignee"):
        asked.append(_given_to(assignee, actor))
    if team := search.value("team"):
        named = select(_TEAMS.c.id).where(_TEAMS.c.name_folded == team.casefold())
        asked.append(_T.c.team_id.in_(named))
    if since is not None:
        asked.append(_T.c.last_message_at >= since)
    if until is not None:
        asked.append(_T.c.last_message_at < until)
    return asked


def is_narrow(search: Search, view: str) -> bool:
    """Whether the view or a filter may leave few threads, and an index tells which."""
    nobodys = search.value("assignee").lower() in NOBODY
    told = ("is", "team") if nobodys else ("is", "team", "assignee")
    since, _ = span(search)
    unfinished = search.value("status") not in ("", "closed")
    return view not in ("all", "closed") or unfinished or since is not None or any(map(search.value, told))


def _given_to(assignee: str, actor: Actor) -> Condition:
    """`me`, `none`, or a colleague's address."""
    if assignee.lower() in NOBODY:
        return NOBODYS
    if assignee.lower() in ("me", "我"):
        return _T.c.assignee_id == actor.user_id if actor.user_id else false()
    return _T.c.assignee_id.in_(select(_U.c.id).where(_U.c.email_folded == fold(assignee)))
