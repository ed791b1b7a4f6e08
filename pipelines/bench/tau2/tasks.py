"""tau2's task files, as far as a telecom task uses them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pipelines.errors import ConfigurationError

TELECOM = Path("tau2-text/data/tau2/domains/telecom")
Side = Literal["user", "assistant"]


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True)


class Call(_Read):
    """A function of the phone's ("user") or of the back office's ("assistant")."""

    env_type: Side
    func_name: str
    arguments: Mapping[str, Any] = Field(default_factory=dict)


class Assertion(Call):
    """A function that tells whether the final state is as it should be."""

    assert_value: bool = True


class ExpectedAction(_Read):
    """A tool that has to be used. Of its arguments those count that `compare_args` names."""

    requestor: Side
    name: str
    arguments: Mapping[str, Any] = Field(default_factory=dict)
    compare_args: tuple[str, ...] | None = None  # None: all

    def is_met(self, name: str, arguments: Mapping[str, Any]) -> bool:
        """Whether this use of a tool is it."""
        compared = self.arguments if self.compare_args is None else self.compare_args
        return name == self.name and all(
            arguments.get(each) == self.arguments.get(each) for each in compared
        )


class Criteria(_Read):
    """What solves a task: all that `reward_basis` names."""

    actions: tuple[ExpectedAction, ...] | None = None
    env_assertions: tuple[Assertion, ...] | None = None
    reward_basis: tuple[Literal["ENV_ASSERTION", "ACTION"], ...]


class Instructions(_Read):
    """What the caller knows and wants, in the second person."""

    reason_for_call: str
    known_info: str
    task_instructions: str


class Scenario(_Read):
    """Who calls; how they talk (`persona`) is for callers that a language model plays."""

    instructions: Instructions


class InitialState(_Read):
    """What is done to phone and back office before the call."""

    initialization_actions: tuple[Call, ...] = ()


class Task(_Read):
    """One task."""

    id: str
    user_scenario: Scenario
    initial_state: InitialState
    evaluation_criteria: Criteria

    @property
    def issue(self) -> str:
        """What it is about, e.g. "mms_issue"."""
        return self.id[1:].partition("]")[0]


def read_tasks(path: Path) -> tuple[Task, ...]:
    """All tasks of a file.

    Raises:
        ConfigurationError: it is not there, or no such file.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return TypeAdapter(tuple[Task, ...]).validate_python(found)
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: missing") from error
    except (json.JSONDecodeError, ValidationError) as error:
        raise ConfigurationError(f"{path}: no tau2 tasks: {error}") from error
