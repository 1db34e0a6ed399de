"""Subjects of answers: one Re:, one order number, the same each time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.composing import base_subject, reply_subject


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Where is it?",
        "RE: re: Re:Where is it?",
        "Re[2]: Where is it?",
        "回复：Where is it?",
        "回复: 答复: Where is it?",
        "回覆： RE：Where is it?",
        "AW: WG: Where is it?",
        "Antw: Where is it?",
        "Odp: Where is it?",
        "RV: RES: Where is it?",
        "TR : Where is it?",
        "R: I: Where is it?",
        "Ynt: Where is it?",
        "Ответ: Where is it?",
        "رد: Where is it?",
        "SV: Where is it?",
        "Fwd: FW: Where is it?",
        "  Re:\t Where   is it? ",
    ],
)
def test_prefixes_of_all_mail_programs_give_way_to_one(subject: str) -> None:
    assert reply_subject(subject) == "Re: Where is it?"


@pytest.mark.parametrize("subject", ["Return: my parcel", "Reset", "Red teapot: broken", "In: out", "关于回复：x"])
def test_words_that_only_look_like_prefixes_stay(subject: str) -> None:
    assert base_subject(subject) == subject


def test_the_order_number_is_added_once() -> None:
    assert reply_subject("Where is it?", "A-1001") == "Re: Where is it? [A-1001]"
    assert reply_subject("Re: Where is it? [A-1001]", "A-1001") == "Re: Where is it? [A-1001]"
    assert reply_subject("order a-1001 is late", "A-1001") == "Re: order a-1001 is late"


def test_a_thread_without_a_subject_leaves_it_to_the_template() -> None:
    assert reply_subject("", "A-1001") == ""
    assert reply_subject("Re: ", "A-1001") == ""


@given(
    st.text(max_size=30) | st.integers(195, 260).map("x ".__mul__) | st.integers(195, 260).map("长".__mul__),
    st.sampled_from(["", "A-1001", "订单 7"]),
)
def test_answering_an_answer_changes_nothing(subject: str, order_no: str) -> None:
    once = reply_subject(subject, order_no)
    assert reply_subject(once, order_no) == once


def test_a_long_row_of_prefixes_is_read_quickly() -> None:
    assert reply_subject("Re: " * 50_000 + "x") == "Re: x"
