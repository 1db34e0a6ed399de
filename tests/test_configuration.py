"""docs/configuration.md and the settings say the same."""

import re
from pathlib import Path

from gateway.settings import Settings

ROWS = re.findall(
    r"^\| `(ZNX_\w+)` \| (.+?) \| ",
    Path(__file__).parents[1].joinpath("docs/configuration.md").read_text(),
    re.MULTILINE,
)


def test_every_setting_is_described_once_and_nothing_else_is() -> None:
    assert sorted(name for name, _ in ROWS) == sorted(f"ZNX_{name.upper()}" for name in Settings.model_fields)


def test_the_defaults_are_those_of_the_program() -> None:
    for name, told in ROWS:
        default = Settings.model_fields[name.removeprefix("ZNX_").lower()].default
        if default in ("", None):
            assert not re.fullmatch("`[^`]+`", told), f"{name} has no fixed default"
            continue
        text = str(default).lower() if isinstance(default, bool) else str(default)
        assert told == f"`{text}`", name
