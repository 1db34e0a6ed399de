"""Every mail of `tests/emails` is read as its recipe says, and as it was read before."""

from pathlib import Path

import pytest

from gateway.domain.emails import to_json
from gateway.domain.parsing import parse
from tests.emails.__main__ import FOLDER, golden
from tests.emails.checking import shortfalls
from tests.emails.recipes import all_recipes
from tests.emails.recipes.recipe import Recipe

RECIPES = list(all_recipes())


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_mail_is_read_as_its_recipe_says(recipe: Recipe) -> None:
    assert shortfalls(to_json(parse(recipe.raw)), recipe.expects) == []


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_mail_is_read_as_before(recipe: Recipe) -> None:
    assert golden(recipe.raw) == (FOLDER / f"{recipe.name}.json").read_text(encoding="utf-8")


def test_the_mails_on_disk_are_those_of_the_recipes() -> None:
    on_disk = {path.stem: path.read_bytes() for path in FOLDER.glob("*.eml")}
    assert on_disk == {recipe.name: recipe.raw for recipe in RECIPES}


def test_there_is_no_golden_file_without_its_mail() -> None:
    assert {path.stem for path in Path(FOLDER).glob("*.json")} == {recipe.name for recipe in RECIPES}


def test_a_recipe_that_is_not_met_is_noticed() -> None:
    parsed = {"subject": "a", "to": [{"address": "x"}], "text": "hello"}
    assert shortfalls(parsed, {"subject": "a ", "to.0.address": "x", "#to": 1, "text~": "ell", "text!": "bye"}) == []
    assert len(shortfalls(parsed, {"subject": "b", "to.1.address": "x", "#to": 2, "text~": "bye", "text!": "ell"})) == 5
