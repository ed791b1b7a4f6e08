"""How questions and pages are reduced to the words that are compared."""

import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import snowballstemmer
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.languages.language import words
from pipelines.knowledge.pages import KnowledgeError

_STEM = 6  # letters that stand for a word where no rules of its language are known
# Languages whose endings Snowball takes off (Porter, 2001, http://snowballstem.org).
_SNOWBALL = {
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hu": "hungarian",
    "it": "italian",
    "lt": "lithuanian",
    "nl": "dutch",
    "pt": "portuguese",
    "ro": "romanian",
    "sv": "swedish",
}


class _SearchFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    skip: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    asks_why: tuple[str, ...] = ()
    pronouns: tuple[str, ...] = ()
    same: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """A language's words for searching; an empty one compares words by their beginnings.

    `skip` are words that say nothing of what a question is about. Words of a group of `same` ask
    for the same; its first stands for all of them. `language` tells whose endings are taken off.
    `asks` are words that tell a question; one with a word of `asks_why` is about this caller's
    case, which no page knows. `pronouns` stand for what the sentence before speaks of.
    """

    skip: tuple[str, ...] = ()
    same: tuple[tuple[str, ...], ...] = ()
    language: str = ""
    asks: tuple[str, ...] = ()
    asks_why: tuple[str, ...] = ()
    pronouns: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path, language: str = "") -> "Lexicon":
        """From a `search.toml`; empty where there is none. Raises KnowledgeError."""
        try:
            entry = _SearchFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return cls(language=language)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise KnowledgeError(f"{path}: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise KnowledgeError(f"{path}: {where}: {first['msg']}") from error
        return cls(entry.skip, entry.same, language, entry.asks, entry.asks_why, entry.pronouns)

    def terms(self, text: str) -> list[str]:
        """The words of a text that are compared, in order.

        A pair of words may have one between ("switch roaming on").
        """
        said = _tokens(text)
        found: list[str] = []
        at = 0
        while at < len(said):
            pair = " ".join(said[at : at + 2])
            around = " ".join(said[at : at + 3 : 2])
            if pair in self._same:
                found.append(self._same[pair])
                at += 2
                continue
            if around in self._same and set(said[at + 2 : at + 3]) & self._skip:
                found.append(self._same[around])
            elif said[at] not in self._skip:
                found.append(self._same.get(said[at]) or self._stem(said[at]))
            at += 1
        return found

    def personal(self, text: str) -> bool:
        """Whether a question is about this caller's own case ("why is my line dead")."""
        return _says(text, self.asks_why)

    def is_question(self, text: str) -> bool:
        """Whether it asks something, told by its words; where none are known, everything does."""
        return not self.asks or _says(text, self.asks)

    def refers(self, sentence: str, early: int) -> bool:
        """Whether a pronoun stands among the first `early` words of a sentence."""
        return _says(" ".join(_tokens(sentence)[:early]), self.pronouns)

    @cached_property
    def _stem(self) -> Callable[[str], str]:
        known = _SNOWBALL.get(self.language.partition("-")[0])
        if known is None:
            return lambda word: word[:_STEM]
        stem: Callable[[str], str] = snowballstemmer.stemmer(known).stemWord
        return stem

    @cached_property
    def _skip(self) -> frozenset[str]:
        return frozenset(token for word in self.skip for token in _tokens(word))

    @cached_property
    def _same(self) -> dict[str, str]:
        return {
            " ".join(_tokens(word)): self._stem(_tokens(group[0])[0])
            for group in self.same
            for word in group
        }


def _says(text: str, phrases: tuple[str, ...]) -> bool:
    said = f" {' '.join(_tokens(text))} "
    return any(f" {' '.join(_tokens(phrase))} " in said for phrase in phrases)


def _tokens(text: str) -> list[str]:
    """Words without accents and elided articles: "l'itinérance" -> "itinerance"."""
    bare = unicodedata.normalize("NFD", words(text))
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    return bare.replace("'", " ").split()
