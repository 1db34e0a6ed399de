"""The process that parses mails for `reading`: one mail at a time from stdin, each within its own limits.

It says `READY` once it can. A request is 8 bytes of length and the mail; an answer is 1 byte of outcome, 8 bytes of
length and a pickle of the `Email`, or the name of what went wrong. The process ends with its parent.
"""

import contextlib
import gc
import os
import pickle
import signal
import struct
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from gateway.domain.emails import Email

try:
    import resource
except ImportError:  # Windows has neither these limits nor these signals
    resource = None  # type: ignore[assignment]

LENGTH = struct.Struct(">Q")
ANSWER = struct.Struct(">cQ")
READY = b"!"
READ, FAILED, TOO_BIG = b"r", b"f", b"m"

_STATM = Path("/proc/self/statm")
_REHEARSAL = (
    b"From: =?gb18030?B?wvK80g==?= <buyer@example.com>\r\nTo: shop@example.com\r\nSubject: =?big5?B?rXGz5g==?=\r\n"
    b"Date: Mon, 2 Nov 2026 10:00:00 +0800\r\nMessage-ID: <1@example.com>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=gb2312\r\n\r\n"
    b"<p>\xc4\xe3\xba\xc3 <a href='https://example.com/'>x</a></p>\r\n--b\r\nContent-Type: image/png; name=a.png\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n"
)
"""Read before the first mail, so that what is loaded at first use is charged to no mail's limits."""


def main() -> None:
    """Serve until stdin ends. Arguments: seconds of processor time and bytes of memory for one mail."""
    cpu_seconds, memory = float(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes our stdin
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not become part of an answer
    _forbid_files()
    read(_REHEARSAL)
    gc.freeze()
    answers.write(READY)
    answers.flush()
    while (raw := _request(sys.stdin.buffer)) is not None:
        _limit(cpu_seconds, memory)
        try:
            outcome, payload = READ, pickle.dumps(read(raw), pickle.HIGHEST_PROTOCOL)
        except MemoryError:
            outcome, payload = TOO_BIG, b""
        except Exception as error:
            outcome, payload = FAILED, type(error).__name__.encode()
        _unlimit()
        answers.write(ANSWER.pack(outcome, len(payload)))
        answers.write(payload)
        answers.flush()
        if outcome == TOO_BIG:
            return


def read(raw: bytes) -> "Email":
    """The mail, and the words that its text is found by: the worker's one writer has no time to look for them."""
    from gateway.domain import parsing, searching

    email = parsing.parse(raw)
    return replace(email, words=frozenset(searching.words(email.text)))


def _request(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    raw = source.read(length)
    return raw if len(raw) == length else None


def _forbid_files() -> None:
    """A parser has no business writing files or dumping core."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit(cpu_seconds: float, memory: int) -> None:
    """Limits for the mail to come: SIGPROF kills by processor time, RLIMIT_AS counts from what is in use now."""
    if resource is None:
        return
    with contextlib.suppress(OSError, ValueError):
        pages = int(_STATM.read_bytes().split()[0])
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + memory, hard))
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)


def _unlimit() -> None:
    if resource is None:
        return
    signal.setitimer(signal.ITIMER_PROF, 0)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


if __name__ == "__main__":
    main()
