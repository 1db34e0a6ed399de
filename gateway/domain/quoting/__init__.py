"""Splits a mail's text into what is new, what is quoted and what is a signature, line by line."""

import re
from dataclasses import dataclass

_ATTRIBUTION = re.compile(r"On .{5,200} wrote:$|.{0,200}(?:写道|寫道)[:：]?$|.{0,200}于.{5,100}(?:写道|寫道)")
_SEPARATOR = re.compile(r"-{2,}\s*(?:Original Message|原始邮件|原始郵件|回复的原邮件)\s*-{2,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Split:
    """Each line of the text, with its line end, in exactly one of the three, in order."""

    fresh: str
    quoted: str
    signature: str


def split(text: str, marks: tuple[str, ...] = (), *, forwarded: bool = False) -> Split:
    """Share out the lines of a text; `marks` is what HTML says of each line."""
    lines = text.splitlines(keepends=True) if text else []
    kinds = _kinds(lines, marks)
    chosen: dict[str, list[str]] = {"": [], "quote": [], "signature": []}
    for line, kind in zip(lines, kinds, strict=True):
        chosen[kind].append(line)
    return Split("".join(chosen[""]), "".join(chosen["quote"]), "".join(chosen["signature"]))


def _kinds(lines: list[str], marks: tuple[str, ...]) -> list[str]:
    kinds: list[str] = []
    rest = ""
    for index, line in enumerate(lines):
        bare = line.strip()
        if not rest and (_ATTRIBUTION.match(bare) or _SEPARATOR.match(bare)):
            rest = "quote"
        elif not rest and line.rstrip("\n") in ("-- ", "--"):
            rest = "signature"
        marked = marks[index] if index < len(marks) else ""
        kinds.append(rest or marked or ("quote" if bare.startswith(">") else ""))
    return kinds
