"""One example teaches how a platform's mails are read: the next mail, with other numbers, names and words, is too."""

from collections.abc import Mapping

import pytest

from gateway.domain.emails import Email
from gateway.domain.note_mapping import (
    FIELDS,
    NoteMapping,
    learn,
    mapping_json,
    mapping_of,
    read,
    read_by,
)
from gateway.domain.note_reasons import WhyNot
from gateway.domain.notes import OrderNote
from gateway.domain.parsing import parse
from gateway.errors import Invalid


def html(body: str, subject: str) -> Email:
    """A platform's mail, as the parser reads it."""
    head = f"From: no-reply@platform.test\nSubject: {subject}\nContent-Type: text/html; charset=utf-8\n\n"
    return parse((head + body).encode())


def marketplace(number: str, name: str, words: str) -> Email:
    return html(
        f"<p>Hello Lotus Store,</p><p>{name} has sent you a message about order {number}.</p>"
        f"<table><tr><td>Order number:</td><td>{number}</td></tr><tr><td>Buyer:</td><td>{name}</td></tr></table>"
        f"<h3>Message from the buyer</h3><blockquote>{words}</blockquote>"
        "<p>Reply within 24 hours to keep your response rate.</p><p>Message id 83838383</p>",
        f"You have a new message about order {number}",
    )


def auction(number: str, name: str, words: str) -> Email:
    return html(
        f"<div>New message from: {name} (412 points)</div><div>{words}</div><div>Reply now</div>"
        f"<div>Item ID: 1234567890</div><div>Order number: {number}</div><div>Do not reply to this mail.</div>",
        f"{name} has sent a message about item #1234567890",
    )


def chinese(number: str, name: str, words: str) -> Email:
    return html(
        f"<p>亲爱的卖家，您好！</p><p>买家 {name} 在订单（{number}）中给您留言：</p><p>{words}</p>"
        "<p>请尽快登录后台回复买家。</p>",
        f"订单 {number} 有新的买家留言",
    )


def russian(number: str, name: str, words: str) -> Email:
    return html(
        f"<p>Покупатель: {name}</p><p>Заказ № {number}</p>"
        f"<p>Комментарий к заказу:</p><p>{words}</p><hr><p>С уважением, команда</p>",
        "Новый комментарий",
    )


ONE = ("8123456789012345", "Anna", "Is it blue?")
TWO = ("900-77-ZX", "Жан Пьер", "First line.<br>Second line about 42 pieces.")
SECOND = "First line.\nSecond line about 42 pieces."


@pytest.mark.parametrize("platform", [marketplace, auction, chinese, russian])
def test_the_next_mail_of_a_platform_is_read(platform) -> None:  # type: ignore[no-untyped-def]
    example, other = platform(*ONE), platform(*TWO)
    mapping = learn(example.subject, example.text, {"order_no": ONE[0], "buyer_name": ONE[1], "note": ONE[2]})
    assert isinstance(mapping, NoteMapping), (mapping, example.text)
    assert read(mapping, example) == OrderNote(ONE[0], ONE[2], None, ONE[1])
    assert read(mapping, other) == OrderNote(TWO[0], SECOND, None, TWO[1]), (mapping, other.text)
    assert mapping_of(mapping_json(mapping)) == mapping
    assert read_by(other, mapping_json(mapping)) == read(mapping, other)


TEXT = """Hi shop,
Order: #A-1
Buyer: Li Lei <li@buyer.test>
Comment
Please wrap it.
And hurry.
Kind
Regards"""


def test_an_address_is_found_in_what_was_marked() -> None:
    marks = {"order_no": "#A-1", "note": "Please wrap it.\nAnd hurry.", "buyer_email": "li@buyer.test"}
    mapping = learn("", TEXT, marks)
    assert isinstance(mapping, NoteMapping), mapping
    assert read(mapping, Email(text=TEXT)) == OrderNote("A-1", marks["note"], "li@buyer.test", None)


def test_what_is_marked_only_in_the_subject_is_read_there() -> None:
    mapping = learn("New note for order 77", "Words of the buyer:\nhello\nBye", {"order_no": "77", "note": "hello"})
    assert isinstance(mapping, NoteMapping), mapping
    other = Email(subject="New note for order 1234-5", text="Words of the buyer:\nbonjour\nBye")
    assert read(mapping, other) == OrderNote("1234-5", "bonjour")


@pytest.mark.parametrize(
    ("marks", "why", "field"),
    [
        ({"note": "hello"}, "missing", "order_no"),
        ({"order_no": "1"}, "missing", "note"),
        ({"order_no": "999", "note": "Please wrap it."}, "not-there", "order_no"),
        ({"order_no": "Hi shop,", "note": "Please wrap it."}, "unsteady", "order_no"),
    ],
)
def test_what_can_not_be_learnt_says_why(marks: Mapping[str, str], why: str, field: str) -> None:
    found = learn("", TEXT, marks)
    assert isinstance(found, WhyNot)
    assert (found.why, found.field) == (why, field)
    assert all(found.sentence(locale) and "{" not in found.sentence(locale) for locale in ("en", "zh_CN"))


@pytest.mark.parametrize(
    ("text", "why", "field"),
    [
        (TEXT.replace("Order:", "Bestellung:"), "no-anchor", "order_no"),
        (TEXT.replace("#A-1", ""), "empty", "order_no"),
        (TEXT.replace("#A-1", "x" * 65), "no-number", "order_no"),
        (TEXT.replace("Comment", "Kommentar"), "no-anchor", "note"),
        (TEXT.replace("Kind\nRegards", "Tschüss"), "no-end", "note"),
        ("", "no-anchor", "order_no"),
    ],
)
def test_a_mail_of_another_form_is_not_guessed_at(text: str, why: str, field: str) -> None:
    mapping = learn("", TEXT, {"order_no": "#A-1", "note": "Please wrap it.\nAnd hurry."})
    assert isinstance(mapping, NoteMapping), mapping
    found = read(mapping, Email(text=text))
    assert isinstance(found, WhyNot)
    assert (found.why, found.field) == (why, field)


@pytest.mark.parametrize(
    "kept",
    [{}, {"anchors": 1}, {"anchors": [1]}, {"anchors": []}, {"anchors": [{"field": "note"}]},
     {"anchors": [{"field": name, "area": "body", "before": "x"} for name in FIELDS]},
     {"anchors": [{"field": name, "area": "text", "before": 1} for name in FIELDS]}],
)  # fmt: skip
def test_what_is_no_mapping_reads_nothing(kept: Mapping[str, object]) -> None:
    with pytest.raises(Invalid):
        mapping_of(kept)
    assert read_by(Email(text=TEXT), kept) is None


def test_hostile_mails_cost_little() -> None:
    mapping = learn("", TEXT, {"order_no": "#A-1", "note": "Please wrap it.\nAnd hurry."})
    assert isinstance(mapping, NoteMapping)
    for text in ("Comment\n" * 50_000, "Order:" * 50_000, "Order: " * 20_000 + "\n" + "Comment\nx\n" * 20_000):
        assert isinstance(read(mapping, Email(text=text)), WhyNot | OrderNote)
