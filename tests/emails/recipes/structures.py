"""Bodies in all their shapes: alternatives, several texts, HTML only, flowed text, broken boundaries, invitations."""

import base64
from collections.abc import Iterator

from tests.emails.recipes.recipe import Recipe, file, head, leaf, mail, multipart

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100"
    "c9fe92ef0000000049454e44ae426082"
)


def recipes() -> Iterator[Recipe]:
    """Bodies by structure, then what is made of HTML, then what is broken."""
    yield from _texts()
    yield from _encodings()
    yield from _pictures()
    yield from _pages()
    yield from _broken()
    yield from _invitations()


def _texts() -> Iterator[Recipe]:
    yield Recipe(
        "body-alternative",
        mail(head("x"), multipart("alternative", leaf("plain words"), leaf("<p>html words</p>", "text/html"))),
        {"text": "plain words", "html~": "html words"},
    )
    yield Recipe(
        "body-alternative-with-empty-text",
        mail(head("x"), multipart("alternative", leaf(" \n"), leaf("<p>html words</p>", "text/html"))),
        {"text": "html words"},
    )
    amp = leaf("<html amp4email></html>", "text/x-amp-html")
    yield Recipe(
        "body-alternative-with-a-third-form",
        mail(head("x"), multipart("alternative", leaf("plain words"), amp, leaf("<p>html words</p>", "text/html"))),
        {"text": "plain words", "html~": "html words", "#attachments": 0},
    )
    yield Recipe(
        "body-several-texts-in-order",
        mail(
            head("x"),
            multipart("mixed", leaf("first"), file("a.png", PNG, "image/png", disposition="inline"), leaf("second")),
        ),
        {"text": "first\n\nsecond", "#attachments": 1},
    )
    yield Recipe(
        "body-text-and-html-in-order",
        mail(head("x"), multipart("mixed", leaf("first"), leaf("<b>second</b>", "text/html"), leaf("third"))),
        {"text": "first\n\nsecond\n\nthird", "html~": ["first", "<b>second</b>", "third"]},
    )


def _encodings() -> Iterator[Recipe]:
    yield Recipe(
        "body-quoted-printable-soft-breaks",
        mail(
            head("x"),
            leaf(b"one =  \r\ntwo=3D3 =E2=82=AC=\r\n.\r\n", "text/plain", encoding="8bit").replace(
                b"8bit", b"quoted-printable"
            ),
        ),
        {"text": "one two=3 €."},
    )
    yield Recipe(
        "body-base64-with-noise",
        mail(
            head("x"),
            b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n6K6i!5Y2V\r\n"
            b"\r\n--\r\nMTAwMQ\r\n",
        ),
        {"text": "订单1001"},
    )
    yield Recipe(
        "body-unknown-transfer-encoding",
        mail(head("x"), b"Content-Type: text/plain\r\nContent-Transfer-Encoding: x-strange\r\n\r\nhello\r\n"),
        {"text": "hello", "defects~": "x-strange"},
    )
    flowed = (
        "A paragraph that was \nbroken by the program \nand goes on.\n\n> quoted text that \n> was broken "
        "too.\n\n-- \nAnn\n"
    )
    part = leaf(flowed).replace(b"charset=utf-8", b"charset=utf-8; format=flowed")
    yield Recipe(
        "body-format-flowed",
        mail(head("x"), part),
        {
            "fresh_text~": "A paragraph that was broken by the program and goes on.",
            "quoted_text~": "quoted text that was broken too.",
            "signature_text~": "Ann",
        },
    )
    delsp = leaf("这是一段很长的 \n文字。\n").replace(b"charset=utf-8", b"charset=utf-8; format=flowed; delsp=yes")
    yield Recipe("body-format-flowed-delsp", mail(head("x"), delsp), {"text": "这是一段很长的文字。"})


def _page(name: str, source: str, **expects: object) -> Recipe:
    return Recipe(
        f"html-{name}",
        mail(head("x"), leaf(source, "text/html")),
        {key.replace("_in", "~"): value for key, value in expects.items()},
    )


def _pages() -> Iterator[Recipe]:
    yield _page(
        "table",
        "<table><tr><th>SKU</th><th>数量</th></tr><tr><td>A-1</td><td>2</td></tr></table>",
        text="SKU\t数量\nA-1\t2",
    )
    yield _page(
        "lists",
        "<ul><li>red</li><li>blue</li></ul><ol><li>one</li><li>two</li></ol>",
        text="- red\n- blue\n\n1. one\n2. two",
    )
    yield _page(
        "links",
        '<p>See <a href="https://example.com/o/1">my order</a> or <a href="https://example.com/x">'
        "https://example.com/x</a></p>",
        text="See my order (https://example.com/o/1) or https://example.com/x",
    )
    yield _page(
        "hidden-text",
        '<div style="display:none">preview</div><p>shown</p><span hidden>x</span><p style="font-size:0">y</p>',
        text="shown",
    )
    yield _page(
        "scripts-and-styles",
        "<style>p{}</style><script>alert(1)</script><p onclick='x()'>hello</p>",
        text="hello",
        html="<html><body><p>hello</p></body></html>",
    )
    yield _page(
        "entities-and-blanks", "<p>5&nbsp;&lt;&nbsp;6 &amp;\n   7</p>\n<pre>a\n  b</pre>", text="5 < 6 & 7\n\na\n  b"
    )
    yield _page("unclosed", "<div><p>one<p>two<b>bold", text="one\n\ntwobold")
    yield _page(
        "remote-pictures-blocked",
        '<p>hi</p><img src="https://tracker.example/p.gif"><img src="cid:a@b">',
        remote_content=1,
        html_in=['data-blocked-src="https://tracker.example/p.gif"', 'src="cid:a@b"'],
    )
    yield _page(
        "emoji-by-alt", '<p>好的<img src="https://mail.example/emoji/1.png" alt="[微笑]"></p>', text="好的[微笑]"
    )
    yield _page(
        "dangerous-links",
        '<a href="javascript:alert(1)">a</a><a href="data:text/html,x">b</a><a href="https://ok.example/">c</a>',
        html_in="https://ok.example/",
        text_in="a",
    )


def _pictures() -> Iterator[Recipe]:
    related = multipart(
        "related",
        leaf('<p>照片：<img src="cid:photo@phone"></p>', "text/html"),
        leaf(
            PNG,
            "image/png",
            charset="",
            fields="Content-ID: <photo@phone>\r\nContent-Disposition: inline; filename=photo.png\r\n",
        ),
    )
    pasted = "data:image/png;base64," + base64.b64encode(PNG).decode()
    yield Recipe(
        "html-pasted-picture",
        mail(head("x"), leaf(f'<p>截图：</p><img src="{pasted}">', "text/html")),
        {
            "text": "截图：",
            "html~": 'src="cid:picture-1.png@data.invalid"',
            "attachments.0.filename": "picture-1.png",
            "attachments.0.inline": True,
            "attachments.0.size": len(PNG),
        },
    )
    yield Recipe(
        "html-picture-shown-though-attached",
        mail(head("x"), related.replace(b"Content-Disposition: inline", b"Content-Disposition: attachment")),
        {"attachments.0.inline": True},
    )
    yield Recipe(
        "html-inline-picture-by-cid",
        mail(head("x"), related),
        {
            "text": "照片：",
            "html~": 'src="cid:photo@phone"',
            "attachments.0.content_id": "photo@phone",
            "attachments.0.inline": True,
            "attachments.0.content_type": "image/png",
        },
    )


def _broken() -> Iterator[Recipe]:
    parts = leaf("hello", encoding="7bit"), leaf("<p>hello</p>", "text/html", encoding="7bit")
    whole = multipart("alternative", *parts, boundary="right")
    yield Recipe(
        "boundary-wrong",
        mail(head("x"), whole.replace(b'"right"', b'"wrong"')),
        {"text": "hello", "html~": "hello", "defects~": "boundary"},
    )
    yield Recipe(
        "boundary-missing",
        mail(head("x"), whole.replace(b'; boundary="right"', b"")),
        {"text": "hello", "defects~": "boundary"},
    )
    yield Recipe(
        "boundary-last-missing",
        mail(head("x"), whole.replace(b"--right--\r\n", b"")),
        {"text": "hello", "defects~": "boundary"},
    )
    yield Recipe(
        "boundary-with-spaces", mail(head("x"), whole.replace(b"--right\r\n", b"--right  \r\n")), {"text": "hello"}
    )
    yield Recipe(
        "multipart-empty",
        mail(head("x"), b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n"),
        {"text": "", "#attachments": 0},
    )
    outside = (
        b"\r\nplease send the invoice\r\n--b\r\nContent-Type: text/plain\r\n\r\n\r\n--b--\r\nto my company, thanks\r\n"
    )
    yield Recipe(
        "multipart-with-text-outside-of-any-part",
        mail(head("x"), b"Content-Type: multipart/mixed; boundary=b\r\n" + outside),
        {"text~": ["please send the invoice", "to my company, thanks"], "#attachments": 0},
    )
    yield Recipe(
        "multipart-without-any-part",
        mail(head("x"), b"Content-Type: multipart/mixed; boundary=b\r\n\r\njust text\r\n"),
        {"text~": "just text"},
    )
    yield Recipe(
        "content-type-unreadable", mail(head("x"), b"Content-Type: text plain\r\n\r\nhello\r\n"), {"text": "hello"}
    )


def _invitations() -> Iterator[Recipe]:
    event = (
        "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:看样品\nDTSTART;"
        "TZID=Asia/Shanghai:20240110T100000\nDTEND;TZID=Asia/Shanghai:20240110T110000\nLOCATION:杭州\\, "
        "文三路1号\nORGANIZER;CN=李雷:mailto:lilei@example.cn\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    body = multipart("alternative", leaf("请确认"), leaf(event, "text/calendar"))
    yield Recipe(
        "calendar-invitation",
        mail(head("邀请"), body),
        {
            "text~": [
                "请确认",
                "Invitation: 看样品",
                "2024-01-10 10:00 – 11:00 (Asia/Shanghai)",
                "杭州, 文三路1号",
                "李雷 <lilei@example.cn>",
            ],
            "#attachments": 1,
        },
    )
    cancelled = event.replace("METHOD:REQUEST", "METHOD:CANCEL")
    yield Recipe(
        "calendar-cancelled", mail(head("取消"), leaf(cancelled, "text/calendar")), {"text~": "Cancelled: 看样品"}
    )
