"""What an answer to a buyer says: subject, text and HTML in the buyer's language. Its headers are for `outbound`."""

from dataclasses import dataclass

from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.addresses import mask
from gateway.domain.composing import reply_subject
from gateway.outbound.mailing import order_context
from gateway.rendering import Rendered
from gateway.store.conversation import Conversation, conversation

NOT_YET = "…"
"""What a preview shows where each mail has a token of its own."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a person wrote, with the names of the files; `token` and `link` lead the buyer back."""

    text: str
    files: tuple[str, ...] = ()
    template: str = "reply"
    token: str = NOT_YET
    link: str = NOT_YET


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail as its buyer will see it. `mail.html` may only be shown in a frame of its own."""

    from_name: str
    to_name: str
    to_masked: str
    mail: Rendered


def render(gw: Gateway, talk: Conversation, words: Words) -> Rendered:
    """The mail in words. Raises NotFound, Invalid for a template that can't be used. Blocks."""
    locale = talk.buyer_locale or talk.shop_locale
    return gw.renderer.render(words.template, locale, context_of(talk, words), talk.stored, talk.brand)


def context_of(talk: Conversation, words: Words) -> dict[str, object]:
    """What the template of an answer is given."""
    ancestor, quote = talk.ancestor, None
    if talk.mails.quote_history and ancestor is not None and ancestor.text.strip():
        quote = {"author": ancestor.author_name or talk.buyer_name, "at": ancestor.at, "text": ancestor.text}
    subject = (ancestor.subject if ancestor else "") or talk.subject
    return {
        "shop_name": talk.shop_name,
        "subject": reply_subject(subject, talk.order["order_no"] if talk.order else ""),
        "text": words.text,
        "files": list(words.files),
        "order": order_context(talk.order),
        "quote": quote,
        "marker": f"[znx:{words.token}]",
        "link": words.link,
    }


async def preview(gw: Gateway, actor: Actor, thread_id: str, text: str) -> Preview:
    """The mail that an answer would be at this moment. Raises NotFound."""
    async with gw.db.read() as session:
        talk = await conversation(session, actor, thread_id)
    rendered = render(gw, talk, Words(text))
    return Preview(talk.shop_name, talk.buyer_name, mask(talk.address), rendered)
