"""Canned replies: variables that there are, the language that fits the buyer, nothing sent half filled."""

import pytest

from gateway.domain.canned import Canned, check, fill, in_language, signature_for, unfilled
from gateway.errors import Invalid

VALUES = {"buyer_name": "王小美", "order_no": "AE-1", "tracking_no": ""}


def test_variables_are_filled_and_those_without_a_value_stay_to_be_seen() -> None:
    text = "{{buyer_name}}您好，{{ order_no }}：{{tracking_no}} {x} {{ }}"
    assert fill(text, VALUES) == "王小美您好，AE-1：{{tracking_no}} {x} {{ }}"
    assert unfilled(fill(text, VALUES)) == ("tracking_no",)


def test_a_value_is_never_filled_in_again() -> None:
    assert fill("{{buyer_name}}", {"buyer_name": "{{order_no}}", "order_no": "AE-1"}) == "{{order_no}}"


@pytest.mark.parametrize("text", ["Hi {{buyer}}", "{{ 7*7 }}", "{{buyer_name.__class__}}", "{{}}"])
def test_an_unknown_variable_is_named(text: str) -> None:
    with pytest.raises(Invalid, match="there is no variable") as told:
        check(text)
    assert told.value.field == "variable"


@pytest.mark.parametrize("text", ["", " \n ", "x" * 10_001])
def test_empty_and_endless_texts_are_none(text: str) -> None:
    with pytest.raises(Invalid):
        check(text)


def of(*locales: str) -> list[Canned]:
    return [Canned(locale, "Tracking", locale, locale) for locale in locales]


@pytest.mark.parametrize(
    ("locales", "buyer", "shop", "chosen"),
    [
        (("en", "zh_CN", "de"), "de-AT", "zh", "de"),
        (("en", "zh_CN"), "fr", "zh", "zh_CN"),
        (("en", "de"), "fr", "zh", "en"),
        (("pl", "it"), "fr", "zh", "pl"),
        (("zh_TW", "zh_CN"), "zh-HK", "en", "zh_TW"),
    ],
)
def test_of_each_name_the_buyers_language_then_the_shops(
    locales: tuple[str, ...], buyer: str, shop: str, chosen: str
) -> None:
    assert [text.locale for text in in_language(of(*locales), buyer, shop)] == [chosen]


def test_a_signature_by_language_or_the_one_for_all_others() -> None:
    signatures = {"": "Lin", "zh_CN": "林"}
    assert [signature_for(signatures, wanted) for wanted in ("zh", "de", "")] == ["林", "Lin", "Lin"]
    assert signature_for({"zh_CN": "林"}, "de") == ""
