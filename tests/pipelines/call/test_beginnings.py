"""A call that cannot begin leaves nothing open, and bad messages count while they are recent."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.call.call import Call
from pipelines.call.caller import Caller
from pipelines.call.rate_limit import RateLimit
from pipelines.lines.active_calls import ActiveCalls
from tests.pipelines.conftest import Open


class Unopened:
    """A line that breaks before its call begins."""

    echoes = True
    channel, band, agent_rate, rtvi, stalled, lag = (
        "telephone",
        "telephone",
        16_000,
        False,
        False,
        0,
    )
    transfers = None

    def open(self, *_: Any) -> Any:
        raise OSError("the line is broken")

    async def close(self, code: int, reason: str) -> None: ...


def left_open(calls: Path) -> list[Path]:
    return list((calls / ".open").glob("*"))


async def test_a_call_that_cannot_begin_closes_its_recording_and_its_ears(
    open_assistant: Open,
) -> None:
    server = await open_assistant()
    line: Any = Unopened()
    call = Call(server.assistant, line, Caller(None, "en"))
    calls = server.assistant.settings.calls
    assert left_open(calls) == [calls / ".open" / call.id]
    with pytest.raises(OSError, match="broken"):
        await call.run()
    assert left_open(calls) == []
    assert server.scripted.open_streams == 0
    log = (calls / call.id / "log.jsonl").read_text()
    assert log.endswith("\n")


async def test_a_call_that_nothing_can_be_written_of_costs_no_room(open_assistant: Open) -> None:
    server = await open_assistant()
    server.assistant.settings.calls.parent.mkdir(exist_ok=True)
    server.assistant.settings.calls.write_text("a file where a folder has to be")
    line: Any = Unopened()
    with pytest.raises(OSError, match="calls"):
        server.active_calls.take(line, Caller(None, "en"))
    assert server.assistant.calls == 0
    assert ActiveCalls(server.assistant).has_room()


@pytest.mark.parametrize(
    ("times", "too_often"),
    [
        ([0, 1, 2], True),
        ([0, 30, 60], True),
        ([0, 30, 61], False),
        ([60.0 * minute for minute in range(100)], False),  # a bad one a minute, in a long call
        ([60.0 * minute for minute in range(100)] + [5941, 5942], True),
    ],
)
def test_only_what_was_bad_of_late_counts(times: list[float], too_often: bool) -> None:
    clock = iter(times)
    bad = RateLimit(3, 60.0, lambda: next(clock))
    assert [bad.exceeded() for _ in times][-1] is too_often
