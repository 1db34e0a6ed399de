"""Mails that want to break their reader: bombs of depth, parts, headers and tags, kept small enough to store."""

from collections.abc import Iterator

from tests.emails.recipes.recipe import Recipe, head, leaf, mail, multipart


def recipes() -> Iterator[Recipe]:
    """Each must be read, with what was left out said in the defects."""
    nested = leaf("innermost")
    for depth in range(40):
        nested = multipart("mixed", nested, boundary=f"b{depth}x")
    yield Recipe("hostile-depth", mail(head("deep"), nested), {"subject": "deep", "defects~": "deeper than 20"})
    many = multipart("mixed", *[b"\r\n"] * 300)
    yield Recipe("hostile-parts", mail(head("many"), many), {"subject": "many", "defects~": "more than 200 parts"})
    files = [
        leaf(b"x", f'application/octet-stream; name="{number}.bin"', charset="", encoding="7bit")
        for number in range(25)
    ]
    yield Recipe(
        "hostile-attachments",
        mail(head("files"), multipart("mixed", leaf("text"), *files)),
        {
            "#attachments": 20,
            "fresh_text~": ["text", "[more than 20 attachments: 5 stay in the original mail]"],
            "defects~": "more than 20 attachments",
        },
    )
    fields = b"".join(b"X-%d: y\r\n" % number for number in range(600))
    yield Recipe(
        "hostile-header-fields",
        b"Subject: first\r\n" + fields + b"\r\nbody\r\n",
        {"subject": "first", "text": "body", "defects~": "header section over the limit"},
    )
    sections = "; ".join(f"filename*{number}*=a" for number in range(300))
    part = leaf(b"x", "application/octet-stream", charset="", fields=f"Content-Disposition: attachment; {sections}\r\n")
    yield Recipe(
        "hostile-rfc2231-sections",
        mail(head("x"), multipart("mixed", leaf("text"), part)),
        {"text": "text", "#attachments": 1},
    )
    yield Recipe(
        "hostile-tags",
        mail(head("x"), leaf("<b><i><a href=x>" * 3000 + "end", "text/html")),
        {"defects~": "HTML over the limit"},
    )
    yield Recipe("hostile-boundary-prefix", mail(head("x"), _prefixed()), {"text~": ["one", "two"]})
    page = (
        '<p>hi</p><script>alert(1)</script><iframe src="//e.example"></iframe><form action="//e.example">'
        '<input></form><meta http-equiv=refresh content="0;url=//e.example"><base href="//e.example"><svg '
        'onload=alert(1)><object data=x></object><link rel=stylesheet href="//e.example/x.css"><style>@import '
        '"//e.example"</style>'
    )
    yield Recipe(
        "hostile-active-html",
        mail(head("x"), leaf(page, "text/html")),
        {"text": "hi", "html": "<html><body><p>hi</p></body></html>"},
    )


def _prefixed() -> bytes:
    """An inner boundary that begins with the outer one."""
    inner = multipart("alternative", leaf("two", encoding="7bit"), boundary="abc")
    return multipart("mixed", leaf("one", encoding="7bit"), inner, boundary="ab")
