"""What a buyer holds in hand: the links to the page of one conversation, and what was written through them."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class BuyerLink(SQLModel, table=True):
    """The right of one buyer to read and answer one thread on a page. Each mail carries one of its own.

    Kept as a fingerprint; works until `expires_at`, or until the shop revokes it.
    """

    __tablename__ = "buyer_links"

    fingerprint: str = Field(primary_key=True)
    shop_id: str = Field(foreign_key="shops.id")
    thread_id: str = Field(foreign_key="threads.id", index=True)
    buyer_id: str = Field(foreign_key="buyers.id")
    created_at: datetime
    expires_at: datetime = Field(index=True)
    revoked_at: datetime | None = None


class OrderLink(SQLModel, table=True):
    """The right of one buyer to write about one order on a page, before there is a thread; then to that thread."""

    __tablename__ = "order_links"

    fingerprint: str = Field(primary_key=True)
    shop_id: str = Field(foreign_key="shops.id")
    order_id: str = Field(foreign_key="orders.id", index=True)
    buyer_id: str = Field(foreign_key="buyers.id")
    created_at: datetime
    expires_at: datetime = Field(index=True)
    revoked_at: datetime | None = None


class LinkMessage(SQLModel, table=True):
    """That a message was written through a link: whoever holds the link sees it again, in whichever thread it is."""

    __tablename__ = "link_messages"

    message_id: str = Field(primary_key=True, foreign_key="messages.id")
    fingerprint: str = Field(index=True)
    at: datetime
