"""Makes a logo out of an uploaded picture: decoded and written anew, small enough for every mail. Blocks."""

import hashlib
from io import BytesIO

from PIL import Image, ImageOps

from gateway.domain.brands import LOGO_HEIGHT, LOGO_WIDTH, Logo
from gateway.errors import Invalid
from gateway.thumbnails import BROKEN, FORMATS

MAX_UPLOAD_BYTES = 2 * 1024 * 1024
MAX_PIXELS = 16_000_000
MAX_BYTES = 20 * 1024
"""Every mail carries it: this is about as much as the mail itself has."""
_TRIES = ((2.0, 0), (2.0, 128), (1.5, 128), (1.0, 64), (1.0, 16))
"""How many pixels for one of CSS, for dense screens, and of how many colours (0: all), until it is small enough."""


def logo_of(content: bytes) -> Logo:
    """A PNG without any metadata, of the first frame, within the size that mails have for it.

    Raises Invalid for bytes that are no picture, and for one too large.
    """
    if len(content) > MAX_UPLOAD_BYTES:
        raise Invalid(f"the picture is larger than {MAX_UPLOAD_BYTES // 1_048_576} MiB", "logo")
    try:
        picture = _opened(content)
        return _logo(picture)
    except BROKEN:
        raise Invalid("expected a picture: PNG, JPEG, GIF or WebP", "logo") from None


def _opened(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise Invalid(f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels", "logo")
        return ImageOps.exif_transpose(picture).convert("RGBA")


def _logo(picture: Image.Image) -> Logo:
    scale = min(1.0, LOGO_WIDTH / picture.width, LOGO_HEIGHT / picture.height)
    size = max(round(picture.width * scale), 1), max(round(picture.height * scale), 1)
    for density, colours in _TRIES:
        written = _written(picture, (round(size[0] * density), round(size[1] * density)), colours)
        if len(written) <= MAX_BYTES:
            return Logo(written, *size, hashlib.sha256(written).hexdigest())
    raise Invalid("this picture can't be made small enough for a mail", "logo")


def _written(picture: Image.Image, size: tuple[int, int], colours: int) -> bytes:
    clean = Image.new("RGBA", picture.size)
    clean.paste(picture)
    clean.thumbnail(size)
    drawn = clean.quantize(colours, method=Image.Quantize.FASTOCTREE) if colours else clean
    out = BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()
