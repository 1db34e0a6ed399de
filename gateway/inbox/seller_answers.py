"""What a seller answered by mail leaves as the shop's reply in the thread: new words and files, nothing that tells who.

That the mail is the seller's was decided before; here it is checked once more that they may answer in that shop.
"""

import re

from gateway.context import Gateway
from gateway.domain.conversations import clean_text
from gateway.domain.emails import Email
from gateway.domain.facts import SellersAnswer
from gateway.errors import NotFound
from gateway.outbound.answers import NewAttachment, ReplyDraft, reply
from gateway.people import accounts
from gateway.store import people


async def send(gw: Gateway, answer: SellersAnswer, email: Email, key: str) -> str:
    """Answer the thread in the seller's name, once for a key; the message's id.

    Quotes and signature are cut. Raises NotFound for a thread that the seller does not reach any more, Forbidden,
    Invalid for what can't be sent.
    """
    async with gw.db.read() as session:
        account = await people.account_by_id(session, answer.user_id)
    if account is None or not account.active:
        raise NotFound("this seller does not work here any more")
    files = tuple(
        NewAttachment(file.filename, file.content_type, file.content) for file in email.attachments if not file.inline
    )
    text = without(account.email, clean_text(email.fresh_text).strip())
    draft = ReplyDraft(text=text, attachments=files, idempotency_key=key)
    return await reply(gw, accounts.actor_of(account).acting("work"), answer.thread_id, draft)


def without(address: str, text: str) -> str:
    """The text with the seller's own address blotted out: the buyer must not see it, wherever a program put it."""
    return re.sub(re.escape(address), "***", text, flags=re.IGNORECASE)
