"""Reads who handed a mail to our own MTAs in front of us, from the Received fields that only they can have added."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.domain.authenticity.fields import Field

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Postfix, Sendmail, Exim: `from HELO (reverse-name [address])`. Those programs let no brackets into the first two.
_CLIENT = re.compile(rb"\s*from\s+([^\s()]+)\s+\((?:[^\s()\[\]]*\s*)\[(?:ipv6:)?([0-9a-f.:]+)\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Origin:
    """The first host outside of our own MTAs, empty when unknown; `above` counts the fields that those MTAs added."""

    ip: str
    helo: str
    above: int


def is_inside(ip: str, networks: Sequence[Network]) -> bool:
    """Whether an address belongs to one of the networks; an IPv4 address in IPv6 dress counts as IPv4."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in networks)


def origin(fields: Sequence[Field], ip: str, helo: str, upstreams: Sequence[Network]) -> Origin:
    """Follow the Received fields down from a trusted upstream as long as they name another one.

    Without any, the upstream itself is the origin. The fields above the last one believed are the upstreams' own.
    """
    traces = [index for index, field in enumerate(fields) if field.key == b"received" and field.clean]
    if not traces:
        return Origin(ip, helo, _leading_results(fields))
    for index in traces:
        found = _CLIENT.match(fields[index].value)
        if found is None:
            return Origin("", "", index)
        ip, helo = found[2].decode("ascii"), found[1].decode("ascii", "replace")
        if not is_inside(ip, upstreams):
            return Origin(ip, helo, index)
    return Origin(ip, helo, traces[-1])


def _leading_results(fields: Sequence[Field]) -> int:
    """An upstream that leaves no Received is believed for one field only: the one that it put on top."""
    return 1 if fields and fields[0].key == b"authentication-results" else 0
