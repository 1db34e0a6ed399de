"""Reads and writes drafts: one of each kind for a user and thread. Who may write in a thread is asked here too."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.domain.actors import Actor
from gateway.domain.messages import StoredFile
from gateway.domain.writing import Draft, Kind
from gateway.errors import NotFound
from gateway.models import Draft as DraftRow
from gateway.models import Message, Thread
from gateway.models.columns import table_of
from gateway.store.thread_search import owned

_DRAFTS, _THREADS, _MESSAGES = table_of(DraftRow), table_of(Thread), table_of(Message)


async def shop_of_thread(session: AsyncSession, actor: Actor, thread_id: str) -> str:
    """The shop of a thread that the actor reaches. Raises NotFound for any other."""
    statement = select(_THREADS.c.shop_id).where(owned(actor), _THREADS.c.id == thread_id)
    shop_id = (await (await session.connection()).execute(statement)).scalar()
    if shop_id is None:
        raise NotFound("no such thread")
    return str(shop_id)


async def drafts(session: AsyncSession, user_id: str, thread_id: str) -> dict[Kind, Draft]:
    """The user's drafts in a thread, by kind."""
    mine = (_DRAFTS.c.user_id == user_id, _DRAFTS.c.thread_id == thread_id)
    rows = await (await session.connection()).execute(select(_DRAFTS).where(*mine))
    return {row.kind: Draft(row.kind, row.text, row.updated_at, stored_files(row.files)) for row in rows}


def stored_files(rows: list[Mapping[str, Any]]) -> tuple[StoredFile, ...]:
    """Files as a draft's row keeps them."""
    return tuple(StoredFile(**row) for row in rows)


async def keep(session: AsyncSession, user_id: str, shop_id: str, thread_id: str, draft: Draft) -> None:
    """Write a draft over the one of its kind; an empty one is removed."""
    if not draft.text.strip() and not draft.files:
        await remove(session, user_id, thread_id, draft.kind)
        return
    connection = await session.connection()
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    new = {"text": draft.text, "files": [asdict(file) for file in draft.files], "updated_at": draft.updated_at}
    own = {"id": new_id(), "user_id": user_id, "shop_id": shop_id, "thread_id": thread_id, "kind": draft.kind}
    statement = dialect.insert(_DRAFTS).values(**own, **new)
    same = ["user_id", "thread_id", "kind"]
    await connection.execute(statement.on_conflict_do_update(index_elements=same, set_=new))


async def remove(session: AsyncSession, user_id: str, thread_id: str, kind: Kind) -> None:
    """Forget a draft."""
    mine = (_DRAFTS.c.user_id == user_id, _DRAFTS.c.thread_id == thread_id, _DRAFTS.c.kind == kind)
    await (await session.connection()).execute(delete(_DRAFTS).where(*mine))


async def was_filed(session: AsyncSession, dedupe_key: str) -> bool:
    """True when a form has become a message already: what its page still saves comes too late."""
    statement = select(_MESSAGES.c.id).where(_MESSAGES.c.dedupe_key == dedupe_key)
    return (await (await session.connection()).execute(statement)).first() is not None
