"""Mails to people who work here, about no single shop: sign-in, invitation, password. Queued in the caller's act.

Who may get one, and how often, is the caller's rule; making the link that stands in it too.
"""

from collections.abc import Mapping

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.context import Gateway
from gateway.errors import Invalid
from gateway.outbound.mailing import Notice, post
from gateway.store.notices import system_words

SITE_NAME = "znx"


async def send_system_mail(
    gw: Gateway, session: AsyncSession, template: str, to: str, locale: str, context: Mapping[str, object]
) -> bool:
    """Queue one mail of `template` ("sign-in", "invitation", "password-reset", ...) to the address `to`.

    It is written in the caller's transaction: it leaves if, and only if, that commits. After the commit call
    `gw.outbound_signal.wake()`, so that the worker of this process looks at once.

    `context` is what docs/outgoing-mail.md names for the template; `shop_name` is added when it is missing. `locale`
    may be empty or anything: the nearest there is is taken. The mail comes from the admins' inbox, where an answer
    to it goes. False, without an exception, when the address is on the suppression list or no mail can be written
    to it. Raises NotFound for an unknown template.
    """
    shop = await system_words(session, SITE_NAME)
    notice = Notice(
        kind=template,
        shop=shop,
        address=to,
        locale=locale or shop.locale,
        context={"shop_name": SITE_NAME, **context},
        auto="auto-generated",
    )
    try:
        return await post(session, gw, notice, gw.clock.now())
    except Invalid:
        maillog.event("outbound.unwritable", rcpt=maillog.masked(to), kind=template)
        return False
