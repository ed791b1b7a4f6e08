"""A language model is asked a question before it is believed; its server is a stand-in here."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.__main__ import app
from pipelines.errors import EngineError
from pipelines.weights import adding
from tests.fakes import PATIENCE
from tests.pipelines.weights.llama_standin import SENTENCE, program


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv("WAXTAAN_MODELS", str(folder))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("STANDIN_NOTES", str(tmp_path / "notes"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return folder


@pytest.fixture
def server(tmp_path: Path) -> str:
    return str(program(tmp_path / "llama-server"))


def gguf(folder: Path, does: str = "answers") -> str:
    folder.mkdir()
    (folder / "Mine.gguf").write_text(does)
    return str(folder)


def hugging_face(folder: Path, **config: object) -> Path:
    folder.mkdir()
    about = {"architectures": ["LlamaForCausalLM"], "does": "answers", **config}
    (folder / "config.json").write_text(json.dumps(about))
    for name in ("model.safetensors", "tokenizer.json", "tokenizer.model", "chat_template.jinja"):
        (folder / name).write_text("{}")
    for name in ("pytorch_model.bin", "modeling.py", "README.md"):
        (folder / name).write_text("not taken")
    return folder


def waxtaan(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, ["models", *arguments])
    assert done.exit_code == code, done.output
    return done


def gone(tmp_path: Path) -> bool:
    """Whether the server, and what it started, have ended."""
    pids = json.loads((tmp_path / "notes").read_text())[:2]
    end = time.monotonic() + PATIENCE
    while any(_runs(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_answers_a_turn_and_a_question_and_its_server_is_ended(
    models: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_API_KEY", "of another server")
    told = waxtaan("add", gguf(tmp_path / "in"), "--llama-server", server).output
    assert f"mine: a language model, for a server of its own, 0 MB, in {models}/llm/mine" in told
    assert "Asked in en: 'Sign language'" in told
    assert "a turn: well-formed JSON, start_flow bill (0." in told
    assert f"an answer: '{SENTENCE}' passed the gate; " in told
    assert "its chat template: takes our requests whole" in told
    assert f"llama-server -m {models}/llm/mine/Mine.gguf --jinja" in told
    assert gone(tmp_path)
    _, _, order, environment = json.loads((tmp_path / "notes").read_text())
    assert order[:2] == ["-m", f"{models}/llm/mine/Mine.gguf"]
    assert "LLAMA_API_KEY" not in environment


def test_the_one_on_path_is_taken_and_a_template_without_system_is_said(
    models: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(server).parent}:/usr/bin:/bin")
    told = waxtaan("add", gguf(tmp_path / "in", "merges")).output
    assert "template arguments are left out; it has no system message, so instructions" in told
    assert "passed the gate" in told


def test_an_answer_that_is_none_is_said_and_no_fault(
    models: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAXTAAN_LLAMA_SERVER", server)
    told = waxtaan("add", gguf(tmp_path / "in", "is silent")).output
    assert "an answer: nothing from its own page en/accessibility.md#sign-language" in told


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ("babbles", "llama-server served it, and en: a turn: the language model's answer is no"),
        ("ends", "ended before it was ready (exit code 1): error: the model is cut short"),
    ],
)
def test_what_does_not_answer_is_taken_away_again(
    models: Path, server: str, tmp_path: Path, does: str, why: str
) -> None:
    said = waxtaan("add", gguf(tmp_path / "in", does), "--llama-server", server, code=3).stderr
    assert "mine does not work and was taken away again: " in said
    assert why in said
    assert "mine" not in waxtaan("list", "--json").output
    assert not (models / "llm").exists()
    assert gone(tmp_path)


def test_who_never_answers_is_not_waited_for_for_ever(
    models: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.engines.llm.local_server.STARTING", 1.5)
    said = waxtaan("add", gguf(tmp_path / "in", "hangs"), "--llama-server", server, code=3).stderr
    assert "llama-server was not ready within 1.5 s" in said
    assert gone(tmp_path)


def test_who_ends_the_trial_ends_the_server(models: Path, server: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipelines", "models", "add", gguf(tmp_path / "in", "hangs")]
    with subprocess.Popen(
        [*command, "--llama-server", server], stderr=subprocess.PIPE, text=True
    ) as trial:
        end = time.monotonic() + PATIENCE
        while not (tmp_path / "notes").exists() or not (tmp_path / "notes").read_text():
            assert time.monotonic() < end
            time.sleep(0.02)
        os.kill(trial.pid, signal.SIGTERM)
        _, said = trial.communicate(timeout=PATIENCE)
    assert trial.returncode == 3
    assert "mine was not tried to the end, and was taken away again" in said
    assert gone(tmp_path)
    assert not (models / "llm").exists()


def test_without_a_server_it_is_kept_and_the_command_is_said(models: Path, tmp_path: Path) -> None:
    told = waxtaan("add", gguf(tmp_path / "in")).output
    assert "Not tried: there is no llama-server on PATH, and neither --llama-server nor" in told
    assert f"To serve it: llama-server -m {models}/llm/mine/Mine.gguf --jinja" in told
    assert '"state": "here"' in waxtaan("list", "--json").output


def test_a_server_that_is_none_is_said_before_anything_is_copied(
    models: Path, tmp_path: Path
) -> None:
    nothing = str(tmp_path / "nothing")
    said = waxtaan("add", gguf(tmp_path / "in"), "--llama-server", nothing, code=2).stderr
    assert f"{nothing}: no such program" in said
    assert not models.exists()


def test_a_folder_of_safetensors_is_served_by_vllm(
    models: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAXTAAN_LLM_PYTHON", server)
    source = hugging_face(tmp_path / "Llama-3.2-1B", max_position_embeddings=2048)
    told = waxtaan("add", str(source), "--language", "fr").output
    folder = models / "llm/llama-3.2-1b"
    assert sorted(path.name for path in folder.iterdir()) == [
        *("chat_template.jinja", "config.json", "model.safetensors"),
        *("tokenizer.json", "tokenizer.model"),
    ]
    assert "vLLM was ready in" in told
    assert "Asked in fr: " in told
    assert f"vllm serve {folder}" in told
    order = json.loads((tmp_path / "notes").read_text())[2]
    assert order[:2] == ["-m", "vllm.entrypoints.openai.api_server"]
    assert order[order.index("--max-model-len") + 1] == "2048"
    assert gone(tmp_path)


def test_without_vllm_it_is_kept_and_the_command_is_said(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAXTAAN_LLM_PYTHON", str(tmp_path / "none"))
    told = waxtaan("add", str(hugging_face(tmp_path / "mine"))).output
    assert f"Not tried: {tmp_path}/none has no vLLM; WAXTAAN_LLM_PYTHON names" in told
    assert f"vllm serve {models}/llm/mine --port 8000" in told


def test_what_to_do_with_an_adapter_is_said(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text('{"base_model_name_or_path": "org/base"}')
    (tmp_path / "adapter_model.bin").write_text("")
    with pytest.raises(EngineError, match=r"adapter_model\.bin could run code"):
        adding.look(tmp_path)
    (tmp_path / "adapter_model.safetensors").write_text("")
    with pytest.raises(EngineError, match="is a LoRA adapter") as told:
        adding.look(tmp_path)
    assert f"vllm serve org/base --enable-lora --lora-modules NAME={tmp_path}" in str(told.value)
    assert "setting llm_adapters" in str(told.value)


def test_safetensors_of_another_kind_and_pickles_are_named(tmp_path: Path) -> None:
    source = hugging_face(tmp_path / "in", architectures=["WhisperForConditionalGeneration"])
    with pytest.raises(EngineError) as told:
        adding.look(source)
    assert "config.json is of WhisperForConditionalGeneration, none of these" in str(told.value)
    assert "pytorch_model.bin could run code" in str(told.value)
