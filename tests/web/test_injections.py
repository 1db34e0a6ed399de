"""Whatever a buyer writes, in whatever field, a page shows it as text."""

from html.parser import HTMLParser

import pytest

from tests import builders
from tests.web.conftest import Site

DATABASES = ("sqlite",)

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "{{ 7*7 }}{% for x in y %}",
    "javascript:alert(1)",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<!--<script>",
    "&lt;script&gt;",
    "%(name)s %s {name}",
    "\u202egnp.exe\u202c",
    "<a href=javascript:alert(1)>x</a>",
    "</style><style>*{display:none}",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><button>",
]
OURS = {"script": 1}
FORBIDDEN = {"base", "object", "embed", "style", "marquee", "math"}


class Tags(HTMLParser):
    """Collects elements, handlers and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name in ("style", "srcdoc")]
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]


def tags_of(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    return tags


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_words_stay_words_in_every_field(site: Site, payload: str) -> None:
    async with site.gw.db.write() as session:
        customer = await builders.add_customer(session, site.lantern, f"X-{payload}", "x@example.com", payload)
        file = builders.stored_file(site.blobs, payload, b"x", "application/pdf")
        shown = builders.stored_file(site.blobs, payload, b"\x89PNG\r\n\x1a\n", "image/png")
        filed = await builders.add_message(
            session,
            customer.place,
            payload,
            subject=payload,
            author_name=payload,
            quoted_text=payload,
            html=f"<p>{payload}</p>",
            attachments=(file, shown),
            filed_because=({"clue": payload, "detail": payload},),
            trust={"verdict": payload, "why": payload, "spf": payload, "details": {"x": payload}},
        )
    browser = await site.browser("lin@example.com")
    await browser.post(f"/threads/{filed.thread_id}/change", {"add_label": payload[:40]})
    usual = tags_of((await browser.get(f"/threads/{site.thread_id}")).text)
    for path in (f"/threads/{filed.thread_id}", "/inbox?view=all", "/login"):
        page = await browser.get(path, params={"q": payload} if path != "/login" else {"next": payload})
        if page.status == 303:
            continue
        tags = tags_of(page.text)
        assert tags.tags.count("script") == 1
        assert tags.tags.count("meta") == usual.tags.count("meta")
        assert tags.tags.count("form") <= usual.tags.count("form") + 2
        assert not FORBIDDEN & set(tags.tags)
        assert tags.handlers == []
        assert all(address.startswith(("/", "?", "#")) and "//" not in address[:2] for address in tags.addresses)
