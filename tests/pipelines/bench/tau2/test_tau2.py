"""tau2's technical support in calls: on tasks of our own, and on tau2's where they are at hand."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from agent.flow import NONE
from pipelines.bench import bench
from pipelines.bench.tau2 import bench as tau2
from pipelines.bench.tau2.call import Result, solve
from pipelines.bench.tau2.caller import READINGS, first_person
from pipelines.bench.tau2.composed import compose, names
from pipelines.bench.tau2.language import english
from pipelines.bench.tau2.phone import Phone
from pipelines.bench.tau2.tasks import TELECOM, Call, Criteria, Task, read_tasks
from pipelines.bench.tau2.use_cases import FLOWS
from pipelines.bench.tau2.world import World
from pipelines.errors import ConfigurationError
from pipelines.packs.reader import PROMPTS
from pipelines.packs.toml_files import read_toml
from pipelines.settings import Settings

DATA = Path(__file__).parent / "data"
OWN = DATA / TELECOM
THEIRS = Path(os.environ.get("WAXTAAN_DATA", "../shared/data")) / TELECOM
BOOKS, DEVICE = read_toml(OWN / "db.toml"), read_toml(OWN / "user_db.toml")
TASKS = {
    task.id.partition("]")[2].partition("[")[0]: task
    for task in read_tasks(OWN / "tasks_small.json")
}


def solved(task: Task, folder: Path = OWN) -> Result:
    return solve(task, read_toml(folder / "db.toml"), read_toml(folder / "user_db.toml"), PROMPTS)


@pytest.mark.parametrize("name", TASKS)
def test_each_of_our_own_tasks_is_solved_and_nothing_is_said_twice(name: str) -> None:
    result = solved(TASKS[name])
    assert result.faults == ()
    assert result.missing == ()
    assert result.not_understood == 0
    said = [text for who, text in result.lines if who == "agent"]
    assert len(said) == len(set(said))


@pytest.mark.parametrize("name", names(OWN / "split_tasks.json")[:-1])
def test_several_faults_at_once_are_found_one_after_the_other(name: str) -> None:
    task = compose(name, tuple(TASKS.values()))
    assert task is not None
    assert solved(task).faults == ()


def test_a_name_with_a_fault_that_no_task_has_makes_no_task() -> None:
    assert compose("[mms_issue]never_heard_of", tuple(TASKS.values())) is None


def test_an_unsolved_task_says_what_is_not_as_it_should_be() -> None:
    task = TASKS["airplane_mode_on"]
    criteria = {
        "actions": [{"requestor": "user", "name": "reseat_sim_card"}],
        "env_assertions": [
            {
                "env_type": "user",
                "func_name": "assert_service_status",
                "arguments": {"expected_status": "no_service"},
            }
        ],
        "reward_basis": ["ENV_ASSERTION", "ACTION"],
    }
    wrong = task.model_copy(update={"evaluation_criteria": Criteria.model_validate(criteria)})
    assert solved(wrong).faults == (
        "not so: assert_service_status {'expected_status': 'no_service'}",
        "not done: reseat_sim_card {}",
    )


def test_without_its_remedy_in_the_flow_a_fault_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rig does not solve anything by itself: here by the flow of another issue."""
    monkeypatch.setitem(FLOWS, "mms_issue", replace(FLOWS["service_issue"], name="mms_issue"))
    assert solved(TASKS["bad_wifi_calling"]).faults != ()


def test_who_does_not_want_to_pay_is_not_charged() -> None:
    result = solved(TASKS["overdue_bill_not_paid"])
    assert (
        "Your line is active again. Please restart your phone." not in dict(result.lines).values()
    )
    assert result.faults == ()


def phone(*calls: tuple[str, dict[str, object]]) -> Phone:
    world = World(BOOKS, DEVICE)
    world.set_up(tuple(Call(env_type="user", func_name=n, arguments=a) for n, a in calls))
    return world.phone


@pytest.mark.parametrize(
    ("fault", "speed"),
    [
        ((), (275.0, "excellent")),
        ((("turn_data_saver_mode_on", {}),), (55.0, "good")),
        ((("break_vpn", {}),), (27.5, "good")),
        ((("set_network_mode_preference", {"mode": "3g_only"}),), (1.5, "poor")),
        ((("set_network_mode_preference", {"mode": "2g_only"}),), (0.05, "very poor")),
        ((("set_user_location", {"abroad": True}),), (0.0, "no connection")),
        ((("turn_data_off", {}),), (0.0, "no connection")),
    ],
)
def test_how_fast_the_phone_is(
    fault: tuple[tuple[str, dict[str, object]], ...], speed: tuple[float, str]
) -> None:
    assert phone(*fault).speed == speed


def test_the_defaults_of_the_access_point_come_with_the_next_restart() -> None:
    broken = phone(("break_apn_settings", {}))
    assert broken.status_bar == "No Signal"
    broken.reset_apn_settings()
    assert not broken.connected
    broken.reboot_device()
    assert broken.status_bar == "Excellent 5G"


def test_a_line_that_is_active_again_has_service_after_a_restart() -> None:
    world = World(BOOKS, DEVICE)
    world.set_up(TASKS["overdue_bill_suspension"].initial_state.initialization_actions)
    ids = {"customer_id": "C1", "line_id": "L2"}
    world.use_back_office("send_payment_request", {"customer_id": "C1", "bill_id": "B9"})
    refused = world.use_back_office("send_payment_request", {"customer_id": "C1", "bill_id": "B9"})
    assert refused == {"refused": "another bill waits to be paid"}
    world.use_phone("make_payment")
    world.use_back_office("resume_line", ids)
    assert not world.phone.connected
    world.use_phone("reboot_device")
    assert world.phone.connected


def test_what_sets_a_task_up_is_no_tool_of_the_agent() -> None:
    with pytest.raises(KeyError, match="set_data_usage"):
        World(BOOKS, DEVICE).use_back_office("set_data_usage", {})


def test_a_function_that_is_not_known_is_named() -> None:
    with pytest.raises(ValueError, match="user function 'fly' is not known here"):
        phone(("fly", {}))


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("Your phone shows 'No Service'. You want it back.", "My phone shows 'No Service'"),
        ("You are unable to send it using your app.", "I am unable to send it using my app"),
        ("You mobile data is not working.", "My mobile data is not working"),
    ],
)
def test_the_caller_speaks_of_themselves(scenario: str, said: str) -> None:
    assert first_person(scenario) == said


def test_there_are_words_for_every_question_and_every_choice() -> None:
    language, _ = english(PROMPTS)
    slots = {slot.name: slot for flow in FLOWS.values() for slot in flow.slots}
    assert [name for name in slots if not language.has(f"ask.{name}")] == []
    choices = {choice for slot in slots.values() for choice in slot.choices}
    assert [name for name in choices if name not in language.intents] == []
    assert NONE not in choices


def test_the_caller_can_read_off_their_phone_what_is_asked() -> None:
    asked = {s.name for flow in FLOWS.values() for s in flow.slots if s.reading}
    told = {"abroad", "paid", "more_data"}  # by the scenario
    own = {name if name in READINGS else name.partition("_")[0] for name in asked - told}
    assert own == set(READINGS)


def test_without_the_data_the_benchmark_says_so(tmp_path: Path) -> None:
    (row,) = tau2.run(Settings(data=tmp_path))
    assert row.values == []
    assert "WAXTAAN_DATA" in row.note


def test_a_file_that_holds_no_tasks_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    path.write_text('[{"id": "x"}]')
    with pytest.raises(ConfigurationError, match="no tau2 tasks"):
        read_tasks(path)


def test_the_command_prints_the_share_solved(capsys: pytest.CaptureFixture[str]) -> None:
    bench("tau2", json=True, data=DATA)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    shares = {row["what"]: row["values"] for row in rows}
    assert shares["tau2 telecom: tasks solved"] == [100.0]
    assert shares["several faults at once: tasks solved"] == [100.0]


@pytest.mark.skipif(not THEIRS.is_dir(), reason="no tau2-text under WAXTAAN_DATA")
def test_of_the_small_set_at_least_fifteen_of_twenty_are_solved() -> None:
    results = [solved(task, THEIRS) for task in read_tasks(THEIRS / "tasks_small.json")]
    assert len(results) == 20
    assert sum(not result.faults for result in results) >= 15
