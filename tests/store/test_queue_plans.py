"""What is asked for each mail is answered by an index, in tables that hold very many: filing, claims, sending.

PostgreSQL plans by what it knows of its tables, so these are large, and known.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, event, text

from gateway.clock import new_id
from gateway.domain.actors import Actor
from gateway.models import Webhook, WebSession
from gateway.outbound.answers import ReplyDraft, reply
from gateway.outbound.sending import Sender
from gateway.store import people, tokens, webhooks
from gateway.store.db import Database
from tests.builders import add_user
from tests.couriers import Relay
from tests.house import House, mail

DATABASES = ("postgresql",)
MANY = 2_000
SELLER = Actor("user", "u1", "Li Na", "seller", None)
COPIES = {
    "raw_emails": {"sha256": "lpad(n::text, 64, '0')"},
    "buyers": {},
    "buyer_addresses": {"buyer_id": "'c' || n", "address": "n || '@example.com'", "folded": "n || '@example.com'"},
    "orders": {"buyer_id": "'c' || n", "order_no": "'B-' || n", "order_no_folded": "'b-' || n"},
    "threads": {"buyer_id": "'c' || n", "order_id": "'c' || n", "change_no": "n"},
    "messages": {"thread_id": "'c' || n", "dedupe_key": "NULL", "internet_message_id": "'i' || n"},
    "inbound_emails": {"state": "'filed'", "content_key": "NULL", "sha256": "lpad(n::text, 64, '0')", "author": "n"},
    "deliveries": {
        **{"state": "'sent'", "bounce_fingerprint": "NULL", "notice_key": "NULL", "message_id": "NULL"},
        **{"internet_message_id": "'m' || n", "domain": "'d' || n", "thread_id": "'c' || n"},
    },
    "webhook_events": {},
    "webhook_deliveries": {"state": "'sent'", "event_id": "'c' || n"},
    "web_sessions": {"fingerprint": "'f' || n"},
}
"""What is multiplied from one row of each table, and what differs from copy to copy; `id` is 'c' and a number."""
READS_ALL = re.compile(rf"Seq Scan on (?:{'|'.join(COPIES)})\b")


async def multiply(db: Database) -> None:
    """MANY copies of a row of each table, and what the planner knows of them."""
    async with db.write() as session:
        connection = await session.connection()
        for table, columns in COPIES.items():
            own = {"id": "'c' || n"} | columns if table not in ("raw_emails", "web_sessions") else columns
            differing = ", ".join(f"'{name}', {value}" for name, value in own.items())
            copied = f"(jsonb_populate_record(one, jsonb_build_object({differing}))).*"
            rows = f"{table} one, generate_series(1, {MANY}) n WHERE one.ctid = (SELECT min(ctid) FROM {table})"
            await connection.execute(text(f"INSERT INTO {table} SELECT {copied} FROM {rows}"))
            await connection.execute(text(f"ANALYZE {table}"))


@contextmanager
def asked() -> Iterator[dict[str, Any]]:
    """Every statement of every connection, with the parameters of one time."""
    found: dict[str, Any] = {}

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, _: object, many: bool) -> None:
        found[statement] = parameters[0] if many else parameters

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def a_day(house: House, now: datetime) -> None:
    """A mail comes, is filed, is answered, and leaves; a program is told; a browser and a program show their keys."""
    asks = mail(f"A-1001 at {now:%H:%M}", f"Where is it, at {now:%H:%M}?", In_Reply_To="<i5@example.com>")
    row = await house.receive(asks)
    await reply(house.gw, SELLER, str(row.thread_id), ReplyDraft("已经发货了。"))
    assert await Sender(house.gw, Relay()).send_once()
    async with house.gw.db.write() as session:
        assert await webhooks.claim(session, now + timedelta(minutes=1), 50)
        assert await people.session_of(session, "fingerprint", now)
        assert await tokens.valid_token(session, "fingerprint", now) is None


async def test_no_mail_costs_more_for_those_before_it(house: House) -> None:
    now = house.gw.clock.now()
    async with house.gw.db.write() as session:
        user = await add_user(session, "li@shop.example")
        hook: dict[str, Any] = {
            "url": "https://example.com/",
            "sealed": b"",
            "events": ["message.received", "message.replied"],
        }
        session.add(Webhook(id=new_id(), created_at=now, **hook))
        times: dict[str, Any] = {"created_at": now, "last_seen_at": now, "expires_at": now + timedelta(days=1)}
        session.add(WebSession(fingerprint="fingerprint", user_id=user.id, **times))
    await a_day(house, now)
    await multiply(house.gw.db)
    with asked() as statements:
        await a_day(house, now + timedelta(minutes=5))
    explained: dict[str, list[str]] = {}
    async with house.gw.db.read() as session:
        connection = await session.connection()
        for statement, parameters in statements.items():
            if statement.split()[0] in ("SELECT", "WITH", "UPDATE", "DELETE"):
                rows: Any = (await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)).all()
                explained[statement] = [str(row[0]) for row in rows]
    assert len(explained) > 30
    wrong = {of: lines for of, lines in explained.items() if any(READS_ALL.search(line) for line in lines)}
    assert wrong == {}
