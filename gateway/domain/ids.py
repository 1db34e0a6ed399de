"""UUIDv7 (RFC 9562 §5.7): identifiers that sort by the time they were made. Clock and randomness come in."""

from collections.abc import Callable
from uuid import UUID

from gateway.errors import Invalid, NotFound

NewId = Callable[[], str]


def uuid7(ticks: int, entropy: bytes) -> str:
    """The UUIDv7 of a moment and 8 random bytes, in the canonical 36 characters.

    `ticks` are 1/4096 ms since 1970: the 48 bits of the milliseconds and, as RFC 9562 §6.2 method 3 allows, 12 bits
    of the fraction, so that ids made one after another also sort so.
    """
    if len(entropy) < 8:
        raise ValueError("a UUIDv7 needs 8 random bytes")
    millis, fraction = divmod(ticks, 4096)
    tail = int.from_bytes(entropy[:8], "big") & 0x3FFF_FFFF_FFFF_FFFF
    digits = f"{millis << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | tail:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def is_id(text: str) -> bool:
    """True for the canonical form of a UUID: what may go into a query as an id."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def checked_id(text: str, absent: str) -> str:
    """The id itself. Raises NotFound with the words `absent` for what is no id: nothing can be there."""
    if not is_id(text):
        raise NotFound(absent)
    return text


def check_cursor(cursor: str | None) -> None:
    """Lists go on after an id. Raises Invalid for a cursor that is none."""
    if cursor is not None and not is_id(cursor):
        raise Invalid("this cursor is not one of ours", field="cursor")
