"""How many of tau2's telecom tasks are solved in calls, without any language model."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.bench.row import Row
from pipelines.bench.tau2.call import Result, hand_over, solve
from pipelines.bench.tau2.composed import compose, names
from pipelines.bench.tau2.tasks import TELECOM, Task, read_tasks
from pipelines.errors import ConfigurationError
from pipelines.packs.toml_files import read_toml
from pipelines.settings import Settings

_WANTED = "75 %"  # 15 of 20
_AT_ONCE = "handed over at once"


def run(settings: Settings) -> Iterator[Row]:
    """The rows: of the small set under WAXTAAN_DATA, then of faults put together (two minutes)."""
    folder = settings.data / TELECOM
    try:
        tasks = read_tasks(folder / "tasks_small.json")
    except ConfigurationError as error:
        yield Row("tau2 telecom", [], "%", note=f"{error}: WAXTAAN_DATA or --data")
        return
    yield from rows("tau2 telecom", tasks, folder, settings.prompts, _WANTED)
    found = (compose(name, tasks) for name in names(folder / "split_tasks.json"))
    if composed := [task for task in found if task is not None]:
        yield from rows("several faults at once", composed, folder, settings.prompts)


def rows(
    name: str, tasks: Sequence[Task], folder: Path, prompts: Path, wanted: str = ""
) -> Iterator[Row]:
    """Of tasks over the books and the phone in `folder`; at the end those that were not solved."""
    books, device = read_toml(folder / "db.toml"), read_toml(folder / "user_db.toml")
    results = [solve(task, books, device, prompts) for task in tasks]
    at_once = {task.id: hand_over(task, books, device) for task in tasks}
    for issue in ("", *dict.fromkeys(task.issue for task in tasks)):
        own = [r for r in results if issue in ("", r.task.issue)]
        before = 100 * sum(at_once[r.task.id] for r in own) / len(own)
        goal = "" if issue else wanted
        what = f"{name}: {issue or 'tasks'} solved"
        yield Row(what, [_solved(own)], "%", before, _AT_ONCE, goal, f"n {len(own)}")
    acted = 100 * sum(not r.missing for r in results) / len(results)
    yield Row(f"{name}: all expected actions taken", [acted], "%", note=f"n {len(results)}")
    yield Row(f"{name}: turns of the caller", [float(r.turns) for r in results], "")
    yield Row(
        f"{name}: turns not understood", [float(sum(r.not_understood for r in results))], "",
        note=f"of {sum(r.turns for r in results)}",
    )  # fmt: skip
    for result in results:
        if result.faults:
            yield Row(f"unsolved: {result.task.id}", [], "", note="; ".join(result.faults))


def _solved(results: Sequence[Result]) -> float:
    return 100 * sum(not r.faults for r in results) / len(results)
