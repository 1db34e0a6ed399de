"""A visiting card is told by its author; an address to ship to never is one."""

import pytest

from gateway.domain.emails import Mailbox
from gateway.domain.quoting import NOBODY, split

LI_LEI = Mailbox("李雷", "lilei@example.cn")

CARDS = (
    "李雷",
    "lilei@example.cn",
    "李雷\nlilei@example.cn",
    "李雷\n\nlilei@example.cn",
    "李雷\n采购经理 | 杭州某某贸易有限公司\n手机：13800138000",
    "| |\n李雷\n|\n|\nlilei@example.cn\n|",
)
NO_CARDS = (
    "李雷\n13800138000\n杭州市西湖区文三路 1 号",
    "李雷 13800138000\n杭州某某贸易有限公司 前台\n杭州市西湖区文三路 1 号",
    "李雷\n12 Main Street\nlilei@example.cn",
    "韩梅梅",
    "hanmeimei@example.cn",
    "李雷说可以。",
)


@pytest.mark.parametrize("card", CARDS)
def test_a_card_with_the_authors_name_or_address_is_a_signature(card: str) -> None:
    parts = split(f"请尽快发货。\n\n{card}", author=LI_LEI)
    assert (parts.fresh.strip(), parts.signature.strip()) == ("请尽快发货。", card)


@pytest.mark.parametrize("text", NO_CARDS)
def test_what_may_be_an_answer_stays(text: str) -> None:
    assert split(f"请尽快发货。\n\n{text}", author=LI_LEI).signature == ""


@pytest.mark.parametrize("card", CARDS[:3])
def test_a_card_is_none_when_nothing_or_a_colon_stands_above(card: str) -> None:
    assert split(card, author=LI_LEI).signature == ""
    assert split(f"收件人改成：\n\n{card}", author=LI_LEI).signature == ""


def test_without_an_author_there_is_no_card_to_know() -> None:
    assert split("请尽快发货。\n\n李雷\nlilei@example.cn", author=NOBODY).signature == ""
