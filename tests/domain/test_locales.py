"""Which of our languages somebody gets."""

import pytest

from gateway.domain.locales import LOCALES, RIGHT_TO_LEFT, best_locale, language_tag


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("zh", "zh_CN"),
        ("zh-CN", "zh_CN"),
        ("zh_SG", "zh_CN"),
        ("zh-Hans-HK", "zh_CN"),
        ("ZH-tw", "zh_TW"),
        ("zh-HK", "zh_TW"),
        ("zh-Hant", "zh_TW"),
        ("zh-Hant-MO", "zh_TW"),
        ("pt", "pt_BR"),
        ("pt-PT", "pt_BR"),
        ("de-AT", "de"),
        ("es-419", "es"),
        ("en_GB.UTF-8", "en"),
        ("ar-EG", "ar"),
        (" fr ", "fr"),
        ("nl", "en"),
        ("", "en"),
        ("../../etc", "en"),
    ],
)
def test_the_nearest_language_is_chosen(wanted: str, given: str) -> None:
    assert best_locale(wanted) == given


@pytest.mark.parametrize("locale", LOCALES)
def test_each_locale_and_its_tag_lead_to_itself(locale: str) -> None:
    assert best_locale(locale) == best_locale(language_tag(locale)) == locale


def test_only_arabic_runs_from_right_to_left() -> None:
    assert set(LOCALES) & RIGHT_TO_LEFT == {"ar"}
