"""Reads the PROXY header, version 1 or 2, that a load balancer puts first; whom to believe is decided elsewhere."""

import ipaddress
import re
import struct
from dataclasses import dataclass

_V1_START, _V1_LONGEST = b"PROXY ", 107
_V1 = re.compile(rb"PROXY TCP([46]) ([0-9A-Fa-f.:]+) [0-9A-Fa-f.:]+ \d{1,5} \d{1,5}\r\n")
_V1_UNKNOWN = re.compile(rb"PROXY UNKNOWN[^\r\n]*\r\n")
_V2_START = b"\r\n\r\n\x00\r\nQUIT\n"
_V2_FIXED = struct.Struct("!BBH")
_V2_LONGEST = 2048
_V2_SOURCE_BYTES = {0x11: 4, 0x21: 16}
"""TCP over IPv4 and over IPv6; every other family carries no address that we could use."""


class NotProxy(Exception):
    """What came is no PROXY header."""


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """`ip` is the client's address, empty when the proxy speaks for itself; `length` the bytes of the header."""

    ip: str
    length: int


def read_header(data: bytes) -> ProxyHeader | None:
    """The header at the start of `data`, None while it is not all there. Raises NotProxy."""
    if data[: len(_V2_START)] == _V2_START[: len(data)]:
        return _version_2(data)
    if data[: len(_V1_START)] == _V1_START[: len(data)]:
        return _version_1(data)
    raise NotProxy


def _version_1(data: bytes) -> ProxyHeader | None:
    end = data.find(b"\n", 0, _V1_LONGEST) + 1
    if not end:
        if len(data) >= _V1_LONGEST:
            raise NotProxy
        return None
    line = data[:end]
    if _V1_UNKNOWN.fullmatch(line):
        return ProxyHeader("", end)
    if not (match := _V1.fullmatch(line)):
        raise NotProxy
    try:
        source = ipaddress.ip_address(match[2].decode("ascii"))
    except ValueError:
        raise NotProxy from None
    if source.version != int(match[1]):
        raise NotProxy
    return ProxyHeader(str(source), end)


def _version_2(data: bytes) -> ProxyHeader | None:
    start = len(_V2_START)
    if len(data) < start + _V2_FIXED.size:
        return None
    version_and_command, family, length = _V2_FIXED.unpack_from(data, start)
    if version_and_command not in (0x20, 0x21) or length > _V2_LONGEST:
        raise NotProxy
    body = start + _V2_FIXED.size
    if len(data) < body + length:
        return None
    size = _V2_SOURCE_BYTES.get(family, 0) if version_and_command == 0x21 else 0
    if 2 * size + 4 > length and size:
        raise NotProxy
    source = data[body : body + size]
    return ProxyHeader(str(ipaddress.ip_address(source)) if size else "", body + length)
