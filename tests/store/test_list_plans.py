"""PostgreSQL reads lists by index, in order, however few threads it thinks fit. SQLite need not be told."""

import re

from gateway.domain.actors import Actor
from gateway.domain.conversations import ThreadQuery
from gateway.store import searching, thread_lists
from gateway.store.db import Database
from tests.store.test_plans import asked, seller

__all__ = ["seller"]
DATABASES = ("postgresql",)


async def test_postgresql_gathers_no_list_to_sort_it(db: Database, seller: Actor) -> None:
    """Whatever it thinks how few threads fit: a list is read in the order of an index, and ends with its page."""
    async with db.read() as session:
        with asked(db) as statements:
            for view in ("needs_reply", "waiting", "all", "closed"):
                await thread_lists.page(session, seller, ThreadQuery(view=view))
        lists = [one for one in statements if "AS moment" in one[0]]
        connection = await session.connection()
        async with searching.by_index(session):
            read = [
                str(row[0])
                for statement, parameters in lists
                for row in await connection.exec_driver_sql("EXPLAIN " + statement, parameters)
            ]
    assert len(lists) == 4
    assert sum("Index" in line for line in read) >= 4
    assert [line for line in read if re.search(r"->  (?:Incremental )?Sort\b", line)] == []
