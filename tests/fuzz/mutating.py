"""Mails broken at random: pieces cut out, doubled, exchanged with others, and the bytes that parsers stumble over."""

import random
from collections.abc import Callable

AWKWARD = (
    b"\r\n",
    b"\n",
    b"\r",
    b"\x00",
    b"\xff",
    b"\x1b$B",
    b"--",
    b"=?utf-8?B?",
    b"?=",
    b'"',
    b"(",
    b")",
    b"<",
    b">",
    b";",
    b"\\",
    b":",
    b"&nbsp;",
    b"<blockquote>",
    b"<table>",
    b"<!--",
    b"filename*0*=",
    b"begin 644 x\n",
    b"-----BEGIN PGP MESSAGE-----",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"charset=utf-7",
    b"charset=hz",
    "写道：".encode(),
)


def mutate(mails: list[bytes], chance: random.Random) -> bytes:
    """One of the mails after a few accidents."""
    mail = bytearray(chance.choice(mails))
    for _ in range(chance.randint(1, 6)):
        position = chance.randint(0, len(mail))
        chance.choice(_ACCIDENTS)(mail, position, mails, chance)
    return bytes(mail)


def _cut(mail: bytearray, position: int, mails: list[bytes], chance: random.Random) -> None:
    del mail[position : position + chance.randint(0, 20)]


def _insert(mail: bytearray, position: int, mails: list[bytes], chance: random.Random) -> None:
    mail[position:position] = chance.choice(AWKWARD) * chance.choice((1, 1, 1, 2, 50))


def _change(mail: bytearray, position: int, mails: list[bytes], chance: random.Random) -> None:
    mail[position : position + 1] = bytes((chance.randrange(256),))


def _double(mail: bytearray, position: int, mails: list[bytes], chance: random.Random) -> None:
    start = chance.randint(0, len(mail))
    mail[position:position] = mail[start : start + chance.randint(0, 300)]


def _graft(mail: bytearray, position: int, mails: list[bytes], chance: random.Random) -> None:
    other = chance.choice(mails)
    mail[position:] = other[chance.randint(0, len(other)) :]


Accident = Callable[[bytearray, int, list[bytes], random.Random], None]
_ACCIDENTS: tuple[Accident, ...] = (_cut, _insert, _change, _double, _graft)
