"""A gateway with its door and its worker on one database, and the mails that come to it."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, TypeVar

from sqlalchemy import text
from sqlmodel import SQLModel, select

from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.addresses import fold
from gateway.domain.emails import Email
from gateway.domain.values import Arrival, Envelope, Peer, Trust
from gateway.inbound.accepting import Inbound
from gateway.inbound.processing import Attestation, Processor
from gateway.inbound.processing import Reader as Reads
from gateway.models import Buyer, BuyerAddress, InboundEmail, Order, Shop
from gateway.reading_child import read
from gateway.store.db import Database

T = TypeVar("T", bound=SQLModel)
SENDER = "wang@example.com"
VERIFIED = Trust("verified", "dmarc-pass", dmarc="pass")


class ReadsHere:
    """Reads a mail in this process: most tests need what it says, not that it may be killed."""

    async def read(self, raw: bytes) -> Email:
        """What a child would answer."""
        return read(raw)


@dataclass(frozen=True)
class Says:
    """A witness that says the same of every mail."""

    trust: Trust = VERIFIED
    temporary: bool = False

    async def authenticate(self, raw: bytes, envelope_from: str, peer: Peer) -> Attestation:
        """This."""
        return self


class House:
    """A gateway with its door and its worker, on one database."""

    def __init__(self, gw: Gateway, inbound: Inbound, processor: Processor, reader: Reads) -> None:
        self.gw, self.inbound, self.processor, self.reader = gw, inbound, processor, reader

    def with_reader(self, reads: Reads) -> "House":
        """The same house, with another reader of its mail."""
        return House(self.gw, self.inbound, Processor(self.gw, reads, Says()), self.reader)

    async def receive(self, mail: EmailMessage | bytes, rcpt: str = "lotus", sender: str = SENDER) -> InboundEmail:
        """Accept a mail, process what is due, and look the mail up in the ledger."""
        id_ = await self.accept(mail, rcpt, sender)
        await self.processor.run_once()
        return await self.row(id_)

    async def accept(self, mail: EmailMessage | bytes, rcpt: str = "lotus", sender: str = SENDER) -> str:
        """Only accept it; the id of its row."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))
        arrival = Arrival(raw, Envelope(sender, (f"{rcpt}@inbox.example",)), Peer(ip="192.0.2.7"), "smtp")
        (id_,) = await self.inbound.accept(arrival)
        return id_

    async def row(self, id_: str) -> InboundEmail:
        """A row of the ledger."""
        async with self.gw.db.read() as session:
            return (await session.exec(select(InboundEmail).where(InboundEmail.id == id_))).one()

    async def all(self, model: type[T]) -> list[T]:
        """Every row of a table, oldest first."""
        async with self.gw.db.read() as session:
            return list((await session.exec(select(model).order_by(text("1")))).all())

    def with_witness(self, says: Says) -> "House":
        """The same house, with another opinion of who wrote its mail."""
        return House(self.gw, self.inbound, Processor(self.gw, self.reader, says), self.reader)


async def add_order(
    db: Database, at: datetime, order_no: str = "A-1001", address: str = SENDER, name: str = "王芳"
) -> None:
    """A shop "lotus", a buyer and an order of theirs."""
    async with db.write() as session:
        shop = (await session.exec(select(Shop).where(Shop.slug == "lotus"))).first()
        if shop is None:
            shop = Shop(id=new_id(), slug="lotus", name="莲花", locale="zh", created_at=at)
            session.add(shop)
            await session.flush()
        known = (await session.exec(select(BuyerAddress).where(BuyerAddress.folded == fold(address)))).first()
        buyer_id = known.buyer_id if known else new_id()
        if known is None:
            session.add(Buyer(id=buyer_id, shop_id=shop.id, name=name, created_at=at))
            await session.flush()
            address_row: dict[str, Any] = {
                "shop_id": shop.id,
                "buyer_id": buyer_id,
                "address": address,
                "folded": fold(address),
            }
            session.add(BuyerAddress(id=new_id(), created_at=at, **address_row))
        keys: dict[str, Any] = {
            "shop_id": shop.id,
            "buyer_id": buyer_id,
            "order_no": order_no,
            "order_no_folded": order_no.casefold(),
        }
        session.add(Order(id=new_id(), placed_at=at, created_at=at, updated_at=at, **keys))


def mail(subject: str = "Where is it?", text: str = "Hello", sender: str = SENDER, **headers: str) -> EmailMessage:
    """A plain mail."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Wang Fang <{sender}>", "lotus@inbox.example", subject
    message["Message-ID"] = f"<{abs(hash((subject, text)))}@example.com>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message
