"""Header fields as they should not be written: encoded words, addresses, dates, identifiers, folds."""

from collections.abc import Iterator

from tests.emails.recipes.recipe import Recipe, head, leaf, mail, word

BODY = leaf("hello", charset="us-ascii", encoding="7bit")


def recipes() -> Iterator[Recipe]:
    """Subjects, addresses, dates and identifiers."""
    for name, value, text in SUBJECTS:
        yield Recipe(f"subject-{name}", _with("Subject", value), {"subject": text})
    for name, value, people in ADDRESSES:
        boxes = [{"name": person, "address": address} for person, address in people]
        yield Recipe(f"address-{name}", _with("To", value), {"to": boxes})
    for name, value, moment in DATES:
        yield Recipe(f"date-{name}", _with("Date", value), {"date": moment})
    yield from _identifiers()
    yield from _sections()


SUBJECTS = (
    ("encoded-q", "=?utf-8?Q?=E8=AE=A2=E5=8D=95_1001?=", "订单 1001"),
    ("encoded-adjacent", f"{word('订单')} {word('问题')}", "订单问题"),
    ("encoded-character-split", "=?utf-8?B?6K6i5Y0=?= =?utf-8?B?lQ==?=", "订单"),
    ("encoded-character-split-gbk", "=?gb2312?B?tqm1?= =?gb2312?B?pQ==?=", "订单"),
    ("encoded-padding-missing", "=?utf-8?B?6K6i5Y2V?= =?utf-8?B?MTAwMQ?=", "订单1001"),
    ("encoded-in-quotes", f'"{word("订单")}"', '"订单"'),
    ("encoded-with-spaces", "=?utf-8?Q?order 1001 now?=", "order 1001 now"),
    ("encoded-with-language", "=?utf-8*zh?B?6K6i5Y2V?=", "订单"),
    ("encoded-folded-inside", "=?utf-8?B?6K6i\r\n 5Y2V?=", "订单"),
    ("encoded-not-closed", "=?utf-8?B?6K6i5Y2V", "订单"),
    ("encoded-glued", f"Re:{word('订单')}", "Re: 订单"),
    ("encoded-twice", f"{word(word('订单'))}", "订单"),
    ("encoded-mislabelled", "=?iso-8859-1?B?6K6i5Y2V?=", "订单"),
    ("encoded-unknown-charset", "=?x-foo?B?6K6i5Y2V?=", "订单"),
    ("encoded-injection", "=?utf-8?Q?hello=0D=0ABcc:_evil@example.com?=", "hello Bcc: evil@example.com"),
    ("bidi-control", "=?utf-8?B?4oCu5Y+R56Wo4oCs?=", "发票"),
    ("folded-with-tabs", "order\r\n\t1001\r\n   please", "order 1001 please"),
)
ADDRESSES: tuple[tuple[str, str, list[tuple[str, str]]], ...] = (
    ("plain", "shop@example.com", [("", "shop@example.com")]),
    ("encoded-name-in-quotes", f'"{word("云朵小店")}" <shop@example.com>', [("云朵小店", "shop@example.com")]),
    ("comma-in-name-unquoted", f"{word('云朵, 小店')} <shop@example.com>", [("云朵, 小店", "shop@example.com")]),
    ("surname-first-unquoted", "Smith, John <js@example.com>", [("Smith, John", "js@example.com")]),
    ("word-before-an-address", "root, John <js@example.com>", [("", "root"), ("John", "js@example.com")]),
    ("raw-utf8", "云朵小店 <shop@example.com>", [("云朵小店", "shop@example.com")]),
    ("utf8-local-part", "李雷@例子.中国", [("", "李雷@例子.中国")]),
    ("group", "Team: Ann <ann@example.com>, bob@example.com;", [("Ann", "ann@example.com"), ("", "bob@example.com")]),
    ("group-empty", "undisclosed-recipients:;", []),
    ("comment-as-name", "shop@example.com (Cloud Shop)", [("Cloud Shop", "shop@example.com")]),
    ("angle-doubled", "Cloud Shop <<shop@example.com>>", [("Cloud Shop", "shop@example.com")]),
    ("angle-not-closed", "Cloud Shop <shop@example.com", [("Cloud Shop", "shop@example.com")]),
    ("semicolons", "ann@example.com; bob@example.com", [("", "ann@example.com"), ("", "bob@example.com")]),
    ("source-route", "<@relay.example:shop@example.com>", [("", "shop@example.com")]),
    ("name-is-an-address", '"boss@example.org" <shop@example.com>', [("boss@example.org", "shop@example.com")]),
    ("single-quotes", "'Cloud Shop' <shop@example.com>", [("Cloud Shop", "shop@example.com")]),
    ("quoted-local-part", '"cloud shop"@example.com', [("", '"cloud shop"@example.com')]),
)
DATES: tuple[tuple[str, str, str | None], ...] = (
    ("with-offset", "Fri, 05 Jan 2024 10:20:30 +0800", "2024-01-05T02:20:30Z"),
    ("two-digit-year", "5 Jan 24 10:20 GMT", "2024-01-05T10:20:00Z"),
    ("with-comment", "Fri, 5 Jan 2024 10:20:30 +0800 (CST)", "2024-01-05T02:20:30Z"),
    ("zone-by-name", "Fri, 5 Jan 2024 10:20:30 EST", "2024-01-05T15:20:30Z"),
    ("iso", "2024-01-05T10:20:30+08:00", "2024-01-05T02:20:30Z"),
    ("asctime", "Fri Jan  5 10:20:30 2024", "2024-01-05T10:20:30Z"),
    ("month-in-chinese", "星期五, 05 一月 2024 10:20:30 +0800", "2024-01-05T02:20:30Z"),
    ("month-as-a-number-in-chinese", "周五, 5 1月 2024 10:20:30 +0800 (CST)", "2024-01-05T02:20:30Z"),
    ("month-in-russian", "Пт, 5 января 2024 10:20:30 +0300", "2024-01-05T07:20:30Z"),
    ("month-in-german", "Fri, 5 Dez 2024 10:20:30 +0100", "2024-12-05T09:20:30Z"),
    ("afternoon-in-chinese", "2024年1月5日 下午 02:20:30 +0800", "2024-01-05T06:20:30Z"),
    ("zone-in-chinese", "Fri, 5 Jan 2024 10:20:30 中国标准时间", "2024-01-05T02:20:30Z"),
    ("offset-of-hours-only", "Fri, 5 Jan 2024 10:20:30 UTC+8", "2024-01-05T02:20:30Z"),
    ("as-java-prints-it", "Fri Jan 05 10:20:30 GMT 2024", "2024-01-05T10:20:30Z"),
    ("out-of-range", "Fri, 32 Foo 2024 25:61:61 +9999", None),
    ("year-zero", "Fri, 05 Jan 0000 10:20:30 +0000", None),
    ("nonsense", "yesterday evening", None),
)


def _identifiers() -> Iterator[Recipe]:
    yield Recipe(
        "ids-several-in-reply-to",
        _with("In-Reply-To", "<a@example.com> <b@example.com>"),
        {"in_reply_to": ["a@example.com", "b@example.com"]},
    )
    yield Recipe(
        "ids-in-reply-to-in-words",
        _with("In-Reply-To", 'Your message of "Fri" <a@example.com>'),
        {"in_reply_to": ["a@example.com"]},
    )
    yield Recipe(
        "ids-references-folded-and-doubled",
        _with("References", "<a@example.com>\r\n\t<b@example.com> <a@example.com>"),
        {"references": ["a@example.com", "b@example.com"]},
    )
    yield Recipe(
        "ids-without-brackets", _with("Message-ID", "abc@example.com"), {"internet_message_id": "abc@example.com"}
    )
    yield Recipe(
        "ids-with-spaces", _with("Message-ID", "<abc @example.com >"), {"internet_message_id": "abc@example.com"}
    )
    yield Recipe("ids-none", _with("Message-ID", ""), {"internet_message_id": None})


def _sections() -> Iterator[Recipe]:
    yield Recipe(
        "header-mbox-line-first",
        b"From lilei@example.cn Fri Jan  5 10:20:30 2024\r\n" + mail(head("order"), BODY),
        {"subject": "order", "text": "hello"},
    )
    yield Recipe(
        "header-garbage-line-amid",
        b"Subject: order\r\nthis is no field\r\nFrom: ann@example.com\r\n\r\nhello\r\n",
        {"subject": "order", "from.0.address": "ann@example.com", "text": "hello"},
    )
    yield Recipe(
        "header-without-empty-line",
        b"Subject: order\r\nFrom: ann@example.com\r\nhello there\r\nsecond line\r\n",
        {"subject": "order", "text": "hello there\nsecond line"},
    )
    yield Recipe(
        "header-bare-carriage-returns",
        mail(head("order"), BODY).replace(b"\r\n", b"\r"),
        {"subject": "order", "text": "hello"},
    )
    yield Recipe(
        "header-bare-line-feeds",
        mail(head("order"), BODY).replace(b"\r\n", b"\n"),
        {"subject": "order", "text": "hello"},
    )
    yield Recipe("header-only", head("order"), {"subject": "order", "text": "", "#attachments": 0})
    yield Recipe("header-none", b"\r\njust a text\r\n", {"text": "just a text", "subject": ""})
    yield Recipe("empty", b"", {"text": "", "class": "human"})
    two = head("order", From="ann@example.com").replace(b"\r\nTo:", b"\r\nFrom: eve@example.com\r\nTo:")
    yield Recipe("header-two-from", two + BODY, {"#from": 2, "from.1.address": "eve@example.com"})


def _with(name: str, value: str) -> bytes:
    fields = {name.replace("-", "_"): value}
    subject = fields.pop("Subject", "order")
    section = head("order", **fields)
    return section.replace(b"Subject: order", b"Subject: " + subject.encode()) + BODY
