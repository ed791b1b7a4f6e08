"""TOML files under `prompts/`: read, validated, and every fault named with file and key."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """Values as a file gives them; an unknown key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_toml(path: Path) -> dict[str, Any]:
    """A file's content. Raises ConfigurationError where it is missing or no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: missing") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error


def parse(model: type[Model], path: Path) -> Model:
    """A file as `model`. Raises ConfigurationError naming file and key."""
    return validated(model, read_toml(path), path, "")


def validated(model: type[Model], data: Any, path: Path, under: str) -> Model:
    """What stands `under` a key of a file, as `model`. Raises ConfigurationError naming both."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([under, *map(str, first["loc"])]).strip(".")
        raise ConfigurationError(f"{path}: {where}: {first['msg']}") from error
