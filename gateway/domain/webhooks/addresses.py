"""Which addresses in the network our calls to others may go to: public ones, and those that the operator allows."""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_TUNNELS = tuple(ipaddress.IPv6Network(net) for net in ("2002::/16", "2001::/32", "64:ff9b:1::/48"))
"""6to4, Teredo, local NAT64: an address of IPv4 is inside, which a relay may carry anywhere."""


def may_call(address: str, allowed: Sequence[Network]) -> bool:
    """True for an IP address that our calls may go to."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    ip = _inside(ip)
    if any(ip.version == net.version and ip in net for net in allowed):
        return True
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in _TUNNELS if net.version == ip.version)


def _inside(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address of IPv4 that one of IPv6 stands for, where it does."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return ip.ipv4_mapped
        if ip in _NAT64:
            return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def wrong_with(url: str, http_allowed: bool) -> str:
    """What speaks against an address as it is written; empty when nothing does. Where it leads is asked of DNS."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "this is no address of a program on the web"
    if parts.scheme not in ("http", "https") or not host or not url.isascii() or not url.isprintable() or " " in url:
        return "expected an address that begins with https://"
    if parts.scheme == "http" and not http_allowed:
        return "expected https://, so that nobody on the way reads or changes it"
    if parts.username or parts.password:
        return "leave name and password out of the address: the signature proves who calls"
    return ""
