"""The rules of the browser's side: hosts, headers, cookies, forged forms, client addresses. Pure tables and checks."""

import base64
import hmac
import ipaddress
import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from gateway.domain.tokens import from_entropy, mint
from gateway.people.accounts import SESSION_LIFE
from gateway.settings import Settings, parse_listen

PAGE_POLICY = (
    # Everything comes from our own host, nothing inline; https://www.w3.org/TR/CSP3/
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MAIL_POLICY = (
    # A mail's HTML: no scripts, no forms, pictures only from the mail itself; `sandbox` holds outside of a frame too.
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox allow-popups "
    "allow-popups-to-escape-sandbox; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
MAIL_POLICY_WITH_PICTURES = MAIL_POLICY.replace("img-src data:", "img-src data: https:")
FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"

HEADERS: Mapping[str, str] = {
    # Set on every answer that has not set its own.
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: browsers would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def set_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Add what is missing of HEADERS, and hide what runs here."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers[hdrs.SERVER] = "znx"


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """The names that a Host header may have: the public one, the listener's, and those of this machine."""
    listen = parse_listen(settings.web_listen)
    names = {urlsplit(settings.public_url).hostname or "", listen.host, "localhost", "127.0.0.1", "::1"}
    return frozenset(name.lower() for name in names if name)


def host_is_ours(request: web.Request, hosts: frozenset[str]) -> bool:
    """False for a Host that we do not answer to; X-Forwarded-Host is never read."""
    try:
        return (urlsplit(f"//{request.headers.get(hdrs.HOST, '')}").hostname or "") in hosts
    except ValueError:
        return False


def client_ip(request: web.Request, settings: Settings) -> str:
    """The address of whoever asks: the peer's, or what the outermost of our own proxies saw."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    address = request.remote or ""
    while hops and _is_proxy(address, settings) and _is_address(hops[-1]):
        address = hops.pop()
    return address


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_proxy(address: str, settings: Settings) -> bool:
    return _is_address(address) and any(ipaddress.ip_address(address) in net for net in settings.proxy_networks)


def secure(settings: Settings) -> bool:
    """True when readers come by https, so that cookies may insist on it."""
    return settings.public_url.startswith("https://")


def cookie_name(settings: Settings, name: str) -> str:
    """`__Host-` binds a cookie to this host and to https (RFC 6265bis §4.1.3.2); browsers refuse it on http."""
    return f"__Host-{name}" if secure(settings) else name


def set_session_cookie(response: web.StreamResponse, settings: Settings, token: str) -> None:
    """Give the browser its session."""
    name, life = cookie_name(settings, "znx"), int(SESSION_LIFE.total_seconds())
    response.set_cookie(
        name, token, max_age=life, path="/", httponly=True, secure=secure(settings) or None, samesite="Lax"
    )


def drop_session_cookie(response: web.StreamResponse, settings: Settings) -> None:
    """Take the session from the browser."""
    response.del_cookie(
        cookie_name(settings, "znx"), path="/", httponly=True, secure=secure(settings) or None, samesite="Lax"
    )


def session_token(request: web.Request, settings: Settings) -> str:
    """What the browser says its session is; empty without one."""
    return request.cookies.get(cookie_name(settings, "znx"), "")


_VISITOR = re.compile(r"[a-z2-7]{32}")


def visitor_cookie(request: web.Request, settings: Settings) -> str:
    """What binds the forms of somebody who has not signed in to this browser; a fresh value when there is none."""
    value = request.cookies.get(cookie_name(settings, "znx-visitor"), "")
    return value if _VISITOR.fullmatch(value) else from_entropy(os.urandom(20))


def set_visitor_cookie(response: web.StreamResponse, settings: Settings, value: str) -> None:
    """Give the browser that value."""
    response.set_cookie(
        cookie_name(settings, "znx-visitor"),
        value,
        path="/",
        httponly=True,
        secure=secure(settings) or None,
        samesite="Lax",
    )


def csrf_token(secret: bytes, bound_to: str) -> str:
    """The token of a page's forms. Masked anew for each page, so that compression can't be used to guess it."""
    plain = mint(secret, "csrf", bound_to).encode()
    mask = os.urandom(len(plain))
    return base64.urlsafe_b64encode(mask + _xor(mask, plain)).decode()


def csrf_matches(secret: bytes, bound_to: str, token: str) -> bool:
    """True for a token that a page of this browser was given."""
    try:
        both = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
    except ValueError:
        return False
    half = len(both) // 2
    expected = mint(secret, "csrf", bound_to).encode()
    return hmac.compare_digest(_xor(both[:half], both[half:]), expected)


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=False))


def comes_from_elsewhere(request: web.Request) -> bool:
    """True when the browser says that another site sent this request; old ones and programs say nothing."""
    site = request.headers.get("Sec-Fetch-Site", "")
    if site not in ("", "same-origin", "none"):
        return True
    origin = request.headers.get(hdrs.ORIGIN)
    return origin is not None and urlsplit(origin).netloc.lower() != request.headers.get(hdrs.HOST, "").lower()


def local_path(text: str, otherwise: str) -> str:
    """Where to go next, when a form says it: only a path of our own, never another host."""
    plain = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable() and "\\" not in text
    return text if plain else otherwise
