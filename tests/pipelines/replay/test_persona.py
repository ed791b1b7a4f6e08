"""A caller whom a language model plays: what it is told, and what it must not do."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from agent.actions import Action, HangUp
from agent.events import Event, Hypothesis, KeyPressed
from agent.log import read
from agent.numbers.digits import HIDDEN
from pipelines.cli.replay_into import replay_into
from pipelines.engines.llm.engine import EngineError
from pipelines.packs.reader import PROMPTS
from pipelines.replay.persona import PersonaModel
from pipelines.replay.run import Outcome, replay_texts
from pipelines.store.recorded import find_recorded
from tests.pipelines.engines.llm.standin import Says, StandIn
from tests.pipelines.quality.planted import AS_IT_IS, CALLS, settings


@pytest.fixture
async def server() -> AsyncIterator[StandIn]:
    async with StandIn() as opened:
        yield opened


def does(what: str, text: str = "") -> Says:
    return Says(json.dumps({"do": what, "text": text}))


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A call about a bill that is left at its second turn: another wish was confirmed then."""
    text = (CALLS / "en-bill.jsonl").read_text(encoding="utf-8")
    folder = tmp_path / "calls" / "a-bill"
    folder.mkdir(parents=True)
    changed = text.replace("confirm:flow:bill", "confirm:flow:sim")
    (folder / "log.jsonl").write_text(changed, encoding="utf-8")
    return folder


async def goes_on(
    server: StandIn, left: Path, *script: Says
) -> tuple[Outcome, list[Event | Action]]:

    server.says(*script)
    server.usual = does("hang up")
    chosen = settings(AS_IT_IS, llm="vllm", llm_urls=(server.url,))
    out = left.parents[1] / "now"
    recorded = find_recorded([left])
    found = replay_texts(recorded, out, chosen, "model", processes=1)
    (outcome,) = await asyncio.to_thread(list, found)
    with (out / "a-bill" / "log.jsonl").open(encoding="utf-8") as lines:
        return outcome, list(read(lines))


def said(entries: Sequence[Event | Action]) -> list[str]:
    return [e.text for e in entries if isinstance(e, Hypothesis) and e.final]


def keys(entries: Sequence[Event | Action]) -> str:
    return "".join(e.key for e in entries if isinstance(e, KeyPressed))


async def test_it_goes_on_to_the_recorded_callers_goal(server: StandIn, left: Path) -> None:
    script = (does("say", "yes, my bill"), does("keys", "770 002 345"), does("say", "no, goodbye"))
    outcome, entries = await goes_on(server, left, *script)
    assert outcome.left_out == outcome.lacking == ""
    assert outcome.diverged is not None
    assert outcome.continued == "a caller played by toy"
    assert said(entries)[1:] == ["yes, my bill", "no, goodbye"]
    assert keys(entries) == "770002345" + 4 * HIDDEN  # the code without the model
    assert any(isinstance(e, HangUp) for e in entries)
    first = server.bodies[0]["messages"]
    assert "in English and briefly" in first[0]["content"]
    told = first[1]["content"]
    then, _, now = told.partition('"now": ')
    assert "caller: why is my bill so high" in then
    assert "caller types: 770002345" in then
    assert "agent: " in now
    assert "770002345" not in now
    assert server.bodies[0]["response_format"]["json_schema"]["schema"]["required"]


async def test_it_does_not_know_what_the_recorded_caller_never_said(
    server: StandIn, left: Path
) -> None:
    script = (does("say", "yes"), does("keys", "770009999"), does("say", "it is 33 821 55 66"))
    _, entries = await goes_on(server, left, *script)
    assert keys(entries) == ""
    assert len(said(entries)) == 4
    assert not any(character.isdigit() for text in said(entries) for character in text)


@pytest.mark.parametrize(
    ("script", "who"),
    [
        ((Says("nonsense"),), "a scripted caller"),
        ((Says(status=500),), "a scripted caller"),
        ((does("say", "yes"), Says("nonsense")), "a caller played by toy, then a scripted caller"),
    ],
)
async def test_where_it_fails_the_scripted_caller_goes_on(
    server: StandIn, left: Path, script: Sequence[Says], who: str
) -> None:
    outcome, entries = await goes_on(server, left, *script)
    assert outcome.continued == who
    assert outcome.lacking.startswith("a scripted caller went on, since the model failed: http")
    assert keys(entries) == "770002345" + 4 * HIDDEN
    note = (left.parents[1] / "now" / "a-bill" / "replay.json").read_text(encoding="utf-8")
    assert json.loads(note)["continued"] == who


async def test_it_ends_however_long_it_talks(server: StandIn, left: Path) -> None:
    server.usual = does("say", "hm")
    outcome, entries = await goes_on(server, left, *(does("say", "hm"),) * 60)
    assert len(said(entries)) <= 41
    assert outcome.left_out == ""


def test_without_a_model_a_line_says_so_and_the_rule_goes_on(
    left: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("INTENTS", "EMBEDDINGS"):
        monkeypatch.setenv(f"WAXTAAN_{name}", "none")
    replay_into([left], "text", tmp_path / "none", "model")
    assert "no language model is configured" in capsys.readouterr().err
    monkeypatch.setenv("WAXTAAN_LLM", "vllm")
    monkeypatch.setenv("WAXTAAN_LLM_URLS", "http://127.0.0.1:1/v1")
    replay_into([left], "text", tmp_path / "gone", "model")
    assert "does the server run?; a scripted caller goes on" in capsys.readouterr().err
    for where in ("none", "gone"):
        note = (tmp_path / where / "a-bill" / "replay.json").read_text(encoding="utf-8")
        assert json.loads(note)["continued"] == "a scripted caller"


def test_instructions_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    shutil.copytree(PROMPTS / "llm", tmp_path / "llm")
    chosen = settings(tmp_path, llm="vllm")
    (tmp_path / "llm" / "persona.md").write_text("$name $language", encoding="utf-8")
    with pytest.raises(EngineError, match=r"persona\.md: placeholder 'name'"):
        PersonaModel(chosen)
    (tmp_path / "llm" / "persona.md").unlink()
    with pytest.raises(EngineError, match=r"persona\.md"):
        PersonaModel(chosen)
