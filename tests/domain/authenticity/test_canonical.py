"""The canonical forms of RFC 6376, compared with dkimpy's on whatever text."""

import tracemalloc

import pytest
from dkim.canonicalization import Relaxed, Simple
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.authenticity import canonical
from gateway.domain.authenticity.canonical import PIECE
from gateway.domain.authenticity.fields import Field, body_start, fields

LINES = st.lists(st.text(alphabet=" \tab.", max_size=8), max_size=12)


def whole(body: bytes, *, relaxed: bool) -> bytes:
    """The canonical body in one piece."""
    return b"".join(canonical.body(body, 0, relaxed=relaxed))


@given(LINES, st.booleans(), st.booleans())
def test_bodies(lines: list[str], ended: bool, relaxed: bool) -> None:
    body = "\r\n".join(lines).encode() + b"\r\n" * ended
    peer = (Relaxed if relaxed else Simple).canonicalize_body(body if body.endswith(b"\r\n") else body + b"\r\n")
    assert whole(body, relaxed=relaxed) == peer


@pytest.mark.parametrize("relaxed", [True, False])
@pytest.mark.parametrize("line", [b"x" * 78, b" \t" * 39, b"x" * (PIECE + 5), b"", b"a  b\t"])
def test_bodies_of_many_pieces(line: bytes, relaxed: bool) -> None:
    body = (line + b"\r\n") * (2 + 3 * PIECE // (len(line) + 2)) + b"end\r\n\r\n"
    kept = b" ".join(line.split()) if relaxed else line
    expected = kept + b"\r\n"
    assert whole(body, relaxed=relaxed) == expected * (2 + 3 * PIECE // (len(line) + 2)) + b"end\r\n"


def test_a_large_body_is_worked_on_in_pieces() -> None:
    body = (b"line \r\n" * PIECE) + b"\r\n" * PIECE
    pieces = list(canonical.body(body, 0, relaxed=True))
    assert len(pieces) > 5
    assert max(map(len, pieces)) <= PIECE + 10


def test_a_line_of_blanks_takes_no_more_time_than_another() -> None:
    body = b" " * 2_000_000 + b"x\r\n"
    assert whole(body, relaxed=True) == b" x\r\n"


@pytest.mark.parametrize(
    ("raw", "relaxed"),
    [
        (b"Subject:  A  B\t C \r\n", b"subject:A B C"),
        (b"SUBJECT \t: x\r\n\t y", b"subject:x y"),
        (b"a:", b"a:"),
        (b"A: X: y", b"a:X: y"),
    ],
)
def test_headers(raw: bytes, relaxed: bytes) -> None:
    field = fields(raw + b"\r\n\r\n")[0]
    assert canonical.header(field, relaxed=True) == relaxed
    assert canonical.header(field, relaxed=False) == raw.removesuffix(b"\r\n")


@pytest.mark.parametrize(
    ("value", "emptied"),
    [
        (b"v=1; b=abc; d=x", b"v=1; b=; d=x"),
        (b"v=1; bh=abc; b=a\r\n b\r\n c=", b"v=1; bh=abc; b="),
        (b"b = abc ;x=b", b"b =;x=b"),
        (b"\r\n\tb=abc;", b"\r\n\tb=;"),
    ],
)
def test_the_signature_leaves_itself_out(value: bytes, emptied: bytes) -> None:
    assert canonical.without_signature(Field(b"DKIM-Signature:" + value)).raw == b"DKIM-Signature:" + emptied


def test_signed_fields_are_taken_from_below() -> None:
    here = fields(b"A: 1\r\nB: 2\r\na : 3\r\n\r\n")
    assert [field.value for field in canonical.chosen(here, [b"a", b"b", b"a", b"a", b"c"])] == [b" 3", b" 2", b" 1"]


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"A: 1\r\n\r\nbody", b"body"),
        (b"\r\nbody", b"body"),
        (b"A: 1\r\n", b""),
        (b"A: 1", b""),
        (b"", b""),
        (b"A: 1\r\n\r\n", b""),
    ],
)
def test_where_the_body_begins(raw: bytes, body: bytes) -> None:
    assert raw[body_start(raw) :] == body


def test_hashing_needs_little_memory() -> None:
    body = b"x" * 70 + b"\r\n"
    raw = body * 100_000
    tracemalloc.start()
    for _ in canonical.body(raw, 0, relaxed=True):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
