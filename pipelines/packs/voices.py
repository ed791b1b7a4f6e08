"""Under which licence each voice may speak, and which of them the production profile refuses.

`prompts/voices.toml` says, for each language and engine, which voice it speaks with unless its pack
names another, and the licence of each as its publisher labels it. A voice whose licence is unknown,
or which is not in the file, counts as not for commercial use until `accept_licences` names it: the
operator has then read the licence, or has one of his own.
"""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import ConfigurationError
from pipelines.packs.reader import PROMPTS

FILE = "voices.toml"
UNKNOWN = "unknown"
Code = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$")]


class Licence(BaseModel):
    """What is known about a voice. `commercial` is whether its licence allows that."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    licence: str = Field(min_length=1)  # SPDX, the name its publisher gives it, or UNKNOWN
    commercial: bool
    source: str = Field(min_length=1)  # where that is said
    megabytes: float | None = Field(default=None, gt=0)
    note: str = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    default: dict[Code, dict[Literal["coqui", "kokoro", "piper", "espeak"], str]]
    voice: dict[str, Licence]


@dataclass(frozen=True, slots=True)
class Voices:
    """The file. `defaults` is language -> engine -> voice, `licences` is voice -> licence."""

    defaults: Mapping[str, Mapping[str, str]]
    licences: Mapping[str, Licence]

    def default(self, language: str, engine: str) -> str | None:
        """The voice of a language ("fr-be" is served by "fr"), None where the engine has none."""
        for code in (language, language.partition("-")[0]):
            if engine in self.defaults.get(code, {}):
                return self.defaults[code][engine]
        return None

    def licence(self, name: str) -> Licence:
        """A voice's licence; a name may end in "+" and a speaker, "@" and a language."""
        return self.licences.get(model(name), _UNLISTED)

    def refusals(
        self, profile: str, names: Iterable[str], accepted: Collection[str]
    ) -> tuple[str, ...]:
        """Why each of these voices may not be used in this profile, and what to do; often none."""
        if profile != "production":
            return ()
        allowed = {model(name) for name in accepted}
        return tuple(
            f"voice '{name}' is not known to be free for commercial use ({known.licence}; "
            f"{known.source}): choose another under [voice] in the language's pack, or, if you "
            f"hold or accept its licence, name '{name}' in accept_licences"
            for name in dict.fromkeys(model(name) for name in names)
            if not (known := self.licence(name)).commercial and name not in allowed
        )

    def rows(
        self, voices: Mapping[str, str], accepted: Collection[str] = ()
    ) -> list[tuple[str, str, str, str]]:
        """Language, voice, licence, commercial use: for `waxtaan check`.

        Args:
            voices: language -> voice.
            accepted: as in settings.
        """
        return [
            (code, name, self.licence(name).licence, self._use(name, accepted))
            for code, name in sorted(voices.items())
        ]

    def _use(self, name: str, accepted: Collection[str]) -> str:
        if self.licence(name).commercial:
            return "commercial use"
        if model(name) in {model(other) for other in accepted}:
            return "accepted by you"
        return "not for commercial use"


_UNLISTED = Licence(licence=UNKNOWN, commercial=False, source=f"it is not listed in prompts/{FILE}")


def model(name: str) -> str:
    """A voice's name without speaker and language."""
    return name.partition("@")[0].partition("+")[0]


def load(prompts: Path = PROMPTS) -> Voices:
    """The file's contents. Raises ConfigurationError naming file and key."""
    path = prompts / FILE
    try:
        data = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: missing") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{path}: {where}: {first['msg']}") from error
    for name, licence in data.voice.items():
        if licence.licence == UNKNOWN and licence.commercial:
            raise ConfigurationError(
                f"{path}: voice.{name}.commercial: true, but its licence is unknown"
            )
    for code, engines in data.default.items():
        for engine, name in engines.items():
            if engine != "espeak" and model(name) not in data.voice:
                raise ConfigurationError(
                    f"{path}: default.{code}.{engine}: '{name}' has no [voice.\"{name}\"]; add its "
                    'licence, or licence = "unknown" and commercial = false'
                )
    defaults = {
        code: {str(engine): name for engine, name in engines.items()}
        for code, engines in data.default.items()
    }
    return Voices(defaults, data.voice)
