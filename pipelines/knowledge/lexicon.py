"""How questions and pages are reduced to the words that are compared."""

import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.language import words
from pipelines.knowledge.pages import KnowledgeError

_STEM = 6  # letters: "resilier", "resiliation" and "resilie" are one word


class _SearchFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    skip: tuple[str, ...] = ()
    same: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """A language's words for searching; an empty one compares words as they are.

    `skip` are words that say nothing of what a question is about. Words of a group of `same` ask
    for the same; its first stands for all of them.
    """

    skip: tuple[str, ...] = ()
    same: tuple[tuple[str, ...], ...] = ()
    stem: Callable[[str], str] = field(default=lambda word: word[:_STEM])

    @classmethod
    def read(cls, path: Path) -> "Lexicon":
        """From a `search.toml`; empty where there is none. Raises KnowledgeError."""
        try:
            entry = _SearchFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return cls()
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise KnowledgeError(f"{path}: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise KnowledgeError(f"{path}: {where}: {first['msg']}") from error
        return cls(entry.skip, entry.same)

    def terms(self, text: str) -> list[str]:
        """The words of a text that are compared, in order."""
        said = _tokens(text)
        found: list[str] = []
        at = 0
        while at < len(said):
            pair = " ".join(said[at : at + 2])
            if pair in self._same:
                found.append(self._same[pair])
                at += 2
                continue
            if said[at] not in self._skip:
                found.append(self._same.get(said[at]) or self.stem(said[at]))
            at += 1
        return found

    @cached_property
    def _skip(self) -> frozenset[str]:
        return frozenset(token for word in self.skip for token in _tokens(word))

    @cached_property
    def _same(self) -> dict[str, str]:
        return {
            " ".join(_tokens(word)): self.stem(_tokens(group[0])[0])
            for group in self.same
            for word in group
        }


def _tokens(text: str) -> list[str]:
    """Words without accents and elided articles: "l'itinérance" -> "itinerance"."""
    bare = unicodedata.normalize("NFD", words(text))
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    return bare.replace("'", " ").split()
