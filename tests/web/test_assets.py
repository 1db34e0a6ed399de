"""Vendored files are what their registry gave, icons exist, and nothing outside of the table can be asked for."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from gateway.resources import resource
from tests.web.conftest import Site
from web.assets import STATIC, Assets

DATABASES = ("sqlite",)

VENDOR = STATIC / "vendor"


def test_vendored_files_are_unmodified_and_all_listed() -> None:
    manifest = json.loads((VENDOR / "MANIFEST.json").read_text("utf-8"))
    listed = {name: digest for package in manifest["packages"] for name, digest in package["files"].items()}
    found = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()} - {"MANIFEST.json"}
    assert found == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name
    assert all(package["licence"] and package["version"] for package in manifest["packages"])


def test_every_icon_that_a_template_names_exists() -> None:
    icons = Assets().icons
    templates = resource("templates") / "web"
    named = {name for path in templates.glob("*.html") for name in re.findall(r'icon\("([\w-]+)"', path.read_text())}
    assert len(named) > 20
    assert named <= icons


def test_an_unknown_icon_or_file_is_an_error() -> None:
    with pytest.raises(KeyError):
        Assets().icon("nonsense")
    with pytest.raises(KeyError):
        Assets().url("nonsense.css")


def test_pages_ask_nobody_else_for_anything() -> None:
    files = [*STATIC.glob("*.*"), *(resource("templates") / "web").glob("*.html")]
    assert len(files) > 10
    for path in files:
        foreign = re.findall(
            r"(?:src|href)=\"https?:|url\(\s*['\"]?https?:|@import|fetch\(['\"]https?:", path.read_text()
        )
        assert not foreign, path.name


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "vendor/MANIFEST.json", "%2e%2e/app.py", "nope.css"])
async def test_only_listed_files_are_given(site: Site, name: str) -> None:
    browser = await site.browser()
    assert (await browser.get(f"/static/{name}")).status == 404


async def test_a_versioned_file_is_kept_for_a_year_and_another_is_not(site: Site) -> None:
    browser = await site.browser()
    url = Assets().url("base.css")
    kept = await browser.get(url)
    assert "immutable" in kept.headers["Cache-Control"]
    assert kept.headers["Content-Type"] == "text/css"
    assert (await browser.get("/static/base.css?v=old")).headers["Cache-Control"] == "no-cache"


async def test_scripts_import_each_other_by_version_so_that_all_are_kept(site: Site) -> None:
    browser, seen, ahead = await site.browser(), set[str](), [Assets().url("app.js")]
    while ahead:
        answer = await browser.get(url := ahead.pop())
        assert "immutable" in answer.headers["Cache-Control"], url
        seen.add(url)
        named = re.findall(r'from "\./([^"]+)"', answer.text)
        ahead += [f"/static/{name}" for name in named if f"/static/{name}" not in seen]
    assert len(seen) > 5


def test_what_a_script_imports_is_exported_there() -> None:
    imports = re.compile(r'^import \{ (.+) \} from "\./([\w-]+\.js)";$', re.MULTILINE)
    scripts = {path.name: path.read_text("utf-8") for path in STATIC.glob("*.js")}
    found = [(name, other, words) for name, text in scripts.items() for words, other in imports.findall(text)]
    assert len(found) == sum(len(re.findall("^import ", text, re.MULTILINE)) for text in scripts.values()) > 5
    for name, other, words in found:
        for word in words.split(", "):
            assert re.search(rf"^export (async )?(const|let|function) {word}\b", scripts[other], re.MULTILINE), (
                name,
                word,
            )


def test_css_colours_come_from_the_palette_alone() -> None:
    for name in ("inbox.css", "thread.css"):
        text = (STATIC / name).read_text("utf-8")
        assert not re.findall(r"#[0-9a-f]{6}\b", text), name


def test_a_first_visit_loads_little() -> None:
    assert sum(len(gzip.compress(path.read_bytes())) for path in Path(STATIC).glob("*.*")) < 60_000
