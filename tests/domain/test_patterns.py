"""Every regular expression of the domain on texts made to wear it out: its own repeats, repeated, then no match."""

import importlib
import inspect
import pkgutil
import re

# The parser of the standard library's own expressions; it has no public name since 3.11.
import re._constants as codes  # type: ignore[import-not-found]
import re._parser as expressions  # type: ignore[import-not-found]
import signal
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

import gateway.domain
from gateway.domain.patterns import Pattern

DATABASES = ("sqlite",)
LENGTH = 1500
SECONDS = 1.0
"""Half of what a whole mail may take. What is cubic in its text, or worse, takes minutes at this length."""

Item = tuple[Any, Any]
"""A piece of an expression as the standard library parses it: its code, and its value."""

CHARACTERS = "\t\n \xa0-*=>.,:;_@aA0一[(<\\/\"'|+#&"
REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
ONE = (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN)


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(gateway.domain.__path__, "gateway.domain."):
        yield importlib.import_module(found.name)


def _patterns(value: object) -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    """The expressions in a constant: itself, or within tables."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Pattern):
        yield re.compile(value._pattern, value._flags)
    elif isinstance(value, tuple | list | frozenset):
        for each in value:
            yield from _patterns(each)
    elif isinstance(value, dict):
        yield from _patterns((*value.keys(), *value.values()))


def _members(item: Item, flags: int) -> list[str]:
    """Some characters that one place of an expression takes."""
    single = re.compile(_source(item), flags & ~re.DEBUG & ~re.LOCALE)
    own = [chr(value) for code, value in item[1] if code is codes.LITERAL] if item[0] is codes.IN else []
    return [each for each in (*own[:4], *CHARACTERS) if single.match(each)][:12] or ["a"]


def _source(item: Item) -> str:
    code, value = item
    match code:
        case codes.ANY:
            return "."
        case codes.LITERAL:
            return re.escape(chr(value))
        case codes.NOT_LITERAL:
            return f"[^{re.escape(chr(value))}]"
    return "[" + "".join(map(_part, value)) + "]"


def _part(item: Item) -> str:
    code, value = item
    if code is codes.NEGATE:
        return "^"
    if code is codes.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    if code is codes.CATEGORY:
        kind = str(value).removeprefix("CATEGORY_")
        letter = kind.removeprefix("NOT_")[0].lower()
        return "\\" + (letter.upper() if kind.startswith("NOT_") else letter)
    return re.escape(chr(value))


def _example(sequence: list[Item], flags: int) -> str:
    """A short text that a piece of an expression takes."""
    return "".join(_one(item, flags) for item in sequence)


def _one(item: Item, flags: int) -> str:
    code, value = item
    match code:
        case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
            return _example(value[2], flags) * int(value[0])
        case codes.SUBPATTERN:
            return _example(value[3], flags)
        case codes.BRANCH:
            return _example(value[1][0], flags)
        case codes.ATOMIC_GROUP:
            return _example(value, flags)
    return _members(item, flags)[0] if code in ONE else ""


def _pumps(sequence: list[Item], flags: int, before: str = "") -> Iterator[tuple[str, str]]:
    """For each repeat within an expression: what leads up to it, and what to repeat."""
    for item in sequence:
        code, value = item
        if code in REPEATS and value[1] >= 20:
            body = value[2]
            one = len(body) == 1 and body[0][0] in ONE
            yield from (
                (before, each) for each in (_members(body[0], flags) if one else [_example(body, flags)]) if each
            )
        for inner in _inner(item):
            yield from _pumps(inner, flags, before)
        before += _one(item, flags)


def _inner(item: Item) -> list[list[Item]]:
    code, value = item
    if code in REPEATS:
        return [value[2]]
    if code is codes.SUBPATTERN:
        return [value[3]]
    if code is codes.BRANCH:
        return list(value[1])
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return [value[1]]
    return [value] if code is codes.ATOMIC_GROUP else []


def _uses(module: ModuleType, name: str, pattern: re.Pattern[str]) -> list[Callable[[str], object]]:
    """How the module uses it; what only other modules use is used from the beginning of a text."""
    source = inspect.getsource(module)
    searched = re.search(rf"\b{name}\.(?:search|finditer|findall|subn?|split)\b", source)
    return [pattern.search] if searched else [pattern.match, pattern.fullmatch]


def _every() -> Iterator[tuple[str, ModuleType, str, re.Pattern[str]]]:
    for module in _modules():
        for name, value in vars(module).items():
            for number, pattern in enumerate(_patterns(value)):
                text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
                yield f"{module.__name__}.{name}[{number}]", module, name, re.compile(text, pattern.flags & ~re.UNICODE)


def _stop(*_: object) -> None:
    raise TimeoutError


def worn_out(pattern: re.Pattern[str], use: Callable[[str], object]) -> str | None:
    """The text that takes a pattern too long, shortened; None when there is none."""
    texts = {
        text
        for before, pump in _pumps(list(expressions.parse(pattern.pattern, pattern.flags)), pattern.flags)
        for many in [pump * (LENGTH // len(pump))]
        for text in (f"{before}{many}\0", f"{many}{before}\0")
    }
    signal.signal(signal.SIGPROF, _stop)
    for text in sorted(texts):
        start = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            use(text)
        except TimeoutError:
            return text[:40]
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        assert time.process_time() - start < SECONDS
    return None


def test_no_pattern_wears_out() -> None:
    found = list(_every())
    assert len(found) > 150
    slow = [
        (where, text)
        for where, module, name, pattern in found
        for use in _uses(module, name, pattern)
        if (text := worn_out(pattern, use))
    ]
    assert slow == []


@pytest.mark.parametrize("pattern", [r"(?:[-_.+]\w+)*(?:@|>)", r"\s*(?:a)?\s*(?:b)?\s*[:]?\s*c"])
def test_what_wears_out_is_found(pattern: str) -> None:
    compiled = re.compile(pattern)
    assert worn_out(compiled, compiled.match)
