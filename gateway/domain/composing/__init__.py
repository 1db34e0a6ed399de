"""From values to the bytes of one outgoing mail; sending it, signing keys and templates are others' work."""

from gateway.domain.composing.compose import compose
from gateway.domain.composing.outgoing import LOOP_HEADER, AutoSubmitted, File, Outgoing, message_id
from gateway.domain.composing.subjects import base_subject, reply_subject

__all__ = [
    "LOOP_HEADER",
    "AutoSubmitted",
    "File",
    "Outgoing",
    "base_subject",
    "compose",
    "message_id",
    "reply_subject",
]
