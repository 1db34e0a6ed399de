"""Both languages are whole: every message of the pages has its words, and no catalog has words for nothing."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.web.conftest import Site
from web.i18n import FOLDER, LOCALES, Catalogs, negotiate

DATABASES = ("sqlite",)

ROOT = Path(__file__).parent.parent.parent
OPTIONS = {"jinja2": {"trimmed": "true", "newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}
KEYWORDS: dict[str, tuple[int, ...] | None] = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)}


def messages() -> Iterator[str]:
    found = [
        *extract_from_dir(ROOT / "web", [("**.py", "python")], keywords=KEYWORDS),
        *extract_from_dir(
            ROOT / "templates" / "web",
            [("**.html", "jinja2")],
            {"**.html": OPTIONS["jinja2"]},
            keywords=KEYWORDS,
        ),
    ]
    for _file, _line, message, _comments, _context in found:
        yield message if isinstance(message, str) else message[0]


def singular(id_: str | Sequence[str]) -> str:
    """The first form of a message that counts."""
    return id_ if isinstance(id_, str) else id_[0]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_message_has_words_in_this_language(locale: str) -> None:
    with (FOLDER / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalog = {singular(message.id): message for message in read_po(file) if message.id}
    wanted = set(messages())
    assert len(wanted) > 150
    assert set(catalog) == wanted
    assert [id_ for id_, message in catalog.items() if not message.string or message.fuzzy] == []


def test_chinese_is_chinese_and_keeps_what_is_filled_in() -> None:
    with (FOLDER / "zh_CN" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        for message in read_po(file):
            if not message.id:
                continue
            original, translated = singular(message.id), singular(message.string or "")
            assert re.search("[\u4e00-\u9fff]", translated), original
            for pattern in (r"%\(\w+\)s", r"</?\w+>"):
                assert sorted(re.findall(pattern, original)) == sorted(re.findall(pattern, translated)), original


def test_the_catalogs_load() -> None:
    catalogs = Catalogs()
    assert catalogs.of("zh_CN").gettext("Needs reply") == "未回复"
    assert catalogs.of("en").gettext("Needs reply") == "Needs reply"


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh_CN"),
        ("zh-TW", "zh_CN"),
        ("zh-Hans-SG", "zh_CN"),
        ("en-GB,zh;q=0.5", "en"),
        ("fr-FR,zh;q=0.5", "zh_CN"),
        ("de", "en"),
        ("en;q=0.1, zh-CN", "zh_CN"),
        ("zh;q=x", "zh_CN"),
        ("", "en"),
        (",;=,;q", "en"),
    ],
)
def test_the_browsers_language_is_understood(header: str, locale: str) -> None:
    assert negotiate(header) == locale


async def test_a_page_is_in_the_users_language_else_the_browsers(site: Site) -> None:
    browser = await site.browser("lin@example.com", **{"Accept-Language": "zh-CN"})
    assert 'lang="zh-CN"' in (await browser.get("/inbox")).text
    await browser.post("/settings", {"locale": "en", "time_zone": "Asia/Shanghai"})
    page = await browser.get(f"/threads/{site.thread_id}")
    assert 'lang="en"' in page.text
    assert "Needs reply" in page.text
    assert 'data-zone="Asia/Shanghai"' in page.text
    assert "15:00" in page.text
