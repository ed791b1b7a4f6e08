"""How open language models are served: recipes.toml as data, and the commands that follow from it.

What of it was tried, and what was only read, each recipe says itself.
"""

import json
import re
import shlex
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from pipelines.packs.toml_files import Strict, read_toml, validated

FILE = Path(__file__).with_name("recipes.toml")
VLLM = "0.32.0"  # whose parser and registry the recipes are tested with
LIMIT = 8192  # tokens of a request with its answer; ours are some 700 to 1,700
# Without the second setting a model may fill its JSON with white space until the limit.
STRUCTURED = '{"backend": "xgrammar", "disable_any_whitespace": true}'


class Recipe(Strict):
    """One model. Numbers and words as recipes.toml explains them; memory in gigabytes."""

    name: str
    model: str
    architectures: tuple[str, ...]
    parameters: float = Field(gt=0)
    bytes: int = Field(default=2, ge=1, le=4)
    context: int = Field(ge=0)  # 0: not known
    limit: int = Field(default=LIMIT, ge=1024)
    flags: tuple[str, ...] = ()
    licence: str
    training: str
    gated: bool = False
    languages: tuple[str, ...]  # () as its traps say
    system: bool = True
    template: str
    thinking: Literal["never", "off", "on"]
    traps: tuple[str, ...] = Field(min_length=1)
    verified: str = ""  # beyond what is tested of each recipe
    sources: tuple[str, ...] = Field(min_length=1)
    serves: bool = True
    why_not: str = ""

    @model_validator(mode="after")
    def _says_why_not(self) -> "Recipe":
        if self.serves == bool(self.why_not):
            raise ValueError("serves = false and why_not go together")
        if self.serves and not self.architectures:
            raise ValueError("architectures: what is served has one")
        return self

    @property
    def weights(self) -> float:
        """What they take of a GPU's memory, by arithmetic; calls need more beside them."""
        return self.parameters * self.bytes

    @property
    def tested(self) -> str:
        """What was verified, and that it was not run."""
        if not self.serves:
            return "Not to be served, and not tried."
        also = f"; {self.verified}" if self.verified else ""
        return (
            f"Never run here. vLLM {VLLM} takes these flags and has the architecture{also}. "
            "All else is from its pages."
        )

    def serve(self, weights: str = "") -> list[str]:
        """The command that serves it, of a folder or by its name on a hub."""
        command = ["vllm", "serve", weights or self.model, "--port", "8000"]
        command += ["--served-model-name", self.name, "--max-model-len", str(self.limit)]
        return [*command, *self.flags, "--structured-outputs-config", STRUCTURED]

    def settings(self) -> dict[str, str]:
        """Variables that have calls ask it, and the transparency sheet name it."""
        return {
            "WAXTAAN_LLM": "vllm",
            "WAXTAAN_LLM_URLS": "http://127.0.0.1:8000/v1",
            "WAXTAAN_LLM_MODEL": self.name,
            "WAXTAAN_LLM_LICENCE": self.licence,
            "WAXTAAN_LLM_TRAINING": f"{self.model}: {self.training}",
        }


def line(command: Sequence[str]) -> str:
    """A command as a shell takes it."""
    return shlex.join(command)


@cache
def recipes(path: Path = FILE) -> dict[str, Recipe]:
    """All of them by name.

    Raises:
        ConfigurationError: an entry cannot be used; names file and key.
    """
    return {
        name: validated(Recipe, {"name": name, **entry}, path, name)
        for name, entry in read_toml(path).items()
    }


def architectures() -> frozenset[str]:
    """Of language models that recipes can serve; some take images or sound, too."""
    return frozenset(
        each for recipe in recipes().values() if recipe.serves for each in recipe.architectures
    )


def recipe_of(folder: Path) -> Recipe | None:
    """The recipe of weights in a folder; None where none is surely theirs.

    By name: the folder's, or that its config.json has.
    """
    named = [folder.resolve().name]
    try:
        about = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        named.append(str(about.get("_name_or_path", "")))
    except (OSError, ValueError, AttributeError):
        pass
    last = {_plain(name.rstrip("/").rpartition("/")[2]) for name in named}
    for recipe in recipes().values():
        if {_plain(recipe.name), _plain(recipe.model.rpartition("/")[2])} & last:
            return recipe
    return None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
