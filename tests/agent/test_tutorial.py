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
    for folder in ("agent", "pipelines", "prompts"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tree / folder, ignore=ignored)
    for step in STEP.finditer(TUTORIAL):
        do(step, tree)
    return tree


def do(step: re.Match[str], tree: Path) -> None:
    code = step["code"]
    if step["new"]:
        path = tree / step["file"]
        assert not path.exists(), f"{step['file']} is there already"
        path.write_text(code, encoding="utf-8")
    elif step["end"]:
        with (tree / step["longer"]).open("a", encoding="utf-8") as file:
            file.write(code)
    else:
        path, line = tree / step["changed"], step["line"] + "\n"
        text = path.read_text(encoding="utf-8")
        assert f"\n{line}" in text, f"{step['changed']} has no line {step['line']!r}"
        there = line + code if step["where"] == "after" else code + line
        path.write_text(text.replace(f"\n{line}", f"\n{there}", 1), encoding="utf-8")


def waxtaan(tree: Path, *arguments: str, typed: str = "", code: int = 0) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "pipelines", *arguments],
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
