"""What a shop has chosen about its mails: read out of its settings, written back into them. Sends nothing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

KEY = "mails"
"""The entry of Shop.settings that holds all of it."""


@dataclass(frozen=True, slots=True)
class MailOptions:
    """`quote_history`: answers quote what they answer. The others are automatic mails to buyers, each off by itself."""

    quote_history: bool = True
    order_placed: bool = False
    received: bool = False
    conversation_closed: bool = False


def mail_options(settings: Mapping[str, Any] | None) -> MailOptions:
    """The choices in a shop's settings; what is missing there is as MailOptions says."""
    chosen = (settings or {}).get(KEY) or {}
    known = {field.name for field in fields(MailOptions)}
    return MailOptions(**{name: bool(value) for name, value in chosen.items() if name in known})


def with_mail_options(settings: Mapping[str, Any] | None, changes: Mapping[str, bool]) -> dict[str, Any]:
    """The settings with some choices changed."""
    chosen = asdict(mail_options(settings)) | dict(changes)
    return {**(settings or {}), KEY: chosen}
