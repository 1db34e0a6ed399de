"""What was said in one attempt to send, and what went wrong, in words an operator can read; it decides nothing."""

import os
import re
import ssl

from aiosmtplib import SMTPResponse
from aiosmtplib.errors import SMTPServerDisconnected, SMTPTimeoutError

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_LONGEST = 500


class Dialogue:
    """The lines of one attempt: `C: ` ours, `S: ` the server's, `-- ` what happened to the connection."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it so far."""
        return tuple(self._lines)

    @property
    def answered(self) -> bool:
        """Whether the server has said anything."""
        return any(line.startswith("S: ") for line in self._lines)

    def asked(self, words: str) -> None:
        """We said this; never with a password."""
        self._lines.append(f"C: {words}")

    def heard(self, code: int, message: str) -> str:
        """The server said this; returned on one line."""
        words = on_one_line(code, message)
        self._lines.append(f"S: {words}")
        return words

    def noted(self, words: str) -> str:
        """This happened, or we saw that it would."""
        self._lines.append(f"-- {words}")
        return words


def on_one_line(code: int, message: str) -> str:
    """A reply without what a log or a page could not show, and not longer than anybody reads."""
    words = message if message.isprintable() else _UNPRINTABLE.sub(" ", message)
    return f"{code} {words}".strip()[:_LONGEST]


def last_line(reply: SMTPResponse) -> str:
    """The whole reply on one line."""
    return on_one_line(reply.code, reply.message)


def in_words(error: BaseException) -> str:
    """What went wrong on a connection; the innermost cause says it best."""
    causes = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    for known in reversed(causes):
        if isinstance(known, ssl.SSLCertVerificationError):
            return f"the certificate is not trusted: {known.verify_message}"
        if isinstance(known, ssl.SSLError):
            return f"TLS failed: {known.reason or known}"
    if isinstance(error, SMTPTimeoutError | TimeoutError):
        return "timed out"
    if any(isinstance(cause, SMTPServerDisconnected) for cause in causes):
        return "the connection was lost"
    innermost = causes[-1]
    # asyncio's own text of a refused connection is a tuple; the system's is a sentence.
    number = getattr(innermost, "errno", None) or 0
    text = os.strerror(number) if number > 0 else getattr(innermost, "strerror", None) or str(innermost)
    return _UNPRINTABLE.sub(" ", text)[:_LONGEST] or type(error).__name__
