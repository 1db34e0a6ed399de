"""Plain functions that put shops, people, orders, threads and messages into a database session; tests name the rest."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.blobs import LocalBlobs, content_key
from gateway.clock import new_id
from gateway.domain.actors import Actor, Role
from gateway.domain.addresses import fold
from gateway.domain.messages import NewMessage, Place, StoredFile
from gateway.models import Buyer, BuyerAddress, Membership, Order, RawEmail, Shop, User
from gateway.store.filing import FiledMessage, file_message

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Customer:
    """A buyer of a shop with one order."""

    shop: Shop
    buyer: Buyer
    order: Order

    @property
    def place(self) -> Place:
        """Where messages about the order go."""
        return Place(self.shop.id, self.buyer.id, self.order.id)


async def add_shop(session: AsyncSession, slug: str = "lantern", name: str = "Lantern & Silk", **columns: Any) -> Shop:
    """A shop."""
    shop = Shop(id=new_id(), slug=slug, name=name, created_at=NOW, **columns)
    session.add(shop)
    await session.flush()
    return shop


async def add_user(session: AsyncSession, email: str, role: str = "seller", *shops: Shop, **columns: Any) -> User:
    """A user who works for the shops. The password is PASSWORD, kept with the cheapest parameters."""
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    user = User(id=new_id(), email=email, email_folded=fold(email), role=role, created_at=NOW, **columns)
    user.password_hash = cheap.hash(PASSWORD)
    session.add(user)
    await session.flush()
    session.add_all(Membership(id=new_id(), user_id=user.id, shop_id=shop.id) for shop in shops)
    await session.flush()
    return user


def actor_for(user: User, *shops: Shop) -> Actor:
    """The user as flows know it."""
    shop_ids = None if user.role == "admin" else tuple(shop.id for shop in shops)
    role: Role = "admin" if user.role == "admin" else "seller"
    return Actor("user", user.id, user.name or user.email, role, shop_ids, user_id=user.id)


async def add_buyer(session: AsyncSession, shop: Shop, email: str = "mei@example.com", name: str = "王小美") -> Buyer:
    """A buyer with one confirmed address."""
    buyer = Buyer(id=new_id(), shop_id=shop.id, name=name, locale="zh", created_at=NOW)
    session.add(buyer)
    await session.flush()
    own: dict[str, Any] = {"shop_id": shop.id, "buyer_id": buyer.id, "address": email, "folded": fold(email)}
    session.add(BuyerAddress(id=new_id(), confirmed_at=NOW, created_at=NOW, **own))
    await session.flush()
    return buyer


async def add_order(session: AsyncSession, buyer: Buyer, order_no: str = "AE-1001", **columns: Any) -> Order:
    """An order of a lamp and two cups."""
    values: dict[str, Any] = {
        "status": "shipped",
        "placed_at": NOW,
        "currency": "USD",
        "total": "42.50",
        "items": [
            {"sku": "L-1", "title": "纸灯笼 Paper lantern", "qty": 1, "price": "30.50"},
            {"sku": "C-2", "title": "Tea cup", "qty": 2, "price": "6.00"},
        ],
        "tracking_no": "LP00123456789CN",
        "created_at": NOW,
        "updated_at": NOW,
    }
    row = {"order_no": order_no, "order_no_folded": order_no.lower()} | values | columns
    order = Order(id=new_id(), shop_id=buyer.shop_id, buyer_id=buyer.id, **row)
    session.add(order)
    await session.flush()
    return order


async def add_customer(
    session: AsyncSession,
    shop: Shop,
    order_no: str = "AE-1001",
    email: str = "mei@example.com",
    name: str = "王小美",
) -> Customer:
    """A buyer with one order."""
    buyer = await add_buyer(session, shop, email, name)
    return Customer(shop, buyer, await add_order(session, buyer, order_no))


async def add_message(
    session: AsyncSession, place: Place, text: str = "Where is my lamp?", **fields: Any
) -> FiledMessage:
    """A message in the place's thread, filed as the gateway files it; a buyer's verified mail unless told otherwise."""
    values: dict[str, Any] = {
        "id": new_id(),
        "direction": "inbound",
        "channel": "email",
        "author_kind": "buyer",
        "author_name": "王小美",
        "subject": "About my order",
        "text": text,
        "fresh_text": text,
        "received_at": NOW,
        "trust": {"verdict": "verified", "why": "", "spf": "pass", "dkim": "pass", "dmarc": "pass", "arc": ""},
        "filed_because": ({"clue": "order-address", "detail": "AE-1001"},),
    }
    return await file_message(session, place, NewMessage(**values | fields))


def stored_file(blobs: LocalBlobs, filename: str, content: bytes, content_type: str, **columns: Any) -> StoredFile:
    """A file whose bytes are in the blob store."""
    sha256 = hashlib.sha256(content).hexdigest()
    key = content_key("attachments", sha256)
    blobs.put(key, content)
    same: dict[str, Any] = {"content_type": content_type, "declared_type": content_type, "sha256": sha256}
    same["size"] = len(content)
    return StoredFile(**{"id": new_id(), "filename": filename, "blob_key": key} | same | columns)


async def add_raw(session: AsyncSession, raw: bytes) -> str:
    """The bytes of a mail; its hash."""
    sha256 = hashlib.sha256(raw).hexdigest()
    session.add(RawEmail(sha256=sha256, size=len(raw), content=raw, created_at=NOW))
    await session.flush()
    return sha256
