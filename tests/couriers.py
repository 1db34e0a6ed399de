"""A courier for tests: notes what it was given and answers as it is told."""

import email
import email.policy
from email.message import EmailMessage

from gateway.domain.couriers import Outcome, Sent


class Relay:
    """Takes everything, unless `answers` says otherwise, in order."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, str, str]] = []
        self.answers: list[Outcome] = []

    async def send(self, raw: bytes, mail_from: str, rcpt_to: str) -> Outcome:
        """Take a mail."""
        self.sent.append((raw, mail_from, rcpt_to))
        return self.answers.pop(0) if self.answers else Sent("250 2.0.0 Ok", "relay.example", ("C: x", "S: 250 Ok"))

    async def close(self) -> None:
        """Nothing to close."""

    @property
    def mails(self) -> list[EmailMessage]:
        """What was sent, parsed."""
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw, _, _ in self.sent]
