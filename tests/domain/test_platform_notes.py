"""Notification mails as the large platforms lay them out: one example teaches the next, with other words and names."""

from collections.abc import Mapping

import pytest

from gateway.domain.emails import Email
from gateway.domain.note_mapping import NoteMapping, learn, read
from gateway.domain.notes import OrderNote
from gateway.domain.parsing import parse

DATABASES = ("sqlite",)

ALIEXPRESS = (
    "{name} left you a message about order {number}",
    "<table><tr><td>Dear Lotus Store,</td></tr><tr><td>You have a new message from your buyer.</td></tr>"
    "<tr><td>Order No.: <a href='https://platform.test/{number}'>{number}</a></td></tr>"
    "<tr><td>Buyer: {name}</td></tr><tr><td>Message:</td></tr><tr><td>{words}</td></tr>"
    "<tr><td><a href='https://platform.test/r'>View details</a></td></tr><tr><td>AliExpress team</td></tr></table>",
)
EBAY = (
    "{name} has sent a question about item #110255",
    "<h1>New message from: {name}</h1><div>Dear lotus_store,</div><div>{words}</div><div>Reply to this message</div>"
    "<div><b>Order number:</b> {number}</div><div>Item: Teapot, blue</div>",
)
AMAZON = (
    "Inquiry from Amazon customer {name} (Order: {number})",
    "<p>You have received a message.</p><p>Order ID {number}:</p>"
    "<table><tr><th>#</th><th>ASIN</th></tr><tr><td>1</td><td>B00TEAPOT1</td></tr></table>"
    "<p>Message:</p><p>{words}</p><p>Sincerely,</p><p>{name}</p><p>Was this email helpful?</p>",
)
SHOPEE = (
    "买家留言 — 订单 {number}",
    "<div>亲爱的卖家：</div><div>订单编号：{number}</div><div>买家账号：{name}</div><div>留言内容：</div>"
    "<div>{words}</div><div>此邮件由系统自动发出，请勿直接回复。</div>",
)
OZON = (
    "Новое сообщение от покупателя",
    "<p>Здравствуйте!</p><p>Номер заказа: {number}</p><p>Покупатель: {name}</p><p>Текст сообщения:</p>"
    "<p>{words}</p><p>Ответьте в личном кабинете продавца.</p><p>С уважением, команда Ozon</p>",
)
PLATFORMS = {"aliexpress": ALIEXPRESS, "ebay": EBAY, "amazon": AMAZON, "shopee": SHOPEE, "ozon": OZON}

ONE = {"number": "8190033412345678", "name": "Anna", "words": "Is it blue?"}
TWO = {"number": "302-7761-99", "name": "Жан Пьер", "words": "First line.<br>送礼用，谢谢。"}
READ_TWO = OrderNote("302-7761-99", "First line.\n送礼用，谢谢。", None, "Жан Пьер")


def notification(platform: tuple[str, str], values: Mapping[str, str]) -> Email:
    """The platform's mail about one message, as the parser reads it."""
    subject, body = (part.format(**values) for part in platform)
    head = f"From: no-reply@platform.test\nSubject: {subject}\nContent-Type: text/html; charset=utf-8\n\n"
    return parse((head + body).encode())


@pytest.mark.parametrize("name", PLATFORMS)
def test_one_mail_of_a_platform_teaches_the_next(name: str) -> None:
    example = notification(PLATFORMS[name], ONE)
    marks = {"order_no": ONE["number"], "buyer_name": ONE["name"], "note": ONE["words"]}
    mapping = learn(example.subject, example.text, marks)
    assert isinstance(mapping, NoteMapping), (mapping, example.text)
    other = notification(PLATFORMS[name], TWO)
    assert read(mapping, other) == READ_TWO, (mapping, other.text)


@pytest.mark.parametrize("name", PLATFORMS)
def test_what_one_platform_taught_reads_no_order_of_another(name: str) -> None:
    example = notification(PLATFORMS[name], ONE)
    mapping = learn(example.subject, example.text, {"order_no": ONE["number"], "note": ONE["words"]})
    assert isinstance(mapping, NoteMapping), (mapping, example.text)
    for other in PLATFORMS.keys() - {name}:
        found = read(mapping, notification(PLATFORMS[other], TWO))
        assert not isinstance(found, OrderNote) or (found.order_no, found.text) == (READ_TWO.order_no, READ_TWO.text)
