"""How templates are found, filled and kept in their sandbox; what they say is shown elsewhere."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.errors import Invalid, NotFound
from gateway.rendering import Renderer, excerpt, quoted

RENDERER = Renderer()


def shown_by(source: str, locale: str, **context: object) -> str:
    """What a template of this source shows."""
    renderer = Renderer({f"sign-in/{locale}/subject.txt": source})
    return renderer.render("sign-in", locale, renderer.sample("sign-in") | context).subject


class TestOverrides:
    """Templates that somebody has changed."""

    def test_they_come_first(self) -> None:
        renderer = Renderer({"sign-in/de/subject.txt": "Hallo bei {{ shop_name }}"})
        sample = renderer.sample("sign-in")
        assert renderer.render("sign-in", "de", sample).subject == "Hallo bei Lotus Teahouse"
        assert renderer.render("sign-in", "fr", sample).subject == "Connexion à Lotus Teahouse"

    def test_they_may_be_files(self, tmp_path: Path) -> None:
        (tmp_path / "sign-in" / "en").mkdir(parents=True)
        (tmp_path / "sign-in" / "en" / "subject.txt").write_text("Come in")
        assert Renderer(tmp_path).render("sign-in", "en", RENDERER.sample("sign-in")).subject == "Come in"

    @pytest.mark.parametrize(
        "source",
        [
            "{{ shop_nmae }}",
            "{{ ''.__class__.__mro__[1].__subclasses__() }}",
            "{{ shop_name.__init__.__globals__ }}",
            "{{ words.clear() }}",
            "{{ words.__class__.__mro__ }}",
            "{% include '/etc/passwd' %}",
            "{% include '../../../pyproject.toml' %}",
            "{{ unclosed",
            "{{ minutes|nofilter }}",
            "{{ minutes + 'x' }}",
        ],
    )
    def test_what_they_may_not_do_is_an_error_that_names_the_part(self, source: str) -> None:
        renderer = Renderer({"sign-in/en/body.txt": source})
        with pytest.raises(Invalid, match=r"^template sign-in/en/body\.txt: "):
            renderer.render("sign-in", "en", renderer.sample("sign-in"))


def test_what_a_context_calls_like_a_word_of_pythons_is_what_the_template_shows() -> None:
    assert shown_by("{{ order.items }}, {{ order.get('items') }}", "en", order={"items": "two lamps"}).count("two") == 2


def test_an_unknown_template_names_those_that_there_are() -> None:
    with pytest.raises(NotFound, match=r"^no template 'nope'; there are: .*reply"):
        RENDERER.render("nope", "en", {})


def test_an_unknown_language_falls_back_to_english() -> None:
    assert RENDERER.render("sign-in", "nl", RENDERER.sample("sign-in")).locale == "en"


class TestFilters:
    """How values are shown."""

    @pytest.mark.parametrize(
        ("amount", "currency", "locale", "shown"),
        [
            ("1264.5", "CNY", "zh_CN", "¥1,264.50"),
            ("1264.5", "EUR", "de", "1.264,50 €"),
            ("3000", "JPY", "ja", "￥3,000"),
            ("about ten", "EUR", "en", "about ten EUR"),
            ("12.00", "", "en", "12.00"),
            ("", "EUR", "en", ""),
        ],
    )
    def test_money(self, amount: str, currency: str, locale: str, shown: str) -> None:
        assert shown_by("{{ amount|money(currency) }}", locale, amount=amount, currency=currency) == shown

    @pytest.mark.parametrize(
        ("locale", "shown"),
        [
            ("en", "November 23, 2026 09:05 UTC"),
            ("zh_CN", "2026年11月23日 09:05 UTC"),
            ("de", "23. November 2026 09:05 UTC"),
        ],
    )
    def test_times_are_said_in_utc(self, locale: str, shown: str) -> None:
        paris = datetime.fromisoformat("2026-11-23T10:05:00+01:00")
        assert shown_by("{{ at|when }}", locale, at=paris) == shown
        assert shown_by("{{ at|when }}", locale, at=paris.astimezone(UTC)) == shown

    def test_quoting_marks_each_line_and_leaves_no_blank_at_its_end(self) -> None:
        assert quoted("a\n\nb ") == "> a\n>\n> b"

    def test_long_texts_are_cut_and_say_so(self) -> None:
        assert excerpt("short\ntext") == "short\ntext"
        assert excerpt("x" * 9000) == "x" * 4000 + " …"
        assert excerpt("x\n" * 100).count("\n") == 59
