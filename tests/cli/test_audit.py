"""`znx audit verify` as its users run it, on what `znx shop`, `user` and `token` have written."""

import json
import sqlite3
from pathlib import Path

from tests.e2e.serving import gateway


def test_what_the_commands_did_is_in_the_log_and_a_changed_byte_is_named(tmp_path: Path) -> None:
    with gateway(tmp_path / "home") as znx:
        znx.run("shop", "add", "lotus", "--name", "莲花")
        znx.run("user", "add", "eyes@example.com", "--role", "readonly", "--shop", "lotus", given=b"long enough\n")
        token = znx.run("token", "add", "--role", "manager", "--shop", "lotus", "--scope", "read", "--scope", "orders")
        assert len(token.stdout.split()) == 1
        done = znx.run("audit", "verify")
        assert done.stdout.startswith(b"sound: 3 rows")
        known = done.stdout.split()[-1].decode()
        with sqlite3.connect(tmp_path / "home" / "znx.db") as database:
            database.execute("UPDATE audit_entries SET on_name = 'other@example.com' WHERE number = 2")
        database.close()
        broken = znx.run("audit", "verify", "--known", known, check=False)
        assert (broken.returncode, broken.stderr) == (1, b"row 2 was changed\n")
        found = json.loads(znx.run("audit", "verify", "--json", check=False).stdout)
        assert (found["broken"], found["why"]) == (2, "was changed")
