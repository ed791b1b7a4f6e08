"""Versions with one thing changed, and golden calls replayed by them."""

import shutil
from collections.abc import Callable
from pathlib import Path

from pipelines.packs.reader import PROMPTS
from pipelines.quality.calls import Call, read_calls
from pipelines.quality.compare import Report, compare
from pipelines.replay.run import Outcome, Script, replay_texts
from pipelines.settings import Settings
from pipelines.store.recorded import find_recorded

CALLS = Path(__file__).parents[2] / "calls"
AS_IT_IS = PROMPTS


def prompts(folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of the packs in which `old` has become `new` once."""
    copy = folder / "prompts"
    shutil.copytree(PROMPTS, copy)
    text = (copy / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{text.count(old)} times in {file}: {old}"
    (copy / file).write_text(text.replace(old, new), encoding="utf-8")
    return copy


def settings(packs: Path, **changed: object) -> Settings:
    """Without anything that has to be learnt first."""
    plain = {"intents": "none", "embeddings": "none", "prompts": packs}
    return Settings.model_validate(plain | changed)


def replayed(out: Path, packs: Path = AS_IT_IS, *, scripted: bool = False) -> list[Outcome]:
    """The golden calls, by their words."""
    script: Script = "rule" if scripted else ""
    return list(replay_texts(find_recorded([CALLS]), out, settings(packs), script, processes=1))


def read(folder: Path) -> list[Call]:
    return read_calls(find_recorded([folder]), AS_IT_IS, processes=1)


def against(
    folder: Path, packs: Path, change: Callable[[list[Call]], list[Call]] = lambda calls: calls
) -> Report:
    """The version with `packs` against the one as it is."""
    replayed(folder / "then")
    replayed(folder / "now", packs)
    return compare(read(folder / "then"), change(read(folder / "now")))


def told(report: Report) -> set[tuple[str, str]]:
    """Kind and name of all that changed."""
    return {(group.kind, group.name) for group in report.groups}
