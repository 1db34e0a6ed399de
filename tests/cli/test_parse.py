"""`znx parse` from outside: one line of JSON a mail, in order, whatever the bytes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

KEYS = {
    "subject",
    "from",
    "to",
    "cc",
    "reply_to",
    "date",
    "internet_message_id",
    "in_reply_to",
    "references",
    "text",
    "html",
    "fresh_text",
    "quoted_text",
    "signature_text",
    "attachments",
    "class",
    "bounce",
    "defects",
    "charset_uncertain",
}


def znx_parse(*files: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "gateway", "parse", *map(str, files)]
    return subprocess.run(command, input=stdin, capture_output=True, check=False)


def test_files_are_answered_line_by_line_in_their_order(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.eml" for number in range(12)]
    for number, path in enumerate(files):
        path.write_bytes(f"Subject: 订单 {number}\r\n\r\nhello\r\n".encode())
    done = znx_parse(*files)
    lines = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert (done.returncode, done.stderr) == (0, b"")
    assert [line["subject"] for line in lines] == [f"订单 {number}" for number in range(12)]
    assert set(lines[0]) >= KEYS


def test_standard_input_is_read_when_no_file_is_named() -> None:
    done = znx_parse(stdin=b"Subject: one\r\n\r\nhello\r\n")
    assert json.loads(done.stdout)["text"] == "hello"


@pytest.mark.parametrize("raw", [b"", b"\x00" * 100, bytes(range(256)) * 20, b"Subject: \xff\xfe\r\n\r\n\x80"])
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    done = znx_parse(stdin=raw)
    assert done.returncode == 0
    assert set(json.loads(done.stdout)) >= KEYS


def test_a_file_that_is_missing_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    there = tmp_path / "there.eml"
    there.write_bytes(b"Subject: there\r\n\r\n")
    done = znx_parse(tmp_path / "missing.eml", there)
    assert done.returncode == 1
    assert b"missing.eml" in done.stderr
    assert json.loads(done.stdout)["subject"] == "there"
