"""Outgoing mail as its readers find it."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest

from gateway.domain.composing import File, compose, message_id
from gateway.domain.composing.checking import check
from gateway.errors import Invalid
from tests.domain.composing import HEADERS, PLAIN, body, header_names, mail, raw_value, read

PDF = File("invoice.pdf", "application/pdf", b"%PDF-1.7 \r\n.\r\n\n\0binary")
PICTURE = File("logo.png", "image/png", b"\x89PNG", content_id="logo@inbox.example.com")


def test_a_plain_mail_is_as_plain_as_can_be() -> None:
    assert compose(PLAIN).decode("ascii").split("\r\n") == [
        "Date: Mon, 23 Nov 2026 08:00:00 +0000",
        "From: Lotus Teahouse <r.abcdefgh@inbox.example.com>",
        "To: Wang Fang <wang@shop.test>",
        "Reply-To: Lotus Teahouse <r.abcdefgh@inbox.example.com>",
        "Subject: Re: Where is it? [A-1001]",
        "Message-ID: <0190@inbox.example.com>",
        "X-Znx-Loop: inbox.example.com",
        "Content-Language: en",
        "MIME-Version: 1.0",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: 7bit",
        "",
        "Hello",
        "",
        "bye",
        "",
    ]


@pytest.mark.parametrize(
    ("written", "read_back"),
    [
        ("Lotus, Tea & Co.", "Lotus, Tea & Co."),
        ('The "best" \\ shop', 'The "best" \\ shop'),
        ('A, "very" long name, ' * 4, ('A, "very" long name, ' * 4).strip()),
        ("莲花茶馆 " * 20, ("莲花茶馆 " * 20).strip()),
        ("=?utf-8?B?6I6y6Iqx?= =?utf-8?Q?=E8=8C=B6?= 馆", "莲花茶 馆"),
        ("a=?broken?= =?x-none?B?YQ==?=", "a=?broken?= =?x-none?B?YQ==?="),
        ("boss@bank.test", "boss@bank.test"),
        ("two\r\nlines\0 and\u202e more", "two lines and more"),
        ("\ud800", "?"),
        ("👩\u200d👧 =?utf-8?Q?a=0D=0AB?=", "👩\u200d👧 a B"),
    ],
)
def test_names_and_subjects_say_what_they_said(written: str, read_back: str) -> None:
    message = read(compose(mail(from_name=written, subject=f"Re: {written} " * 2)))
    # Not by `.addresses`: Python 3.11 shows a blank between the encoded words of one name.
    name, address = parseaddr(raw_value(message, "From"))
    assert (str(make_header(decode_header(name))), address) == (read_back, PLAIN.from_addr)
    assert str(message["Subject"]) == " ".join([f"Re: {read_back}"] * 2)


def test_a_mail_of_no_known_language_names_none() -> None:
    assert "Content-Language" not in header_names(compose(mail(language="")))


def test_composing_the_same_mail_twice_gives_the_same_bytes() -> None:
    rich = mail(html="<p>x</p>", attachments=(PDF, PICTURE))
    assert compose(rich) == compose(rich)


@pytest.mark.parametrize(
    ("html", "attachments", "shape"),
    [
        (None, (), "text/plain"),
        (None, (PDF,), "multipart/mixed(text/plain application/pdf)"),
        (None, (PICTURE,), "multipart/mixed(text/plain image/png)"),
        ("<p>x", (), "multipart/alternative(text/plain text/html)"),
        ("<p>x", (PDF,), "multipart/mixed(multipart/alternative(text/plain text/html) application/pdf)"),
        ("<p>x", (PICTURE,), "multipart/alternative(text/plain multipart/related(text/html image/png))"),
        (
            "<p>x",
            (PDF, PICTURE),
            "multipart/mixed(multipart/alternative(text/plain multipart/related(text/html image/png)) application/pdf)",
        ),
    ],
)
def test_the_parts_nest_as_mail_programs_expect(html: str | None, attachments: tuple[File, ...], shape: str) -> None:
    message = read(compose(mail(html=html, attachments=attachments)))

    def drawn(part: object) -> str:
        children = part.get_payload() if part.is_multipart() else []  # type: ignore[attr-defined]
        inside = f"({' '.join(map(drawn, children))})" if children else ""
        return f"{part.get_content_type()}{inside}"  # type: ignore[attr-defined]

    assert drawn(message) == shape
    assert not any(part.defects for part in message.walk())


@pytest.mark.parametrize(
    "text",
    [
        "short ASCII",
        "Grüße aus Köln, " * 30,
        "您好！您的包裹已经发出。\n" * 30,
        "a line of 2000 characters " * 80,
        "From here\n.\n..\n>From\n-- \nblank at the end \n\ttab",
        "mixed\r\nline\rends\n\r\n\u2028x",
        "🫖" * 500,
        "",
    ],
)
def test_any_text_arrives_as_it_was_written(text: str) -> None:
    raw = compose(mail(text=text, html=f"<p>{text}</p>"))
    plain, html = read(raw).iter_parts()
    written = re.sub(r"\r\n?", "\n", text)
    assert body(plain).decode().replace("\r\n", "\n") == written.rstrip("\n")
    assert body(html).decode().replace("\r\n", "\n") == f"<p>{written}</p>"
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78


def test_a_line_that_mail_boxes_would_mark_is_masked_where_the_text_is_encoded() -> None:
    raw = compose(mail(text="From the Köln office: " + "x" * 80 + "\nFrom here"))
    assert b"\r\nFrom " not in raw.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    ("filename", "seen"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("my file (2).pdf", "my file (2).pdf"),
        ("发票.pdf", "发票.pdf"),
        ("2026年11月 采购订单明细表 与附加说明文件 最终版 给客户确认.xlsx", None),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\temp\\x.exe", "C_temp_x.exe"),
        ('a"b;c\r\nX-Evil: 1.txt', "a_b;c X-Evil_ 1.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("=?utf-8?Q?hidden=0D=0A?=.txt", "hidden .txt"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".docx", "x" * 115 + ".docx"),
    ],
)
def test_file_names_are_the_same_in_both_ways_that_are_read(filename: str, seen: str | None) -> None:
    raw = compose(mail(attachments=(File(filename, "application/pdf", b"x"),)))
    (part,) = list(read(raw).iter_attachments())
    assert part.get_filename() == (seen or filename)
    # What QQ Mail and Foxmail read: the encoded word in Content-Type's name.
    name = re.search(rb'name="((?:[^"]|\r\n)*)"', raw)
    assert name is not None
    assert str(make_header(decode_header(name[1].decode()))) == (seen or filename)


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        ("application/pdf", "application/pdf"),
        ("Text/Plain; charset=gbk", "text/plain"),
        ("message/rfc822", "application/octet-stream"),
        ("multipart/mixed", "application/octet-stream"),
        ("x\r\nBcc: evil@x", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_only_plain_content_types_are_passed_on(declared: str, sent: str) -> None:
    raw = compose(mail(attachments=(File("x", declared, b"content"),)))
    (part,) = list(read(raw).iter_attachments())
    assert part.get_content_type() == sent
    assert body(part) == b"content"


def test_a_large_file_arrives_whole() -> None:
    content = bytes(range(256)) * 20_000
    (part,) = list(read(compose(mail(attachments=(File("x.bin", "application/zip", content),)))).iter_attachments())
    assert body(part) == content


def test_threading_names_all_ancestors_and_leaves_out_what_is_no_id() -> None:
    ids = ("a@b.test", "<c@d.test>", "bad id@x", "evil\r\nBcc: x@y.test", "no-at-sign", "x" * 300 + "@y")
    message = read(compose(mail(in_reply_to="c@d.test", references=ids)))
    assert str(message["In-Reply-To"]) == "<c@d.test>"
    assert str(message["References"]) == "<a@b.test> <c@d.test>"


def test_of_endless_references_the_first_and_the_newest_remain() -> None:
    ids = tuple(f"{number}@x.test" for number in range(500))
    found = str(read(compose(mail(references=ids)))["References"]).split()
    assert (found[0], found[1], found[-1], len(found)) == ("<0@x.test>", "<401@x.test>", "<499@x.test>", 100)


def test_what_a_person_wrote_is_not_marked_automatic() -> None:
    assert header_names(compose(PLAIN))[:-2] == HEADERS


def test_automatic_mail_asks_not_to_be_answered() -> None:
    message = read(compose(mail(auto_submitted="auto-replied")))
    assert (message["Auto-Submitted"], message["X-Auto-Response-Suppress"]) == ("auto-replied", "All")


def test_one_click_unsubscribing_is_offered_where_there_is_a_url() -> None:
    message = read(compose(mail(list_unsubscribe="https://inbox.example.com/u/k3v9")))
    assert message["List-Unsubscribe"] == "<https://inbox.example.com/u/k3v9>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("url", ["http://x.test/u", "https://x.test/>,<mailto:a@b.c", "https://x.test/\r\nBcc: a@b"])
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="List-Unsubscribe"):
        compose(mail(list_unsubscribe=url))


@pytest.mark.parametrize("field", ["from_addr", "to_addr", "reply_to"])
@pytest.mark.parametrize(
    "address",
    [
        "a@b.test, evil@x.test",
        "a@b.test\r\nBcc: evil@x.test",
        "<a@b.test>",
        "a b@c.test",
        '"quoted local"@c.test',
        "a..b@c.test",
        "@c.test",
        "a@",
        "a",
        "",
        "a@b_c.test",
        "a@b.test (comment)",
        "x" * 65 + "@b.test",
        "a\u202eb@c.test",
    ],
)
def test_an_address_that_is_more_or_less_than_one_address_is_refused(field: str, address: str) -> None:
    with pytest.raises(Invalid):
        compose(mail(**{field: address}))


def test_domains_travel_in_a_labels_and_only_foreign_local_parts_need_smtputf8() -> None:
    assert b"To: Wang Fang <wang@xn--fsqu00a.test>\r\n" in compose(mail(to_addr="wang@例子.test"))
    raw = compose(mail(to_addr="用户@例子.test", to_name=""))
    assert "To: 用户@xn--fsqu00a.test\r\n".encode() in raw


@pytest.mark.parametrize("broken", ["two words@x", "a@b\r\nBcc: x", "none", "<a@b>x"])
def test_a_broken_message_id_of_our_own_is_refused(broken: str) -> None:
    with pytest.raises(Invalid, match="Message-ID"):
        compose(mail(internet_message_id=broken))


def test_a_message_id_is_something_unique_at_our_domain() -> None:
    assert message_id("0190f3", "inbox.example.com") == "0190f3@inbox.example.com"


class TestReadingAgain:
    """The last look at the bytes, shown on bytes that the writer would not make."""

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (b"Subject: ", b"Bcc: evil@x.test\r\nSubject: "),
            (b"Subject: Re", b"Subject: Re\rBcc: evil@x.test"),
            (b"Subject: Re", b"Subject: Re\nBcc: evil@x.test"),
            (b"<wang@shop.test>", b"<wang@shop.test>, evil@x.test"),
            (b"<wang@shop.test>", b"<evil@x.test>"),
            (b"To: Wang", b"To : Wang"),
            (b"Where is it", b"Something else"),
            (b"Subject: Re", b"Subject: " + b"x" * 1000),
            (b"Subject: Re", b"Subject: R\0e"),
            (b"Subject: Re", "Subject: Ré".encode()),
            (b"Subject: ", b"no colon here\r\nSubject: "),
        ],
    )
    def test_what_was_not_meant_is_not_sent(self, before: bytes, after: bytes) -> None:
        raw = compose(PLAIN)
        names = header_names(raw)
        check(raw, PLAIN, names, PLAIN.subject)
        assert before in raw
        with pytest.raises(Invalid):
            check(raw.replace(before, after, 1), PLAIN, names, PLAIN.subject)


def test_the_date_is_written_with_its_zone() -> None:
    paris = datetime.fromisoformat("2026-11-23T09:00:00+01:00")
    assert b"Date: Mon, 23 Nov 2026 09:00:00 +0100\r\n" in compose(replace(PLAIN, date=paris))
    assert paris == PLAIN.date.astimezone(UTC)


def test_the_mark_of_our_own_mail_is_there() -> None:
    assert read(compose(PLAIN))["X-Znx-Loop"] == "inbox.example.com"
