"""One SMTP connection to a relay that is open and signed in: one mail after another; `opening` opens it."""

import re

from aiosmtplib import SMTP, SMTPException, SMTPResponse
from aiosmtplib.errors import SMTPDataError, SMTPServerDisconnected

from gateway.domain.couriers import Deferred, Outcome, RefusalKind, Refused, Sent
from gateway.domain.retrying import classify, enhanced_status
from smtp.dialogue import Dialogue, in_words, last_line
from smtp.relays import Relay, Timeouts

_ADDRESS = re.compile(r"[^\s<>\x00-\x1f\x7f]+@[^\s<>\x00-\x1f\x7f]+")
_SERVICE_CLOSING = 421


class Session:
    """Life cycle: `deliver` as often as wanted, then `quit`; after a failure `usable` is false for good.

    `delivered` counts the mails that it was given, whatever became of them; the first one's dialogue begins with
    the opening of the connection. `idle_since` belongs to whoever keeps the session.
    """

    def __init__(self, client: SMTP, relay: Relay, timeouts: Timeouts, opening: Dialogue) -> None:
        self.delivered = 0
        self.idle_since = 0.0
        self._client = client
        self._relay = relay
        self._timeouts = timeouts
        self._dialogue = opening
        self._broken = False

    @property
    def usable(self) -> bool:
        """False once anything failed, or the other side closed the connection."""
        return not self._broken and self._client.is_connected

    @property
    def lost_before_an_answer(self) -> bool:
        """True when the connection had gone before the first command of the last mail was answered."""
        return self._broken and not self._dialogue.answered

    async def deliver(self, raw: bytes, mail_from: str, rcpt_to: str) -> Outcome:
        """Hand one mail over. Whatever the other side does, or fails to do, is an outcome."""
        if self.delivered:
            self._dialogue = Dialogue()
        self.delivered += 1
        try:
            return self._impossible(raw, mail_from, rcpt_to) or await self._transaction(raw, mail_from, rcpt_to)
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
        self._client.close()

    async def quit(self) -> None:
        """Close politely, but not at any price."""
        try:
            if self.usable:
                await self._client.quit(timeout=self._timeouts.quit)
        except (SMTPException, OSError):
            pass
        self.abort()

    def _impossible(self, raw: bytes, mail_from: str, rcpt_to: str) -> Refused | None:
        """What needs no command, because the other side has said already that it can't take it."""
        if not _ADDRESS.fullmatch(rcpt_to) or (mail_from and not _ADDRESS.fullmatch(mail_from)):
            return self._refused("no SMTP command can hold this address", "address")
        if _needs_utf8(raw, mail_from, rcpt_to) and not self._client.supports_extension("smtputf8"):
            return self._refused(f"{self._relay} takes no addresses outside of ASCII (no SMTPUTF8)", "address")
        limit = self._client.esmtp_extensions.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(raw):
            return self._refused(f"{len(raw)} bytes are more than {self._relay} takes ({limit})", "content")
        return None

    def _refused(self, words: str, kind: RefusalKind) -> Refused:
        return Refused(self._dialogue.noted(words), str(self._relay), kind, self._dialogue.lines)

    async def _transaction(self, raw: bytes, mail_from: str, rcpt_to: str) -> Outcome:
        options = self._options(raw, mail_from, rcpt_to)
        for command in (f"MAIL FROM:<{mail_from}>{options}", f"RCPT TO:<{rcpt_to}>"):
            reply = await self._command(command)
            if reply.code // 100 != 2:
                return await self._declined(reply)
        reply = await self._data(raw)
        if reply.code // 100 != 2:
            return await self._declined(reply)
        return Sent(last_line(reply), str(self._relay), self._dialogue.lines)

    def _options(self, raw: bytes, mail_from: str, rcpt_to: str) -> str:
        """Parameters of MAIL that the other side has offered (RFC 1870, 6152, 6531); without 8BITMIME we just send."""
        offers = self._client.supports_extension
        wanted = (
            (f" SIZE={len(raw)}", offers("size")),
            (" BODY=8BITMIME", offers("8bitmime") and not raw.isascii()),
            (" SMTPUTF8", offers("smtputf8") and _needs_utf8(raw, mail_from, rcpt_to)),
        )
        return "".join(option for option, due in wanted if due)

    async def _command(self, command: str) -> SMTPResponse:
        self._dialogue.asked(command)
        reply = await self._client.execute_command(command.encode(), timeout=self._timeouts.command)
        self._dialogue.heard(reply.code, reply.message)
        return reply

    async def _data(self, raw: bytes) -> SMTPResponse:
        """aiosmtplib doubles leading dots and adds the final one (RFC 5321 section 4.5.2)."""
        self._dialogue.asked(f"DATA and {len(raw)} bytes")
        protocol = self._client.protocol
        if protocol is None:
            raise SMTPServerDisconnected("Connection lost")
        try:
            reply = await protocol.execute_data_command(raw, timeout=self._timeouts.data)
        except SMTPDataError as error:
            reply = SMTPResponse(error.code, error.message)
        self._dialogue.heard(reply.code, reply.message)
        return reply

    async def _declined(self, reply: SMTPResponse) -> Outcome:
        words, dialogue = last_line(reply), self._dialogue.lines
        await self._reset(reply.code)
        if reply.code // 100 == 5:
            kind = classify(reply.code, enhanced_status(reply.message), reply.message)
            return Refused(words, str(self._relay), kind, dialogue)
        return Deferred(words, str(self._relay), dialogue)

    async def _reset(self, code: int) -> None:
        """The connection serves the next mail only if the other side agrees that this one is over."""
        try:
            if code == _SERVICE_CLOSING or (await self._client.rset(timeout=self._timeouts.command)).code != 250:
                self.abort()
        except (SMTPException, OSError):
            self.abort()


def _needs_utf8(raw: bytes, mail_from: str, rcpt_to: str) -> bool:
    return not (mail_from.isascii() and rcpt_to.isascii() and raw.partition(b"\r\n\r\n")[0].isascii())
