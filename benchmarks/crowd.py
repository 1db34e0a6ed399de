"""Shops with many threads, made by bulk inserts from a fixed seed: what the pages' benchmark asks about."""

import random
import time
from collections.abc import Iterator
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


def rows_of(dice: Dice, shop_id: str, number: int, age: int) -> Iterator[tuple[type[SQLModel], dict[str, Any]]]:
    """A buyer with an order, a thread and its messages; `age` in seconds before NOW."""
    last = NOW - timedelta(seconds=age)
    placed = last - timedelta(days=12)
    at = {"created_at": placed}
    name = dice.random.choice(NAMES)
    buyer, order, thread = (dice.id(placed) for _ in range(3))
    yield Buyer, {"id": buyer, "shop_id": shop_id, "name": name, "locale": "zh", **at}
    address = f"buyer{number}@example.com"
    own = {"shop_id": shop_id, "buyer_id": buyer, "address": address, "folded": address, "confirmed_at": placed}
    yield BuyerAddress, {"id": dice.id(placed), **own, **at}
    order_no = f"80{dice.random.randrange(10**13):013}"
    keys = {"shop_id": shop_id, "buyer_id": buyer, "order_no": order_no, "order_no_folded": order_no, "country": ""}
    facts = {"status": "shipped", "placed_at": placed, "currency": "USD", "total": "12.00", "items": []}
    yield (
        Order,
        {"id": order, **keys, **facts, "tracking_no": f"LP{number:011}CN", "updated_at": placed, **at, "paid_at": None},
    )
    dealt = dice.random.random()
    state = (
        "closed"
        if age > 86400 * 3 or dealt < 0.5
        else "waiting"
        if dealt < 0.7
        else "snoozed"
        if dealt < 0.75
        else "open"
    )
    said = [dice.says() for _ in range(dice.random.randint(1, 2 * MESSAGES_A_THREAD - 1))]
    yield (
        Thread,
        {
            "id": thread,
            "shop_id": shop_id,
            "buyer_id": buyer,
            "order_id": order,
            "subject": said[0][:60],
            "status": state,
            "labels": ["VIP"] if dice.random.random() < 0.02 else [],
            "unread": state == "open",
            "needs_reply": state == "open",
            "has_note": dice.random.random() < 0.05,
            "automatic": False,
            "snippet": said[-1][:160],
            "message_count": len(said),
            "last_message_at": last,
            "change_no": number,
            "priority": "normal",
            **at,
        },
    )
    for place, words in enumerate(said):
        when = last - timedelta(hours=len(said) - 1 - place)
        id_ = dice.id(when)
        inbound = place % 2 == 0
        yield (
            Message,
            {
                "id": id_,
                "thread_id": thread,
                "shop_id": shop_id,
                "direction": "inbound" if inbound else "outbound",
                "channel": "email",
                "author_kind": "buyer" if inbound else "seller",
                "author_name": name,
                "subject": said[0][:60],
                "text": words,
                "fresh_text": words,
                "quoted_text": "",
                "signature_text": "",
                "remote_content": False,
                "references": [],
                "received_at": when,
                "trust": {"verdict": "verified", "why": ""},
                "filed_because": [],
                "defects": [],
                "automatic": "",
            },
        )
        if dice.random.random() < 0.03:
            file = {"filename": f"照片-{number}.jpg", "content_type": "image/jpeg", "declared_type": "image/jpeg"}
            kept = {"size": 1, "sha256": "0" * 64, "inline": False, "blob_key": "x", "position": 0}
            yield Attachment, {"id": dice.id(when), "message_id": id_, "shop_id": shop_id, **file, **kept}


async def build(database: Database, threads: int) -> None:
    """The people, the shops and their threads, a third of them the seller's own; then the search index."""
    async with database.write() as session:
        shops = [await add_shop(session, f"shop-{n}", f"Shop {n}") for n in range(SHOPS)]
        seller = await add_user(session, "seller@example.com", "seller", *shops)
    dice, begun = Dice(), time.perf_counter()
    order: tuple[type[SQLModel], ...] = (Buyer, BuyerAddress, Order, Thread, Message, Attachment)
    for start in range(0, threads, BATCH):
        made: dict[type[SQLModel], list[dict[str, Any]]] = {model: [] for model in order}
        for number in range(start, min(start + BATCH, threads)):
            for model, row in rows_of(dice, shops[number % SHOPS].id, number, (threads - number) * 90):
                own = {"assignee_id": None if number % 3 else seller.id} if model is Thread else {}
                made[model].append(row | own)
        async with database.write() as session:
            connection = await session.connection()
            for model in order:
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
