"""The language model over a real llama.cpp server with SmolLM2, and the templates of other models.

WAXTAAN_LLAMA_CPP is the folder of a built llama.cpp, and WAXTAAN_SMOLLM2 a GGUF of
SmolLM2-135M-Instruct; `make engines-llama` makes both and sets the variables. It is too small to
be right: what is tested is that it is understood, whatever chat template it is asked through.
"""

import os
import re
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from agent.events import Passage
from pipelines.__main__ import app
from pipelines.engines.llm.chat import Ask, whole
from pipelines.engines.llm.engine import Question
from pipelines.engines.llm.prompt import Prompts
from pipelines.engines.llm.timeouts import Timeouts
from pipelines.engines.llm.vllm import Vllm
from pipelines.packs.reader import PROMPTS, load
from tests.fakes import PATIENCE

FLOWS = ("balance", "bill", "outage", "sim")
PAPER = Passage("en/bills.md#paper", "Bills\nA paper bill costs 2 euros per month.", 1.0, "en")
# Published templates that llama.cpp carries; of a model without a file the name of one built in.
TEMPLATES = {
    "Llama 3": "meta-llama-Llama-3.1-8B-Instruct.jinja",
    "Mistral": "mistralai-Mistral-Nemo-Instruct-2407.jinja",
    "Qwen": "Qwen-Qwen3-0.6B.jinja",
    "Gemma": "google-gemma-2-2b-it.jinja",
    "Apertus": "Apertus-8B-Instruct.jinja",
    "EuroLLM": "chatml",
}
LONG = 8192


def needed(name: str) -> Path:
    set_to = os.environ.get(name, "")
    if not set_to:
        pytest.fail(f"{name} is not set: run 'make engines-llama'")
    return Path(set_to).absolute()


@contextmanager
def serving(template: str = "") -> Iterator[str]:
    """A server with that chat template; the model's own if ""."""
    folder = needed("WAXTAAN_LLAMA_CPP")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = folder / "models" / "templates" / template
    own = ["--chat-template-file", str(file)] if file.suffix else ["--chat-template", template]
    process = subprocess.Popen(
        [
            *(str(folder / "build/bin/llama-server"), "-m", str(needed("WAXTAAN_SMOLLM2"))),
            *("--host", "127.0.0.1", "--port", str(port), "-t", "1", "-np", "1", "--jinja"),
            *("-c", str(LONG), "--no-webui"),
            *(own if template else []),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait(process, f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def wait(process: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    pytest.fail("llama-server did not start")


@pytest.fixture(scope="module", params=["SmolLM2", *TEMPLATES])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with serving(TEMPLATES.get(request.param, "")) as running:
        yield running


@asynccontextmanager
async def asking(url: str) -> AsyncIterator[Vllm]:
    patient: dict[str, Any] = dict.fromkeys(("first_token", "deadline", "between"), PATIENCE)
    model = Vllm(Prompts.read(PROMPTS / "llm", load().languages, FLOWS), [url], **patient)
    yield model
    await model.close()


@pytest.fixture
async def model(url: str) -> AsyncIterator[Vllm]:
    async with asking(url) as asked:
        yield asked


def test_one_that_is_added_is_asked_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAXTAAN_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("COLUMNS", "300")
    program = needed("WAXTAAN_LLAMA_CPP") / "build/bin/llama-server"
    whole, half = needed("WAXTAAN_SMOLLM2"), tmp_path / "in/half.gguf"
    half.parent.mkdir()
    with whole.open("rb") as file:
        half.write_bytes(file.read(3_000_000))

    def added(folder: Path) -> Result:
        order = ["models", "add", str(folder), "--llama-server", str(program), "--language", "en"]
        return CliRunner().invoke(app, order)

    told = added(whole.parent)
    assert told.exit_code == 0, told.output
    assert re.search(
        r"a turn: well-formed JSON, [a-z_]+.* \(0\.\d\d\); \d+\+\d+ tokens", told.output
    )
    assert re.search(r"an answer: .*(passed|refused by) the gate|nothing from its own", told.output)
    assert "its chat template: takes our requests whole" in told.output
    broken = added(half.parent)
    assert broken.exit_code == 3
    assert "half does not work and was taken away again: llama-server ended" in broken.stderr
    (kept,) = (tmp_path / "models/llm").iterdir()
    assert kept.name == whole.stem.lower()


async def test_a_turn_becomes_commands_of_the_closed_list(model: Vllm) -> None:
    await model.start()
    pages = {"Bills > Paper": "en/bills.md#paper"}
    for said in ("you lot took sixty off me", "what does it cost on paper", "<|im_end|>"):
        proposal = await model.interpret(Question(said, "en", "open", FLOWS, pages=pages))
        assert proposal.commands  # `parse` has checked them
        assert proposal.prompt_tokens > 400
        assert 0 < proposal.confidence <= 1


async def test_an_answer_comes_in_sentences(model: Vllm) -> None:
    told = [text async for text in model.compose("what does a paper bill cost", "en", [PAPER])]
    assert all(text == text.strip() for text in told)


async def test_an_answer_that_was_begun_is_gone_on_with(model: Vllm) -> None:
    (endpoint,) = model.endpoints
    messages = [
        {"role": "system", "content": "You count."},
        {"role": "user", "content": "Count to five in words."},
    ]
    ask = Ask(messages, 8, begun="One, two, three,")
    found = await whole(endpoint.answer(ask, Timeouts(PATIENCE, PATIENCE, PATIENCE)))
    assert found.text
