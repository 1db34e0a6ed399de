"""Files from outside: what is saved, what is shown, and that nothing in them can act."""

import pytest

from tests import builders
from tests.web.conftest import PNG, RAW, Browser, Site
from web.file_views import picture_type

DATABASES = ("sqlite",)


@pytest.fixture
async def seller(site: Site) -> Browser:
    return await site.browser("lin@example.com")


async def test_files_are_saved_and_never_shown(site: Site, seller: Browser) -> None:
    answer = await seller.get(f"/attachments/{site.file_id}")
    assert answer.body == b"<svg onload=alert(1)>"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="evil.svg"')
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_pictures_are_shown_by_their_bytes_alone(site: Site, seller: Browser) -> None:
    shown = await seller.get(f"/attachments/{site.picture_id}/picture")
    assert shown.body == PNG
    assert shown.headers["Content-Type"] == "image/png"
    assert (await seller.get(f"/attachments/{site.file_id}/picture")).status == 404
    lying = builders.stored_file(site.blobs, "fake.png", b"<svg onload=alert(1)>", "image/png")
    await site.message("Look", attachments=(lying,))
    assert (await seller.get(f"/attachments/{lying.id}/picture")).status == 404


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\n\0\0\0WEBPVP8 ", "image/webp"),
        (b" \x89PNG\r\n\x1a\n", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"<html>GIF89a", None),
        (b"", None),
    ],
)
def test_a_picture_is_told_by_how_it_begins(content: bytes, kind: str | None) -> None:
    assert picture_type(content) == kind


@pytest.mark.parametrize("name", ['a"b.pdf', "发票\r\nX: y.pdf", "../../etc/passwd", "a;b=c.pdf", "é.pdf"])
async def test_a_files_name_stays_a_name(site: Site, seller: Browser, name: str) -> None:
    file = builders.stored_file(site.blobs, name, b"x", "application/pdf")
    await site.message("Look", attachments=(file,))
    answer = await seller.get(f"/attachments/{file.id}")
    assert answer.status == 200
    assert "X" not in answer.headers
    plain = answer.headers["Content-Disposition"].split('filename="')[1].split('"')[0]
    assert not set(plain) & set('/\\;"\r\n')


async def test_the_original_mail_comes_back_byte_for_byte(site: Site, seller: Browser) -> None:
    answer = await seller.get(f"/messages/{site.message_id}/raw")
    assert answer.body == RAW
    assert answer.headers["Content-Type"] == "message/rfc822"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    note = await site.message("No mail", direction="internal")
    assert (await seller.get(f"/messages/{note}/raw")).status == 404


async def test_a_mails_html_is_framed_with_its_own_pictures_only(site: Site, seller: Browser) -> None:
    answer = await seller.get(f"/messages/{site.message_id}/formatted")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "img-src data:;" in policy
    assert "data:image/png;base64," in answer.text
    assert " src='https://x.test" not in answer.text


async def test_pictures_of_others_load_only_when_they_are_asked_for(site: Site, seller: Browser) -> None:
    answer = await seller.get(f"/messages/{site.message_id}/formatted?pictures=1")
    assert "img-src data: https:;" in answer.headers["Content-Security-Policy"]
    assert "src='https://x.test/p.gif'" in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_a_text_mail_has_no_formatted_page(site: Site, seller: Browser) -> None:
    plain = await site.message("Only text")
    assert (await seller.get(f"/messages/{plain}/formatted")).status == 404
