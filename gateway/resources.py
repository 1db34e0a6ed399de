"""Where the files that are not code lie: beside the packages in a checkout, inside `gateway` once installed."""

from pathlib import Path

_HERE = Path(__file__).parent


def resource(name: str) -> Path:
    """The folder `name` (templates, migrations). Raises FileNotFoundError for one that was not packed."""
    for folder in (_HERE / "_data" / name, _HERE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the folder {name!r} is missing: reinstall znx")
