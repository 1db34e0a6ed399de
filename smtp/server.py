"""The commands that carry a mail, over SMTP and LMTP: order, syntax, limits; what becomes of it is the handler's."""

import asyncio
from contextlib import closing
from typing import Any, ClassVar

from smtp.commands import SessionCommands
from smtp.data import DataReader, Fault
from smtp.handler import failure
from smtp.paths import is_relay_form, read_parameters, read_path, read_recipient
from smtp.replies import FAULTS, SmtpReply

_GUESSES = frozenset({SmtpReply.NO_SUCH_RECIPIENT, SmtpReply.RELAY_DENIED})
"""Answers to RCPT that tell somebody who tries addresses that this was none."""

_MAIL_PARAMETERS = frozenset({"SIZE", "BODY", "SMTPUTF8"})
_BODY_TYPES = frozenset({"7BIT", "8BITMIME"})


class Smtp(SessionCommands):
    """An SMTP session: HELO or EHLO, then mails, one after another."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._mails = 0

    async def smtp_MAIL(self, arg: str | None) -> None:
        """RFC 5321 section 4.1.1.2."""
        if self.session.host_name is None:
            return self._wrong(SmtpReply.HELLO_FIRST)
        if self.envelope.mail_from is not None:
            return self._wrong(SmtpReply.ONE_MAIL_AT_A_TIME)
        if self._mails >= self.options.limits.mails and not self.peer.upstream:
            return self._leave(SmtpReply.TOO_MANY_MAILS)
        text = _after("FROM:", arg)
        if text is None:
            return self._wrong(SmtpReply.MAIL_SYNTAX)
        path = read_path(text)
        if path is None:
            return self._wrong(SmtpReply.BAD_SENDER)
        if reply := self._reason_against_mail(path.address, path.rest):
            return self._wrong(reply)
        self.envelope.mail_from = path.address
        return self._answer(SmtpReply.SENDER_OK)

    def _reason_against_mail(self, address: str, rest: str) -> SmtpReply | None:
        parameters = read_parameters(rest)
        if parameters is None:
            return SmtpReply.SYNTAX
        if not parameters.keys() <= _MAIL_PARAMETERS or (parameters and not self.session.extended_smtp):
            return SmtpReply.UNKNOWN_PARAMETER
        utf8 = "SMTPUTF8" in parameters
        if (body := parameters.get("BODY", "7BIT")) is None or body.upper() not in _BODY_TYPES:
            return SmtpReply.SYNTAX
        if utf8 and parameters["SMTPUTF8"] is not None:
            return SmtpReply.SYNTAX
        self.envelope.smtp_utf8 = utf8
        if not utf8 and not address.isascii():
            return SmtpReply.UTF8_NOT_ANNOUNCED
        return self._reason_against_size(parameters["SIZE"]) if "SIZE" in parameters else None

    def _reason_against_size(self, size: str | None) -> SmtpReply | None:
        if size is None or not size.isdecimal() or not size.isascii() or len(size) > 20:
            return SmtpReply.SYNTAX
        return SmtpReply.TOO_LARGE if int(size) > self.data_size_limit else None

    async def smtp_RCPT(self, arg: str | None) -> None:
        """RFC 5321 section 4.1.1.3; the handler knows who is here."""
        limits, now = self.options.limits, self.loop.time()
        if self.envelope.mail_from is None:
            return self._wrong(SmtpReply.MAIL_FIRST)
        if len(self.envelope.rcpt_tos) >= limits.recipients:
            return self._idle(SmtpReply.TOO_MANY_RECIPIENTS)
        if not self.peer.upstream and self.reception.gate.is_guessing(self.peer.ip, now):
            return self._leave(SmtpReply.TOO_MANY_BAD_RECIPIENTS)
        text = _after("TO:", arg)
        if text is None:
            return self._wrong(SmtpReply.RCPT_SYNTAX)
        path = read_recipient(text)
        if path is None:
            return self._wrong(SmtpReply.BAD_RECIPIENT)
        if path.rest:
            return self._wrong(SmtpReply.UNKNOWN_PARAMETER)
        if not path.address.isascii() and not self.envelope.smtp_utf8:
            return self._wrong(SmtpReply.UTF8_NOT_ANNOUNCED)
        return await self._add_recipient(path.address)

    async def _add_recipient(self, address: str) -> None:
        reply: bytes = SmtpReply.RELAY_DENIED
        if not is_relay_form(address):
            reply = await self.event_handler.handle_RCPT(self, self.session, self.envelope, address, [])
        if reply not in _GUESSES or self.peer.upstream:
            # An MTA of ours can't help what its clients write.
            return self._answer(reply)
        self.reception.gate.bad_recipient(self.peer.ip, self.loop.time())
        return self._wrong(reply)

    async def smtp_DATA(self, arg: str | None) -> None:
        """RFC 5321 section 4.1.1.4."""
        if arg:
            return self._wrong(SmtpReply.SYNTAX)
        if self.envelope.mail_from is None:
            return self._wrong(SmtpReply.MAIL_FIRST)
        if not self.envelope.rcpt_tos:
            return self._wrong(SmtpReply.RCPT_FIRST)
        self._answer(SmtpReply.START_DATA)
        with closing(DataReader(self.data_size_limit, self.options.limits.line_bytes, self.options.spool)) as body:
            if not await self._receive(body):
                return None
            if body.fault:
                return self._refuse_text(body.fault)
            reply = await self._hand_over(body)
        self._mails += 1
        self._idle_commands = 0
        self.envelope = self._create_envelope()
        return self._answer(reply)

    async def _hand_over(self, body: DataReader) -> bytes:
        if not body.spooled:
            return await self._hand_over_text(body.take())
        async with self.reception.long_texts:
            try:
                text = await asyncio.to_thread(body.take)
            except OSError as error:
                return self._for_each_recipient(failure(error))
            return await self._hand_over_text(text)

    async def _hand_over_text(self, text: bytes) -> bytes:
        self.envelope.content = text
        reply: bytes = await self.event_handler.handle_DATA(self, self.session, self.envelope)
        return reply

    def _refuse_text(self, fault: Fault) -> None:
        reply = self._for_each_recipient(FAULTS[fault])
        self.envelope = self._create_envelope()
        if fault is Fault.BARE_CONTROL:
            # What follows may have been smuggled in by somebody who made the sender see another end.
            self._leave(reply)
        else:
            self._answer(reply)

    def _for_each_recipient(self, reply: bytes) -> bytes:
        return reply


class Lmtp(Smtp):
    """An LMTP session (RFC 2033): LHLO, and one answer a recipient after DATA."""

    greeting: ClassVar[bytes] = SmtpReply.LMTP_GREETING
    takes_proxy_header: ClassVar[bool] = False

    async def smtp_LHLO(self, hostname: str) -> None:
        """EHLO by another name."""
        await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        """Must not be answered with a 250 (RFC 2033 section 4.1), or an SMTP client would go on."""
        self._wrong(SmtpReply.THIS_IS_LMTP)

    smtp_EHLO = smtp_HELO

    def _for_each_recipient(self, reply: bytes) -> bytes:
        return b"\r\n".join([reply] * len(self.envelope.rcpt_tos))


def _after(keyword: str, argument: str | None) -> str | None:
    """What follows `FROM:` or `TO:`; many clients put a space there, which the grammar does not."""
    if argument is None or argument[: len(keyword)].upper() != keyword:
        return None
    return argument[len(keyword) :].strip(" ")
