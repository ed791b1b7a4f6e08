"""The command line as it is typed: what is printed, and with which exit code."""

import json
import re
import shutil
import socket
from pathlib import Path

import pytest

from pipelines.packs.reader import PROMPTS
from tests.pipelines.cli.shell import Shell


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("", "Exit codes"),
        ("serve", "--port"),
        ("call", "--sample"),
        ("chat", "--back-office"),
        ("flows", "--dot"),
        ("stats", "--json"),
        ("replay", "log.jsonl"),
        ("check", "--start"),
        ("bench", "--json"),
        ("transcribe", "--expect"),
        ("say", "--output"),
        ("understand", "--question"),
    ],
)
def test_help(command: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    from typer.testing import CliRunner

    from pipelines.__main__ import app

    result = CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert told in result.output


def test_understand(waxtaan: Shell) -> None:
    (line,) = waxtaan(
        "understand", "i want to check my balance please", "--json"
    ).stdout.splitlines()
    row = json.loads(line)
    assert (row["intent"], row["rung"]) == ("balance", "classifier")
    assert row["commands"] == ["StartFlow(balance, True)"]
    no = waxtaan("understand", "hello", "-l", "xx", code=2)
    assert re.search(r"waxtaan: no language 'xx' in .*; there are en, .*fr.*\n", no.stderr)


def test_understand_a_file(waxtaan: Shell) -> None:
    turns = waxtaan.folder / "turns.tsv"
    turns.write_text(
        "language\ttext\texpected\nen\tmy balance please\tbalance\nfr\tbla bla\tnone\n",
        encoding="utf-8",
    )
    ran = waxtaan("understand", "--file", "turns.tsv", "--json", "--why")
    first, second = map(json.loads, ran.stdout.splitlines())
    assert (first["expected"], first["intent"], first["asked_back"]) == (
        "balance",
        "balance",
        False,
    )
    assert first["nearest"] in ("my balance", "balance")
    assert (second["language"], second["intent"]) == ("fr", "")
    assert "understood as" in ran.stderr
    assert "judged by nearest sample" in ran.stderr
    turns.write_text("sentence\nmy balance\n", encoding="utf-8")
    assert "separated by tabs" in waxtaan("understand", "--file", "turns.tsv", code=2).stderr
    assert "no such file" in waxtaan("understand", "--file", "no.tsv", code=2).stderr.lower()
    assert "name a file" in waxtaan("understand", code=2).stderr
    turns.write_bytes(b"RIFF\xff\xfe")
    assert "no text in UTF-8" in waxtaan("understand", "--file", "turns.tsv", code=2).stderr


def test_understand_answers(waxtaan: Shell) -> None:
    (waxtaan.folder / "turns.tsv").write_text(
        "text\texpected\tquestion\nsure\tyes\tsolved\nof course not\tno\tmore\n"
        "not mine\tno\tconfirm:line:770001234\nhm hard to say\tunclear\tagreed\n",
        encoding="utf-8",
    )
    ran = waxtaan("understand", "--file", "turns.tsv", "--json")
    said = [json.loads(line)["intent"] for line in ran.stdout.splitlines()]
    assert said == ["affirm", "deny", "deny", ""]
    assert "unclear" not in ran.stderr
    no = waxtaan("understand", "yes", "--question", "blok", code=2)
    assert "no question 'blok'; there are open, more" in no.stderr
    row = json.loads(
        waxtaan(
            *("understand", "mine is in the car", "--question", "other_phone", "--json", "--why"),
            intents="auto",
        ).stdout
    )
    assert set(row["reply"]) == {"yes", "no", "open"}


def test_understand_by_letters(waxtaan: Shell) -> None:
    ran = waxtaan("understand", "wats left on me ballance", "--json", "--why", intents="auto")
    assert "judged by letters" in ran.stderr
    row = json.loads(ran.stdout)
    assert (row["intent"], *row["likely"])[:2] == ("balance", "balance")


def test_rules(waxtaan: Shell) -> None:
    rows = [json.loads(line) for line in waxtaan("rules", "--json").stdout.splitlines()]
    assert rows[0]["rule"] == "emergency"
    fraud = next(row for row in rows if row["rule"] == "fraud_suspected")
    assert (fraud["after"], fraud["queue"]) == (1, "fraud")
    assert len(fraud["examples"]) == 3
    assert all(row["examples"] for row in rows)
    assert sorted(rows, key=lambda row: row["priority"]) == rows
    off = {row["rule"] for row in rows if not row["after"]}
    assert off == {"policy_says_so", "valued_customer", "amount_above_limit", "calls_again"}
    assert "fraud_suspected" in waxtaan("rules", "-l", "fr").stdout
    assert waxtaan("rules", "-l", "xx", code=2).stderr.startswith("waxtaan: no language 'xx'")


def test_say_and_transcribe(waxtaan: Shell) -> None:
    said = waxtaan("say", "what is my balance", "-o", "said.wav", "--json")
    assert json.loads(said.stdout)["seconds"] > 0.5
    heard = waxtaan("transcribe", "said.wav", "--json")
    row = json.loads(heard.stdout)
    assert row["file"] == "said.wav"
    assert isinstance(row["text"], str)
    assert 0 <= row["confidence"] <= 1
    missing = waxtaan("transcribe", "nowhere.wav", code=3)
    assert "nowhere.wav: cannot be read as sound" in missing.stderr


@pytest.mark.parametrize(("language", "text"), [("wo", "Bëgg naa xam sama solde"), ("ff", "Jam")])
def test_what_has_no_pack_is_said_by_rule(waxtaan: Shell, language: str, text: str) -> None:
    said = waxtaan("say", text, "--language", language, "-o", "said.wav", "--json")
    row = json.loads(said.stdout)
    assert row["voice"] == "espeak"
    assert 0.03 < row["seconds"] / len(text) < 0.3
    no = waxtaan("say", text, "-l", "xx", "-o", "said.wav", code=2)
    assert no.stderr == "waxtaan: no voice for 'xx'; there are en, ff, fr, wo\n"


def test_replay(waxtaan: Shell) -> None:
    call = waxtaan.folder / "call"
    call.mkdir()
    log = call / "log.jsonl"
    recorded = _recorded_call()
    log.write_text(recorded, encoding="utf-8")
    assert "1 calls, 0 with differences" in waxtaan("replay", ".").stdout
    log.write_text(recorded.replace("automated assistant", "automatic assistant"))
    changed = waxtaan("replay", str(log), code=1).stdout
    assert "1 calls, 1 with differences" in changed
    assert "automatic assistant" in changed
    assert "1 with differences, now accepted" in waxtaan("replay", str(log), "--accept").stdout
    assert log.read_text(encoding="utf-8") == recorded
    log.write_text(recorded + "nonsense\n")
    (call / "whole.jsonl").write_text(recorded, encoding="utf-8")
    broken = waxtaan("replay", "call", code=1)
    assert "call/log.jsonl: left out: line" in broken.stderr
    assert "1 calls, 0 with differences, 1 left out" in broken.stdout
    assert "nowhere: no such file" in waxtaan("replay", "nowhere", code=2).stderr


def _recorded_call() -> str:
    from agent.dialogue import Dialogue
    from agent.events import CallStarted
    from agent.log import header, line
    from pipelines.packs.reader import load

    config = load()
    start = CallStarted(0.0, "test", None, "en")
    actions = Dialogue(config.languages, config.flows, config.policy).receive(start)
    return "\n".join([header(id="test"), line(start), *map(line, actions)]) + "\n"


def test_check(waxtaan: Shell) -> None:
    out = waxtaan("check").stdout
    assert "languages, 0 problems" in out
    assert "pocketsphinx" in out
    for code in ("ff", "wo"):
        assert f"{code}: made by rule from the spelling, awaiting review" in out
        assert f"{code} has no pack yet: only 'waxtaan say' speaks it" in out


def test_what_pages_are_found_by_is_told(waxtaan: Shell) -> None:
    told = " ".join(waxtaan("check").stdout.split())
    assert "Pages are found by words alone:" in told
    assert "'waxtaan models get e5-small'" in told
    asked = ("knowledge", "ask", "what does a paper bill cost")
    (first, *_) = json.loads(waxtaan(*asked, "--json").stdout)["passages"]
    assert first["source"] == "en/bills.md#when-the-bill-comes"
    assert first["probability"] is None
    assert "Found by words alone: " in waxtaan(*asked).stdout


def test_check_says_that_a_language_models_server_is_down(waxtaan: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    for command in (("check",), ("check", "llm")):
        out = waxtaan(*command, code=1, llm="vllm", llm_urls=url, llm_licence="Apache-2.0").stdout
        assert f"language model: {url}: no connection" in out
        assert "Apache-2.0" in out
        assert "not stated" in out
    assert "set WAXTAAN_LLM=vllm" in waxtaan("check", "llm", code=1).stdout
    waxtaan("check", "nonsense", code=2)


def test_starting_a_language(waxtaan: Shell) -> None:
    prompts = waxtaan.folder / "prompts"
    shutil.copytree(PROMPTS, prompts)
    started = waxtaan("check", "--start", "sw", prompts=str(prompts)).stdout
    assert "Translate line by line" in started
    missing = waxtaan("languages", "sw", prompts=str(prompts)).stdout
    assert "untranslated skeleton" in missing
    assert re.search(r"wording +│ 0 of \d+", missing)
    named = waxtaan("languages", "wolof", prompts=str(prompts), code=2).stderr
    assert "no language 'wolof' (is it 'wo'?)" in named
    rows = json.loads(waxtaan("languages", "--json", prompts=str(prompts)).stdout)
    (own,) = [row for row in rows if row["code"] == "sw"]
    assert (own["served"], own["draft"], own["falls_back"]) == (False, True, ["en"])
    assert own["complete"] < 0.02
    page = waxtaan.folder / "languages.html"
    waxtaan("languages", "--html", str(page), prompts=str(prompts))
    assert '<th scope="row">wo Wolof</th><td>draft</td>' in page.read_text(encoding="utf-8")
    line = '"goodbye" = ["Asante kwa kupiga simu. Kwaheri."]'
    wording = (prompts / "sw" / "phrases.toml").read_text(encoding="utf-8")
    assert '# "goodbye" = ["Thank you for calling. Goodbye."]' in wording
    (prompts / "sw" / "phrases.toml").write_text(f"{wording}{line}\n", encoding="utf-8")
    wrong = waxtaan("check", "-l", "sw", prompts=str(prompts)).stdout
    assert "goodbye.silence" in wrong
    assert " goodbye," not in wrong
    assert "there are en" in waxtaan("check", "-l", "xx", prompts=str(prompts), code=2).stderr
    row = waxtaan("understand", "my balance", "-l", "sw", "--json", prompts=str(prompts)).stdout
    assert json.loads(row)["intent"] == "balance"
    draft = waxtaan("call", "-l", "sw", prompts=str(prompts), code=2).stderr
    assert "It is a draft: WAXTAAN_LANGUAGES=en,fr,sw takes it" in draft
    again = waxtaan("check", "--start", "sw", prompts=str(prompts), code=2)
    assert "exists already" in again.stderr
    odd = waxtaan("check", "--start", "Swahili!", prompts=str(prompts), code=2)
    assert "no lower-case BCP 47 code" in odd.stderr


def test_a_port_that_is_taken(waxtaan: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = waxtaan("serve", "--port", str(port), code=3)
    assert f"cannot listen on 127.0.0.1:{port}" in ran.stderr
    assert "--port" in ran.stderr


def test_a_wrong_setting(waxtaan: Shell) -> None:
    ran = waxtaan("serve", code=2, port="many")
    assert "setting 'port'" in ran.stderr
    (waxtaan.folder / "waxtaan.toml").write_text("port: 1\n")
    ran = waxtaan("understand", "hello", code=2)
    assert "waxtaan.toml" in ran.stderr
    assert "line 1" in ran.stderr


def test_calling_nobody(waxtaan: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    ran = waxtaan("call", "--say", "yes", "--url", f"ws://127.0.0.1:{port}/call", code=3)
    assert "nobody answers at" in ran.stderr
    assert "waxtaan serve" in ran.stderr
    ran = waxtaan("call", "--sample", "nobody", "--url", "ws://127.0.0.1:1/call", code=2)
    assert "no sample caller 'nobody'" in ran.stderr


def test_what_is_printed_is_no_markup(waxtaan: Shell) -> None:
    prompts = waxtaan.folder / "prompts"
    shutil.copytree(PROMPTS, prompts)
    with (prompts / "en" / "intents.toml").open("a", encoding="utf-8") as file:
        file.write('\n[red]\nkind = "signal"\nsay = ["the [bold]red[/bold] one"]\n')
    told = waxtaan("check", prompts=str(prompts)).stdout
    assert "fr falls back for: [red]" in told
    root = Path(__file__).parents[3] / "pipelines"
    consoles = [
        f"{path.name}: {line.strip()}"
        for room in ("cli", "bench")
        for path in (root / room).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "Console(" in line and "markup=False" not in line
    ]
    assert consoles == []


def test_check_names_the_wordings_that_a_rule_lacks(waxtaan: Shell) -> None:
    prompts = waxtaan.folder / "prompts"
    shutil.copytree(PROMPTS, prompts)
    for code in ("en", "fr"):  # French falls back to English
        phrases = prompts / code / "phrases.toml"
        text = phrases.read_text(encoding="utf-8")
        text = text.replace('"reason.angry"', '"reason.mad"').replace(
            '"queue.care"', '"queue.cure"'
        )
        phrases.write_text(text, encoding="utf-8")
    told = " ".join(waxtaan("check", prompts=str(prompts), code=1).stdout.split())
    where = "in prompts/fr/phrases.toml"
    assert f"[rules.angry]: no wording 'reason.angry' {where}, so people are not told why" in told
    assert f"queue 'care' has no wording 'queue.care' {where}" in told
