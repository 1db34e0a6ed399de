"""Content-Type and Content-Disposition: the value and its parameters (RFC 2045 §5.1, RFC 2183, RFC 2231, RFC 5987)."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from gateway.domain.parsing.charsets import decode
from gateway.domain.parsing.words import Reader, clean

_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_NAME = re.compile(r"(?:^|(?<=[\s;\"=]))([^\s=;\"]+)\s*=\s*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|$)', re.DOTALL)
_ENCODED_START = re.compile(r"=\?[^?\s]+\?[bBqQ]\?")
_WINDOWS_PATH = re.compile(r"[A-Za-z]:\\(?!\\)|\\\\[^\\\"]+\\[^\\\"]")
_SPACE = re.compile(r"\s+")
_UNSEPARATED = re.compile(r"\s(?=[A-Za-z-]{1,20}\*\d{0,3}\*?=)")
_LANGUAGE = re.compile(r"^[A-Za-z-]{0,8}'")
_KEY = re.compile(r"([^*]+)\*?(\d{0,3})\*?")
MAX_PARAMETERS = 200


@dataclass(frozen=True, slots=True)
class Parameterised:
    """A header value such as `text/plain; charset=utf-8`: value in lower case, parameters by lower-case name."""

    value: str
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Section:
    """One raw parameter: `name*number*=value`."""

    name: str
    number: int | None
    extended: bool
    value: str


def read(raw: bytes, words: Reader) -> Parameterised:
    """Read a field's raw value; anything that is no parameter is passed over."""
    if not raw:
        return Parameterised("")
    text = words.raw_text(raw)
    head, semicolon, rest = text.partition(";")
    if not semicolon and "=" in head:  # some mailers forget every semicolon
        head, _, rest = text.strip().partition(" ")
    if "(" in head:
        head = _COMMENT.sub("", head)
    value = _SPACE.sub("", head) if "/" in head else (head.split() or [""])[0]
    return Parameterised(clean(value).strip("\"'").lower(), _assemble(_sections(rest), words) if rest else {})


def _sections(text: str) -> list[_Section]:
    found: list[_Section] = []
    position = 0
    while len(found) < MAX_PARAMETERS and (match := _NAME.search(text, position)):
        value, position = _value(text, match.end())
        key = _KEY.match(match[1].lower())
        if key:
            number = int(key[2]) if key[2] else None
            found.append(_Section(key[1], number, match[1].endswith("*"), value))
    return found


def _value(text: str, start: int) -> tuple[str, int]:
    """A quoted string, or everything up to the semicolon: names with unquoted spaces are common."""
    if text.startswith('"', start) and (quoted := _QUOTED.match(text, start)):
        following = text.find(";", quoted.end())
        tail = text[quoted.end() : following if following >= 0 else len(text)].strip()
        if tail and "=" not in tail:  # an unescaped quote inside the name: filename="a "b" c.pdf"
            end = following if following >= 0 else len(text)
            return text[start + 1 : end].strip().rstrip('"'), end
        if _WINDOWS_PATH.match(quoted[1]):  # its backslashes escape nothing: Netscape 4, old Outlook Express
            return quoted[1], quoted.end()
        return re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL), quoted.end()
    end = _unquoted_end(text, start)
    return text[start:end].strip(), end


def _unquoted_end(text: str, start: int) -> int:
    """The semicolon, but not one inside an encoded word; a parameter of RFC 2231's form needs no semicolon."""
    after = start
    if _ENCODED_START.match(text, start):
        after = max(start, text.find("?=", text.find("?", start + 2) + 3))
    end = text.find(";", after)
    end = end if end >= 0 else len(text)
    following = _UNSEPARATED.search(text, after, end)
    return following.start() if following else end


def _assemble(sections: list[_Section], words: Reader) -> dict[str, str]:
    """Join continuations in the order of their numbers, gaps or not; an extended value beats a plain one."""
    by_name: dict[str, list[_Section]] = {}
    for section in sections:
        by_name.setdefault(section.name, []).append(section)
    return {name: _joined(group, words) for name, group in by_name.items()}


def _joined(group: list[_Section], words: Reader) -> str:
    numbered = sorted((each for each in group if each.number is not None), key=lambda each: each.number or 0)
    whole = next((each for each in group if each.number is None and each.extended), None)
    if whole is not None:
        return _extended([whole])
    plain = next((each for each in group if each.number is None), None)
    if numbered and (plain is None or len(numbered) > 1 or numbered[0].extended):
        unique = list({each.number: each for each in reversed(numbered)}.values())[::-1]
        if any(each.extended for each in unique):
            return _extended(unique)
        return _plain("".join(each.value for each in unique), words)
    return _plain(plain.value, words) if plain else ""


def _extended(sections: list[_Section]) -> str:
    """RFC 2231 §4: charset'language'percent-encoded; the charset stands only in the first section."""
    charset, rest = "", sections[0].value
    if rest.count("'") >= 2 and sections[0].extended:
        charset, _, rest = rest.split("'", 2)
    data = bytearray()
    for index, section in enumerate(sections):
        value = rest if index == 0 else section.value
        if index and section.extended and charset and value.lower().startswith(charset.lower() + "'"):
            value = _LANGUAGE.sub("", value[len(charset) + 1 :], count=1)  # the charset said again in each section
        raw = value.encode("utf-8", "surrogatepass")
        data += unquote_to_bytes(raw) if section.extended else raw
    return decode(bytes(data), charset or "utf-8").text


def _plain(value: str, words: Reader) -> str:
    """RFC 2047 forbids encoded words here, and every client sends them; some percent-encode instead."""
    return words.encoded(value) if "=?" in value else value
