"""UUIDv7 (RFC 9562 §5.7): identifiers that sort by the time they were made. Clock and randomness come in."""

from collections.abc import Callable
from uuid import UUID

NewId = Callable[[], str]


def uuid7(unix_ms: int, entropy: bytes) -> str:
    """The UUIDv7 of a moment in milliseconds since 1970 and 10 random bytes, in the canonical 36 characters."""
    if len(entropy) < 10:
        raise ValueError("a UUIDv7 needs 10 random bytes")
    value = (unix_ms & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(entropy[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))


def is_id(text: str) -> bool:
    """True for the canonical form of a UUID: what may go into a query as an id."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
