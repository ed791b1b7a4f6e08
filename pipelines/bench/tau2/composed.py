"""Tasks with several faults at once, put together from those with one.

tau2 publishes 2,285 telecom tasks; where only their names are at hand, each name tells its faults
("[mms_issue]airplane_mode_on|bad_wifi_calling[PERSONA:Easy]"), and the small set has a task for
each fault. What is put together is not tau2's own text of the task, and is not called so.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipelines.bench.tau2.tasks import Call, Criteria, InitialState, Instructions, Scenario, Task

_BEFORE = ("set_user_info", "set_user_location")  # who and where; not a fault


def names(path: Path) -> tuple[str, ...]:
    """All names of `split_tasks.json`, less the persona, each once; () if it is not there."""
    if not path.is_file():
        return ()
    found = json.loads(path.read_text(encoding="utf-8"))["full"]
    return tuple(dict.fromkeys(name.partition("[PERSONA")[0] for name in found))


def compose(name: str, small: Sequence[Task]) -> Task | None:
    """The task of that name; None where one of its faults is in no task of the small set."""
    issue, _, rest = name[1:].partition("]")
    by_fault = {_fault(task): task for task in small}
    own = {_fault(task): task for task in small if task.issue == issue}
    faults = rest.split("|")
    if not own or not set(faults) <= set(by_fault):
        return None
    parts = [own.get(fault, by_fault[fault]) for fault in faults]
    hopeless = [task for task in parts if _is_hopeless(task)]
    first = next((task for task in own.values() if not _is_hopeless(task)), parts[0])
    criteria = hopeless[0].evaluation_criteria if hopeless else _criteria(first, parts)
    return Task(
        id=name,
        user_scenario=Scenario(instructions=_instructions(first, parts)),
        initial_state=InitialState(initialization_actions=tuple(_set_up(parts))),
        evaluation_criteria=criteria,
    )


def _fault(task: Task) -> str:
    return task.id.partition("]")[2].partition("[")[0]


def _is_hopeless(task: Task) -> bool:
    """Whether only a person can go on."""
    actions = task.evaluation_criteria.actions or ()
    return any(action.name == "transfer_to_human_agents" for action in actions)


def _instructions(first: Task, parts: Sequence[Task]) -> Instructions:
    """What the caller of this issue says; where they are comes with the fault."""
    where = (task.user_scenario.instructions.known_info for task in parts)
    known = max(where, key=lambda text: ("abroad" in text, "at home" in text))
    own = first.user_scenario.instructions
    if " currently " not in known:
        known = own.known_info
    return own.model_copy(update={"known_info": known})


def _set_up(parts: Sequence[Task]) -> Iterator[Call]:
    calls = [call for task in parts for call in task.initial_state.initialization_actions]
    before: Mapping[str, Call] = {c.func_name: c for c in calls if c.func_name in _BEFORE}
    yield from before.values()
    yield from (call for call in calls if call.func_name not in _BEFORE)


def _criteria(first: Task, parts: Sequence[Task]) -> Criteria:
    """The issue's, and what a fault adds to them for the back office."""
    kept = list(first.evaluation_criteria.env_assertions or ())
    kept += [
        each
        for task in parts
        for each in task.evaluation_criteria.env_assertions or ()
        if each.env_type == "assistant" and each not in kept
    ]
    actions = [each for task in parts for each in task.evaluation_criteria.actions or ()]
    return Criteria(
        actions=tuple(actions), env_assertions=tuple(kept), reward_basis=("ENV_ASSERTION",)
    )
