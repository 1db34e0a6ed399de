"""Reads Authentication-Results (RFC 8601) in linear time; whom to believe is decided by the verdict."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_OUTSIDE_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|[()]|[;=]|[^\s()";=]+|\s+')
_INSIDE_COMMENT = re.compile(r"[^()\\]+|\\.|[()]")
_POLICY = re.compile(r"(?:^|[\s(;,])(?:p|policy)=(none|quarantine|reject)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MethodResult:
    """One `method=result`: `properties` are lower-case names (`header.from`) with values, `comment` what is in ()."""

    method: str
    result: str
    properties: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""

    @property
    def policy(self) -> str:
        """The DMARC policy that OpenDMARC, rspamd and others tell in a comment or a property; empty when untold."""
        found = _POLICY.search(" ".join([self.comment, *(f"p={v}" for k, v in self.properties.items() if k in _TELLS)]))
        return found[1].lower() if found else ""


_TELLS = frozenset({"policy.dmarc", "policy.published-domain-policy", "header.p"})


@dataclass(frozen=True, slots=True)
class AuthenticationResults:
    """One field: who says it, and what about."""

    authserv_id: str
    results: tuple[MethodResult, ...]


def read_results(value: bytes) -> AuthenticationResults | None:
    """Parse one unfolded field value; None for anything malformed."""
    sections = _sections(value.decode("utf-8", "replace"))
    if not sections or not any(sections[0].words[:1]):
        return None
    results = [_method(section) for section in sections[1:] if section.words and section.words != ["none"]]
    if any(result is None for result in results):
        return None
    return AuthenticationResults(sections[0].words[0].lower(), tuple(result for result in results if result))


@dataclass(slots=True)
class _Section:
    """What stands between two semicolons: words, `=` among them, and the text of the comments."""

    words: list[str]
    comment: str = ""


def _sections(text: str) -> list[_Section]:
    """Empty for an unfinished quote or comment."""
    sections, depth, at = [_Section([])], 0, 0
    while at < len(text):
        match = (_INSIDE_COMMENT if depth else _OUTSIDE_COMMENT).match(text, at)
        if match is None:
            return []
        token, at = match[0], match.end()
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth < 0:
            return []
        if depth:
            sections[-1].comment += token
        elif token == ";":
            sections.append(_Section([]))
        elif token != ")" and not token.isspace():
            sections[-1].words.append(_unquoted(token))
    return [] if depth else sections


def _unquoted(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith('"') else token


def _method(section: _Section) -> MethodResult | None:
    words = section.words
    pairs = [(words[at - 1], words[at + 1]) for at in range(1, len(words) - 1) if words[at] == "="]
    if not pairs or words[1:2] != ["="]:
        return None
    (method, result), *properties = pairs
    named = {name.lower(): value for name, value in reversed(properties)}
    return MethodResult(method.partition("/")[0].lower(), result.lower(), named, section.comment)
