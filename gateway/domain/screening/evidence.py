"""What screening looks at: a mail's headers, its parts and its text, each prepared once."""

import re
from functools import cached_property

from gateway.domain.parsing.repairs import Repairs
from gateway.domain.parsing.tree import Part

REGION = 20_000

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,190}[\w]")
_DAEMON = re.compile(
    r"(?:(?<![a-z0-9])(?:mailer-?daemon|mail-?daemon|mdaemon|postmaster|mail-?master|mailsystem|mail\.?delivery"
    r"|mail-delivery(?:-?(?:sub)?system)?|mailadmin|smtpd?|listserv|noreply-dmarc|microsoftexchange[0-9a-f]+"
    r"|system-?administrator|emailserver|mailserver|inetadmin|internet-?mail|mail-?gateway|smtpgate(?:way)?)"
    r"|(?<![\w.+-])(?:ndr|dsn|mta|bounces?|mmdf|uucp))"  # short words end many people's names: alexandr@
    r"(?:[-_.+]\w++)*+(?:\\?@|>)",
    re.IGNORECASE,
)
_DAEMON_NAME = re.compile(
    r"mail(?:er)?[ -]*delivery|delivery[ -]*(?:sub)?system|mailer[ -]*daemon|postmaster|system administrator"
    r"|mail administrator|系统退信|退信|邮件系统|郵件系統|mail server",
    re.IGNORECASE,
)


class Evidence:
    """The facts about one mail; the costly ones are worked out when first asked for."""

    def __init__(self, root: Part, subject: str, text: str, fresh: str) -> None:
        self.root = root
        self.subject = subject
        self.text = text
        self.fresh = fresh

    def header(self, name: str) -> str:
        """The first value of a field, decoded; empty when absent."""
        return self.root.headers.text(name)

    def has(self, name: str) -> bool:
        """Whether a field is there."""
        return name in self.root.headers

    @cached_property
    def region(self) -> str:
        """The beginning of the text: who reports something says it there."""
        return self.text[:REGION]

    @cached_property
    def parts(self) -> list[Part]:
        """All parts, in order."""
        return list(self.root.walk())

    def part(self, *types: str) -> Part | None:
        """The first part of one of these types."""
        return next((part for part in self.parts if part.content_type in types), None)

    @cached_property
    def is_from_daemon(self) -> bool:
        """Whether a mail system wrote it, by the From field or the return path."""
        sender = self.header("from")
        path = self.header("return-path")  # sendmail writes the empty path as <MAILER-DAEMON>
        return any(map(_DAEMON.search, (sender, path))) or _DAEMON_NAME.search(sender) is not None

    @cached_property
    def daemon_domain(self) -> str:
        """The domain of the From field: what a mail system leaves out of the names that are its own."""
        found = _ADDRESS.search(self.header("from"))
        return found[0].rpartition("@")[2] if found else ""

    @cached_property
    def has_null_path(self) -> bool:
        """Whether the envelope's sender was empty: a notification or an automatic answer (RFC 5321 §4.5.5)."""
        return self.root.headers.raw("return-path").replace(b" ", b"") in (b"<>", b"<<>>") or (
            self.has("from") and self.root.headers.raw("from").strip() in (b"<>", b"")
        )

    @cached_property
    def own_addresses(self) -> frozenset[str]:
        """Those whom the mail itself is from and to, in lower case: never the ones it reports about."""
        found: set[str] = set()
        for name in ("from", "to", "cc", "reply-to", "sender", "return-path", "delivered-to", "errors-to"):
            found.update(each.lower() for each in _ADDRESS.findall(self.header(name)))
        return frozenset(found)


def content_text(part: Part) -> str:
    """A report part as text: ASCII by RFC 3464, UTF-8 by RFC 6533, and never worth failing for."""
    return part.content(Repairs())[:200_000].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
