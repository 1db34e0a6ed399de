"""What answering a thread needs: whom it goes to, what it is about, what it answers; and the reply token's row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.domain.actors import Actor
from gateway.domain.brands import PLAIN, Brand
from gateway.domain.shop_options import MailOptions, mail_options
from gateway.errors import NotFound
from gateway.models import Buyer, BuyerAddress, Channel, InboundEmail, Message, Order, ReplyToken, Shop, Thread
from gateway.models.columns import table_of
from gateway.store.brands import brand_of
from gateway.store.suppressions import is_dead
from gateway.store.templates import stored

_THREADS, _SHOPS, _BUYERS = table_of(Thread), table_of(Shop), table_of(Buyer)
_ORDERS, _MESSAGES, _TOKENS = table_of(Order), table_of(Message), table_of(ReplyToken)
_CHANNELS = table_of(Channel)
_ADDRESSES, _INBOUND = table_of(BuyerAddress), table_of(InboundEmail)


@dataclass(frozen=True, slots=True)
class Ancestor:
    """The newest message of the buyer that a mail of ours can answer."""

    internet_message_id: str | None
    references: tuple[str, ...]
    author_name: str
    at: datetime
    text: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One thread as an outgoing mail sees it. `address` is empty when none of the buyer's is known.

    `stored` are words that an admin wrote, in the buyer's language, by `name/locale/file`; `brand` is the
    shop's. `template_set` is that of the channel by which the thread began.
    """

    thread_id: str
    subject: str
    shop_id: str
    shop_slug: str
    shop_name: str
    shop_locale: str
    mails: MailOptions
    buyer_id: str
    buyer_name: str
    buyer_locale: str
    address: str
    undeliverable: bool
    order: dict[str, Any] | None
    ancestor: Ancestor | None
    our_ids: tuple[str, ...] = ()
    stored: Mapping[str, str] = field(default_factory=dict)
    brand: Brand = PLAIN
    template_set: str = ""


_SETTINGS = (
    select(_SHOPS.c.settings)
    .join(_THREADS, _THREADS.c.shop_id == _SHOPS.c.id)
    .where(_THREADS.c.id == bindparam("thread"))
)


# Made once: making a statement costs several times as much as running it, and an answer needs all of these.
_CONVERSATION: Select[Any] = (
    select(
        *(_THREADS.c[name] for name in "subject shop_id buyer_id order_id".split()),
        _SHOPS.c.slug,
        _SHOPS.c.settings,
        _SHOPS.c.name.label("shop_name"),
        _SHOPS.c.reply_name,
        _SHOPS.c.locale.label("shop_locale"),
        _BUYERS.c.name.label("buyer_name"),
        _BUYERS.c.locale.label("buyer_locale"),
        _CHANNELS.c.template_set,
    )
    .join(_SHOPS, _SHOPS.c.id == _THREADS.c.shop_id)
    .join(_BUYERS, _BUYERS.c.id == _THREADS.c.buyer_id)
    .outerjoin(_CHANNELS, _CHANNELS.c.id == _THREADS.c.channel_id)
    .where(_THREADS.c.id == bindparam("thread"))
)
_CONVERSATION_OF = _CONVERSATION.where(_THREADS.c.shop_id.in_(bindparam("shops", expanding=True)))
_WROTE_FROM = (
    select(_INBOUND.c.author)
    .join(_MESSAGES, _MESSAGES.c.inbound_id == _INBOUND.c.id)
    .where(_MESSAGES.c.thread_id == bindparam("thread"), _MESSAGES.c.author_kind == "buyer")
    .where(_MESSAGES.c.automatic == "", _MESSAGES.c.channel == "email")
    .order_by(_MESSAGES.c.id.desc())
    .limit(1)
)
_ADDRESS = (
    select(_ADDRESSES.c.address, is_dead(_ADDRESSES.c.shop_id, _ADDRESSES.c.folded).label("dead"))
    .where(_ADDRESSES.c.buyer_id == bindparam("buyer"))
    .order_by((_ADDRESSES.c.folded == bindparam("wrote_from")).desc(), _ADDRESSES.c.id.desc())
    .limit(1)
)
_ORDER = select(_ORDERS).where(_ORDERS.c.id == bindparam("order"))
_ANCESTOR: Select[Any] = (
    select(
        *(
            _MESSAGES.c[name]
            for name in "internet_message_id references author_name subject sent_at received_at".split()
        ),
        _MESSAGES.c.fresh_text,
        _MESSAGES.c.text,
    )
    .where(_MESSAGES.c.thread_id == bindparam("thread"), _MESSAGES.c.direction == "inbound")
    .where(_MESSAGES.c.automatic == "")
    .order_by(_MESSAGES.c.id.desc())
    .limit(1)
)
_OUR_IDS = (
    select(_MESSAGES.c.internet_message_id)
    .where(_MESSAGES.c.thread_id == bindparam("thread"), _MESSAGES.c.direction == "outbound")
    .order_by(_MESSAGES.c.id.desc())
    .limit(10)
)
_REVOKED = select(func.count()).where(
    _TOKENS.c.thread_id == bindparam("thread"),
    _TOKENS.c.buyer_id == bindparam("buyer"),
    _TOKENS.c.revoked_at.is_not(None),
)


def _keeping(dialect: Any) -> Any:
    statement = dialect.insert(_TOKENS)
    extended = {"expires_at": statement.excluded.expires_at}
    return statement.on_conflict_do_update(index_elements=["fingerprint"], set_=extended)


_KEEP_TOKEN = {"sqlite": _keeping(sqlite), "postgresql": _keeping(postgresql)}


async def mails_of(session: AsyncSession, thread_id: str) -> MailOptions:
    """Which automatic mails the shop of a thread wants sent."""
    found = await (await session.connection()).execute(_SETTINGS, {"thread": thread_id})
    return mail_options(found.scalar())


async def conversation(session: AsyncSession, actor: Actor, thread_id: str) -> Conversation:
    """The conversation of a thread that the actor may touch. Raises NotFound for any other."""
    connection, given = await session.connection(), {"thread": thread_id}
    if actor.shop_ids is None:
        row = (await connection.execute(_CONVERSATION, given)).first()
    else:
        row = (await connection.execute(_CONVERSATION_OF, given | {"shops": list(actor.shop_ids)})).first()
    if row is None:
        raise NotFound("no such thread")
    address, undeliverable = await address_of(session, thread_id, row.buyer_id)
    return Conversation(
        thread_id=thread_id,
        subject=row.subject,
        shop_id=row.shop_id,
        shop_slug=row.slug,
        mails=mail_options(row.settings),
        shop_name=row.reply_name or row.shop_name,
        shop_locale=row.shop_locale,
        buyer_id=row.buyer_id,
        buyer_name=row.buyer_name,
        buyer_locale=row.buyer_locale,
        address=address,
        undeliverable=undeliverable,
        order=await _order(session, row.order_id),
        ancestor=await _ancestor(session, thread_id),
        our_ids=await _our_ids(session, thread_id),
        stored=await stored(session, row.shop_id, row.buyer_locale or row.shop_locale, row.template_set or ""),
        template_set=row.template_set or "",
        brand=await brand_of(session, row.shop_id),
    )


async def address_of(session: AsyncSession, thread_id: str, buyer_id: str) -> tuple[str, bool]:
    """Where the buyer last wrote from in this thread, as long as it is still theirs; else their newest address."""
    connection = await session.connection()
    wrote_from = (await connection.execute(_WROTE_FROM, {"thread": thread_id})).scalar() or ""
    row = (await connection.execute(_ADDRESS, {"buyer": buyer_id, "wrote_from": wrote_from})).first()
    return (row.address, row.dead) if row else ("", False)


async def _order(session: AsyncSession, order_id: str | None) -> dict[str, Any] | None:
    if order_id is None:
        return None
    row = (await (await session.connection()).execute(_ORDER, {"order": order_id})).one()
    return dict(row._mapping)


async def _ancestor(session: AsyncSession, thread_id: str) -> Ancestor | None:
    row: Row[Any] | None = (await (await session.connection()).execute(_ANCESTOR, {"thread": thread_id})).first()
    if row is None:
        return None
    at, text = row.sent_at or row.received_at, row.fresh_text or row.text
    references = tuple(row.references or ())
    return Ancestor(row.internet_message_id, references, row.author_name, at, text, row.subject)


async def _our_ids(session: AsyncSession, thread_id: str) -> tuple[str, ...]:
    """The Message-IDs of what we sent in this thread, oldest first: the chain that mail programs thread by."""
    rows = (await (await session.connection()).execute(_OUR_IDS, {"thread": thread_id})).scalars().all()
    return tuple(reversed([id_ for id_ in rows if id_]))


async def keep_token(session: AsyncSession, token: ReplyToken) -> None:
    """Make the token valid until its `expires_at`, also when it was known before; a revoked one stays revoked."""
    connection = await session.connection()
    values = {column.name: getattr(token, column.name) for column in _TOKENS.columns}
    await connection.execute(_KEEP_TOKEN[connection.dialect.name], values)


async def revoked_tokens(session: AsyncSession, thread_id: str, buyer_id: str) -> int:
    """How many tokens of this thread and buyer were revoked: the next one must differ from all of them."""
    given = {"thread": thread_id, "buyer": buyer_id}
    return int((await (await session.connection()).execute(_REVOKED, given)).scalar_one())
