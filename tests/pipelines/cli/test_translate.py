"""`waxtaan translate` as it is typed, against a stand-in for the language model's server."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.__main__ import app
from pipelines.packs import sources
from pipelines.packs.reader import PROMPTS
from pipelines.packs.toml_files import read_toml
from tests.pipelines.engines.llm.standin import Says
from tests.pipelines.translating.translator import Translator


@pytest.fixture
def prompts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """English and French alone, in a folder without settings of somebody's."""
    monkeypatch.chdir(tmp_path)
    for name in ("en", "fr", "llm"):
        shutil.copytree(PROMPTS / name, tmp_path / "prompts" / name)
    shutil.copy(PROMPTS / "escalation.toml", tmp_path / "prompts")
    monkeypatch.setenv("WAXTAAN_PROMPTS", str(tmp_path / "prompts"))
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path / "prompts"


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Translator]:
    async with Translator() as opened:
        monkeypatch.setenv("WAXTAAN_LLM", "vllm")
        monkeypatch.setenv("WAXTAAN_LLM_URLS", opened.url)
        yield opened


def typed(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["translate", *arguments])


async def translate(*arguments: str) -> Result:
    """Beside the server, which answers meanwhile."""
    return await asyncio.to_thread(typed, *arguments)


async def test_from_nothing_to_a_passing_check(prompts: Path, server: Translator) -> None:
    server.says(Says("no JSON"), Says(status=500))
    done = await translate("--to", "qaa", "--name", "Qaaish")
    assert done.exit_code == 0, done.output
    about = read_toml(prompts / "qaa" / "language.toml")
    assert about["draft"] is True
    assert about["name"] == "Qaaish"
    assert about["review"].startswith("machine-drafted 2")
    assert about["review"].endswith(" by toy, awaiting review by a speaker")
    assert "lines drafted by toy" in done.stdout
    assert ", 0 refused." in done.stdout
    assert "left to a speaker: language.toml [digits]" in done.stdout
    assert "missing of numbers: [digits] 0" in done.stdout
    assert "1 languages, 0 problems" in done.stdout
    assert "Next: " in done.stdout.splitlines()[-1]
    body = server.bodies[0]
    assert body["response_format"]["json_schema"]["schema"]["additionalProperties"] is False
    assert "Qaaish" in body["messages"][0]["content"]
    asked = len(server.bodies)
    again = await translate("--to", "qaa")
    assert again.exit_code == 0
    assert "Nothing to draft" in again.stdout
    assert len(server.bodies) == asked


async def test_dry_run_asks_and_writes_nothing(prompts: Path, server: Translator) -> None:
    done = await translate("--to", "ka", "--dry-run")
    assert done.exit_code == 0
    assert " requests for " in done.stdout
    assert "Nothing was asked or written." in done.stdout
    some = await translate("--to", "ka", "--dry-run", "--only", "turn_taking,search")
    assert int(some.stdout.split()[0]) < int(done.stdout.split()[0]) / 5
    assert server.bodies == []
    assert not (prompts / "ka").exists()


async def test_only_some_files(prompts: Path, server: Translator) -> None:
    done = await translate("--to", "ka", "--only", "llm")
    assert "refused: llm.toml [examples]" in done.stdout  # Latin letters, twice
    assert {part["name"].split()[0] for part in server.parts} == {"[examples]"}
    assert "# not drafted: " in (prompts / "ka" / "llm.toml").read_text(encoding="utf-8")
    assert read_toml(prompts / "ka" / "language.toml")["name"] == "ქართული"
    assert [part.get("refused", {}) != {} for part in server.parts].count(True) == 5


async def test_a_server_that_hangs_is_left_and_what_stands_is_told(
    prompts: Path, server: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAXTAAN_LLM_DRAFT_PATIENCE", "0.01")
    server.says(*(Says("x", wrong="stall") for _ in range(4)))
    done = await translate("--to", "qaa", "--name", "Qaaish", "--only", "llm")
    assert done.exit_code == 3
    assert f"waxtaan: {server.url}: the whole answer took more than 0.01 s" in done.stderr
    assert f"stands in {prompts / 'qaa'}; the same command goes on from there" in done.stderr
    assert read_toml(prompts / "qaa" / "llm.toml") == {}


async def test_a_server_that_fails_twice_ends_it(prompts: Path, server: Translator) -> None:
    server.says(Says(status=500), Says(status=500))
    done = await translate("--to", "qaa", "--name", "Qaaish", "--only", "llm,callers")
    assert done.exit_code == 3
    assert f"{server.url}: answered with HTTP 500" in done.stderr
    assert len(server.bodies) == 2
    done = await translate("--to", "qaa", "--only", "llm,callers")
    assert done.exit_code == 0, done.output


async def test_a_server_with_too_little_room_says_how_much(
    prompts: Path, server: Translator
) -> None:
    server.says(Says(status=400), Says(status=400), Says(status=400))
    done = await translate("--to", "qaa", "--name", "Qaaish", "--only", "llm")
    assert done.exit_code == 3
    assert f"{server.url}: refused the request as wrong (HTTP 400)" in done.stderr
    assert "serve the model with room for both" in done.stderr


def test_no_server(prompts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = typed("--to", "ka")
    assert (done.exit_code, "set WAXTAAN_LLM=vllm" in done.stderr) == (3, True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    monkeypatch.setenv("WAXTAAN_LLM", "vllm")
    monkeypatch.setenv("WAXTAAN_LLM_URLS", url)
    done = typed("--to", "ka")
    assert done.exit_code == 3
    assert f"{url}: no connection" in done.stderr
    assert "Start it, or set WAXTAAN_LLM_URLS to where it runs" in done.stderr
    assert not (prompts / "ka").exists()


async def test_stale_and_record(prompts: Path, server: Translator) -> None:
    path = prompts / "en" / "phrases.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Thank you for calling. Goodbye.", "So long."), encoding="utf-8")
    await translate("--to", "qaa", "--name", "Qaaish", "--only", "callers")
    assert "nothing of it is stale" in (await translate("--to", "qaa", "--stale")).stdout
    path.write_text(text, encoding="utf-8")
    french = await translate("--to", "fr", "--stale", "--dry-run")
    assert "0 requests" in french.stdout
    path.write_text(text.replace("Thank you for calling. Goodbye.", "So long."), encoding="utf-8")
    french = await translate("--to", "fr", "--stale", "--dry-run")
    assert french.stdout.startswith("1 requests for 1 parts of 1 entries")
    recorded = typed("--to", "all", "--record")
    assert "fr: " in recorded.stdout
    assert sources.stale_of(prompts, "fr") == ()
    (prompts / "fr" / sources.FILE).unlink()
    assert "--record' begins one" in typed("--to", "fr", "--stale").stderr


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--to", "Georgian!"), "no lower-case BCP 47 code"),
        (("--to", "en"), "'en' is what is translated from"),
        (("--to", "ka", "--from", "xx"), "--from xx: no such language"),
        (("--to", "ka", "--only", "phrases,poems"), "--only poems: there are phrases, intents"),
        (("--to", "qaa"), "CLDR does not know 'qaa': say what the language calls itself, --name"),
        (("--to", "all"), "--to all goes with --record only"),
        (("--to", "ka", "--record"), "no language 'ka'"),
    ],
)
def test_wrong_usage(prompts: Path, arguments: tuple[str, ...], why: str) -> None:
    done = typed(*arguments)
    assert done.exit_code == 2
    assert why in done.stderr


def test_check_warns_of_what_is_stale(prompts: Path) -> None:
    path = prompts / "en" / "phrases.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Thank you for calling. Goodbye.", "So long."), encoding="utf-8")
    done = CliRunner().invoke(app, ["check", "-l", "fr"])
    assert done.exit_code == 0
    assert "warning: translated from what has changed since: phrases goodbye." in done.stdout
    assert "waxtaan translate --to fr --stale" in done.stdout
