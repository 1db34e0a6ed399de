"""Which threads a list shows: ownership, views and words, as SQL conditions that mean the same on both databases."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, String, and_, exists, false, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from gateway.domain.actors import Actor
from gateway.domain.conversations import clean_text
from gateway.models import Attachment, Buyer, Message, Order, Thread
from gateway.models.columns import table_of

_T, _M, _A = table_of(Thread), table_of(Message), table_of(Attachment)
_B, _O = table_of(Buyer), table_of(Order)
MAX_WORDS = 8

Condition = ColumnElement[bool]


def _mine(actor: Actor) -> Condition:
    return and_(_T.c.assignee_id == actor.user_id, _T.c.status != "closed") if actor.user_id else false()


VIEW_CONDITIONS: dict[str, Callable[[Actor], Condition]] = {
    # the buyer spoke last and nobody has dealt with it
    "needs_reply": lambda _: and_(_T.c.needs_reply, _T.c.status == "open"),
    # given to the reader and not finished
    "mine": _mine,
    # nobody's, and a person is waiting
    "unassigned": lambda _: and_(_T.c.assignee_id.is_(None), _T.c.status == "open", _T.c.automatic.is_(False)),
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
    "unassigned": VIEW_CONDITIONS["unassigned"],
    "snoozed": VIEW_CONDITIONS["snoozed"],
    # only those that want something of us: the view itself also holds the answered ones
    "order_notes": lambda _: and_(_T.c.has_note, _T.c.needs_reply, _T.c.status == "open"),
}
"""What stands beside a view's name: how much there is to do."""


def owned(actor: Actor) -> Condition:
    """The threads of the shops that the actor reaches."""
    return true() if actor.shop_ids is None else _T.c.shop_id.in_(actor.shop_ids)


def holds_words(q: str) -> Condition:
    """Every word occurs somewhere in the thread: subject, buyer, order, tracking number, text or file name.

    For a statement that joins the thread's buyer and order.
    """
    words = clean_text(q).split()[:MAX_WORDS]
    return and_(true(), *(_holds(word) for word in words))


def _holds(word: str) -> Condition:
    pattern = f"%{_literal(_lower_ascii(word))}%"
    said = select(_M.c.id).where(_M.c.thread_id == _T.c.id, _like(_M.c.text, pattern)).correlate(_T)
    files = (
        select(_A.c.id)
        .join(_M, _M.c.id == _A.c.message_id)
        .where(_M.c.thread_id == _T.c.id, _like(_A.c.filename, pattern))
        .correlate(_T)
    )
    rows = (_T.c.subject, _B.c.name, _O.c.order_no, _O.c.tracking_no)
    return or_(*(_like(column, pattern) for column in rows), exists(said), exists(files))


def _like(column: ColumnElement[str], pattern: str) -> Condition:
    return AsciiLower(column).like(pattern, escape="\\")


def _lower_ascii(word: str) -> str:
    return "".join(char.lower() if char.isascii() else char for char in word)


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class AsciiLower(FunctionElement[str]):
    """A text with A-Z folded and nothing else: what SQLite's lower() does; PostgreSQL's depends on the collation."""

    type = String()
    inherit_cache = True


@compiles(AsciiLower)
def _lower(element: AsciiLower, compiler: SQLCompiler, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(AsciiLower, "postgresql")
def _lower_postgresql(element: AsciiLower, compiler: SQLCompiler, **options: Any) -> str:
    return f'lower(({compiler.process(element.clauses, **options)}) COLLATE "C")'
