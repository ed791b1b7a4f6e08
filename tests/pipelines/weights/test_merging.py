"""`waxtaan models add --merge`, its interpreter a stand-in: what is asked of it and refused."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pipelines.__main__ import app
from pipelines.errors import ConfigurationError, EngineError
from pipelines.packs.asr_table import with_asr
from pipelines.packs.reader import PROMPTS, load
from pipelines.weights import merge_about, merge_source
from tests.fakes import PATIENCE
from tests.pipelines.engines.asr.small_whisper import small
from tests.pipelines.weights.merge_standin import program
from tests.pipelines.weights.published import adapter, safetensors, whisper


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv("WAXTAAN_MODELS", str(folder))
    monkeypatch.setenv("WAXTAAN_HUB", "")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setenv("COLUMNS", "400")
    return folder


def add(source: Path, *options: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, ["models", "add", str(source), *options])
    assert done.exit_code == code, done.output
    return done


def python(tmp_path: Path, does: str = "merges") -> list[str]:
    made = small().model
    return ["--merge", "--python", str(program(tmp_path / "env", made, does))]


def empty(models: Path) -> bool:
    return not [path for path in models.rglob("*") if path.is_file()]


def test_an_adapter_is_merged_added_tried_and_used(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts = tmp_path / "prompts"
    shutil.copytree(PROMPTS, prompts)
    monkeypatch.setenv("WAXTAAN_PROMPTS", str(prompts))
    source, base = adapter(tmp_path / "Whosper"), whisper(tmp_path / "base")
    (source / "README.md").write_text("---\nlicense: cc-by-4.0\n---\n# A model\n")
    (base / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    options = ["--base", str(base), "--language", "wo", "--token", "<|fr|>", "--use"]
    told = add(source, *python(tmp_path), *options).output
    assert "12 layers changed, by 0.25 (root mean square); converted to int8" in told
    assert "trained with <|fr|>" in told
    assert "licence: cc-by-4.0; base: apache-2.0" in told
    assert "was heard as" in told
    assert f"Written into {prompts}/wo/language.toml" in told
    assert "Now wo is heard by pocketsphinx" in told  # no Whisper for all languages is here
    assert "waxtaan models get whisper-base" in told
    job, offline = json.loads((tmp_path / "env/notes").read_text())
    assert offline == "1"
    assert (job["base"], job["adapter"]) == (str(base), str(source))
    assert (job["compute"], job["token"], job["rows"]) == ("int8", "fr", 0)
    asr = load(prompts, ("wo",)).packs["wo"].asr
    assert asr is not None
    assert (asr.model, asr.token) == ("whisper/whosper", "fr")
    rows = CliRunner().invoke(app, ["models", "list", "--json"]).output.splitlines()
    (mine,) = [row for row in map(json.loads, rows) if row["name"] == "whosper"]
    assert (mine["state"], mine["licence"]) == ("here", "cc-by-4.0; base: apache-2.0")
    gone = CliRunner().invoke(app, ["models", "remove", "whosper"]).output
    assert f"{prompts}/wo/language.toml names it under [asr]" in gone


def test_what_a_language_is_heard_by_is_told(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAXTAAN_WHISPER_MODEL", str(small().model))
    source = whisper(tmp_path / "whole", language="french")
    told = add(source, *python(tmp_path), "--language", "wo").output
    assert f"Converted from {source} to int8, 51865 tokens, trained with <|fr|>." in told
    assert "wo has no recogniser: Whisper does not know it, and [asr] names none" in told
    assert 'model = "whisper/whole" and token = "fr"; --use writes that' in told
    assert "no call is answered in it" in told


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ("lacks", "lacks peft: install the extra 'train' there"),
        ("old", "is Python 3.9, 3.11 is needed"),
        ("dies", "failed: out of luck"),
        ("killed", "ended by signal 9, as happens where memory runs out"),
        ("refuses", "it cannot be merged: ValueError: size mismatch"),
    ],
)
def test_a_merging_that_fails_leaves_nothing(
    models: Path, tmp_path: Path, does: str, why: str
) -> None:
    source, base = adapter(tmp_path / "in"), whisper(tmp_path / "base")
    options = ["--base", str(base), "--language", "wo", "--token", "fr"]
    assert why in add(source, *python(tmp_path, does), *options, code=3).stderr
    assert empty(models)


def test_who_ends_it_ends_the_process_too(models: Path, tmp_path: Path) -> None:
    source = whisper(tmp_path / "in", language="fr")
    command = [sys.executable, "-m", "pipelines", "models", "add", str(source)]
    command += python(tmp_path, "hangs")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as adding:
        end = time.monotonic() + PATIENCE
        while not (tmp_path / "env/notes").exists():
            assert time.monotonic() < end
            time.sleep(0.02)
        os.kill(adding.pid, signal.SIGTERM)
        _, said = adding.communicate(timeout=PATIENCE)
    assert adding.returncode == 3
    assert f"{source} was not merged to the end: nothing was added" in said
    assert empty(models)


def test_an_interpreter_that_is_none(models: Path, tmp_path: Path) -> None:
    source = whisper(tmp_path / "in", language="fr")
    said = add(source, "--merge", "--python", str(tmp_path / "none"), code=3).stderr
    assert "cannot be started: No such file or directory; --python, or" in said
    said = add(source, "--merge", "--python", "/bin/echo", code=3).stderr
    assert "/bin/echo is no Python interpreter" in said


def test_a_disk_that_is_full(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9 - 10**6, 10**6))
    source = whisper(tmp_path / "in", language="fr")
    assert "0.0 GB free, and 0.1 are needed" in add(source, *python(tmp_path), code=3).stderr
    assert not (tmp_path / "env/notes").exists()


def test_options_that_want_merge(models: Path, tmp_path: Path) -> None:
    said = add(tmp_path, "--base", "x", "--compute", "int8", code=2).stderr
    assert "--base, --compute: with --merge only" in said
    assert "--use wants one --language" in add(tmp_path, "--use", code=2).stderr
    said = add(tmp_path, "--use", "--language", "xx", code=2).stderr
    assert "'waxtaan check --start xx' begins a language" in said
    source = whisper(tmp_path / "in", language="fr")
    said = add(source, *python(tmp_path), "--compute", "int4", code=3).stderr
    assert "--compute int4: there are int8, int8_float16, float16, float32" in said
    said = add(source, *python(tmp_path), "--token", "French", code=3).stderr
    assert "'French' is no language token" in said


def test_a_name_is_refused_before_anything_is_merged(models: Path, tmp_path: Path) -> None:
    source = whisper(tmp_path / "in", language="fr")
    said = add(source, *python(tmp_path), "--name", "whisper-base", code=3).stderr
    assert "there is a model 'whisper-base': choose another" in said
    assert not (tmp_path / "env/notes").exists()


def test_without_merge_it_is_said_that_there_is_one(models: Path, tmp_path: Path) -> None:
    said = add(adapter(tmp_path / "one"), code=3).stderr
    assert f"'waxtaan models add {tmp_path}/one --merge'" in said
    said = add(whisper(tmp_path / "two"), code=3).stderr
    assert "'waxtaan models add --merge' converts it" in said


def test_where_a_base_is_looked_for(models: Path, tmp_path: Path) -> None:
    source = adapter(tmp_path / "in")
    options = [*python(tmp_path), "--language", "wo", "--token", "fr"]
    said = add(source, *options, code=3).stderr
    assert "the base openai/whisper-tiny is not here (" in said
    assert "no hub is set to ask" in said
    assert "fetch it elsewhere and say --base FOLDER" in said
    said = add(source, *options, "--base", str(tmp_path / "none"), code=3).stderr
    assert f"--base {tmp_path}/none: no such folder" in said
    said = add(source, *options, "--base", "tiny", code=3).stderr
    assert "the base tiny is not here: --base FOLDER" in said
    cached = tmp_path / "hub/hub/models--openai--whisper-tiny/snapshots/abc"
    whisper(cached)
    assert f"Merged from {source} into {cached}" in add(source, *options).output


def test_a_hub_that_does_not_answer_is_not_waited_for(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAXTAAN_HUB", "http://127.0.0.1:9")
    options = [*python(tmp_path), "--language", "wo", "--token", "fr"]
    said = add(adapter(tmp_path / "in"), *options, code=3).stderr
    assert "http://127.0.0.1:9 did not answer within 2 s" in said


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda f: (f / "adapter_config.json").unlink(), "has an adapter's weights and no adapter"),
        (lambda f: (f / "adapter_model.safetensors").rename(f / "adapter_model.bin"), "a pickle"),
        (lambda f: (f / "adapter_model.safetensors").unlink(), "it was not fetched whole"),
        (lambda f: (f / "adapter_model.safetensors").write_text("version https://git"), "Git LFS"),
        (lambda f: _cut(f / "adapter_model.safetensors"), "is cut short: "),
    ],
)
def test_an_adapter_that_cannot_be_taken(tmp_path: Path, change: object, why: str) -> None:
    folder = adapter(tmp_path / "in")
    assert callable(change)
    change(folder)
    with pytest.raises(EngineError, match=why):
        merge_source.look(folder)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4])


def test_adapters_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="of the kind PREFIX_TUNING; LORA alone"):
        merge_source.look(adapter(tmp_path / "prefix", peft_type="PREFIX_TUNING"))
    causal = adapter(tmp_path / "causal", base_model_name_or_path="org/llama")
    names = [f"base_model.model.model.layers.0.self_attn.q_proj.lora_{x}.weight" for x in "AB"]
    safetensors(causal / "adapter_model.safetensors", dict.fromkeys(names, (2, 2)))
    with pytest.raises(EngineError, match=r"of a language model \(org/llama\), not of a Whisper"):
        merge_source.look(causal)


def test_a_base_of_other_shapes(tmp_path: Path) -> None:
    base = merge_source.checkpoint(whisper(tmp_path / "base", width=8))
    merge_source.require_fit(merge_source.look(adapter(tmp_path / "fits", width=8)), base)
    other = merge_source.look(adapter(tmp_path / "other", width=16))
    with pytest.raises(EngineError, match=r"wants an input of 16, and that of .* has 8") as error:
        merge_source.require_fit(other, base)
    assert "names openai/whisper-tiny: --base FOLDER" in str(error.value)


def test_checkpoints_that_cannot_be_taken(tmp_path: Path) -> None:
    pickled = whisper(tmp_path / "pickled")
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    with pytest.raises(EngineError, match="a pickle, which could run code"):
        merge_source.look(pickled)
    half = whisper(tmp_path / "half")
    index = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    (half / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(EngineError, match=r"lacks model-2\.safetensors"):
        merge_source.look(half)
    llama = whisper(tmp_path / "llama")
    about = {"model_type": "llama", "architectures": ["LlamaForCausalLM"]}
    (llama / "config.json").write_text(json.dumps(about))
    with pytest.raises(EngineError, match="of the kind LlamaForCausalLM, not a Whisper"):
        merge_source.look(llama)
    with pytest.raises(EngineError, match="no such folder"):
        merge_source.look(tmp_path / "none")
    (tmp_path / "around").mkdir()
    whisper(tmp_path / "around/inner")
    with pytest.raises(EngineError, match=r"neither adapter_config\.json nor .*inner has one"):
        merge_source.look(tmp_path / "around")


@pytest.mark.parametrize(
    ("about", "token"),
    [
        ({"language": "french"}, "fr"),
        ({"language": "<|wo|>"}, "wo"),
        ({"language": "fr"}, "fr"),
        ({"language": None}, ""),
        ({"language": "klingon of the north"}, ""),
        ({"forced_decoder_ids": [[1, 50265], [2, 50359]], "lang_to_id": {"<|fr|>": 50265}}, "fr"),
        ({"forced_decoder_ids": [[1, None], [2, 50359]]}, ""),
    ],
)
def test_the_token_that_its_settings_name(
    tmp_path: Path, about: dict[str, Any], token: str
) -> None:
    assert merge_about.token_in([whisper(tmp_path / "in", **about)]) == token


def test_a_token_that_nothing_names_is_asked_for(models: Path, tmp_path: Path) -> None:
    source = whisper(tmp_path / "in")
    said = add(source, *python(tmp_path), "--language", "wo", code=3).stderr
    assert "wo is none of Whisper's languages" in said
    assert "no --language" in add(source, *python(tmp_path), code=3).stderr
    assert "trained with <|fr|>" in add(source, *python(tmp_path), "--language", "fr").output


@pytest.mark.parametrize(
    ("head", "licence"),
    [
        ("---\nlicense: mit\n---\n", "mit"),
        ("---\nlicense: other\nlicense_name: mine\n---\n", "mine"),
        ("---\nlanguage: wo\n---\n", "unknown"),
        ("# no head\nlicense: mit\n", "unknown"),
    ],
)
def test_the_licence_that_its_page_states(tmp_path: Path, head: str, licence: str) -> None:
    (tmp_path / "README.md").write_text(head)
    assert merge_about.licence_of(tmp_path) == licence


def test_a_language_gets_its_recogniser_and_nothing_else_changes() -> None:
    text = 'name = "W" # a comment\n\n[digits]\none = "1"\n'
    changed = with_asr(text, "whisper/a", "fr")
    assert changed == f'{text}\n[asr]\nmodel = "whisper/a"\ntoken = "fr"\n'
    again = with_asr(changed.replace("[digits]", "[months]"), "whisper/b", "wo")
    assert again.count("[asr]") == 1
    assert '[months]\none = "1"' in again
    between = '[asr] # old\nmodel = "x"\ntoken = "fr"\ncompute = "int8"\n\n[llm]\nmodel = "m"\n'
    assert with_asr(between, "y", "fr") == (
        '[asr]\nmodel = "y"\ntoken = "fr"\n\n[llm]\nmodel = "m"\n'
    )
    with pytest.raises(ConfigurationError, match=r"language\.toml: "):
        with_asr("name = ", "y", "fr")
    with pytest.raises(ConfigurationError, match="by hand"):
        with_asr('asr = {model = "x", token = "fr"}\n', "y", "fr")
