"""Splits the raw header section into fields as a signature verifier does; leaves their meaning to others."""

from dataclasses import dataclass

_LAX_READERS_IGNORE = bytes(range(0x21)) + bytes(range(0x7F, 0x100))


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: `name` as it stands before the colon, `value` after it, unfolded, both undecoded."""

    name: bytes
    value: bytes

    @property
    def key(self) -> bytes:
        """The name in lower case, without the blanks and controls that only some readers drop."""
        return self.name.translate(None, _LAX_READERS_IGNORE).lower()

    @property
    def clean(self) -> bool:
        """Whether every reader agrees on the name (RFC 5322 section 2.2: no blank before the colon)."""
        return self.name.lower() == self.key


def header_section(raw: bytes) -> bytes:
    """The bytes before the first empty line, without its line end; the whole mail when there is none."""
    if raw.startswith(b"\r\n"):
        return b""
    end = raw.find(b"\r\n\r\n")
    return raw if end < 0 else raw[:end]


def fields(raw: bytes) -> list[Field]:
    """All header fields from top to bottom; a line without a colon becomes a field without a value."""
    unfolded: list[list[bytes]] = []
    for line in header_section(raw).split(b"\r\n"):
        if line[:1] in (b" ", b"\t") and unfolded:
            unfolded[-1].append(line)
        else:
            unfolded.append([line])
    return [_field(b"".join(lines)) for lines in unfolded if lines != [b""]]


def _field(line: bytes) -> Field:
    name, _, value = line.partition(b":")
    return Field(name, value)
