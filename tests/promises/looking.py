"""Looks at a gateway after the storm as a seller would, and at its disk as an operator would."""

import hashlib
import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from gateway.blobs import LocalBlobs
from tests.e2e.serving import Store, Znx, eventually
from tests.promises.mta import Letter

_MARK = re.compile(r"[a-z]\w*-\d{4}")
_LEASES_END = (
    "UPDATE inbound_emails SET next_attempt_at = received_at WHERE state = 'pending'",
    "UPDATE deliveries SET next_attempt_at = queued_at, lease_until = NULL WHERE state IN ('queued', 'deferred')",
)


def ledger(store: Store) -> list[dict[str, Any]]:
    """Every row of the shop's ledger, over all its pages."""
    rows: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = store.znx.api("GET", f"/inbound?limit=100&shop={store.slug}" + (f"&cursor={cursor}" if cursor else ""))
        rows += page["items"]
        cursor = page["next"]
    return rows


def messages(store: Store) -> list[dict[str, Any]]:
    """Every message of every thread of the shop."""
    return [
        message
        for thread in store.threads()
        for message in store.znx.api("GET", f"/threads/{thread['id']}")["messages"]
    ]


def let_leases_end(znx: Znx) -> None:
    """What a dead worker had taken is taken over once its lease has run out: minutes that a test need not wait."""
    url = znx.env.get("ZNX_DATABASE_URL")
    with psycopg.connect(url) if url else sqlite3.connect(znx.home / "znx.db", timeout=20) as database:
        for statement in _LEASES_END:
            database.execute(statement)
    database.close()


def _nothing_waits(znx: Znx) -> bool:
    """Whether every mail is decided; trouble that is not over yet may still answer with 503."""
    status, answer = znx.call("GET", "/inbound?state=pending&limit=1")
    assert status in (200, 503), (status, answer)
    return status == 200 and not answer["items"]


def assert_each_shown_once(store: Store, mails: Sequence[Letter], seconds: float = 60.0) -> None:
    """None lost, none twice, none half: text, file and the bytes as they were sent; nothing left undecided."""
    eventually(lambda: _nothing_waits(store.znx), seconds)
    ends = Counter((row["state"], row["why"]) for row in ledger(store) if row["state"] != "filed")
    assert set(ends) <= {("discarded", "duplicate")}
    assert store.znx.items("/inbound?state=failed&limit=1") == []
    shown = [message for message in messages(store) if message["direction"] == "inbound"]
    marks = Counter(_mark(message["subject"]) for message in shown)
    assert marks == Counter(mail.mark for mail in mails)
    by_mark = {_mark(message["subject"]): message for message in shown}
    for mail in mails:
        _assert_whole(store.znx, by_mark[mail.mark], mail)


def _mark(subject: str) -> str:
    found = _MARK.search(subject)
    return found[0] if found else subject


def _assert_whole(znx: Znx, message: dict[str, Any], mail: Letter) -> None:
    assert message["text"].split() == mail.text.split()
    files = [file["sha256"] for file in message["attachments"]]
    assert files == ([hashlib.sha256(mail.file).hexdigest()] if mail.file else [])
    for file in message["attachments"]:
        assert znx.api("GET", f"/attachments/{file['id']}") == mail.file
    assert znx.api("GET", f"/messages/{message['id']}/raw") == mail.raw


def assert_disk_is_consistent(home: Path) -> None:
    """The database is sound, and whatever it names in the blob store is there, whole."""
    database = sqlite3.connect(home / "znx.db", timeout=20)
    try:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        named = database.execute(
            "SELECT blob_key, sha256 FROM raw_emails WHERE blob_key IS NOT NULL "
            "UNION SELECT blob_key, sha256 FROM attachments"
        ).fetchall()
    finally:
        database.close()
    for key, digest in named:
        assert hashlib.sha256(LocalBlobs(home / "blobs").get(key)).hexdigest() == digest
