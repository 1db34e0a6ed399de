"""What time alone changes: snoozed threads wake, used and expired keys go away, and whoever looked at a thread."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.models import MailRequest, SellerNotice, SignInFailure, SignInLink, Thread, WebSession
from gateway.models.columns import table_of
from gateway.store import buyer_links, presence
from gateway.store.filing import bump_change

_THREADS = table_of(Thread)
_SESSIONS = table_of(WebSession)
_LINKS = table_of(SignInLink)
_FAILURES = table_of(SignInFailure)
_TOLD, _REQUESTS = table_of(SellerNotice), table_of(MailRequest)
LONG_AGO = timedelta(days=30)


async def wake_snoozed(session: AsyncSession, now: datetime) -> int:
    """Open the threads whose time has come; how many."""
    connection = await session.connection()
    due = select(_THREADS.c.id, _THREADS.c.shop_id).where(
        _THREADS.c.status == "snoozed", _THREADS.c.snoozed_until <= now
    )
    rows = (await connection.execute(due)).all()
    for row in rows:
        change_no = await bump_change(session, row.shop_id)
        awake = {"status": "open", "snoozed_until": None, "unread": True, "change_no": change_no}
        await connection.execute(update(_THREADS).where(_THREADS.c.id == row.id).values(**awake))
    return len(rows)


async def forget_expired(session: AsyncSession, now: datetime, failures_before: datetime) -> None:
    """Remove sessions, links, failed sign-ins and presences that can't matter any more."""
    connection = await session.connection()
    await connection.execute(delete(_SESSIONS).where(_SESSIONS.c.expires_at <= now))
    await connection.execute(delete(_LINKS).where(_LINKS.c.expires_at <= now))
    await connection.execute(delete(_FAILURES).where(_FAILURES.c.at <= failures_before))
    for shop_id in sorted(await presence.forget_expired(session, now)):
        await bump_change(session, shop_id)
    await buyer_links.forget_links(session, now - LONG_AGO)
    await connection.execute(delete(_TOLD).where(_TOLD.c.told_at <= now - LONG_AGO))
    await connection.execute(delete(_REQUESTS).where(_REQUESTS.c.at <= failures_before))
