"""How often a number called of late is counted in the recordings, and nowhere else."""

import shutil
import time
from pathlib import Path

import pytest

from agent.events import CallStarted
from agent.policy import Policy, RuleSetting
from pipelines.audio import AGENT_RATE
from pipelines.store.recent_calls import RecentCalls, calls_before, counted
from pipelines.store.recording import Recording

AWA, MOUSSA = "+221770001234", "+221770002345"
DAY = 86_400


def call(calls: Path, number: str | None, days_ago: float = 0.0) -> Path:
    """A recorded call of that number."""
    recording = Recording(calls, AGENT_RATE, channel="telephone")
    recording.event(CallStarted(0.0, "telephone", number, "en"))
    recording.close()
    at = time.strftime("%Y%m%d-%H%M%S", time.localtime(time.time() - days_ago * DAY))
    return recording.folder.rename(calls / f"{at}{recording.id[15:]}")


def test_calls_of_the_last_days_are_counted(tmp_path: Path) -> None:
    call(tmp_path, AWA, 1)
    call(tmp_path, AWA, 6.9)
    call(tmp_path, AWA, 7.1)
    call(tmp_path, MOUSSA)
    call(tmp_path, None)
    recent = RecentCalls(tmp_path, 7)
    assert recent.count(AWA, "") == 2
    assert recent.count("770001234", "") == 2  # without the country's code
    assert recent.count("778889999", "") == 0


def test_the_call_itself_is_not_one_before(tmp_path: Path) -> None:
    call(tmp_path, AWA)
    this = call(tmp_path, AWA)
    assert RecentCalls(tmp_path, 7).count(AWA, this.name) == 1


def test_later_calls_are_seen_and_deleted_ones_are_not(tmp_path: Path) -> None:
    recent = RecentCalls(tmp_path, 7)
    first = call(tmp_path, AWA)
    assert recent.count(AWA, "") == 1
    call(tmp_path, AWA)
    assert recent.count(AWA, "") == 2
    shutil.rmtree(first)
    assert recent.count(AWA, "") == 1


def test_what_is_no_recording_is_no_call(tmp_path: Path) -> None:
    (tmp_path / "99991231-000000-notes").mkdir()
    broken = call(tmp_path, AWA)
    (broken / "log.jsonl").write_text("{nonsense}\n")
    empty = call(tmp_path, AWA)
    (empty / "log.jsonl").write_text("")
    recent = RecentCalls(tmp_path, 7)
    assert recent.count(AWA, "") == 0
    assert RecentCalls(tmp_path / "nowhere", 7).count(AWA, "") == 0


def test_no_number_is_kept_in_the_clear(tmp_path: Path) -> None:
    call(tmp_path, AWA)
    recent = RecentCalls(tmp_path, 7)
    recent.count(AWA, "")
    assert "770001234" not in repr(vars(recent))
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("2")] == list(recent._callers)


@pytest.mark.parametrize("rules", [{}, {"calls_again": RuleSetting(3, "general", days=7)}])
async def test_nothing_is_read_where_nothing_asks(
    tmp_path: Path, rules: dict[str, RuleSetting]
) -> None:
    call(tmp_path, AWA)
    policy = Policy(rules=rules)
    recent = counted(tmp_path, policy)
    assert await calls_before(recent, AWA, "") == len(rules)
    assert await calls_before(recent, None, "") == 0
    assert await calls_before(None, AWA, "") == 0
