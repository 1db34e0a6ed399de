"""A shop's way of writing order numbers: what is found by it, whatever buyers do to the separators."""

import pytest

from gateway.domain.order_masks import checked_masks, numbers_in, squashed
from gateway.errors import Invalid


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("About AB-123456, please", ("AB-123456",)),
        ("订单号AB-123456的问题", ("AB-123456",)),
        ("ab 123456 / AB123456", ("ab 123456", "AB123456")),
        ("AB\u2013123456", ("AB\u2013123456",)),
        ("2026-000123 and A1/77", ("2026-000123",)),
        ("XAB-123456, AB-1234567, AB--123456, AB-12345", ()),
    ],
)
def test_numbers_are_found_as_buyers_write_them(text: str, found: tuple[str, ...]) -> None:
    assert numbers_in(text, "AA-######, 2026-######") == found


def test_without_masks_nothing_is_found() -> None:
    assert numbers_in("AB-123456", "") == ()


def test_a_sign_can_be_meant_as_it_stands() -> None:
    assert numbers_in("AX-1234 and BX-1234", checked_masks("\\A\\X-####")) == ("AX-1234",)
    assert squashed("Ab-12_34") == "ab1234"


def test_masks_are_kept_tidily() -> None:
    assert checked_masks(" AA-###### ，X-####；AA-######") == "AA-######, X-####"
    assert checked_masks("  ") == ""


@pytest.mark.parametrize(
    "masks",
    [
        "###",
        "AAAA",
        "(a+)+$####",
        "#" * 41,
        "A*-####",
        "AA-####\\",
        "#### ####",
        ",".join(f"{n}-####" for n in range(6)),
    ],
)
def test_what_is_no_mask_is_refused(masks: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_masks(masks)
    assert refused.value.field == "order_mask"


def test_no_text_wears_it_out() -> None:
    masks = checked_masks(", ".join("X" * 30 + "#" * n for n in range(5, 10)))
    assert numbers_in("A-" * 100_000 + "1" * 100_000, masks) == ()  # comes to an end
