"""What a file is by its first bytes; the sender's word counts only where bytes cannot tell."""

import re

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"\x00\x00\x01\x00", "image/x-icon"),
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"%!PS", "application/postscript"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (257, b"ustar", "application/x-tar"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"BEGIN:VCALENDAR", "text/calendar"),
    (0, b"BEGIN:VCARD", "text/vcard"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_FTYP = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
    b"avif": "image/avif",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"3gp4": "video/3gpp",
    b"3gp5": "video/3gpp",
}
_OFFICE = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_OLE = {
    "doc": "application/msword",
    "dot": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "msg": "application/vnd.ms-outlook",
}
_MARKUP = re.compile(
    rb"\s*+(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]{0,200}>\s*+)?(?:<!--.{0,500}?-->\s*+)?"
    rb"<(!doctype html|html|svg|script|body|head)\b",
    re.IGNORECASE | re.DOTALL,
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def of(content: bytes, declared: str, filename: str) -> str:
    """The type of a file by its bytes; `declared` where they say nothing and do not speak against it."""
    head = content[:4096]
    if kind := _by_magic(head, content, filename):
        return kind
    markup = _MARKUP.match(head)
    if markup:
        return "image/svg+xml" if markup[1].lower() == b"svg" else "text/html"
    if _BINARY.search(head):
        return (
            declared
            if declared and not declared.startswith(("text/", "image/", "message/"))
            else "application/octet-stream"
        )
    if declared.startswith(("text/", "message/")) or declared in ("application/json", "application/xml"):
        return declared
    return "text/plain" if declared in ("", "application/octet-stream") and content else declared or "text/plain"


def _by_magic(head: bytes, content: bytes, filename: str) -> str:
    if head.startswith(b"PK\x03\x04"):
        return _zip(content)
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], "application/octet-stream")
    if head[4:8] == b"ftyp":
        return _FTYP.get(head[8:12], "video/mp4")
    for offset, magic, kind in _MAGIC:
        if head.startswith(magic, offset):
            if kind == "application/x-ole-storage":
                return _OLE.get(filename.lower().rpartition(".")[2], kind)
            return kind
    return ""


def _zip(content: bytes) -> str:
    """A zip is an Office file only when its own entries say so; a plain zip of a folder "word" stays a zip."""
    if content[30:38] == b"mimetype":
        kind = content[38:120].split(b"PK", 1)[0].decode("ascii", "replace")
        return kind if re.fullmatch(r"application/[\w.+-]+", kind) else "application/zip"
    window = content[:8192] + content[-8192:]
    if b"[Content_Types].xml" in window:
        for folder, kind in _OFFICE:
            if folder in window:
                return kind
    return "application/zip"
