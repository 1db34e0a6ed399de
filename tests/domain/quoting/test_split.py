"""Splitting loses nothing, whatever the text; and what the marks of HTML and the subject change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.emails import Mailbox
from gateway.domain.quoting import split

LINES = st.sampled_from(
    [
        "hello",
        "",
        " ",
        "> quoted",
        ">",
        "-- ",
        "--",
        "On Fri, Jan 5, 2024 at 10:00 AM Ann <ann@example.com> wrote:",
        "张三 <a@example.com> 于2024年1月5日周五 10:00写道：",
        "-----Original Message-----",
        "------------------ 原始邮件 ------------------",
        "---------- Forwarded message ---------",
        "From: Ann <ann@example.com>",
        "Sent: Friday",
        "Subject: x",
        "发件人：张三 <a@example.com>",
        "主题：x",
        "________________________________",
        "Sent from my iPhone",
        "发自我的iPhone",
        "Best regards,",
        "Ann",
        "ann@example.com",
        "| |",
        "本邮件及其附件含有保密信息，仅供收件人使用",
        "\x0b odd \u2028 blanks \x85",
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(LINES, max_size=14).map("\n".join))


@given(TEXTS, st.booleans(), st.lists(st.sampled_from(["", "quote", "signature"]), max_size=20))
def test_every_line_is_in_exactly_one_piece_and_in_order(text: str, forwarded: bool, marks: list[str]) -> None:
    parts = split(text, tuple(marks), forwarded=forwarded, author=Mailbox("Ann", "ann@example.com"))
    pieces = (parts.fresh, parts.quoted, parts.signature)
    assert sum(map(len, pieces)) == len(text)
    whole = text.split("\n")
    for piece in pieces:
        waiting = iter(whole)
        lines = piece.removesuffix("\n").split("\n") if piece else []
        assert all(line in waiting for line in lines)


def test_what_html_marks_is_believed() -> None:
    parts = split("mine\nold\nAnn", ("", "quote", "signature"))
    assert (parts.fresh, parts.quoted, parts.signature) == ("mine\n", "old\n", "Ann")


def test_a_forwarding_subject_keeps_what_was_sent_on() -> None:
    text = "look\n\n发件人：张三 <a@example.com>\n发送时间：2024年1月5日\n主题：x\n\nold"
    assert split(text, forwarded=True).fresh == text
    assert split(text).fresh == "look\n"


def test_an_empty_text_has_empty_pieces() -> None:
    parts = split("")
    assert (parts.fresh, parts.quoted, parts.signature) == ("", "", "")


LONG = "and so we talked about the parcel again and again and again "


@pytest.mark.parametrize(
    "opens",
    [
        "On Monday, 5 January 2024 at 10:00 the buyer Ann Example <ann@example.com> wrote:",
        "On Monday, 5 January 2024 at 10:00 the buyer Ann Example <ann@example.com> wrote --",
        "On Monday 5 January 2024 the buyer whose name is Ann Example wrote to ann@example.com and wrote",
        "从广州市白云区发货的张三先生在他一直使用的电子邮件的地址 a@example.com 于2024年1月5日 写道",
        "----------------------------------------------------------------------- Original Message -----",
        "                              【原始邮件】                              \nFrom: a@example.com",
        "From: somebody with a very long name at Example <ann@example.com>\nSent: Friday\nTo: b@example.com",
        "|  From  | somebody with a very long name at Example ann@example.com\n| Sent | Friday\n| To | b@example.com",
        f"{LONG}Ann\n> said so",
    ],
)
def test_a_long_line_that_opens_a_quote_is_found_as_a_short_one_is(opens: str) -> None:
    """Ordinary lines are passed over after one look: none of these is one."""
    text = f"Thank you.\n\n{opens}\n{LONG}\n"
    assert split(text).quoted
    assert not split(f"Thank you.\n\n{LONG}\n{LONG}\n").quoted
