"""What a shop's mails may look like: readable, or refused with the field that is wrong."""

import pytest

from gateway.domain.brands import ACCENT, ACCENT_DARK, DARK_CARD, PLAIN, READABLE, WHITE, checked, contrast, on_dark
from gateway.errors import Invalid


@pytest.mark.parametrize(("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48)])
def test_contrast_is_that_of_the_guidelines(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.01)


def test_the_products_own_colours_pass_their_own_checks() -> None:
    assert checked("", "", {}) == PLAIN
    assert contrast(ACCENT_DARK, DARK_CARD) >= READABLE


@pytest.mark.parametrize(
    ("accent", "background", "field"),
    [
        ("#ffd400", "", "accent"),  # yellow on white
        ("#757575", "#f1f3f5", "accent"),  # readable on white, not around the text
        ("", "#8899aa", "background"),  # grey on grey
        ("", "#000000", "background"),
        ("blue", "", "accent"),
        ("#12345", "", "accent"),
        ("#1d5fd1;}", "", "accent"),
    ],
)
def test_what_nobody_could_read_is_refused(accent: str, background: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(accent, background, {})
    assert refused.value.field == field


@pytest.mark.parametrize("accent", ["#000000", "#b3261e", "#1b5e20", "#5b2a86", ACCENT])
def test_links_can_be_read_on_dark_screens(accent: str) -> None:
    assert contrast(accent, WHITE) >= READABLE
    assert contrast(on_dark(accent), DARK_CARD) >= READABLE


def test_a_language_without_a_signature_has_that_of_all_others() -> None:
    brand = checked("", "", {"": " The Lotus team \n\n", "zh_CN": "莲花茶庄", "de": "  "})
    assert [brand.signature(one) for one in ("zh_CN", "de", "ja")] == ["莲花茶庄", "The Lotus team", "The Lotus team"]
    assert PLAIN.signature("en") == ""


@pytest.mark.parametrize("signatures", [{"": "x" * 1001}, {"": "\n".join("x" * 13)}, {"xx": "Hello"}])
def test_signatures_have_limits(signatures: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        checked("", "", signatures)
