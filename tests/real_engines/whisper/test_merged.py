"""Published fine-tunes are merged and converted by one command, and say what transformers says.

`WAXTAAN_TRAIN_PYTHON` is the interpreter of the environment that trains; `make engines` sets it.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest
from tokenizers import Tokenizer
from typer.testing import CliRunner, Result

from pipelines.__main__ import app
from pipelines.packs.reader import PROMPTS, load

PYTHON = os.environ.get("WAXTAAN_TRAIN_PYTHON", "")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What fine_tuned.py makes."""
    if not PYTHON:
        pytest.fail("WAXTAAN_TRAIN_PYTHON is not set: run 'make engines'")
    folder = tmp_path_factory.mktemp("published")
    program = [PYTHON, "-W", "ignore", "-m", "tests.real_engines.whisper.fine_tuned", str(folder)]
    subprocess.run(program, check=True, capture_output=True)
    shutil.copytree(folder / "adapter", folder / "nameless")
    config = folder / "nameless/adapter_config.json"
    about = json.loads(config.read_text())
    config.write_text(json.dumps({**about, "base_model_name_or_path": None}))
    return folder


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv("WAXTAAN_MODELS", str(folder))
    monkeypatch.setenv("WAXTAAN_HUB", "")
    monkeypatch.setenv("COLUMNS", "400")
    return folder


def add(source: Path, *options: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, ["models", "add", str(source), "--merge", *options])
    assert done.exit_code == code, done.output
    return done


def said(folder: Path, features: Any, prompt: list[int], tokens: int) -> list[list[int]]:
    """Greedy decoding by CTranslate2, as it was done by transformers."""
    model: Any = ctranslate2.models.Whisper(str(folder), compute_type="default", intra_threads=1)
    found = []
    for turn in features:
        encoded = model.encode(ctranslate2.StorageView.from_array(turn[None]))
        (result,) = model.generate(
            encoded,
            [prompt],
            beam_size=1,
            max_length=2 * (len(prompt) + tokens),  # CTranslate2 gives a turn half of it
            suppress_blank=False,
            suppress_tokens=[],
        )
        found.append(result.sequences_ids[0][:tokens])
    return found


def test_a_merged_adapter_says_what_transformers_says(published: Path, models: Path) -> None:
    heard = json.loads((published / "heard.json").read_text())
    features = np.load(published / "features.npy")
    tokens = len(heard["merged"][0])
    told = add(
        published / "adapter",
        *("--base", str(published / "base"), "--language", "wo", "--token", "<|fr|>"),
        *("--compute", "float32", "--name", "exact"),
    ).output
    assert "16 layers changed, by 0." in told  # q and v of six attentions, fc1 of four layers
    assert "trained with <|fr|>" in told
    assert "was heard as" in told
    ours = said(models / "whisper/exact", features, heard["prompt"], tokens)
    assert ours == heard["merged"]
    assert ours != heard["base"]


@pytest.mark.parametrize("compute", ["int8", "float16"])
def test_fewer_bits_say_nearly_the_same(published: Path, models: Path, compute: str) -> None:
    """First tokens: random weights go elsewhere for good after the first that differs."""
    heard = json.loads((published / "heard.json").read_text())
    base = ["--base", str(published / "base"), "--language", "wo", "--token", "fr"]
    add(published / "adapter", *base, "--compute", compute, "--name", compute.replace("_", "-"))
    features = np.load(published / "features.npy")
    ours = said(models / "whisper" / compute, features, heard["prompt"], 1)
    same = [one == other[:1] for one, other in zip(ours, heard["merged"], strict=True)]
    print(f"\n{compute}: {sum(same)} of {len(same)} first tokens alike")
    assert sum(same) > len(same) / 2


def test_a_whole_checkpoint_with_its_language_in_its_settings(
    published: Path, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = json.loads((published / "heard.json").read_text())
    prompts = tmp_path / "prompts"
    shutil.copytree(PROMPTS, prompts)
    monkeypatch.setenv("WAXTAAN_PROMPTS", str(prompts))
    options = ["--language", "wo", "--use", "--compute", "float32"]
    told = add(published / "whole", *options).output
    assert "trained with <|fr|>" in told
    assert f"Written into {prompts}/wo/language.toml" in told
    pack = load(prompts, ("wo",)).packs["wo"]
    assert pack.asr is not None
    assert (pack.asr.model, pack.asr.token) == ("whisper/whole", "fr")
    features = np.load(published / "features.npy")
    ours = said(models / "whisper/whole", features, heard["prompt"], len(heard["merged"][0]))
    assert ours == heard["merged"]


def test_a_language_token_of_its_own_is_one_for_our_engine_too(
    published: Path, models: Path
) -> None:
    told = add(published / "wolof", "--language", "wo").output
    assert "51866 tokens, trained with <|wo|>" in told
    assert "was heard as" in told
    folder = models / "whisper/wolof"
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    number = tokenizer.token_to_id("<|wo|>")
    assert json.loads((folder / "vocabulary.json").read_text())[number] == "<|wo|>"
    assert number in json.loads((folder / "config.json").read_text())["lang_ids"]


@pytest.mark.parametrize(
    ("adapter", "options", "why"),
    [
        ("other", ["--base", "base"], "was trained on another base: "),
        ("causal", ["--base", "base"], "is an adapter of a language model"),
        ("nameless", [], "the adapter does not name its base: --base FOLDER"),
        ("adapter", ["--base", "org/none"], "no hub is set to ask"),
    ],
)
def test_what_cannot_be_merged_leaves_nothing(
    published: Path, models: Path, adapter: str, options: list[str], why: str
) -> None:
    places = [str(published / each) if each == "base" else each for each in options]
    done = add(published / adapter, "--language", "wo", "--token", "fr", *places, code=3)
    assert why in done.stderr
    assert not [path for path in models.rglob("*") if path.is_file()]


def test_an_adapter_that_changes_nothing_is_refused(
    published: Path, models: Path, tmp_path: Path
) -> None:
    """As an adapter is before its training: what it adds is zero."""
    shutil.copytree(published / "adapter", tmp_path / "zero")
    path = tmp_path / "zero/adapter_model.safetensors"
    content = bytearray(path.read_bytes())
    begin = 8 + int.from_bytes(content[:8], "little")
    for name, about in json.loads(content[8:begin]).items():
        if "lora_B" in name:
            one, end = about["data_offsets"]
            content[begin + one : begin + end] = bytes(end - one)
    path.write_bytes(content)
    base = ["--base", str(published / "base"), "--language", "wo", "--token", "fr"]
    assert "changes nothing" in add(tmp_path / "zero", *base, code=3).stderr
    assert not (models / "whisper").exists()


def test_a_token_that_the_vocabulary_lacks(published: Path, models: Path) -> None:
    done = add(published / "whole", "--language", "wo", "--token", "<|ff|>", code=3)
    assert "no language token <|ff|>" in done.stderr
    assert not (models / "whisper").exists()
