"""The deciding part is pure: it imports itself, pure libraries named here and standard modules."""

import ast
from pathlib import Path

import pytest

AGENT = Path(__file__).parents[2] / "agent"
PURE = {
    "collections", "dataclasses", "datetime", "decimal", "enum", "functools", "itertools",
    "json", "math", "re", "string", "typing", "unicodedata", "agent",
    "pydantic", "phonenumbers", "email_validator",  # what each is for is in pyproject.toml
}  # fmt: skip


def imported(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("path", sorted(AGENT.rglob("*.py")), ids=lambda p: p.name)
def test_agent_imports_nothing_that_acts(path: Path) -> None:
    assert imported(path.read_text(encoding="utf-8")) <= PURE


@pytest.mark.parametrize("path", sorted(AGENT.rglob("*.py")), ids=lambda p: p.name)
def test_dates_are_reckoned_with_and_never_read_off_a_clock(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not used & {"today", "utcnow", "fromtimestamp", "utcfromtimestamp", "astimezone"}
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not any(isinstance(f, ast.Attribute) and f.attr == "now" for f in calls)


def test_only_the_dialogue_processor_knows_frames_and_events() -> None:
    pipelines = AGENT.parent / "pipelines"
    both = {
        path.name
        for path in pipelines.rglob("*.py")
        if "pipecat.frames" in (text := path.read_text(encoding="utf-8")) and "agent.events" in text
    }
    assert both == {"dialogue_processor.py", "frame_events.py"}


def test_engines_do_not_import_one_another() -> None:
    pipelines = AGENT.parent / "pipelines" / "engines"
    for engine in ("asr/pocketsphinx.py", "asr/pocketsphinx_worker.py"):
        assert "pipelines.engines.tts" not in (pipelines / engine).read_text(encoding="utf-8")
    for engine in ("tts/espeak.py", "tts/espeak_worker.py"):
        assert "pipelines.engines.asr.pocketsphinx" not in (pipelines / engine).read_text(
            encoding="utf-8"
        )
