"""A relay for tests: a real aiosmtpd that answers, at each stage, what a script says. Listens on a free port."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from gateway.domain.couriers import Courier, Outcome
from smtp.relays import Timeouts

DROP = "drop"
"""Close the connection instead of answering."""
SILENCE = "silence"
"""Never answer."""

MAIL = b"Subject: hello\r\n\r\nbody\r\n"
STAGES = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END")
TIMERS = {"CONNECT": "connect", "END": "data"}
"""What runs out at a stage; at all others it is `command`."""


def impatient(stage: str) -> Timeouts:
    """Of somebody who gives up soon at this stage, and waits at the others however slow the machine is."""
    return Timeouts(**{TIMERS.get(stage, "command"): 0.3})


@dataclass
class Relay:
    """What the tests say beforehand and look at afterwards.

    `script` maps a stage (STAGES, STARTTLS, AUTH, HELO, RSET, QUIT) to the answers of its next turns; when they are
    used up, or None, the server answers as servers do. END answers the final dot: the mail has arrived by then.
    `silent` is set when it first did not answer.
    """

    script: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    pipelining: bool = False
    port: int = 0
    mails: list[Envelope] = field(default_factory=list)
    connections: int = 0
    silent: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0
    options: list[str] = field(default_factory=list)
    _turns: dict[str, int] = field(default_factory=dict)

    def next(self, stage: str) -> str | None:
        """The scripted answer of this turn."""
        turn = self._turns.get(stage, 0)
        self._turns[stage] = turn + 1
        answers = self.script.get(stage, ())
        return answers[turn] if turn < len(answers) else None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self.port}"


class _Scripted(SMTP):
    def __init__(self, relay: Relay, **options: Any) -> None:
        super().__init__(_Handler(relay), **options)
        self._relay = relay
        self._greeted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._relay.connections += self.transport is None
        super().connection_made(transport)

    async def push(self, status: Any) -> None:
        if not self._greeted:
            self._greeted = True
            if await self._acted("CONNECT"):
                return
        await super().push(status)

    def hang_up(self) -> None:
        """Cut the connection without a word."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    async def _acted(self, stage: str) -> bool:
        action = self._relay.next(stage)
        if action == DROP:
            self.hang_up()
        elif action == SILENCE:
            self._relay.silent.set()
            await asyncio.Event().wait()
        elif action is not None:
            await super().push(action)
        return action is not None

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._acted("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        if not await self._acted("HELO"):
            await super().smtp_HELO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if not await self._acted("STARTTLS"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._acted("AUTH"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        self._relay.options.append(str(arg))
        if not await self._acted("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self._acted("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._acted("DATA"):
            await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        if not await self._acted("QUIT"):
            await super().smtp_QUIT(arg)

    async def smtp_RSET(self, arg: str) -> None:
        if not await self._acted("RSET"):
            await super().smtp_RSET(arg)


class _Handler:
    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def handle_EHLO(
        self, server: _Scripted, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], *(["250-PIPELINING"] if self._relay.pipelining else []), responses[-1]]

    async def handle_DATA(self, server: _Scripted, session: Session, envelope: Envelope) -> str:
        relay = self._relay
        relay.at_once += 1
        relay.most_at_once = max(relay.most_at_once, relay.at_once)
        # Others get their turn here, as they would while a server writes to its disk.
        await asyncio.sleep(0)
        relay.at_once -= 1
        relay.mails.append(envelope)
        action = relay.next("END")
        if action == DROP:
            server.hang_up()
        if action == SILENCE:
            await asyncio.Event().wait()
        return action if action and action != DROP else "250 2.0.0 taken"


@contextlib.asynccontextmanager
async def listening(
    relay: Relay,
    tls: ssl.SSLContext | None = None,
    implicit: bool = False,
    password: str | None = None,
    **options: Any,
) -> AsyncIterator[Relay]:
    """Serve `relay`; `tls` is offered by STARTTLS unless `implicit`; a `password` is asked for when given."""
    sessions: list[_Scripted] = []

    def authenticator(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        given = data.password.decode() if isinstance(data, LoginPassword) else ""
        return AuthResult(success=given == password, handled=False)

    def session() -> _Scripted:
        sessions.append(
            _Scripted(
                relay,
                hostname="relay.test",
                tls_context=None if implicit else tls,
                authenticator=authenticator if password else None,
                auth_require_tls=False,
                **options,
            )
        )
        return sessions[-1]

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0, ssl=tls if implicit else None)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        for one in sessions:
            one.hang_up()
        await server.wait_closed()


async def send(courier: Courier, mail: bytes = MAIL, rcpt_to: str = "buyer@shop.test") -> Outcome:
    """One mail with a usual envelope."""
    return await courier.send(mail, "b.token@znx.test", rcpt_to)
