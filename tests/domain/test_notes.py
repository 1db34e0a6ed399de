"""Order notes as shops' systems send them: JSON-LD, plain JSON and lines of keys in both languages."""

import json

import pytest

from gateway.domain.notes import OrderNote, read_note
from gateway.domain.parsing import parse

ORDER = {
    "@context": "https://schema.org",
    "@type": "Order",
    "orderNumber": "A-1001",
    "customer": {"@type": "Person", "name": "李雷", "email": "lilei@example.cn"},
    "description": "请用蓝色包装",
}
NOTE = OrderNote("A-1001", "请用蓝色包装", "lilei@example.cn", "李雷")


def mail(body: str, content_type: str = "text/plain") -> bytes:
    head = f"From: shop@example.com\nSubject: note\nContent-Type: {content_type}; charset=utf-8\n\n"
    return (head + body).encode()


def html(data: object) -> bytes:
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    return mail(f"<html><head>{script}</head><body><p>New note</p></body></html>", "text/html")


@pytest.mark.parametrize(
    "raw",
    [
        html(ORDER),
        html([{"@type": "Organization", "name": "x"}, ORDER]),
        html({"@context": "https://schema.org", "@graph": [{"@type": "Thing"}, ORDER]}),
        mail(json.dumps(ORDER), "application/ld+json"),
        mail(json.dumps(ORDER, ensure_ascii=False)),
        mail("Order: A-1001\nBuyer: 李雷 <lilei@example.cn>\nNote: 请用蓝色包装\n"),
        mail("订单号：A-1001\n买家：lilei@example.cn 李雷\n买家留言：请用蓝色包装\n"),
    ],
    ids=["html", "list", "graph", "part", "json-body", "english-lines", "chinese-lines"],
)
def test_every_form_says_the_same(raw: bytes) -> None:
    assert read_note(parse(raw)) == NOTE


@pytest.mark.parametrize("comment", ["hi", {"@type": "Comment", "text": "hi"}, [{"text": "hi"}], {"@value": "hi"}])
def test_the_note_may_stand_in_a_comment(comment: object) -> None:
    note = read_note(parse(html({**ORDER, "comment": comment})))
    assert note is not None
    assert note.text == "hi"


def test_a_note_goes_on_until_the_next_key() -> None:
    note = read_note(parse(mail("Order: 7\nNote: one\ntwo: 2\n\nthree\nBuyer: b@example.com\nmore\n")))
    assert note == OrderNote("7", "one\ntwo: 2\n\nthree", "b@example.com", None)


def test_a_number_is_a_good_order_number_and_a_customer_may_be_a_name() -> None:
    note = read_note(parse(mail('{"orderNumber": 1001, "customer": "Ann", "comment": "x"}')))
    assert note == OrderNote("1001", "x", None, "Ann")


def test_a_name_given_in_parts_is_put_together() -> None:
    note = read_note(parse(html({**ORDER, "customer": {"givenName": "Ann", "familyName": "Lee"}})))
    assert note is not None
    assert note.buyer_name == "Ann Lee"


@pytest.mark.parametrize(
    "body",
    [
        "hello, where is my order 1001?",
        "Order: 1001\nBuyer: b@example.com\n",
        "Note: no order\n",
        '{"orderNumber": "1001"}',
        '{"orderNumber": true, "comment": "x"}',
        "{broken",
        "[" * 100_000,
        "",
    ],
)
def test_what_is_no_note_is_none(body: str) -> None:
    assert read_note(parse(mail(body))) is None
