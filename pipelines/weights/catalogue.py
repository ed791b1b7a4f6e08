"""Which published weights there are, and how they are known: `prompts/models.toml` as data.

An operator's own checkpoints are entries of the same form, in `models.toml` of the models folder.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field

from pipelines.errors import ConfigurationError
from pipelines.packs.toml_files import Strict, read_toml, validated

FILE = "models.toml"
_SHA256 = "^[0-9a-f]{64}$"


class Repository(Strict):
    """Where a hub has them. `files` are patterns; without those that it `needs` it is not whole."""

    repository: str
    files: tuple[str, ...] = Field(min_length=1)
    needs: tuple[str, ...] = Field(min_length=1)


class Package(Strict):
    """An archive of a package index. `sha256` is the archive's; `name` as the index spells it."""

    index: Literal["python", "npm"]
    name: str = Field(pattern=r"^(@[a-z0-9._-]+/)?[A-Za-z0-9][A-Za-z0-9._-]*$")
    version: str = Field(pattern=r"^[0-9][A-Za-z0-9.+-]*$")
    megabytes: int = Field(ge=1)
    sha256: str = Field(pattern=_SHA256)


class File(Strict):
    """A file of the model. `parts` are paths in the packages' archives; joined, they are it."""

    sha256: str = Field(pattern=_SHA256)
    parts: tuple[str, ...] = ()


class Model(Strict):
    """Weights by name. `folder` is where they lie, under the setting `models`."""

    name: str = Field(pattern="^[a-z0-9][a-z0-9._-]*$")
    what: str
    engine: str
    folder: str
    licence: str
    megabytes: int = Field(ge=0)
    languages: tuple[str, ...] = ()  # () many, or all that its engine knows
    recommended: bool = False  # `make run` brings it
    source: str = ""  # where an operator's own came from
    hub: Repository | None = None
    packages: tuple[Package, ...] = ()
    files: dict[str, File] = Field(min_length=1)


def load(prompts: Path, models: Path) -> dict[str, Model]:
    """All entries by name, the operator's own last.

    Raises:
        ConfigurationError: an entry cannot be used; names file and key.
    """
    own = models / FILE
    return {**read(prompts / FILE), **(read(own) if own.is_file() else {})}


def read(path: Path) -> dict[str, Model]:
    """One file's entries."""
    found = {
        name: validated(Model, {"name": name, **entry}, path, name)
        for name, entry in read_toml(path).items()
    }
    for model in found.values():
        for name in (model.folder, *model.files):
            if Path(name).is_absolute() or ".." in Path(name).parts:
                raise ConfigurationError(f"{path}: {model.name}: '{name}' leads out of its folder")
    return found
