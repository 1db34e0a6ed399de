"""The documentation names everything that there is, and nothing that there isn't; how well it reads is for people."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from gateway.cli import WORDS
from gateway.domain.reasons import CLUES, LEDGER
from gateway.maillog import EVENTS
from gateway.settings import Settings
from smtp.replies import SmtpReply

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED_TEST = re.compile(r"`((?:[\w-]+/)*[\w-]+\.(?:py|txt))(?:: (test_\w+))?`")


def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def everything() -> str:
    return "\n".join(path.read_text("utf-8") for path in PAGES)


def first_cells(name: str, form: str) -> set[str]:
    """The names in the first column of a page's tables that look like `form`."""
    cells = re.findall(r"^\| ([^|]+) \|", page(name), re.MULTILINE)
    return {found for cell in cells for found in re.findall(f"`({form})`", cell)}


def commands() -> Iterator[str]:
    for word in WORDS:
        if not word.group:
            yield word.name
            continue
        for command in import_module(f"gateway.cli.{word.module}").app.registered_commands:
            yield f"{word.name} {command.name or command.callback.__name__}"


def without_code(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", without_code(path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_event_of_the_log_is_listed_and_no_other() -> None:
    listed = first_cells("operations.md", r"(?!znx_)[a-z]+\.[a-z_]+")
    assert listed == set(EVENTS)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`ZNX_{name.upper()}`" in page("configuration.md")


def test_no_page_speaks_of_a_setting_that_there_is_not() -> None:
    told = set(re.findall(r"\bZNX_[A-Z_]*[A-Z]\b", everything()))
    assert told <= {f"ZNX_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"\bznx {command}\b", everything())


def test_no_page_speaks_of_a_command_that_there_is_not() -> None:
    known = {command.split()[0] for command in commands()}
    told = set(re.findall(r"(?:`|^\$ )znx ([a-z]+)", everything(), re.MULTILINE))
    assert told <= known


def as_told(reply: SmtpReply) -> str:
    """A reply with words where it takes a value."""
    blank = b"ID" if reply is SmtpReply.QUEUED else b"HOST"
    return reply.value.replace(b"%b", blank).decode()


def test_every_smtp_reply_is_listed_and_no_other() -> None:
    assert first_cells("smtp-replies.md", r"\d{3} [^`]+") == {as_told(reply) for reply in SmtpReply}


@pytest.mark.parametrize(
    "template", sorted(path.parent.name for path in (ROOT / "templates/email").glob("*/sample.json"))
)
def test_every_mail_template_is_documented(template: str) -> None:
    assert f"`{template}`" in page("outgoing-mail.md")


def test_every_reason_and_clue_is_explained_and_no_other() -> None:
    codes = {code for code in (*LEDGER, *CLUES) if code}
    assert first_cells("howto/read-the-ledger.md", r"[a-z]+(?:-[a-z]+)*") == codes


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in LINK.findall(without_code(path.read_text("utf-8"))):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


def test_every_page_can_be_found_from_the_index() -> None:
    index = {(DOCS / target.partition("#")[0]).resolve() for target in LINK.findall(page("README.md"))}
    expected = {path for path in PAGES if DOCS in path.parents and path.parent.name != "adr"}
    assert expected - {DOCS / "README.md"} <= index


def test_every_test_that_is_named_exists() -> None:
    named = NAMED_TEST.findall(page("security.md"))
    assert len(named) > 50
    for file, function in named:
        path = ROOT / "tests" / file
        assert path.is_file(), file
        assert not function or f"def {function}(" in path.read_text("utf-8"), f"{file}: {function}"


def test_every_name_of_the_program_that_the_architecture_tells_is_there() -> None:
    for file, names in re.findall(r"`([\w/]+\.py): ([\w, ]+)`", page("architecture.md")):
        path = next((found for base in (ROOT, ROOT / "gateway") if (found := base / file).is_file()), None)
        assert path is not None, file
        text = path.read_text("utf-8")
        for name in names.split(", "):
            assert re.search(rf"^(?:async def|def|class)? ?{name}\b", text, re.MULTILINE), f"{file}: {name}"


def test_pictures_are_small() -> None:
    for path in DOCS.rglob("*.png"):
        assert path.stat().st_size <= 200_000, path.name
