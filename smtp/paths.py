"""Reads the arguments of MAIL and RCPT: paths and parameters (RFC 5321 section 4.1.2, RFC 6531); pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_ADDRESS_BYTES = 64 + 1 + 255
"""RFC 5321 section 4.5.3.1; the two halves are not measured singly, since VERP senders break the 64."""

_ATEXT = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~\-"
_UTF8 = r"\u0080-\ud7ff\ue000-\U0010ffff"

# What nearly every client sends, in one step; the full grammar below costs several times as much.
_ORDINARY = re.compile(rf"<([{_ATEXT}.]+@[A-Za-z0-9][A-Za-z0-9\-.]*)>(?: (.*))?")

# Dots may stand anywhere: DoCoMo gives its customers addresses such as `a..b.@`. Brackets may be missing: old
# programs on embedded devices leave them out.
_FULL = re.compile(
    rf"""
    (?P<open><)?
    (?: @[A-Za-z0-9\-.{_UTF8}]+ (?:,@[A-Za-z0-9\-.{_UTF8}]+)* : )?    # a source route: read over (appendix C)
    (?: (?P<dots>[{_ATEXT}.{_UTF8}]+)
      | "(?P<quoted>(?:[ !\#-\[\]-~{_UTF8}]|\\[ -~])*)" )
    @(?P<domain> [A-Za-z0-9{_UTF8}] [A-Za-z0-9\-._{_UTF8}]*
      | \[ [A-Za-z0-9:.\-]+ \] )
    (?(open)>)
    (?:\ (?P<rest>.*))?
    """,
    re.VERBOSE,
)
_DOTS = re.compile(rf"[{_ATEXT}.{_UTF8}]+")
_RELAY_FORM = re.compile(r"[%!@:]")
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9\-]*)(?:=([!-<>-~\u0080-\U0010ffff]+))?")


@dataclass(frozen=True, slots=True)
class Path:
    """`address` is empty for the null reverse-path; `rest` are the parameters as they were sent."""

    address: str
    rest: str = ""


def read_path(text: str) -> Path | None:
    """The path that `text` begins with, without route and needless quotes; None when it is malformed."""
    if ordinary := _ORDINARY.fullmatch(text):
        address, rest = ordinary.groups("")
    elif text == "<>" or text.startswith("<> "):
        return Path("", text[3:])
    elif full := _FULL.fullmatch(text):
        address, rest = f"{_local_part(full)}@{full['domain']}", full["rest"] or ""
    else:
        return None
    return Path(address, rest) if len(address.encode()) <= MAX_ADDRESS_BYTES else None


def read_recipient(text: str) -> Path | None:
    """Like `read_path`, but a path must be there, and `postmaster` needs no domain (RFC 5321 section 4.5.1)."""
    if text.lower() in ("<postmaster>", "postmaster"):
        return Path("postmaster")
    path = read_path(text)
    return path if path and path.address else None


def is_relay_form(address: str) -> bool:
    """Whether a local part hides another host behind ours: `a%b@`, `b!a@`, `"a@b"@`."""
    return _RELAY_FORM.search(address.rpartition("@")[0]) is not None


def read_parameters(text: str) -> Mapping[str, str | None] | None:
    """Upper-case names to values, None for a name alone; None when malformed or said twice."""
    found: dict[str, str | None] = {}
    for word in text.split():
        parameter = _PARAMETER.fullmatch(word)
        name = parameter[1].upper() if parameter else ""
        if not parameter or name in found:
            return None
        found[name] = parameter[2]
    return found


def _local_part(match: re.Match[str]) -> str:
    if match["dots"]:
        return match["dots"]
    # `"a.b"@` and `a.b@` are one mailbox (RFC 5321 section 4.1.2), and only one of them may be looked up.
    plain = re.sub(r"\\(.)", r"\1", match["quoted"])
    return plain if _DOTS.fullmatch(plain) else f'"{match["quoted"]}"'
