"""Whatever people write into names, subjects and texts: exactly our headers, exactly our recipients, clean lines."""

import random
import re
from email.utils import getaddresses

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.composing import File, compose, reply_subject
from tests.domain.composing import HEADERS, PLAIN, header_names, mail, read

HOSTILE = (
    "\r\nBcc: evil@x.test\r\n",
    "\nTo: evil@x.test",
    "\rFrom: evil@x.test",
    "\r\n\r\n<script>",
    "=?utf-8?Q?=0D=0ABcc:_evil=40x.test?=",
    "=?utf-8?B?DQpCY2M6IGV2aWxAeC50ZXN0?=",
    "=?utf-8?Q?=22=3Cevil=40x.test=3E=2C?=",
    "=?x-unknown?B?====?=",
    "=?utf-8?B?!!!?=",
    "=?",
    '"',
    "\\",
    '",<evil@x.test>,"',
    "(comment",
    ";:,<>@[]",
    "evil@x.test, ",
    "\0",
    "\x1b[31m",
    "\x85\u2028\u2029",
    "\u202etxt.exe\u2066",
    "\ud800",
    "\udfff\ud800",
    "\ufeff\u200b",
    "--=_",
    ".\r\n",
    "From ",
    "莲花茶馆",
    "ÄÖÜß",
    "متجر",
    "👩‍👩‍👧‍👦🫖",
    "e\u0301" * 20,
    "a" * 120,
    "word " * 40,
    "\t \u3000",
    "%0d%0a",
    "{{ 7 * 7 }}",
)
BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
RUNS = 10_000


def hostile_text(chance: random.Random) -> str:
    """A few of the pieces in a row."""
    return "".join(chance.choices(HOSTILE, k=chance.randint(0, 5)))


def assert_only_what_was_meant(raw: bytes) -> None:
    """Read by CRLF alone and by the stdlib's address reader."""
    assert not BARE.search(raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()
    assert b"\0" not in raw
    assert header_names(raw)[: len(HEADERS)] == HEADERS
    assert set(header_names(raw)[len(HEADERS) :]) <= {"Content-Type", "Content-Transfer-Encoding"}
    fields = re.split(r"\r\n(?![ \t])", raw.partition(b"\r\n\r\n")[0].decode())
    values = dict(field.split(":", 1) for field in fields)
    for name, address in (("From", PLAIN.from_addr), ("To", PLAIN.to_addr), ("Reply-To", PLAIN.reply_to)):
        assert [spec for _, spec in getaddresses([values[name]])] == [address]


def test_ten_thousand_hostile_mails() -> None:
    chance = random.Random(20261123)
    for _ in range(RUNS):
        texts = [hostile_text(chance) for _ in range(5)]
        raw = compose(
            mail(
                from_name=texts[0],
                to_name=texts[1],
                subject=reply_subject(texts[2], "A-1001"),
                text=texts[3],
                html=texts[4] if chance.random() < 0.3 else None,
                attachments=(File(texts[0], texts[1], b"x"),) if chance.random() < 0.2 else (),
            )
        )
        assert_only_what_was_meant(raw)


@settings(max_examples=200, deadline=None)
@given(
    name=st.text(max_size=60),
    subject=st.text(max_size=120),
    text=st.text(max_size=300),
    filename=st.text(max_size=60),
    pieces=st.lists(st.sampled_from(HOSTILE), max_size=4),
)
def test_any_characters_at_all(name: str, subject: str, text: str, filename: str, pieces: list[str]) -> None:
    more = "".join(pieces)
    files = (File(filename + more, "application/pdf", b"x"),)
    raw = compose(mail(from_name=name + more, subject=more + subject, text=text + more, attachments=files))
    assert_only_what_was_meant(raw)
    message = read(raw)
    assert [address.addr_spec for address in message["To"].addresses] == [PLAIN.to_addr]
    assert not any(part.defects for part in message.walk())
    assert len(list(message.iter_attachments())) == 1
