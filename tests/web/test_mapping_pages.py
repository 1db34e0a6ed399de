"""What an admin sees while teaching: the example, what is read, another mail, and the channel that reads like this."""

import re
from html import unescape
from typing import Any

from aiohttp import FormData

from gateway.admin import channels
from gateway.domain.actors import SYSTEM
from gateway.domain.routing.documents import ChannelDocument
from tests.web.conftest import Answer, Browser, Site

DATABASES = ("sqlite",)


def notification(number: str, words: str) -> bytes:
    return (
        f"From: x@platform.test\nSubject: New note\nContent-Type: text/html; charset=utf-8\n\n<p>Order: {number}</p>"
        f"<p>The buyer wrote:</p><p>{words}</p><p>Reply within a day.</p>"
    ).encode()


async def send(admin: Browser, path: str, step: str, raw: bytes = b"", **fields: str) -> Answer:
    form = FormData(
        {"csrf": admin.csrf, "step": step} | {name.replace("mark_", "mark:"): v for name, v in fields.items()}
    )
    form.add_field("file", raw, filename="mail.eml" if raw else "", content_type="message/rfc822")
    return await admin.post(path, form)


async def test_one_example_teaches_a_channel(site: Site) -> None:
    made = await channels.add(site.gw, SYSTEM, ChannelDocument(kind="order_note", shop="lantern", address="platform"))
    admin, path = await site.browser("admin@example.com"), f"/channels/{made.id}/reader"
    assert (await admin.get(path)).status == 200
    shown = await send(admin, path, "example", notification("AE-1", "Gift wrap <b>please</b>"))
    text = re.search(r'name="text" hidden>(.*?)</textarea>', shown.text, re.DOTALL)
    assert text is not None
    given: dict[str, Any] = {"text": unescape(text[1]), "subject": "New note"}
    wrong = await send(admin, path, "teach", **given, mark_order_no="AE-1", mark_note="not there")
    assert "does not stand in this mail" in wrong.text
    marks: dict[str, Any] = given | {"mark_order_no": "AE-1", "mark_note": "Gift wrap please"}
    tried = await send(admin, path, "try", notification("ZZ-99", "Blue\none"), **marks)
    assert "ZZ-99" in tried.text
    other = await send(admin, path, "try", b"Subject: hello\n\nOther words\n", **marks)
    assert "do not stand in this mail" in unescape(other.text)
    kept = re.search(r'name="kept" value="([^"]*)"', tried.text)
    assert kept is not None
    assert (await send(admin, path, "keep", kept=unescape(kept[1]))).status == 303
    channel = await channels.channel(site.gw, SYSTEM, made.id)
    assert (channel.reader, len(channel.reader_config["anchors"])) == ("mapping", 2)
    assert (await send(admin, path, "keep", kept="{}")).status == 422
    assert (await send(admin, path, "example")).status == 200


async def test_only_channels_of_order_notes_are_taught(site: Site) -> None:
    made = await channels.add(site.gw, SYSTEM, ChannelDocument(kind="email", shop="lantern", address="support"))
    admin = await site.browser("admin@example.com")
    assert (await admin.get(f"/channels/{made.id}/reader")).status == 409
