"""The tutorial as it is written: its steps done in a copy of the tree, its conversation held."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import PATIENCE

ROOT = Path(__file__).parents[2]
TUTORIAL = (ROOT / "agent" / "TUTORIAL.md").read_text(encoding="utf-8")
STEP = re.compile(
    r"^(?:(?P<new>A new file), `(?P<file>[^`]+)`|"
    r"(?P<end>At the end of) `(?P<longer>[^`]+)`|"
    r"In `(?P<changed>[^`]+)`, (?P<where>after|before) `(?P<line>[^`]+)`):\n"
    r"```\w+\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which the tutorial's steps are done."""
    tree = tmp_path_factory.mktemp("tree")
    for folder in ("agent", "pipelines", "prompts", "tests"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tree / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tree)
    for step in STEP.finditer(TUTORIAL):
        do(step, tree)
    return tree


def do(step: re.Match[str], tree: Path) -> None:
    """What is done already, where somebody followed it in place, stays as it is."""
    code = step["code"]
    path = tree / (step["file"] or step["longer"] or step["changed"])
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if code in text:
        return
    if step["new"]:
        path.write_text(code, encoding="utf-8")
    elif step["end"]:
        path.write_text(text + code, encoding="utf-8")
    else:
        line = step["line"] + "\n"
        assert f"\n{line}" in text, f"{step['changed']} has no line {step['line']!r}"
        there = line + code if step["where"] == "after" else code + line
        path.write_text(text.replace(f"\n{line}", f"\n{there}", 1), encoding="utf-8")


def waxtaan(tree: Path, *arguments: str, typed: str = "", code: int = 0) -> str:
    return run(tree, "pipelines", *arguments, typed=typed, code=code)


def run(tree: Path, module: str, *arguments: str, typed: str = "", code: int = 0) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "WAXTAAN_CACHE": str(tree / "cache")},
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran.stdout


def conversation() -> Iterator[tuple[bool, str]]:
    """The last block's lines: whether the caller types it, and what."""
    (text,) = (code for kind, code in BLOCK.findall(TUTORIAL) if kind == "text")
    for line in text.splitlines():
        yield line.startswith("> "), line.removeprefix("> ")


def test_every_block_of_code_is_a_step() -> None:
    blocks = [code for kind, code in BLOCK.findall(TUTORIAL) if kind != "text"]
    assert [step["code"] for step in STEP.finditer(TUTORIAL)] == blocks


def test_the_conversation_is_as_written(tree: Path) -> None:
    typed = "".join(f"{line}\n" for by_caller, line in conversation() if by_caller)
    told = waxtaan(tree, "chat", typed=typed)
    at = 0
    for by_caller, line in conversation():
        if not by_caller:
            assert line in told[at:], f"{line!r} is not said, or not then:\n{told}"
            at = told.index(line, at)
    assert "handed to retention: " in told


def test_it_is_drawn_and_listed(tree: Path) -> None:
    drawn = waxtaan(tree, "flows", "loyalty", "--dot")
    assert "You have ‹points› points." in drawn
    assert "not found" in drawn
    assert "moves_house" in waxtaan(tree, "rules")


def test_what_it_says_must_be_understood_is(tree: Path) -> None:
    for sentence, intent in (
        ("tell me my loyalty points please", "loyalty"),
        ("we are moving house next week", "moving"),
    ):
        assert f"intent: {intent}" in waxtaan(tree, "understand", sentence)


def test_it_may_be_followed_twice(tree: Path) -> None:
    changed = {
        step["file"] or step["longer"] or step["changed"] for step in STEP.finditer(TUTORIAL)
    }
    before = {name: (tree / name).read_text(encoding="utf-8") for name in changed}
    for step in STEP.finditer(TUTORIAL):
        do(step, tree)
    assert before == {name: (tree / name).read_text(encoding="utf-8") for name in changed}


def test_its_code_passes_the_checks_of_types(tree: Path) -> None:
    checked = ("agent/flows", "agent/people/escalation.py", "pipelines/backoffice/questions.py")
    run(tree, "mypy", "--strict", *checked)


def test_its_code_passes_the_linter_once_formatted(tree: Path) -> None:
    changed = {
        step["file"] or step["longer"] or step["changed"] for step in STEP.finditer(TUTORIAL)
    }
    code = sorted(name for name in changed if name.endswith(".py"))
    run(tree, "ruff", "check", "--fix", *code)
    run(tree, "ruff", "format", "--check", *code)


def test_nothing_is_lacking_once_it_is_kept(tree: Path) -> None:
    assert "2 languages, 0 problems" in waxtaan(tree, "check")
    calls = tree / "tests" / "calls"
    told = waxtaan(tree, "replay", str(calls), code=1)
    assert "Listen.intents: + loyalty, moving" in told
    assert not [line for line in told.splitlines() if "{" in line]
    assert "now accepted" in waxtaan(tree, "replay", str(calls), "--accept")
    kept = (
        "tests/agent/test_escalation.py::test_every_reason_can_be_told_to_a_person",
        "tests/agent/test_escalation.py::test_every_signal_is_taught_in_every_language",
        "tests/agent/test_use_cases.py::test_every_use_case_has_its_key_and_its_name_in_the_menu",
        "tests/agent/test_replay.py::test_golden_calls_replay_without_difference",
        "tests/prompts/test_packs.py",
    )
    ours = (
        "loyalty or moving or Wordings or not packs"  # those of the other intents are tried anyway
    )
    run(tree, "pytest", "-p", "no:cacheprovider", *kept, "-k", ours)
