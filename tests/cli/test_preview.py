"""`znx preview` as its users run it."""

import subprocess
import sys

import pytest

from gateway.rendering import Renderer


def znx(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "gateway", *arguments], capture_output=True, encoding="utf-8", check=False, timeout=60
    )


def test_subject_and_text_are_shown() -> None:
    done = znx("preview", "sign-in", "--locale", "zh-HK")
    assert done.returncode == 0
    assert done.stdout.startswith("Subject: 登入 Lotus Teahouse\n\n這是您的登入連結")


@pytest.mark.parametrize(("option", "part"), [("--html", "html"), ("--text", "text")])
def test_one_part_alone_can_be_piped(option: str, part: str) -> None:
    renderer = Renderer()
    rendered = renderer.render("reply", "fr", renderer.sample("reply"))
    assert znx("preview", "reply", "--locale", "fr", option).stdout == getattr(rendered, part)


def test_an_unknown_template_is_one_line_that_names_the_others() -> None:
    done = znx("preview", "nope")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("znx: no template 'nope'; there are: conversation-closed, ")
    assert done.stderr.count("\n") == 1


def test_without_a_name_all_are_listed() -> None:
    assert znx("preview").stdout.split() == list(Renderer().names())
