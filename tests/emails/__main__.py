"""`python -m tests.emails` writes the mails of the recipes; `--accept NAME …` also writes what is read from them.

A golden file is only ever written for a name that was given: read the difference before you commit it.
"""

import argparse
import json
from pathlib import Path

from gateway.domain.emails import to_json
from gateway.domain.parsing import parse
from tests.emails.checking import shortfalls
from tests.emails.recipes import all_recipes

FOLDER = Path(__file__).parent


def golden(raw: bytes) -> str:
    """What is read from a mail, as it stands in its golden file."""
    return json.dumps(to_json(parse(raw)), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write the mails, and the golden files asked for; one that falls short of its recipe is not written."""
    parser = argparse.ArgumentParser(prog="python -m tests.emails", description=__doc__)
    parser.add_argument("--accept", nargs="+", metavar="NAME", default=[])
    accepted = set(parser.parse_args().accept)
    for recipe in all_recipes():
        (FOLDER / f"{recipe.name}.eml").write_bytes(recipe.raw)
        if recipe.name not in accepted:
            continue
        if missing := shortfalls(to_json(parse(recipe.raw)), recipe.expects):
            raise SystemExit(f"{recipe.name}: {missing[0]}")
        (FOLDER / f"{recipe.name}.json").write_text(golden(recipe.raw), encoding="utf-8")


if __name__ == "__main__":
    main()
