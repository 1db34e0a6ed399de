"""A DNS server of the tests' own on a free loopback port, with exactly the records that a test gives it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from dnslib import AAAA, CNAME, MX, PTR, QTYPE, RCODE, RR, TXT, A, DNSRecord

Zone = Mapping[str, Sequence[tuple[str, str]]]
"""For each lower-case name its (type, value) records; MX as `PREFERENCE HOST`, TXT as one text.

The value `SILENT` of the type `ANY` makes the server not answer, `BROKEN` makes it answer SERVFAIL.
"""


class NameServer(asyncio.DatagramProtocol):
    """Answers from `zone`, which may be changed at any time; `asked` counts the questions."""

    def __init__(self, zone: Zone) -> None:
        self.zone: dict[str, list[tuple[str, str]]] = {name: list(records) for name, records in zone.items()}
        self.asked: list[tuple[str, str]] = []
        self.address: tuple[str, int] = ("", 0)
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the port."""
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.address = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Answer one question, or don't."""
        answer = self._answer(DNSRecord.parse(data))
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer.pack(), addr)

    def _answer(self, question: DNSRecord) -> DNSRecord | None:
        name = str(question.q.qname).rstrip(".").replace("\\032", " ").lower()
        kind = QTYPE[question.q.qtype]
        self.asked.append((name, kind))
        records = self.zone.get(name)
        reply = question.reply()
        if records is None:
            is_parent = any(other.endswith(f".{name}") for other in self.zone)
            reply.header.rcode = RCODE.NOERROR if is_parent else RCODE.NXDOMAIN
            return reply
        wanted = [(found, value) for found, value in records if found in (kind, "CNAME")]
        if not wanted and ("ANY", "SILENT") in records:
            return None
        if not wanted and ("ANY", "BROKEN") in records:
            reply.header.rcode = RCODE.SERVFAIL
            return reply
        for found, value in wanted:
            reply.add_answer(RR(question.q.qname, getattr(QTYPE, found), rdata=_rdata(found, value), ttl=60))
        return reply


def _rdata(kind: str, value: str) -> Any:
    if kind == "MX":
        preference, _, host = value.partition(" ")
        return MX(host, int(preference))
    if kind == "TXT":
        data = value.encode("latin-1")
        return TXT([data[at : at + 255] for at in range(0, len(data), 255)] or [b""])
    return {"A": A, "AAAA": AAAA, "CNAME": CNAME, "PTR": PTR}[kind](value)


@asynccontextmanager
async def name_server(zone: Zone) -> AsyncIterator[NameServer]:
    """The server while it runs; its `address` is host and port."""
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: NameServer(zone), local_addr=("127.0.0.1", 0)
    )
    try:
        yield server
    finally:
        transport.close()
