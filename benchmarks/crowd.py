"""Shops with many threads, made by bulk inserts from a fixed seed: what the pages' benchmark asks about."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import SQLModel

from gateway.domain.ids import uuid7
from gateway.models import Attachment, Buyer, BuyerAddress, Message, Order, Thread
from gateway.models.columns import table_of
from gateway.store.db import Database
from gateway.store.search_index import rebuild_all
from tests.builders import add_shop, add_user

SEED, SHOPS, MESSAGES_A_THREAD, BATCH = 20261123, 4, 10, 500
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ZH = (
    "我的包裹还没有到 请问什么时候发货 颜色不对可以换吗 收到了谢谢 物流信息三天没有更新 想要退款 灯笼坏了一个 "
    "茶壶的盖子碎了 地址写错了麻烦改一下 能便宜一点吗 尺寸大了想换小号 发票开一下 这个有现货吗 已经等了两个星期 "
    "海关要求提供证明 很满意下次再来 包装破了 少发了一件 密码锁打不开 充电线不能用 说明书是英文的看不懂 "
    "赠品没有收到 请尽快回复 联系不上快递员 不知道怎么安装"
).split()
EN = (
    "Where is my parcel|The lamp arrived broken|Please change the address|I would like a refund|Thank you, all is well|"
    "The tracking number does not work|Is this in stock|The colour is wrong|Customs asks for an invoice|"
    "When will you ship|The cup has a crack|Could you send a photo|It is too small for me|The charger does not work"
).split("|")
NAMES = "王芳 李雷 韩梅梅 张伟 刘洋 陈静 Anna John Maria Pierre Олег Yuki".split()


class Dice:
    """Everything random, from one seed."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)
        self.words = [
            f"{first}{second}{n}" for n in range(40) for first in ("qua", "bel", "tor") for second in ("mo", "rin")
        ]

    def id(self, at: datetime) -> str:
        """An id that sorts by its moment."""
        return uuid7(int(at.timestamp() * 4_096_000), self.random.randbytes(8))

    def says(self) -> str:
        """A few sentences; one word in fifty is rare."""
        chosen = self.random.choices(ZH if self.random.random() < 0.6 else EN, k=self.random.randint(1, 4))
        if self.random.random() < 0.3:
            chosen.append(self.words[int(self.random.paretovariate(0.7)) % len(self.words)])
        return "，".join(chosen)


TABLES: tuple[type[SQLModel], ...] = (Buyer, BuyerAddress, Order, Thread, Message, Attachment)
"""In the order in which they refer to each other."""
Made = tuple[type[SQLModel], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """A buyer and what they write about; `age` in seconds before NOW."""

    shop_id: str
    number: int
    age: int
    buyer: str
    order: str
    thread: str
    name: str

    @property
    def last(self) -> datetime:
        """When somebody last wrote."""
        return NOW - timedelta(seconds=self.age)

    @property
    def placed(self) -> datetime:
        """When they ordered, and were first heard of."""
        return self.last - timedelta(days=12)


def rows_of(dice: Dice, shop_id: str, number: int, age: int) -> Iterator[Made]:
    """A buyer with an order, a thread and its messages; `age` in seconds before NOW."""
    placed = NOW - timedelta(seconds=age, days=12)
    name = dice.random.choice(NAMES)
    buyer, order, thread = (dice.id(placed) for _ in range(3))
    case = Case(shop_id, number, age, buyer, order, thread, name)
    yield from _buyer(dice, case)
    yield _order(dice, case)
    state = _state(dice, age)
    said = [dice.says() for _ in range(dice.random.randint(1, 2 * MESSAGES_A_THREAD - 1))]
    yield _thread(dice, case, state, said)
    for place, words in enumerate(said):
        yield from _message(dice, case, words, (place, len(said), said[0][:60]))


def _buyer(dice: Dice, case: Case) -> Iterator[Made]:
    at, address = {"shop_id": case.shop_id, "created_at": case.placed}, f"buyer{case.number}@example.com"
    yield Buyer, {"id": case.buyer, "name": case.name, "locale": "zh", **at}
    own = {"buyer_id": case.buyer, "address": address, "folded": address, "confirmed_at": case.placed}
    yield BuyerAddress, {"id": dice.id(case.placed), **own, **at}


def _order(dice: Dice, case: Case) -> Made:
    order_no = f"80{dice.random.randrange(10**13):013}"
    keys = {"shop_id": case.shop_id, "buyer_id": case.buyer, "order_no": order_no, "order_no_folded": order_no}
    facts = {"status": "shipped", "placed_at": case.placed, "paid_at": None, "currency": "USD", "total": "12.00"}
    sent = {"tracking_no": f"LP{case.number:011}CN", "country": "", "items": []}
    return Order, {"id": case.order, **keys, **facts, **sent, "created_at": case.placed, "updated_at": case.placed}


def _state(dice: Dice, age: int) -> str:
    """What is old is closed; of the rest half, and a quarter open."""
    dealt = dice.random.random()
    if age > 86400 * 3 or dealt < 0.5:
        return "closed"
    if dealt < 0.7:
        return "waiting"
    return "snoozed" if dealt < 0.75 else "open"


def _thread(dice: Dice, case: Case, state: str, said: list[str]) -> Made:
    waits = state == "open"
    keys = {"id": case.thread, "shop_id": case.shop_id, "buyer_id": case.buyer, "order_id": case.order}
    told = {"subject": said[0][:60], "snippet": said[-1][:160], "message_count": len(said)}
    labels = {"labels": ["VIP"] if dice.random.random() < 0.02 else [], "has_note": dice.random.random() < 0.05}
    known = {"status": state, "unread": waits, "needs_reply": waits, "automatic": False, "priority": "normal"}
    at = {"last_message_at": case.last, "created_at": case.placed, "change_no": case.number}
    return Thread, {**keys, **told, **labels, **known, **at}


def _message(dice: Dice, case: Case, words: str, where: tuple[int, int, str]) -> Iterator[Made]:
    """One of a thread's messages, an hour after the one before, and now and then a file."""
    place, count, subject = where
    when = case.last - timedelta(hours=count - 1 - place)
    id_, direction, author = dice.id(when), *(("inbound", "buyer") if place % 2 == 0 else ("outbound", "seller"))
    keys = {"id": id_, "thread_id": case.thread, "shop_id": case.shop_id, "received_at": when, "channel": "email"}
    who = {"direction": direction, "author_kind": author, "author_name": case.name}
    said = {"subject": subject, "text": words, "fresh_text": words, "quoted_text": "", "signature_text": ""}
    none = {"remote_content": False, "references": [], "filed_because": [], "defects": [], "automatic": ""}
    yield Message, {**keys, **who, **said, **none, "trust": {"verdict": "verified", "why": ""}}
    if dice.random.random() < 0.03:
        file = {"filename": f"照片-{case.number}.jpg", "content_type": "image/jpeg", "declared_type": "image/jpeg"}
        kept = {"size": 1, "sha256": "0" * 64, "inline": False, "blob_key": "x", "position": 0}
        yield Attachment, {"id": dice.id(when), "message_id": id_, "shop_id": case.shop_id, **file, **kept}


async def build(database: Database, threads: int) -> None:
    """The people, the shops and their threads, a third of them the seller's own; then the search index."""
    async with database.write() as session:
        shops = [await add_shop(session, f"shop-{n}", f"Shop {n}") for n in range(SHOPS)]
        seller = await add_user(session, "seller@example.com", "seller", *shops)
    dice, begun = Dice(), time.perf_counter()
    for start in range(0, threads, BATCH):
        made: dict[type[SQLModel], list[dict[str, Any]]] = {model: [] for model in TABLES}
        for number in range(start, min(start + BATCH, threads)):
            for model, row in rows_of(dice, shops[number % SHOPS].id, number, (threads - number) * 90):
                own = {"assignee_id": None if number % 3 else seller.id} if model is Thread else {}
                made[model].append(row | own)
        async with database.write() as session:
            connection = await session.connection()
            for model in TABLES:
                if made[model]:
                    await connection.execute(insert(table_of(model)), made[model])
    print(f"  {threads} threads written in {time.perf_counter() - begun:.0f} s", flush=True)
    begun = time.perf_counter()
    await rebuild_all(database, lambda done: None)
    print(f"  indexed in {time.perf_counter() - begun:.0f} s", flush=True)
    if not database.sqlite:
        engine = database.sync_engine()
        with engine.connect() as plain:
            plain.execution_options(isolation_level="AUTOCOMMIT")
            plain.execute(text("VACUUM ANALYZE"))
        engine.dispose()
