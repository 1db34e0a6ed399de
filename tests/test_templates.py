"""All mail templates in all languages: complete, consistent, harmless whatever is put into them."""

import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jinja2 import meta

from gateway.domain.locales import LOCALES
from gateway.errors import Invalid
from gateway.rendering import Rendered, Renderer
from gateway.resources import resource

ROOT = resource("templates") / "email"
RENDERER = Renderer()
TEMPLATES = (
    "conversation-closed delivery-problem held-confirm invitation not-entitled order-placed password-reset"
    " received reply seller-digest seller-notification sign-in webhook-off"
).split()
PARTS = ("subject.txt", "body.txt", "body.html")
SURROUNDINGS = {"words", "locale", "lang", "dir", "start", "end", "brand"}


def rendered(template: str, locale: str = "en", **changes: object) -> Rendered:
    """A template on its sample, with some values changed."""
    return RENDERER.render(template, locale, {**RENDERER.sample(template), **changes})


@cache
def variables(path: Path) -> set[str]:
    """All names that a template file and those it is built on ask for."""
    environment = RENDERER.environment
    tree = environment.parse(path.read_text("utf-8"))
    below = [ROOT / name for name in meta.find_referenced_templates(tree) if name]
    return meta.find_undeclared_variables(tree).union(*map(variables, below)) - SURROUNDINGS


def test_every_template_is_there() -> None:
    assert sorted(RENDERER.names()) == TEMPLATES


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", TEMPLATES)
class TestEach:
    """What holds for any template in any language."""

    def test_it_is_there_in_all_its_parts(self, template: str, locale: str) -> None:
        assert sorted(path.name for path in (ROOT / template / locale).iterdir()) == sorted(PARTS)

    def test_it_needs_exactly_what_its_sample_has(self, template: str, locale: str) -> None:
        asked = set().union(*(variables(ROOT / template / locale / part) for part in PARTS))
        assert asked == set(RENDERER.sample(template))

    def test_it_asks_for_the_same_as_the_english_one(self, template: str, locale: str) -> None:
        for part in PARTS:
            assert variables(ROOT / template / locale / part) == variables(ROOT / template / "en" / part)

    def test_it_reads_well(self, template: str, locale: str) -> None:
        mail = rendered(template, locale)
        assert mail.locale == locale
        assert 5 <= len(mail.subject) <= 120
        assert mail.subject == mail.subject.strip()
        assert "\n\n\n" not in mail.text
        assert not re.search(r"[{}]|None|%\(", mail.subject + mail.text)
        assert mail.html is not None
        assert "{{" not in mail.html
        assert len(mail.html) < 30_000

    def test_it_says_its_language_and_direction(self, template: str, locale: str) -> None:
        html = rendered(template, locale).html or ""
        direction = "rtl" if locale == "ar" else "ltr"
        assert f'<html lang="{locale.replace("_", "-")}" dir="{direction}"' in html

    def test_it_needs_nothing_from_outside(self, template: str, locale: str) -> None:
        html = rendered(template, locale).html or ""
        assert not re.search(r"<(?:img|link|script|iframe|form|object)\b|@import|url\(|\son\w+=", html)

    def test_text_and_html_carry_the_same_links(self, template: str, locale: str) -> None:
        mail = rendered(template, locale)
        # The address that each of our parts shows; the namespaces of the HTML are not for people.
        in_html = set(re.findall(r'href="(https://[^"]+)"', mail.html or ""))
        assert in_html == set(re.findall(r"https://\S+", mail.text))


@pytest.mark.parametrize(("template", "name"), [(t, name) for t in TEMPLATES for name in RENDERER.sample(t)])
def test_a_missing_value_is_an_error_that_names_it(template: str, name: str) -> None:
    context = RENDERER.sample(template)
    del context[name]
    with pytest.raises(Invalid, match=f"template {template}/en/.*{name}"):
        RENDERER.render(template, "en", context)


class _Watched(dict[str, Any]):
    """A mapping that remembers what was looked at."""

    def __init__(self, values: Mapping[str, Any], path: str, seen: set[str]) -> None:
        super().__init__({name: _watched(value, f"{path}.{name}", seen) for name, value in values.items()})
        self._path, self._seen = path, seen

    def __getitem__(self, name: str) -> Any:
        self._seen.add(f"{self._path}.{name}")
        return super().__getitem__(name)


def _watched(value: Any, path: str, seen: set[str]) -> Any:
    if isinstance(value, Mapping):
        return _Watched(value, path, seen)
    if isinstance(value, list):
        return [_watched(one, path, seen) for one in value]
    return value


def _leaves(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from (f"{path}.{name}", *_leaves(inner, f"{path}.{name}"))
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, path)


@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_of_the_sample_is_unused(template: str) -> None:
    sample, seen = RENDERER.sample(template), set[str]()
    RENDERER.render(template, "en", {name: _watched(value, name, seen) for name, value in sample.items()})
    expected = {leaf for name, value in sample.items() for leaf in _leaves(value, name)}
    assert expected - seen == set()


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_language_has_words_of_its_own(template: str) -> None:
    subjects = {rendered(template, locale, subject="").subject for locale in LOCALES}
    assert len(subjects) == len(LOCALES)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_common_words_are_the_same_set_with_the_same_gaps(locale: str) -> None:
    english, words = (json.loads((ROOT / "_words" / f"{name}.json").read_text("utf-8")) for name in ("en", locale))
    assert list(words) == list(english)
    for key, text in words.items():
        assert set(re.findall(r"%\(\w+\)\w", text)) == set(re.findall(r"%\(\w+\)\w", english[key])), key
        assert text.strip() == text


def test_every_common_word_is_used() -> None:
    layouts = "".join(
        path.read_text("utf-8")
        for path in (ROOT / "_layouts").rglob("*.*")
        if path.suffix not in (".py", ".pyc") and path.is_file()
    )
    words = json.loads((ROOT / "_words" / "en.json").read_text("utf-8"))
    unused = {word for word in words if f"words.{word}" not in layouts and not word.startswith("reason_")}
    assert unused == set()


@pytest.mark.parametrize("kind", ["address", "content", "policy", "full", "other"])
def test_the_seller_is_told_why_for_every_kind_of_refusal(kind: str) -> None:
    failed = rendered("delivery-problem", kind=kind, failed=True)
    assert rendered("delivery-problem", kind=kind, failed=False).text != failed.text


ABSENT: dict[str, object] = {"order": None, "quote": None, "link": None, "files": [], "marker": "", "smtp_reply": ""}
OPTIONAL = {
    # What a mail can do without; docs/outgoing-mail.md promises it to whoever fills the template.
    "conversation-closed": ("order", "link", "marker"),
    "delivery-problem": ("order", "smtp_reply"),
    "order-placed": ("link", "marker"),
    "received": ("order", "link", "marker"),
    "reply": ("order", "quote", "link", "files", "marker"),
    "seller-notification": ("order", "files", "marker"),
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", OPTIONAL)
def test_what_may_be_absent_leaves_no_trace(template: str, locale: str) -> None:
    words = json.loads((ROOT / "_words" / f"{locale}.json").read_text("utf-8"))
    mail = rendered(template, locale, **{name: ABSENT[name] for name in OPTIONAL[template]})
    both = mail.text + (mail.html or "")
    traces = {
        "order": words["total"],
        "files": words["attached"],
        "marker": "[znx:",
        "link": words["open_conversation"],
        "smtp_reply": words["server_said"],
        "quote": "<blockquote",
    }
    for name in OPTIONAL[template]:
        assert traces[name] not in both, name
    assert "None" not in both
    assert "\n\n\n" not in mail.text


def _hostile(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _hostile(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_hostile(inner) for inner in value]
    return f'{value}"><script>alert(1)</script>{{{{ 7 * 7 }}}}\r\nBcc: x@y.test' if isinstance(value, str) else value


@pytest.mark.parametrize("template", TEMPLATES)
def test_values_are_only_ever_text(template: str) -> None:
    context = {name: _hostile(v) for name, v in RENDERER.sample(template).items()}
    if template == "delivery-problem":
        context["kind"] = "full"
    mail = RENDERER.render(template, "en", context)
    assert mail.html is not None
    assert "<script" not in mail.html
    assert '"><' not in re.sub(r'="[^"<>]*"><', "", mail.html)
    assert "49" not in mail.text + mail.subject
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject


def test_a_long_order_is_shown_in_short() -> None:
    order = RENDERER.sample("reply")["order"]
    many = order | {"lines": [{"title": f"item {n}", "qty": 1, "price": "1"} for n in range(8)]}
    mail = rendered("reply", order=many)
    assert "item 4" in mail.text
    assert "item 5" not in mail.text
    assert "and 3 more" in mail.text
    assert "and 3 more" in (mail.html or "")


def test_the_compiled_layouts_are_those_of_their_sources() -> None:
    path = ROOT / "_layouts" / "compile.py"
    spec = importlib.util.spec_from_file_location("compile_layouts", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for layout in module.layouts():
        stale = layout.with_suffix(".html").read_text("utf-8") != module.compiled(layout)
        assert not stale, f"{layout.name} has changed: run python {path.relative_to(ROOT.parent.parent)}"


def test_every_template_and_variable_is_documented() -> None:
    documented = set(re.findall(r"`([a-z_-]+)`", (ROOT.parent.parent / "docs" / "outgoing-mail.md").read_text("utf-8")))
    asked = {name for template in TEMPLATES for name in RENDERER.sample(template)}
    assert {*TEMPLATES, *asked} - documented == set()
