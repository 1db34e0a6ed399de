"""A client that behaves as an MTA: it keeps a mail until it has heard 250, and tries again as often as it takes."""

import hashlib
import itertools
import random
import select
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import EmailMessage

_Step = Callable[[], tuple[int, bytes]]
AUTHOR = "wang@example.com"
LARGE = 90_000


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of its own: the mark stands in its subject, at the beginning and at the end of its text."""

    mark: str
    raw: bytes
    text: str
    file: bytes = b""

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes as they are sent."""
        return hashlib.sha256(self.raw).hexdigest()


def letter(mark: str, file: bytes = b"", author: str = AUTHOR) -> Letter:
    """A plain mail about order A-1001, with a file when one is given."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Wang Fang <{author}>", "shop@inbox.example", f"A-1001 {mark}"
    mail["Message-ID"] = f"<{mark}@example.com>"
    text = f"{mark}-begins {mark}-begins\n" + "Where is it? 茶壶还没到。\n" * 40 + f"{mark}-ends {mark}-ends\n"
    mail.set_content(text)
    if file:
        mail.add_attachment(file, maintype="application", subtype="octet-stream", filename=f"{mark}.bin")
        mail.set_boundary(f"=_{mark}")
    return Letter(mark, mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")), text, file)


def letters(name: str, count: int) -> list[Letter]:
    """Mails of three kinds in turn: text alone, with a small file, and too large for a row of the database."""
    sizes = itertools.cycle((0, 2_000, LARGE))
    return [
        letter(f"{name}-{number:04}", random.Random(f"{name}{number}").randbytes(size))
        for number, size in zip(range(count), sizes, strict=False)
    ]


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer and how many seconds it took."""

    code: int
    seconds: float
    words: str = ""


@dataclass
class Mta:
    """Hands mails to a server that may be away, restarting or full; `port` says where it is at this moment.

    `heard` is every answer to MAIL, RCPT and the final dot; `lost` counts the connections that ended without one.
    """

    port: Callable[[], int]
    rcpt: str
    at_once: int = 6
    pause: float = 0.05
    source: str = "127.0.0.1"
    heard: list[Heard] = field(default_factory=list)
    lost: int = 0
    ids: dict[str, str] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.at_once)
        self._under_way: list[Future[None]] = []

    def send(self, mails: Iterable[Letter]) -> None:
        """Begin to deliver, in the background."""
        self._under_way += [self._pool.submit(self._deliver, mail) for mail in mails]

    @property
    def left(self) -> int:
        """How many mails have heard no 250 yet."""
        return sum(not future.done() for future in self._under_way)

    def wait(self, seconds: float = 60.0) -> None:
        """Until every mail has heard its 250. Raises TimeoutError."""
        end = time.monotonic() + seconds
        try:
            for future in self._under_way:
                future.result(max(0.0, end - time.monotonic()))
        finally:
            self._over.set()
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _deliver(self, mail: Letter) -> None:
        while not self._over.is_set() and mail.mark not in self.ids:
            try:
                self._try(mail)
            except (OSError, smtplib.SMTPException):
                self.lost += 1
            if mail.mark not in self.ids:
                self._over.wait(self.pause * (0.5 + random.random()))

    def _try(self, mail: Letter) -> None:
        with smtplib.SMTP("127.0.0.1", self.port(), timeout=30, source_address=(self.source, 0)) as client:
            client.ehlo("mail.example.com")
            steps: Sequence[_Step] = (
                lambda: client.mail(AUTHOR),
                lambda: client.rcpt(self.rcpt),
                lambda: _data(client, mail),
            )
            for step in steps:
                began = time.monotonic()
                code, words = step()
                self.heard.append(Heard(code, time.monotonic() - began, words.decode()))
                if code >= 400:
                    return
            self.ids[mail.mark] = words.decode().split()[-1]


def _data(client: smtplib.SMTP, mail: Letter) -> tuple[int, bytes]:
    try:
        return client.data(mail.raw)
    except smtplib.SMTPDataError as error:
        return error.smtp_code, str(error.smtp_error).encode()


def send_and_leave(port: int, rcpt: str, mail: Letter, patience: float | None) -> None:
    """Send a whole mail and be gone `patience` seconds after its dot, or when the answer is there; it is not read."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        reader = wire.makefile("rb")
        _await(reader.readline)
        for command in ("HELO mail.example.com", f"MAIL FROM:<{AUTHOR}>", f"RCPT TO:<{rcpt}>", "DATA"):
            wire.sendall(command.encode() + b"\r\n")
            _await(reader.readline)
        wire.sendall(mail.raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        if patience is None:
            select.select([wire], [], [], 60)
        else:
            time.sleep(patience)
        # An abrupt end, as of a machine that fell over: a reset instead of a goodbye.
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def _await(readline: Callable[[], bytes]) -> None:
    line = readline()
    assert line[:1] in (b"2", b"3"), line
