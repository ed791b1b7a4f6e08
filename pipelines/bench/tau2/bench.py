"""How many of tau2's telecom tasks are solved in calls, without any language model."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.bench.row import Row
from pipelines.bench.tau2.call import Result, hand_over, solve
from pipelines.bench.tau2.tasks import TELECOM, Task, read_tasks
from pipelines.errors import ConfigurationError
from pipelines.packs.toml_files import read_toml
from pipelines.settings import Settings

_WANTED = "75 %"  # 15 of 20
_AT_ONCE = "handed over at once"


def run(settings: Settings) -> Iterator[Row]:
    """The rows: of the small set under WAXTAAN_DATA, then each task's call in turns."""
    folder = settings.data / TELECOM
    try:
        tasks = read_tasks(folder / "tasks_small.json")
    except ConfigurationError as error:
        yield Row("tau2 telecom", [], "%", note=f"{error}: WAXTAAN_DATA or --data")
        return
    yield from rows(tasks, folder, settings.prompts)


def rows(tasks: Sequence[Task], folder: Path, prompts: Path) -> Iterator[Row]:
    """Of tasks over the books and the phone in `folder`."""
    books, device = read_toml(folder / "db.toml"), read_toml(folder / "user_db.toml")
    results = [solve(task, books, device, prompts) for task in tasks]
    at_once = {task.id: hand_over(task, books, device) for task in tasks}
    for issue in ("", *dict.fromkeys(task.issue for task in tasks)):
        own = [r for r in results if issue in ("", r.task.issue)]
        before = 100 * sum(at_once[r.task.id] for r in own) / len(own)
        what = f"tau2 telecom: {issue or 'tasks'} solved"
        wanted = "" if issue else _WANTED
        yield Row(what, [_solved(own)], "%", before, _AT_ONCE, wanted, f"n {len(own)}")
    acted = 100 * sum(not r.missing for r in results) / len(results)
    yield Row("tau2 telecom: all expected actions taken", [acted], "%", note=f"n {len(results)}")
    yield Row("tau2 telecom: turns of a caller", [float(r.turns) for r in results], "")
    heard = [float(r.not_understood) for r in results]
    yield Row("tau2 telecom: of them not understood", heard, "")
    for result in results:
        if result.faults:
            yield Row(f"unsolved: {result.task.id}", [], "", note="; ".join(result.faults))


def _solved(results: Sequence[Result]) -> float:
    return 100 * sum(not r.faults for r in results) / len(results)
