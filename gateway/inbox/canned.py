"""Canned replies of a shop and signatures of its people: kept by language, filled in for a thread."""

from dataclasses import dataclass, replace

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.canned import MAX_NAME_CHARS, Canned, check, fill, in_language, signature_for
from gateway.domain.conversations import clean_text
from gateway.domain.ids import checked_id
from gateway.domain.locales import LOCALES
from gateway.domain.writing import UNDO_CHOICES
from gateway.errors import Conflict, Duplicate, Invalid
from gateway.store import canned as store
from gateway.store import people

MAX_SIGNATURE_CHARS = 2_000
TAKEN = "there is a text of this name in this language already"


@dataclass(frozen=True, slots=True)
class Kit:
    """What a writer has at hand in one thread: texts and the signature, filled in, in the buyer's language."""

    texts: tuple[Canned, ...]
    signature: str


async def of_shop(gw: Gateway, actor: Actor, slug: str) -> tuple[Canned, ...]:
    """A shop's texts, by name. Raises NotFound."""
    async with gw.db.read() as session:
        return await store.canned(session, await store.shop_id_of(session, actor, slug))


async def for_thread(gw: Gateway, actor: Actor, thread_id: str) -> Kit:
    """What the actor can write in a thread. Raises NotFound."""
    async with gw.db.read() as session:
        return await kit(session, actor, thread_id)


async def kit(session: AsyncSession, actor: Actor, thread_id: str) -> Kit:
    """`for_thread` in the caller's look at the database."""
    talk = await store.talk(session, actor, thread_id)
    texts = await store.canned(session, talk.shop_id)
    signatures = await store.signatures(session, actor.user_id)
    values, wanted = talk.values, talk.buyer_locale or talk.shop_locale
    chosen = in_language(texts, wanted, talk.shop_locale)
    filled = tuple(replace(text, text=fill(text.text, values)) for text in chosen)
    return Kit(filled, fill(signature_for(signatures, wanted), values))


async def save(gw: Gateway, actor: Actor, slug: str, text: Canned) -> str:
    """Keep a text of a shop, a new one when it has no id; its id.

    Raises NotFound, Invalid, Conflict when the shop has another one of this name and language.
    """
    if text.id:
        await change(gw, actor, text)
        return text.id
    values, id_ = _values(gw, text), new_id()
    try:
        async with gw.db.write() as session:
            shop_id = await store.shop_id_of(session, actor, slug)
            await store.add(session, values | {"id": id_, "shop_id": shop_id})
    except Duplicate:
        raise Conflict(TAKEN) from None
    return id_


async def change(gw: Gateway, actor: Actor, text: Canned) -> None:
    """Write a text anew. Raises as `save` does."""
    id_, values = _id(text.id), _values(gw, text)
    try:
        async with gw.db.write() as session:
            await store.change(session, actor, id_, values)
    except Duplicate:
        raise Conflict(TAKEN) from None


def _values(gw: Gateway, text: Canned) -> dict[str, object]:
    name = " ".join(clean_text(text.name).split())
    if not 0 < len(name) <= MAX_NAME_CHARS:
        raise Invalid(f"a name has from 1 to {MAX_NAME_CHARS} characters", "name")
    if text.locale not in LOCALES:
        raise Invalid("there is no such language", "locale")
    return {"name": name, "locale": text.locale, "text": check(clean_text(text.text)), "updated_at": gw.clock.now()}


async def one(gw: Gateway, actor: Actor, id_: str) -> Canned:
    """A text by its id. Raises NotFound."""
    async with gw.db.read() as session:
        return await store.one(session, actor, _id(id_))


async def remove(gw: Gateway, actor: Actor, id_: str) -> None:
    """Forget a text. Raises NotFound."""
    async with gw.db.write() as session:
        await store.remove(session, actor, _id(id_))


async def signatures(gw: Gateway, user_id: str) -> dict[str, str]:
    """A user's signatures by locale."""
    async with gw.db.read() as session:
        return await store.signatures(session, user_id)


async def set_signature(gw: Gateway, user_id: str, locale: str, text: str) -> None:
    """Keep a user's signature in a language, or with an empty locale for all others; an empty text forgets it.

    Raises Invalid.
    """
    if locale and locale not in LOCALES:
        raise Invalid("there is no such language", "locale")
    tidy = clean_text(text).strip()
    if len(tidy) > MAX_SIGNATURE_CHARS:
        raise Invalid(f"a signature has at most {MAX_SIGNATURE_CHARS} characters", "text")
    async with gw.db.write() as session:
        await store.set_signature(session, user_id, locale, check(tidy) if tidy else "")


async def set_undo(gw: Gateway, user_id: str, seconds: int) -> None:
    """For how long a user's answers may be taken back. Raises Invalid for what is no choice."""
    if seconds not in UNDO_CHOICES:
        raise Invalid("choose one of the offered times", "seconds")
    async with gw.db.write() as session:
        await people.update_user(session, user_id, {"undo_seconds": seconds})


def _id(text: str) -> str:
    return checked_id(text, "no such canned reply")
