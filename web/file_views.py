"""Bytes that came from outside: downloads, pictures, the original mail, and a mail's HTML for its frame."""

import re
from base64 import b64encode
from html import unescape
from urllib.parse import quote, unquote

from aiohttp import web

from gateway.domain.conversations import MessageView
from gateway.errors import NotFound
from gateway.inbox import pictures, threads
from gateway.thumbnails import CONTENT_TYPE

from . import security
from .bubbles import is_picture
from .keys import gateway, visit

_SIGNATURES = (
    # How a picture that may be shown begins; a type that somebody declared is never believed.
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
)
_CID = re.compile(r"""(<img\b[^>]*?\ssrc=)(["'])cid:([^"']{1,500})\2""", re.IGNORECASE)
_BLOCKED = re.compile(r"""(<img\b[^>]*?\s)data-blocked-src=""", re.IGNORECASE)
MAX_EMBEDDED_BYTES = 8 * 1_048_576
FRAME_STYLE = (
    "html{color-scheme:light}body{margin:12px;font:14px/1.5 system-ui,'PingFang SC','Microsoft YaHei',"
    "'Noto Sans CJK SC',sans-serif;color:#1c2024;background:#fff;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}table{max-width:100%}blockquote{margin:0 0 0 4px;padding-left:12px;"
    "border-left:3px solid #d5d9de}"
)


def picture_type(content: bytes) -> str | None:
    """The type of a picture that may be shown inline, by its bytes; None for anything else."""
    return next((kind for signature, kind in _SIGNATURES if signature.match(content)), None)


def download(content: bytes, content_type: str, filename: str) -> web.Response:
    """Bytes that a browser saves and never shows (RFC 6266, RFC 8187)."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "._- ") else "_" for char in filename)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}",
        "Content-Security-Policy": security.FILE_POLICY,
        "Content-Type": content_type,
    }
    return web.Response(body=content, headers=headers)


async def attachment(request: web.Request) -> web.StreamResponse:
    """A file, always as a download."""
    file, content = await threads.attachment(gateway(request), visit(request).actor, request.match_info["id"])
    return download(content, "application/octet-stream", file.filename)


async def picture(request: web.Request) -> web.StreamResponse:
    """A picture to show: only when its bytes are those of one."""
    file, content = await threads.attachment(gateway(request), visit(request).actor, request.match_info["id"])
    kind = picture_type(content)
    if kind is None or not is_picture(file):
        raise NotFound("no such picture")
    headers = {"Content-Security-Policy": security.FILE_POLICY, "Cache-Control": "private, max-age=86400, immutable"}
    return web.Response(body=content, content_type=kind, headers=headers)


async def small_picture(request: web.Request) -> web.StreamResponse:
    """A picture as the thread shows it: small, and written anew by us."""
    made = await pictures.small(gateway(request), visit(request).actor, request.match_info["id"])
    headers = {"Content-Security-Policy": security.FILE_POLICY, "Cache-Control": "private, max-age=86400, immutable"}
    return web.Response(body=made, content_type=CONTENT_TYPE, headers=headers)


async def raw(request: web.Request) -> web.StreamResponse:
    """The original mail or call, byte for byte, as a download."""
    id_ = request.match_info["id"]
    original = await threads.raw(gateway(request), visit(request).actor, id_)
    return download(original.content, original.content_type, original.filename(id_))


async def formatted(request: web.Request) -> web.StreamResponse:
    """A mail's HTML, for a sandboxed frame. Pictures of the mail are in it; those of others only when asked for."""
    gw, actor = gateway(request), visit(request).actor
    message = await threads.message(gw, actor, request.match_info["id"])
    if message.html is None:
        raise NotFound("this message has no HTML")
    wanted = request.query.get("pictures") == "1"
    body = await _with_pictures(request, message)
    if wanted:
        body = _BLOCKED.sub(r"\1src=", body)
    policy = security.MAIL_POLICY_WITH_PICTURES if wanted else security.MAIL_POLICY
    headers = {"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN", "Referrer-Policy": "no-referrer"}
    return web.Response(text=_document(body), content_type="text/html", headers=headers)


def _document(body: str) -> str:
    return (
        '<!doctype html><html dir="auto"><head><meta charset="utf-8"><title>mail</title>'
        f'<base target="_blank"><style>{FRAME_STYLE}</style></head><body>{body}</body></html>'
    )


async def _with_pictures(request: web.Request, message: MessageView) -> str:
    """The HTML with `cid:` pictures inside of it: a sandboxed frame has no cookies to fetch them with."""
    html = message.html or ""
    wanted = {unquote(unescape(match[3])) for match in _CID.finditer(html)}
    embedded: dict[str, str] = {}
    room = MAX_EMBEDDED_BYTES
    for file in message.attachments:
        if file.content_id not in wanted or not is_picture(file) or file.size > room:
            continue
        _, content = await threads.attachment(gateway(request), visit(request).actor, file.id)
        if (kind := picture_type(content)) is not None:
            embedded[file.content_id or ""] = f"data:{kind};base64,{b64encode(content).decode()}"
            room -= file.size
    return _CID.sub(lambda match: _embed(match, embedded), html)


def _embed(match: re.Match[str], embedded: dict[str, str]) -> str:
    source = embedded.get(unquote(unescape(match[3])), "")
    return f"{match[1]}{match[2]}{source}{match[2]}"
