"""Changing the words of mails: what is wrong is named with its line, what is right leaves with the next mail."""

import email
from email.policy import default

import pytest

from gateway.admin import channels, template_editing, tracing
from gateway.admin.template_checking import TO_BUYERS, check
from gateway.admin.template_editing import Place
from gateway.domain.actors import SYSTEM, Actor
from gateway.domain.routing.documents import ChannelDocument
from gateway.errors import Forbidden, Invalid, NotFound
from gateway.models import AuditEntry, Delivery, RawEmail
from gateway.outbound import answers, letters
from gateway.rendering import PARTS
from tests import builders
from tests.house import House, mail

REPLY = Place("reply", "zh_CN", "lotus")


async def own(house: House, place: Place = REPLY, **changed: str) -> dict[str, str]:
    """The words of a place with some parts changed: subject, text, html."""
    files = {"subject": "subject.txt", "text": "body.txt", "html": "body.html"}
    parts = dict((await template_editing.words(house.gw, SYSTEM, place)).parts)
    return parts | {files[name]: source for name, source in changed.items()}


async def answer(house: House) -> str:
    """The plain text of a fresh answer to a buyer, as it left."""
    row = await house.receive(mail())
    await answers.reply(house.gw, SYSTEM, row.thread_id or "", answers.ReplyDraft("Hello"))
    delivery = [one for one in await house.all(Delivery) if one.kind == "reply"][-1]
    raw = next(one for one in await house.all(RawEmail) if one.sha256 == delivery.sha256)
    part = email.message_from_bytes(raw.content or b"", policy=default).get_body(("plain",))
    return part.get_content().replace("\r\n", "\n") if part else ""


WRONG = [
    # The text of a mail, and what is said of it.
    ("line\n{{ nonsense }}", "line 2: there is no variable 'nonsense'"),
    ("{{ text }\n", "line 1: "),
    ("a\nb\n{% if text %}", "line 3: "),
    ("\n{{ order.nothing }}", "line 2: "),
    ("{{ text }}\n{{ order.no }}", "line 2: "),  # an answer may be about no order
    ("{{ text.__class__.__mro__ }}", "line 1: "),
    ("{{ range(9) }}", "line 1: there is no variable 'range'"),
    ("{{ text.upper() }}", "line 1: calls are not allowed"),
    ("{{ 'a' * 999999999 }}", "line 1: multiplying"),
    ("{% include 'reply/en/body.txt' %}", "line 1: only files of _layouts/"),
    ("\n{% extends '../../../etc/passwd' %}", "line 2: only files of _layouts/"),
    ("{% include text %}", "line 1: only files of _layouts/"),
    (
        "{% for a in files %}{% for b in files %}\n{% for c in files %}{% endfor %}{% endfor %}{% endfor %}",
        "line 2: loops",
    ),
    ("{% macro x() %}{% endmacro %}", "line 1: macros"),
    ("x" * 200_001, "line 1: more than"),
]


@pytest.mark.parametrize(("text", "why"), WRONG)
async def test_wrong_words_are_named_with_their_line(house: House, text: str, why: str) -> None:
    parts = await own(house, text=text)
    with pytest.raises(Invalid) as caught:
        await template_editing.save(house.gw, SYSTEM, REPLY, parts)
    assert caught.value.field == "body.txt"
    assert str(caught.value).startswith(why)
    assert not (await template_editing.words(house.gw, SYSTEM, REPLY)).own


def test_the_products_own_words_pass(house: House) -> None:
    for name in house.gw.renderer.names():
        for locale in ("en", "ar"):
            check(
                house.gw.renderer, name, locale, {part: house.gw.renderer.source(name, locale, part) for part in PARTS}
            )
    assert set(TO_BUYERS) < set(house.gw.renderer.names())


async def test_what_is_saved_leaves_with_the_next_mail_and_comes_back(house: House) -> None:
    gw = house.gw
    before = await answer(house)
    words = await own(house, text="您好！\n{{ text }}\n{{ marker }}")
    assert await template_editing.save(gw, SYSTEM, REPLY, words) == 1
    assert (await answer(house)).startswith("您好！\nHello")
    await template_editing.save(gw, SYSTEM, REPLY, await own(house, text="二 {{ text }} {{ marker }}"))
    assert (await answer(house)).startswith("二 Hello")
    assert await template_editing.restore(gw, SYSTEM, REPLY, 1) == 3
    assert (await answer(house)).startswith("您好！")
    await template_editing.restore(gw, SYSTEM, REPLY, 0)
    assert (await answer(house)).splitlines()[0] == before.splitlines()[0]
    kept = await template_editing.words(gw, SYSTEM, REPLY)
    assert [(one.version, one.original) for one in kept.versions] == [(4, True), (3, False), (2, False), (1, False)]
    acts = [row.act for row in await house.all(AuditEntry)]
    assert acts == ["template.changed"] * 2 + ["template.restored"] * 2
    with pytest.raises(NotFound):
        await template_editing.restore(gw, SYSTEM, REPLY, 9)


async def test_a_shops_words_come_before_those_for_all(house: House) -> None:
    everywhere = Place("reply", "zh_CN")
    await template_editing.save(house.gw, SYSTEM, everywhere, await own(house, everywhere, text="all {{ text }}"))
    assert (await answer(house)).startswith("all Hello")
    await template_editing.save(house.gw, SYSTEM, REPLY, await own(house, text="lotus {{ text }}"))
    assert (await answer(house)).startswith("lotus Hello")
    other = Place("reply", "de", "lotus")
    assert not (await template_editing.words(house.gw, SYSTEM, other)).own
    assert (await template_editing.overview(house.gw, SYSTEM, "lotus")).changed == {("reply", "zh_CN")}


async def test_the_most_particular_words_count_and_say_where_they_come_from(house: House) -> None:
    document = ChannelDocument(kind="email", shop="lotus", address="vip", template_set="vip")
    channel = await channels.add(house.gw, SYSTEM, document)
    row = await house.receive(mail("Tea"), rcpt="vip")
    places = [
        # From the least particular to the most: each goes before the ones above it.
        (Place("reply", "zh_CN"), "all"),
        (Place("reply", "zh_CN", "lotus"), "shop"),
        (Place("reply", "zh_CN", "", "vip"), "all-set"),
        (Place("reply", "zh_CN", "lotus", "vip"), "shop-set"),
    ]
    for place, origin in places:
        parts = await own(house, place, text=f"{origin} {{{{ text }}}}")
        await template_editing.save(house.gw, SYSTEM, place, parts)
        await template_editing.save(house.gw, SYSTEM, Place("reply", "zh_CN", "lotus", "other"), parts)
        talk = await letters.preview(house.gw, SYSTEM, row.thread_id or "", "Hello")
        assert talk.mail.text.startswith(f"{origin} Hello")
        known = await template_editing.words(house.gw, SYSTEM, Place("reply", "zh_CN", "lotus", "vip"))
        assert known.origin == origin
        used = await template_editing.used(house.gw, SYSTEM, "lotus", channel.template_set, "zh_CN")
        assert used == {"reply": origin, "received": "product", "conversation-closed": "product"}
        found = await tracing.trace(house.gw, SYSTEM, "vip", mail("Another matter").as_string())
        assert found.templates == {"reply": origin, "received": "product"}
    assert (await template_editing.words(house.gw, SYSTEM, REPLY)).origin == "shop"  # where no channel names a set
    assert (await template_editing.overview(house.gw, SYSTEM)).sets == ("other", "vip")
    with pytest.raises(NotFound):
        await template_editing.words(house.gw, SYSTEM, Place("sign-in", "en", "lotus", "vip"))


async def test_managers_write_for_their_shops_alone(house: House) -> None:
    row = await house.receive(mail())
    mei = Actor("user", "m", "Mei", "manager", (row.shop_id or "",), user_id="m")
    parts = await own(house, text="hi {{ text }}")
    await template_editing.save(house.gw, mei, REPLY, parts)
    with pytest.raises(Forbidden):
        await template_editing.save(house.gw, mei, Place("reply", "zh_CN"), parts)
    with pytest.raises(NotFound):
        await template_editing.save(house.gw, mei, Place("reply", "zh_CN", "jade"), parts)
    with pytest.raises(NotFound):
        await template_editing.save(house.gw, mei, Place("reply", "xx", "lotus"), parts)


async def test_a_preview_shows_a_real_conversation_and_escapes_what_is_in_it(house: House) -> None:
    row = await house.receive(mail(text="<script>alert(1)</script>"))
    shown = await template_editing.preview(house.gw, SYSTEM, REPLY, await own(house), row.thread_id or "")
    assert "A-1001" in shown.subject or "Where is it?" in shown.subject
    assert "<script>alert" not in (shown.html or "")
    assert "&lt;script&gt;" in (shown.html or "")
    with pytest.raises(NotFound):
        await template_editing.preview(house.gw, SYSTEM, REPLY, await own(house), "nonsense")


async def test_a_trial_goes_to_oneself_only(house: House) -> None:
    async with house.gw.db.write() as session:
        user = await builders.add_user(session, "boss@example.com", "admin")
    boss = builders.actor_for(user)
    parts = await own(house, subject="Trial {{ subject }}")
    assert await template_editing.send_to_oneself(house.gw, boss, REPLY, parts) == "boss@example.com"
    (delivery,) = await house.all(Delivery)
    assert delivery.rcpt_to == "boss@example.com"
    assert not (await template_editing.words(house.gw, SYSTEM, REPLY)).own
    with pytest.raises(Forbidden):
        await template_editing.send_to_oneself(house.gw, SYSTEM, REPLY, parts)
