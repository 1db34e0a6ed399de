"""A shop's brand from the upload to the mail that leaves: shown to its buyers, to nobody else."""

import email
import struct
import zlib
from email.message import EmailMessage
from email.policy import default
from io import BytesIO

import pytest
from PIL import Image

from gateway.admin import branding
from gateway.admin.branding import BrandChange
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.brands import LOGO_HEIGHT, LOGO_WIDTH
from gateway.errors import Forbidden, Invalid, NotFound
from gateway.logos import MAX_BYTES, logo_of
from gateway.models import AuditEntry, Delivery, RawEmail, Shop
from gateway.outbound import answers
from tests.house import House, mail

DATABASES = ("sqlite",)


def picture(size: tuple[int, int] = (800, 200), mode: str = "RGB", form: str = "PNG", **options: object) -> bytes:
    """A picture in which no two pixels need be alike."""
    noise = Image.effect_noise(size, 90).convert(mode)
    out = BytesIO()
    noise.save(out, form, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


class TestLogos:
    """What becomes of an uploaded picture."""

    @pytest.mark.parametrize(("form", "mode"), [("PNG", "RGBA"), ("JPEG", "CMYK"), ("GIF", "P"), ("WEBP", "RGB")])
    def test_any_picture_becomes_a_small_png(self, form: str, mode: str) -> None:
        logo = logo_of(picture(mode=mode, form=form))
        assert (logo.width, logo.height) == (240, 60)
        drawn = opened(logo.content)
        assert drawn.format == "PNG"
        assert drawn.width >= logo.width
        assert len(logo.content) <= MAX_BYTES

    @pytest.mark.parametrize("size", [(1, 1), (10, 900), (3000, 3), (64, 64), (500, 400)])
    def test_it_keeps_its_shape_within_the_size_that_mails_have(self, size: tuple[int, int]) -> None:
        logo = logo_of(picture(size))
        assert 1 <= logo.width <= LOGO_WIDTH
        assert 1 <= logo.height <= LOGO_HEIGHT

    def test_what_else_stood_in_the_file_is_gone(self) -> None:
        exif = Image.Exif()
        exif[0x010E] = "taken at home"
        content = picture(form="JPEG", exif=exif, comment=b"secret")
        assert b"taken at home" in content
        assert b"taken at home" not in logo_of(content).content

    @pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\nbroken", b"x" * 2_100_000])
    def test_anything_else_is_refused(self, content: bytes) -> None:
        with pytest.raises(Invalid) as refused:
            logo_of(content)
        assert refused.value.field == "logo"

    def test_a_picture_that_is_a_bomb_is_not_decoded(self) -> None:
        small = picture((1, 1))
        header = b"IHDR" + struct.pack(">II", 30_000, 30_000) + small[24:29]
        bomb = small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
        with pytest.raises(Invalid):
            logo_of(bomb)


async def sent(house: House, kind: str) -> EmailMessage:
    """The newest mail of a kind, as it left."""
    delivery = [one for one in await house.all(Delivery) if one.kind == kind][-1]
    raw = next(one for one in await house.all(RawEmail) if one.sha256 == delivery.sha256)
    return email.message_from_bytes(raw.content or b"", policy=default)


async def answered(house: House) -> EmailMessage:
    row = await house.receive(mail())
    await answers.reply(house.gw, SYSTEM, row.thread_id or "", answers.ReplyDraft("It is on its way."))
    return await sent(house, "reply")


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


CHANGE = BrandChange("#8a1c2b", "#faf3e8", {"": "The Lotus team", "zh_CN": "莲花茶庄\n周一至周五"}, picture())


async def test_answers_show_the_shops_look(house: House) -> None:
    await branding.put(house.gw, SYSTEM, "lotus", CHANGE)
    message = await answered(house)
    html, text = body(message, "html"), body(message, "plain")
    assert "#8a1c2b" in html
    assert "#1d5fd1" not in html
    assert "莲花茶庄" in html
    assert "周一至周五" in text
    (logo,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert logo.get_content_disposition() == "inline"
    assert f'src="cid:{logo["Content-ID"].strip("<>")}"' in html
    assert opened(logo.get_content()).format == "PNG"
    assert 'alt="' in html  # the shop's name, where pictures are off


async def test_without_a_brand_a_mail_has_no_picture_and_the_products_colours(house: House) -> None:
    message = await answered(house)
    assert "#1d5fd1" in body(message, "html")
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


async def test_a_logo_stays_until_it_is_taken_away(house: House) -> None:
    await branding.put(house.gw, SYSTEM, "lotus", CHANGE)
    assert (await branding.put(house.gw, SYSTEM, "lotus", BrandChange("#8a1c2b"))).logo is not None
    assert (await branding.put(house.gw, SYSTEM, "lotus", BrandChange(remove_logo=True))).logo is None
    acts = [entry for entry in await house.all(AuditEntry) if entry.act == "brand.changed"]
    assert len(acts) == 3


async def test_a_preview_keeps_nothing_and_needs_no_other_server(house: House) -> None:
    shown = await branding.preview(house.gw, SYSTEM, "lotus", CHANGE, ("order-placed", "zh_CN"))
    assert "data:image/png;base64," in shown.page
    assert "cid:" not in shown.page
    assert (await branding.brand(house.gw, SYSTEM, "lotus")).logo is None
    with pytest.raises(NotFound):
        await branding.preview(house.gw, SYSTEM, "lotus", CHANGE, ("sign-in", "en"))


async def test_only_those_who_manage_the_shop_change_it(house: House) -> None:
    elsewhere = Actor("user", "1", "x", "manager", ("another",))
    with pytest.raises(NotFound):
        await branding.put(house.gw, elsewhere, "lotus", CHANGE)
    (shop_id,) = {one.id for one in await house.all(Shop) if one.slug == "lotus"}
    with pytest.raises(Forbidden):
        await branding.put(house.gw, Actor("user", "1", "x", "seller", (shop_id,)), "lotus", CHANGE)
