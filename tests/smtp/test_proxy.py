"""The PROXY header, version 1 and 2, whole, in pieces, and as a stranger might write it."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp.proxy import NotProxy, ProxyHeader, read_header

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def version_2(command: int, family: int, body: bytes) -> bytes:
    return SIGNATURE + struct.pack("!BBH", 0x20 | command, family, len(body)) + body


V4 = bytes([192, 0, 2, 7, 198, 51, 100, 1, 0x30, 0x39, 0, 25])
V6 = bytes.fromhex("20010db8000000000000000000000007") * 2 + b"\x30\x39\0\x19"

HEADERS = {
    b"PROXY TCP4 192.0.2.7 198.51.100.1 12345 25\r\n": "192.0.2.7",
    b"PROXY TCP6 2001:db8::7 2001:db8::1 12345 25\r\n": "2001:db8::7",
    b"PROXY UNKNOWN\r\n": "",
    b"PROXY UNKNOWN a b c d\r\n": "",
    version_2(1, 0x11, V4): "192.0.2.7",
    version_2(1, 0x11, V4 + b"\x04\0\1x"): "192.0.2.7",
    version_2(1, 0x21, V6): "2001:db8::7",
    version_2(0, 0x00, b""): "",
    version_2(0, 0x11, V4): "",
    version_2(1, 0x31, bytes(216)): "",
}

NO_HEADERS = [
    b"EHLO client.test\r\n",
    b"PROXIES",
    b"PROXY TCP4 192.0.2.7 198.51.100.1 12345\r\n",
    b"PROXY TCP4 192.0.2.777 198.51.100.1 12345 25\r\n",
    b"PROXY TCP4 192.0.2.7 198.51.100.1 12345 25\n",
    b"PROXY TCP4 192.0.2.7  198.51.100.1 12345 25\r\n",
    b"PROXY TCP4 fe80::1%1 ::1 1 1\r\n",
    b"PROXY TCP6 192.0.2.7 198.51.100.1 12345 25\r\n",
    b"PROXY UDP4 192.0.2.7 198.51.100.1 12345 25\r\n",
    b"PROXY UNKNOWN " + b"x" * 100,
    version_2(2, 0x11, V4),
    version_2(1, 0x11, V4[:-1]),
    SIGNATURE + b"\x11\x11\0\0",
    SIGNATURE + b"\x21\x11\xff\xff",
]


@pytest.mark.parametrize(("data", "ip"), HEADERS.items())
def test_reads_a_header_and_leaves_what_follows(data: bytes, ip: str) -> None:
    assert read_header(data + b"EHLO x\r\n") == ProxyHeader(ip, len(data))


@pytest.mark.parametrize("data", HEADERS)
def test_waits_for_the_rest(data: bytes) -> None:
    assert [read_header(data[:length]) for length in range(len(data))] == [None] * len(data)


@pytest.mark.parametrize("data", NO_HEADERS)
def test_refuses_anything_else(data: bytes) -> None:
    with pytest.raises(NotProxy):
        read_header(data)


@given(st.one_of(st.binary(max_size=60), st.binary(max_size=60).map(lambda tail: SIGNATURE + tail)))
def test_never_fails_in_another_way(data: bytes) -> None:
    try:
        header = read_header(data)
    except NotProxy:
        return
    assert header is None or header.length <= len(data)
