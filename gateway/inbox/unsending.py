"""An answer that waits: taken back into its writer's draft, or sent at once. What waits stands in the outbox."""

from gateway import maillog
from gateway.blobs import fetch
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.ids import checked_id
from gateway.domain.writing import Draft, Unsent
from gateway.outbound import answers
from gateway.outbound.answers import NewAttachment, ReplyDraft
from gateway.store import drafts
from gateway.store import unsending as store


async def take_back(gw: Gateway, actor: Actor, message_id: str) -> Unsent:
    """Stop a reply that has not left; a user finds its text and files in the draft, before what is there already.

    Raises NotFound, Conflict when it is on its way or did not wait.
    """
    async with gw.db.write() as session:
        unsent = await store.take_back(session, actor, _id(message_id))
        if actor.user_id:
            former = (await drafts.drafts(session, actor.user_id, unsent.thread_id)).get("reply")
            text = f"{unsent.text}\n\n{former.text}" if former and former.text.strip() else unsent.text
            files = unsent.files + (former.files if former else ())
            draft = Draft("reply", text, gw.clock.now(), files)
            await drafts.keep(session, actor.user_id, unsent.shop_id, unsent.thread_id, draft)
    maillog.event("outbound.taken_back", id=message_id, by=actor.user_id or actor.id)
    return unsent


async def send_now(gw: Gateway, actor: Actor, message_id: str) -> str:
    """Send a waiting reply at once, composed anew so that its date is true; the id of the message that replaces it.

    Raises NotFound, Conflict when it is on its way already.
    """
    async with gw.db.read() as session:
        row = await store.waiting(session, actor, _id(message_id))
        files = await store.files_of(session, message_id)
    attachments = [NewAttachment(f.filename, f.declared_type, await fetch(gw.blobs, f.blob_key)) for f in files]
    draft = ReplyDraft(
        row.fresh_text,
        tuple(attachments),
        row.undo["template"],
        status_after=row.undo["after"],
        signature=row.signature_text,
        replaces=message_id,
    )
    return await answers.reply(gw, actor, row.thread_id, draft)


def _id(text: str) -> str:
    return checked_id(text, "no such message")
