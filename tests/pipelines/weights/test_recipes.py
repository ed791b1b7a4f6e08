"""How open language models are served: the data, the command, what is said of what was not run."""

import json
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.__main__ import app
from pipelines.cli.models_add_llm import how_to_serve
from pipelines.errors import ConfigurationError
from pipelines.knowledge.sheet import sheets
from pipelines.packs.reader import load
from pipelines.settings import Settings
from pipelines.weights import adding
from pipelines.weights.recipes import recipe_of, recipes
from tests.pipelines.weights.published import safetensors


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")


def waxtaan(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, ["models", "recipes", *arguments])
    assert done.exit_code == code, done.output
    return done


def folder(place: Path, **config: object) -> Path:
    place.mkdir(parents=True)
    (place / "config.json").write_text(json.dumps(config))
    safetensors(place / "model.safetensors", {"a": (2, 2)})
    return place


def test_all_are_listed_and_none_is_said_to_have_run() -> None:
    told = waxtaan().output
    assert all(recipe.model in told for recipe in recipes().values())
    assert "None of them was run here. Not to be served: apertus-1.5-8b, openeurollm" in told


def test_one_has_its_command_and_what_a_sheet_needs() -> None:
    told = waxtaan("ministral-3-8b").output
    (command,) = [each for each in told.splitlines() if each.startswith("vllm serve")]
    words = shlex.split(command)
    assert words[2] == "mistralai/Ministral-3-8B-Instruct-2512"
    for flag in ("--tokenizer-mode", "--config-format", "--load-format"):
        assert words[words.index(flag) + 1] == "mistral"
    assert json.loads(words[-1])["disable_any_whitespace"] is True
    assert "WAXTAAN_LLM_LICENCE=Apache-2.0" in told
    assert "verified: Never run here. " in told
    served = waxtaan("llama-3.1-8b", "--weights", "/models/llama").output
    assert "vllm serve /models/llama --port 8000 --served-model-name llama-3.1-8b" in served


def test_its_settings_are_what_the_sheet_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in recipes()["apertus-8b"].settings().items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    (english, *_) = sheets(settings, load(settings.prompts, ("en",)).packs)
    assert (english.model, english.licence) == (
        "apertus-8b",
        "Apache-2.0, with an acceptable-use policy",
    )
    assert english.training.startswith("swiss-ai/Apertus-8B-Instruct-2509: ")


def test_what_is_not_to_be_served_says_why_and_has_no_command() -> None:
    told = waxtaan("openeurollm-prelude").output
    assert "not to be served: checkpoints of a base model" in told
    assert "vllm serve" not in told
    (about,) = map(json.loads, waxtaan("openeurollm-prelude", "--json").output.splitlines())
    assert about["serve"] == ""
    assert about["tested"] == "Not to be served, and not tried."


def test_wrong_names_are_told() -> None:
    assert "no recipe 'llama'; there are llama-3.1-8b" in waxtaan("llama", code=2).stderr
    assert "--weights goes with a recipe's name" in waxtaan("--weights", "x", code=2).stderr


@pytest.mark.parametrize("name", ["Gemma-3-12B-it", "gemma-3-12b", "gemma_3_12b_it"])
def test_weights_that_were_fetched_have_their_recipe(tmp_path: Path, name: str) -> None:
    kinds = ["Gemma3ForConditionalGeneration"]
    place = folder(tmp_path / name, architectures=kinds)
    recipe = recipe_of(place)
    assert recipe is not None
    assert recipe.name == "gemma-3-12b"
    assert adding.look(place).kind == "llm"  # though it takes images, too
    said = how_to_serve(place)
    assert "--language-model-only" in said
    assert f"vllm serve {place} " in said
    assert "WAXTAAN_LLM_LICENCE='Gemma Terms of Use'" in said
    assert "By the recipe gemma-3-12b. Never run here." in said


def test_weights_of_no_recipe_are_served_plainly(tmp_path: Path) -> None:
    place = folder(tmp_path / "mine", architectures=["LlamaForCausalLM"])
    assert recipe_of(place) is None
    assert "'waxtaan models recipes' has the flags of well-known models" in how_to_serve(place)
    named = folder(tmp_path / "two", _name_or_path="meta-llama/Llama-3.1-8B-Instruct")
    found = recipe_of(named)
    assert found is not None
    assert found.name == "llama-3.1-8b"


def test_a_wrong_entry_is_named(tmp_path: Path) -> None:
    path = tmp_path / "recipes.toml"
    path.write_text('[mine]\nmodel = "a/b"\n')
    with pytest.raises(ConfigurationError, match=r"recipes\.toml: mine\.architectures: "):
        recipes(path)
