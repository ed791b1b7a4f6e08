"""Figures of one version after another: a file that every report adds a line to."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.errors import ConfigurationError
from pipelines.quality.compare import Row


class Past(BaseModel):
    """A report's figures: metric -> (value, low, high, n)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made: str
    version: str
    of: str
    figures: dict[str, tuple[float, float, float, float]]


def read_history(path: Path) -> list[Past]:
    """In the order in which reports were made; nothing where there is no file yet.

    Raises:
        ConfigurationError: a line is none; the file is left as it is.
    """
    if not path.exists():
        return []
    found = []
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            found.append(Past.model_validate_json(line))
        except ValidationError as error:
            told = error.errors()[0]["msg"]
            raise ConfigurationError(f"{path}: line {number}: {told}") from error
    return found


def add_to_history(path: Path, made: str, version: str, of: str, rows: Sequence[Row]) -> None:
    """A line more."""
    figures = {
        row.metric.name: (e.value, e.low, e.high, e.n) for row in rows if (e := row.candidate)
    }
    past = Past(made=made, version=version, of=of, figures=figures)
    with path.open("a", encoding="utf-8") as file:
        file.write(past.model_dump_json() + "\n")
