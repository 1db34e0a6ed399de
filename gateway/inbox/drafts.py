"""Drafts as sellers write: kept on the server, so that a reload or another browser shows them. Sending removes them."""

from collections.abc import Collection, Mapping

from gateway.blobs import fetch
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.conversations import clean_text
from gateway.domain.messages import StoredFile
from gateway.domain.writing import Draft, Kind
from gateway.errors import Forbidden, Invalid
from gateway.outbound.answers import MAX_REPLY_CHARS, NewAttachment
from gateway.store import drafts as store


def form_key(kind: Kind, thread_id: str, form_id: str) -> str:
    """What a form that became a message is known by; empty for a form without an id."""
    return f"{kind}:{thread_id}:page:{form_id[:64]}" if form_id else ""


async def of_thread(gw: Gateway, actor: Actor, thread_id: str) -> Mapping[Kind, Draft]:
    """The actor's own drafts in a thread, by kind. Raises NotFound."""
    async with gw.db.read() as session:
        await store.shop_of_thread(session, actor, thread_id)
        return await store.drafts(session, actor.user_id, thread_id)


async def save(
    gw: Gateway, actor: Actor, thread_id: str, draft: Draft, form_id: str = "", kept: Collection[str] = ()
) -> None:
    """Write a draft over the former one of its kind, with those of its files that are in `kept`; empty removes it.

    Does nothing when the form was sent meanwhile. Raises NotFound, Invalid for a too long text, Forbidden without
    a user.
    """
    if not actor.user_id:
        raise Forbidden("only people have drafts")
    text = clean_text(draft.text)
    if len(text) > MAX_REPLY_CHARS:
        raise Invalid(f"the text is longer than {MAX_REPLY_CHARS} characters", "text")
    async with gw.db.write() as session:
        shop_id = await store.shop_of_thread(session, actor, thread_id)
        key = form_key(draft.kind, thread_id, form_id)
        if key and await store.was_filed(session, key):
            return
        former = (await store.drafts(session, actor.user_id, thread_id)).get(draft.kind)
        files = tuple(file for file in (former.files if former else ()) if file.id in kept)
        await store.keep(session, actor.user_id, shop_id, thread_id, Draft(draft.kind, text, gw.clock.now(), files))


async def files_of(gw: Gateway, actor: Actor, thread_id: str, kept: Collection[str]) -> tuple[NewAttachment, ...]:
    """The files that came back into the actor's draft of a reply and are still wanted, with their bytes."""
    draft = (await of_thread(gw, actor, thread_id)).get("reply")
    wanted = [file for file in (draft.files if draft else ()) if file.id in kept]
    return tuple([await _bytes(gw, file) for file in wanted])


async def _bytes(gw: Gateway, file: StoredFile) -> NewAttachment:
    return NewAttachment(file.filename, file.declared_type, await fetch(gw.blobs, file.blob_key))
