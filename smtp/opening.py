"""Opens a session with a relay: connects, greets, secures it with TLS, signs in; sends no mail."""

import asyncio
from typing import cast

from aiosmtplib import SMTP, SMTPException, SMTPHeloError, SMTPResponseException

from smtp.dialogue import Dialogue, in_words
from smtp.relays import Relay, Timeouts
from smtp.session import Session
from smtp.wire import Wire


class RelayAway(Exception):
    """The relay can't be used just now, whatever the mail: `reply` says why, `dialogue` how it went."""

    def __init__(self, reply: str, dialogue: tuple[str, ...]) -> None:
        super().__init__(reply)
        self.reply = reply
        self.dialogue = dialogue


class _TlsFailed(RelayAway):
    """STARTTLS was refused, or its handshake failed."""


async def open_session(relay: Relay, hostname: str, timeouts: Timeouts) -> Session:
    """A session that is ready for its first mail. Raises RelayAway when any step fails."""
    try:
        return await _Opening(relay, hostname, timeouts).session(starttls=relay.tls in ("required", "opportunistic"))
    except _TlsFailed:
        if relay.verified:
            raise
    # RFC 7435: where TLS is only an opportunity, a broken one is worth as much as none.
    return await _Opening(relay, hostname, timeouts).session(starttls=False)


class _Opening:
    """One try to open one connection."""

    def __init__(self, relay: Relay, hostname: str, timeouts: Timeouts) -> None:
        self._relay = relay
        self._hostname = hostname
        self._timeouts = timeouts
        self._dialogue = Dialogue()
        self._client = SMTP(
            hostname=relay.host,
            port=relay.port,
            local_hostname=hostname,
            timeout=timeouts.connect,
            use_tls=relay.tls == "implicit",
            start_tls=False,
            tls_context=relay.tls_context() if relay.tls == "implicit" else None,
        )

    async def session(self, starttls: bool) -> Session:
        try:
            await self._connect()
            await self._greet()
            if starttls:
                await self._secure()
            if self._relay.user:
                await self._sign_in()
        except BaseException:
            self._client.close()
            raise
        return Session(self._wire(), self._client.esmtp_extensions, self._relay, self._timeouts, self._dialogue)

    def _wire(self) -> Wire:
        """aiosmtplib knows no pipelining: once we are in, the connection is ours alone."""
        transport = self._client.transport
        if transport is None:
            raise RelayAway(f"{self._relay}: {self._dialogue.noted('the connection was lost')}", self._dialogue.lines)
        return Wire(cast(asyncio.Transport, transport))

    async def _connect(self) -> None:
        self._dialogue.asked(f"connect to {self._relay}")
        try:
            greeting = await self._client.connect()
        except SMTPResponseException as error:
            # RFC 5321 section 3.1: a 554 greeting refuses the session, not the mail.
            raise self._declined(error) from error
        except (SMTPException, OSError) as error:
            raise self._away(error) from error
        self._dialogue.heard(greeting.code, greeting.message)

    async def _greet(self) -> None:
        """Only a server that has stayed may be asked again in the old way (RFC 5321 section 3.2)."""
        try:
            await self._hello("EHLO")
        except SMTPHeloError as error:
            if not self._client.is_connected:
                raise self._declined(error) from error
            self._dialogue.heard(error.code, error.message)
            await self._greet_in_the_old_way()

    async def _greet_in_the_old_way(self) -> None:
        try:
            await self._hello("HELO")
        except SMTPHeloError as error:
            raise self._declined(error) from error

    async def _hello(self, verb: str) -> None:
        self._dialogue.asked(f"{verb} {self._hostname}")
        hello = self._client.ehlo if verb == "EHLO" else self._client.helo
        try:
            reply = await hello(timeout=self._timeouts.command)
        except SMTPHeloError:
            raise
        except (SMTPException, OSError) as error:
            raise self._away(error) from error
        self._dialogue.heard(reply.code, reply.message)

    async def _secure(self) -> None:
        if not self._client.supports_extension("starttls"):
            if self._relay.verified:
                raise RelayAway(f"{self._relay} offers no STARTTLS, and TLS is required", self._dialogue.lines)
            return
        self._dialogue.asked("STARTTLS")
        try:
            reply = await self._client.starttls(tls_context=self._relay.tls_context(), timeout=self._timeouts.command)
        except (SMTPException, OSError) as error:
            raise _TlsFailed(f"{self._relay}: {self._dialogue.noted(in_words(error))}", self._dialogue.lines) from error
        self._dialogue.heard(reply.code, reply.message)
        await self._greet()

    async def _sign_in(self) -> None:
        """A wrong password is the operator's affair: the mail is kept, not refused (RFC 4954 section 6)."""
        methods = {"plain": self._client.auth_plain, "login": self._client.auth_login}
        offered = [name for name in methods if name in self._client.server_auth_methods]
        if not offered:
            raise RelayAway(f"{self._relay} offers neither AUTH PLAIN nor AUTH LOGIN", self._dialogue.lines)
        self._dialogue.asked(f"AUTH {offered[0].upper()} ***")
        try:
            reply = await methods[offered[0]](self._relay.user, self._relay.password, timeout=self._timeouts.command)
        except SMTPResponseException as error:
            raise self._declined(error) from error
        except (SMTPException, OSError) as error:
            raise self._away(error) from error
        self._dialogue.heard(reply.code, reply.message)

    def _declined(self, error: SMTPResponseException) -> RelayAway:
        words = self._dialogue.heard(error.code, error.message)
        return RelayAway(f"{self._relay}: {words}", self._dialogue.lines)

    def _away(self, error: Exception) -> RelayAway:
        words = self._dialogue.noted(in_words(error))
        return RelayAway(f"{self._relay}: {words}", self._dialogue.lines)
