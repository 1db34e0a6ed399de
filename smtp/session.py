"""One SMTP connection to a relay that is open and signed in: one mail after another; `opening` opens it.

RFC 2920 would let the next mail's envelope travel behind the content of the one before it. It does not: a server that
writes each of the four replies by itself then waits for our delayed acknowledgement, which was 40 ms a mail.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiosmtplib import SMTPException, SMTPResponse

from gateway.domain.couriers import Deferred, Failing, Outcome, RefusalKind, Refused, Sent
from gateway.domain.retrying import classify, enhanced_status, tells_of_the_domain
from smtp.dialogue import Dialogue, in_words, last_line
from smtp.relays import Relay, Timeouts
from smtp.wire import Wire

_ADDRESS = re.compile(r"[^\s<>\x00-\x1f\x7f]+@[^\s<>\x00-\x1f\x7f]+")
_SERVICE_CLOSING = 421
_DATA = "DATA"
_GO_ON = 354


@dataclass(slots=True, eq=False)
class Parcel:
    """One mail on its way. `done` is its outcome; whoever waits for that may give up before it is there.

    `carrier` is the session that hands it over at this moment.
    """

    raw: bytes
    mail_from: str
    rcpt_to: str
    done: asyncio.Future[Outcome]
    carrier: "Session | None" = None

    def finish(self, outcome: Outcome) -> None:
        """This became of it, unless nobody waits any more."""
        if not self.done.done():
            self.done.set_result(outcome)

    def fail(self, error: BaseException) -> None:
        """It came to no outcome: a mistake of ours, or the end of all sending."""
        if isinstance(error, Exception) and not self.done.done():
            self.done.set_exception(error)
        self.done.cancel()


class Session:
    """Life cycle: `deliver` as often as wanted, then `quit`; after a failure `usable` is false for good.

    `offers` are the extensions of the server in lower case, with their parameters. `delivered` counts the mails that
    it was given, whatever became of them; the first one's dialogue begins with the opening of the connection.
    `idle_since` belongs to whoever keeps the session.
    """

    def __init__(
        self, wire: Wire, offers: Mapping[str, str], relay: Relay, timeouts: Timeouts, opening: Dialogue
    ) -> None:
        self.delivered = 0
        self.idle_since = 0.0
        self._wire = wire
        self._offers = offers
        self._relay = relay
        self._timeouts = timeouts
        self._dialogue = opening
        self._broken = False

    @property
    def usable(self) -> bool:
        """False once anything failed, or the other side closed the connection."""
        return not self._broken and self._wire.open

    @property
    def lost_before_an_answer(self) -> bool:
        """True when the connection had gone before the first command of the last mail was answered."""
        return self._broken and not self._dialogue.answered

    async def deliver(self, parcel: Parcel) -> Outcome:
        """Hand one mail over. Whatever the other side does, or fails to do, is an outcome."""
        if self.delivered:
            self._dialogue = Dialogue()
        self.delivered += 1
        try:
            return self._objection(parcel) or await self._transaction(parcel)
        except (SMTPException, OSError) as error:
            self.abort()
            words = self._dialogue.noted(in_words(error))
            return Deferred(f"{self._relay}: {words}", str(self._relay), self._dialogue.lines)
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        """Close without a word."""
        self._broken = True
        self._wire.close()

    async def quit(self) -> None:
        """Close politely, but not at any price."""
        try:
            if self.usable:
                self._wire.send(b"QUIT\r\n")
                await self._wire.reply(self._timeouts.quit)
        except (SMTPException, OSError):
            pass
        self.abort()

    def _objection(self, parcel: Parcel) -> Refused | None:
        """What needs no command, because the other side has said already that it can't take it."""
        raw, addresses = parcel.raw, [parcel.rcpt_to, *([parcel.mail_from] if parcel.mail_from else [])]
        if not all(map(_ADDRESS.fullmatch, addresses)):
            return self._refused("no SMTP command can hold this address", "address")
        if not raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n"):
            return self._refused("the mail has a bare CR or LF, which RFC 5321 section 2.3.8 forbids", "content")
        if _needs_utf8(parcel) and "smtputf8" not in self._offers:
            return self._refused(f"{self._relay} takes no addresses outside of ASCII (no SMTPUTF8)", "address")
        limit = self._offers.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(raw):
            return self._refused(f"{len(raw)} bytes are more than {self._relay} takes ({limit})", "content")
        return None

    def _refused(self, words: str, kind: RefusalKind) -> Refused:
        return Refused(self._dialogue.noted(words), str(self._relay), kind, self._dialogue.lines)

    async def _transaction(self, parcel: Parcel) -> Outcome:
        steps = f"MAIL FROM:<{parcel.mail_from}>{self._options(parcel)}", f"RCPT TO:<{parcel.rcpt_to}>", _DATA
        announce = self._announced_at_once if "pipelining" in self._offers else self._announced_in_turn
        if declined := await announce(steps):
            return await self._declined(declined)
        reply = await self._content(parcel.raw)
        if reply.code // 100 != 2:
            return await self._declined(reply)
        return Sent(last_line(reply), str(self._relay), self._dialogue.lines)

    def _options(self, parcel: Parcel) -> str:
        """Parameters of MAIL that the other side has offered (RFC 1870, 6152, 6531); without 8BITMIME we just send."""
        wanted = (
            (f" SIZE={len(parcel.raw)}", "size" in self._offers),
            (" BODY=8BITMIME", "8bitmime" in self._offers and not parcel.raw.isascii()),
            (" SMTPUTF8", "smtputf8" in self._offers and _needs_utf8(parcel)),
        )
        return "".join(option for option, due in wanted if due)

    async def _announced_in_turn(self, steps: Sequence[str]) -> SMTPResponse | None:
        """The first answer that lets us not go on, or None."""
        for step in steps:
            self._dialogue.asked(step)
            self._wire.send(f"{step}\r\n".encode())
            reply = await self._heard(self._timeouts.command)
            if not _goes_on(step, reply):
                return reply
        return None

    async def _announced_at_once(self, steps: Sequence[str]) -> SMTPResponse | None:
        """The same in one round trip (RFC 2920 section 3.1); each answer stands below its command all the same."""
        self._wire.send("".join(f"{step}\r\n" for step in steps).encode(), len(steps))
        for position, step in enumerate(steps, 1):
            self._dialogue.asked(step)
            reply = await self._heard(self._timeouts.command)
            if not _goes_on(step, reply):
                await self._leave(len(steps) - position)
                return reply
        return None

    async def _leave(self, unread: int) -> None:
        """RFC 2920 section 3.1: a server may want the mail although it took no recipient, and gets an empty one."""
        try:
            for _ in range(unread):
                last = await self._wire.reply(self._timeouts.command)
            if unread and last.code == _GO_ON:
                self._wire.send(b".\r\n")
                await self._wire.reply(self._timeouts.data)
        except (SMTPException, OSError):
            self.abort()

    async def _heard(self, seconds: float) -> SMTPResponse:
        reply = await self._wire.reply(seconds)
        self._dialogue.heard(reply.code, reply.message)
        return reply

    async def _content(self, raw: bytes) -> SMTPResponse:
        """RFC 5321 section 4.5.2: a leading dot is doubled, and a dot alone ends the mail."""
        self._dialogue.asked(f"{len(raw)} bytes and a dot")
        stuffed = raw.replace(b"\r\n.", b"\r\n..") if b"\r\n." in raw else raw
        first = b"." if raw.startswith(b".") else b""
        last = b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n"
        self._wire.send(first + stuffed + last)
        return await self._heard(self._timeouts.data)

    async def _declined(self, reply: SMTPResponse) -> Outcome:
        words, dialogue = last_line(reply), self._dialogue.lines
        await self._reset(reply.code)
        if reply.code // 100 == 5:
            kind = classify(reply.code, enhanced_status(reply.message), reply.message)
            return Refused(words, str(self._relay), kind, dialogue)
        about: Failing = "domain" if tells_of_the_domain(reply.code, reply.message) else "mail"
        return Deferred(words, str(self._relay), dialogue, about)

    async def _reset(self, code: int) -> None:
        """The connection serves the next mail only if the other side agrees that this one is over."""
        try:
            if code == _SERVICE_CLOSING or not self.usable:
                return self.abort()
            self._wire.send(b"RSET\r\n")
            if (await self._wire.reply(self._timeouts.command)).code != 250:
                self.abort()
        except (SMTPException, OSError):
            self.abort()


def _goes_on(step: str, reply: SMTPResponse) -> bool:
    return reply.code == _GO_ON if step == _DATA else reply.code // 100 == 2


def _needs_utf8(parcel: Parcel) -> bool:
    if not parcel.mail_from.isascii() or not parcel.rcpt_to.isascii():
        return True
    return not parcel.raw.isascii() and not parcel.raw.partition(b"\r\n\r\n")[0].isascii()
