"""File names that are safe to show and to save, with the sender's words kept in every script."""

import re
import unicodedata

from gateway.domain.parsing.words import clean

MAX_LENGTH = 180

_FORBIDDEN = re.compile(r"[<>:|?*\x00-\x1f\x7f]")
_SPACE = re.compile(r"[^\S\t\r\n\v\f]+")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)", re.IGNORECASE)
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")

EXTENSIONS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/pjpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/tiff": ".tiff",
    "image/heic": ".heic",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/json": ".json",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/delivery-status": ".txt",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    "application/ms-tnef": ".dat",
}
"""The extension for a file that came without a name."""


def safe(name: str) -> str:
    """A name without path, control and bidi characters, device names and trailing dots; may be empty.

    Only the last part of a path is kept, whichever system's separators it uses.
    """
    name = _FORBIDDEN.sub("_", _SPACE.sub(" ", name.strip()))
    name = unicodedata.normalize("NFC", clean(name))
    name = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = name.strip(" ").lstrip(".").rstrip(". ")
    if _DEVICE.match(name):
        name = "_" + name
    return _shortened(name)


def for_unnamed(content_type: str, number: int) -> str:
    """A name for a file that has none: `attachment-2.jpg`."""
    return f"attachment-{number}{EXTENSIONS.get(content_type, '')}"


def _shortened(name: str) -> str:
    """At most 180 characters and 255 bytes of UTF-8, with the extension kept."""
    extension = match[0] if (match := _EXTENSION.search(name)) else ""
    stem = name[: len(name) - len(extension)][: MAX_LENGTH - len(extension)]
    while len((stem + extension).encode("utf-8")) > 255:
        stem = stem[:-1]
    return stem + extension
