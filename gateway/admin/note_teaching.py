"""Teaches a channel of order notes how a platform's mails are read: from one example, tried on another, then kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.admin import channels
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.emails import Email
from gateway.domain.note_mapping import NoteMapping, learn, mapping_json, mapping_of, read
from gateway.domain.note_reasons import WhyNot
from gateway.domain.notes import OrderNote
from gateway.domain.routing.channels import Channel
from gateway.domain.routing.documents import ChannelDocument
from gateway.domain.routing.shapes import channel_json
from gateway.errors import Conflict, Invalid, Unreadable
from gateway.reading import Reader


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learnt from an example and what it reads out of it, or why not."""

    mapping: NoteMapping | None
    found: OrderNote | WhyNot


async def example(raw: bytes) -> Email:
    """A mail's source as text, read in a child of its own. Raises Invalid for what is no mail to show."""
    try:
        async with Reader(1) as reader:
            email = await reader.read(raw.lstrip())
    except Unreadable as error:
        raise Invalid(str(error), field="file") from None
    if not email.text.strip():
        raise Invalid("this mail has no text: save it from your mail program with its source (.eml)", field="file")
    return email


def lesson(subject: str, text: str, marks: Mapping[str, str]) -> Lesson:
    """Learn from the marked values of an example."""
    mapping = learn(subject, text, marks)
    if isinstance(mapping, WhyNot):
        return Lesson(None, mapping)
    return Lesson(mapping, read(mapping, Email(subject=subject, text=text)))


def trial(kept: Mapping[str, Any], email: Email) -> OrderNote | WhyNot:
    """What a mapping reads out of another mail. Raises Invalid for what is no mapping."""
    return read(mapping_of(kept), email)


async def channel(gw: Gateway, actor: Actor, id_: str) -> Channel:
    """A channel of order notes. Raises NotFound, Conflict for one of another kind."""
    found = await channels.channel(gw, actor, id_)
    if found.kind != "order_note":
        raise Conflict("only channels of order notes have a reader")
    return found


async def keep(gw: Gateway, actor: Actor, id_: str, kept: Mapping[str, Any]) -> Channel:
    """Let the channel read by a mapping from now on. Raises NotFound, Forbidden, Invalid."""
    found = await channel(gw, actor, id_)
    mapping = mapping_of(kept)
    document = {name: value for name, value in channel_json(found).items() if name in ChannelDocument.model_fields}
    document |= {"reader": "mapping", "reader_config": mapping_json(mapping)}
    return await channels.put(gw, actor, id_, ChannelDocument.model_validate(document))
