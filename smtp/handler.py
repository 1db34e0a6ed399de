"""Hands what a session has gathered to the gateway and turns its answer into replies; decides nothing itself."""

import asyncio
import traceback
from collections.abc import Sequence
from typing import Protocol

import aiosmtpd.smtp

from gateway import maillog
from gateway.domain.values import Arrival, Envelope, Ingress, Peer
from smtp.replies import SmtpReply, reply_to

FAILURES = (Exception, asyncio.CancelledError)
"""What is turned into replies. A CancelledError may come out of a broken part behind us: a writer that died."""


class Inbound(Protocol):
    """The gateway's door, as the edges see it. Both may raise anything: the client then hears 451."""

    async def check_recipient(self, address: str, peer: Peer) -> None:
        """Raises UnknownRecipient, Refused("relay"), RateLimited, TemporaryError."""

    async def accept(self, arrival: Arrival) -> Sequence[str]:
        """One id a recipient, in order, once the mail is durable. Raises Refused, StorageFull, TemporaryError."""
        ...


class Client(Protocol):
    """What the handler reads off the session's server."""

    @property
    def peer(self) -> Peer:
        """Who is talking."""
        ...


class Handler:
    """The hooks that aiosmtpd calls. They return replies, failures too: nothing that is raised leaves them."""

    def __init__(self, inbound: Inbound, ingress: Ingress = "smtp") -> None:
        self._inbound = inbound
        self._ingress: Ingress = ingress

    async def handle_RCPT(
        self,
        server: Client,
        session: aiosmtpd.smtp.Session,
        envelope: aiosmtpd.smtp.Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> bytes:
        """The reply to one RCPT; a recipient that is taken is added to the envelope."""
        try:
            await self._inbound.check_recipient(address, server.peer)
        except FAILURES as error:
            return failure(error)
        envelope.rcpt_tos.append(address)
        return SmtpReply.RECIPIENT_OK

    async def handle_DATA(
        self, server: Client, session: aiosmtpd.smtp.Session, envelope: aiosmtpd.smtp.Envelope
    ) -> bytes:
        """The reply to a mail; over LMTP one for each recipient that was accepted (RFC 2033 section 4.2)."""
        recipients = tuple(envelope.rcpt_tos)
        try:
            ids = await self._inbound.accept(_arrival(envelope, recipients, server.peer, self._ingress))
            if len(ids) != len(recipients):
                raise AssertionError("not one id a recipient")
            replies = [SmtpReply.QUEUED % id_.encode("ascii") for id_ in ids]
        except FAILURES as error:
            replies = [failure(error)] * len(recipients)
        return b"\r\n".join(replies) if self._ingress == "lmtp" else replies[0]


def failure(error: BaseException) -> SmtpReply:
    """The reply to a failure; an unexpected one is noted by its kind and place, its text may hold addresses.

    Raises the error again when it is the end of this very session: a task that is being cancelled must end.
    """
    task = asyncio.current_task()
    if isinstance(error, asyncio.CancelledError) and task and task.cancelling():
        raise error
    reply = reply_to(error)
    if reply is SmtpReply.TRY_AGAIN:
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        maillog.event("smtp.error", error=type(error).__name__, place=place)
    return reply


def _arrival(envelope: aiosmtpd.smtp.Envelope, recipients: tuple[str, ...], peer: Peer, ingress: Ingress) -> Arrival:
    content, envelope.content = envelope.content, None
    assert isinstance(content, bytes)
    # Stock aiosmtpd writes the null reverse-path as "<>", ours as the empty string.
    sender = "" if envelope.mail_from in (None, "<>") else envelope.mail_from
    return Arrival(content, Envelope(sender or "", recipients), peer, ingress)
