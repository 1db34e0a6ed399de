"""Makes a small picture of one that a mail brought, within a cap of pixels. Who may see it is not decided here.

It is decoded and written anew: nothing else that stands in the file reaches a browser.
"""

import warnings
from io import BytesIO

from PIL import Image, ImageOps

from gateway.errors import NotFound

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MAX_PIXELS = 40_000_000
"""A photograph of a telephone has 12 to 50 million; JPEGs are decoded at a fraction of their size anyway."""
SIZE = (672, 504)
"""Twice what a page shows, for dense screens."""
QUALITY = 78
CONTENT_TYPE = "image/webp"
BROKEN = (
    # What Pillow's decoders raise for broken files and for bombs; UnidentifiedImageError is an OSError.
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    *(OSError, ValueError, SyntaxError, EOFError, MemoryError, ArithmeticError, LookupError, TypeError),
)
# Pillow only warns of a picture that is larger than it likes, and goes on to decode it.
warnings.simplefilter("error", Image.DecompressionBombWarning)


def thumbnail(content: bytes) -> bytes:
    """A WebP of at most SIZE, turned as the camera was held, of the first frame, without any metadata. Blocks.

    Raises NotFound for bytes that are no picture of FORMATS, or one of too many pixels.
    """
    try:
        return _shrunk(content)
    except BROKEN:
        raise NotFound("no such picture") from None


def _shrunk(content: bytes) -> bytes:
    with Image.open(BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise NotFound("no such picture")
        picture.draft("RGB", SIZE)
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail(SIZE)
        mode = "RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB"
        written = BytesIO()
        clean = Image.new(mode, upright.size)
        clean.paste(upright.convert(mode))
        clean.save(written, "WEBP", quality=QUALITY)
        return written.getvalue()
