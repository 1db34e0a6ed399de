"""The readers that an order-note channel chooses from: one row each. How each reads a mail stands in its own module."""

from collections.abc import Callable, Mapping
from typing import Any

from gateway.domain.emails import Email
from gateway.domain.note_mapping import read_by
from gateway.domain.notes import OrderNote, read_json_ld, read_key_values, read_note

NoteReader = Callable[[Email, Mapping[str, Any]], OrderNote | None]
"""A mail and the channel's `reader_config` to the note in it; None when there is none. Raises nothing."""

READERS: Mapping[str, NoteReader] = {
    # whichever of the two below finds one
    "": lambda email, _: read_note(email),
    # schema.org Order
    "jsonld": lambda email, _: read_json_ld(email),
    # `Key: value` lines
    "key_value": lambda email, _: read_key_values(email),
    # a platform's notification mails, as taught from an example
    "mapping": read_by,
}


def note_of(email: Email, reader: str = "", config: Mapping[str, Any] | None = None) -> OrderNote | None:
    """The order note in a mail by the channel's reader; None for a reader that there is not (any more)."""
    read = READERS.get(reader)
    return read(email, config or {}) if read else None
