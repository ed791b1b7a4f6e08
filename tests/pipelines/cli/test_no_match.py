"""`waxtaan no-match`: from recorded calls to clusters, and from a cluster into a pack."""

import json
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agent.actions import Action, Expecting, Explain, Listen, Speak
from agent.commands import NotUnderstood
from agent.events import CallEnded, CallStarted, Event, Hypothesis, TurnEnded, TurnStarted
from agent.log import line
from pipelines.__main__ import app
from pipelines.packs.reader import PROMPTS

VOICEMAIL = (
    "listen to my voicemail messages",
    "my voicemail messages please",
    "listen to the voicemail messages",
    "listen to my voicemail messages from 770001234",
)


def call(text: str) -> Iterator[Event | Action]:
    yield CallStarted(0.0, "web", None, "en")
    yield Speak(1, "greet", "Hello.", "en")
    yield Listen("en", "open", Expecting())
    yield TurnStarted(1.0)
    yield Hypothesis(2.0, text, "en", 1.0, 0.9, final=True)
    yield TurnEnded(2.5, 0.5)
    yield Explain("none", "", 0.0, (NotUnderstood(),))
    yield Speak(2, "not_understood", "Pardon?", "en")
    yield CallEnded(4.0, "caller")


class Command:
    """`waxtaan no-match` on four calls about voicemail and one about something else."""

    def __init__(self, calls: Path) -> None:
        self._calls = str(calls)

    def __call__(self, *options: str, code: int = 0) -> Result:
        ran = CliRunner().invoke(app, ["no-match", self._calls, *options])
        assert ran.exit_code == code, ran.output
        return ran


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROMPTS, tmp_path / "packs"))


@pytest.fixture
def no_match(tmp_path: Path, prompts: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)  # no settings file, and no pages of one's own
    for name, value in {"intents": "none", "embeddings": "none", "prompts": str(prompts)}.items():
        monkeypatch.setenv(f"WAXTAAN_{name.upper()}", value)
    for n, text in enumerate((*VOICEMAIL, "a zebra")):
        folder = tmp_path / "calls" / f"c{n}"
        folder.mkdir(parents=True)
        told = "\n".join(map(line, call(text)))
        (folder / "log.jsonl").write_text(f"{told}\n", encoding="utf-8")
    return Command(tmp_path / "calls")


def test_a_table_and_json(no_match: Command) -> None:
    table = no_match()
    assert "voicemail messages" in table.stdout
    assert "turns: 5; single turns: 1" in table.stdout
    assert "letters alone: configured" in table.stderr
    rows = no_match("--json").stdout
    row = json.loads(rows)
    assert (row["cluster"], row["calls"], row["turns"], row["languages"]) == (1, 4, 4, {"en": 4})
    assert {"call": "c2", "turn": 1} in row["where"]
    shown = no_match("--cluster", "1").stdout
    assert "c0 turn 1 (en): listen to my voicemail messages" in shown
    assert "from <number>" in shown
    assert "770001234" not in table.output + rows + shown
    assert "single turns: 5" in no_match("--min", "5").stdout
    assert "turns: 0" in no_match("-l", "fr").stdout


def test_a_cluster_becomes_samples_once(no_match: Command, prompts: Path) -> None:
    file = prompts / "en" / "samples.toml"
    before = file.read_text(encoding="utf-8")
    into = ("--cluster", "1", "--to", "none")
    assert f'none + "{VOICEMAIL[0]}"' in no_match(*into, "--dry-run").stdout
    assert file.read_text(encoding="utf-8") == before
    told = no_match(*into).stdout
    assert "1 of 4 wordings left out" in told
    assert "waxtaan check" in told
    after = file.read_text(encoding="utf-8")
    added = set(after.splitlines()) - set(before.splitlines())
    assert added == {f'    "{text}",' for text in VOICEMAIL[:3]}
    wanted = tomllib.loads(before)
    found = tomllib.loads(after)
    assert sorted(found.pop("none")) == sorted([*wanted.pop("none"), *VOICEMAIL[:3]])
    assert found == wanted
    assert "nothing to add" in no_match(*into).stdout
    assert file.read_text(encoding="utf-8") == after


def test_a_cluster_becomes_the_draft_of_a_page(no_match: Command, prompts: Path) -> None:
    into = ("--cluster", "1", "--to", "page:voicemail")
    no_match(*into)
    draft = (prompts / "en" / "knowledge" / "voicemail.md.draft").read_text(encoding="utf-8")
    assert f"- {VOICEMAIL[1]}\n" in draft
    assert "number" not in draft
    assert "is there already" in str(no_match(*into, code=1).exception)


def test_what_is_refused(no_match: Command, prompts: Path) -> None:
    into = ("--cluster", "1", "--to")
    assert "--to pizza: no wish" in no_match(*into, "pizza", code=2).stderr
    assert "no cluster 2" in no_match("--cluster", "2", code=2).stderr
    assert "name a cluster" in no_match("--to", "none", code=2).stderr
    assert "no such file" in no_match("nowhere", code=2).stderr
    file = prompts / "en" / "samples.toml"
    text = file.read_text(encoding="utf-8").replace("none = [", '"none" = [', 1)
    file.write_text(text, encoding="utf-8")
    refused = str(no_match(*into, "none", code=1).exception)
    assert "samples.toml: none: adding to it would change something else" in refused
    assert file.read_text(encoding="utf-8") == text
