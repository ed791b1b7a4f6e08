"""Recordings of people by language: numbers up to twenty, single words; nobody here made them.

Each comes with the closed list that it is heard against: all numbers, or ten words or syllables of
its language, its own and nine others. A language's come from a few volunteers, who recorded for
children's games: they say whether a language works at all, and little of callers.
"""

import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["numbers", "words", "syllables"]
KINDS: tuple[Kind, ...] = ("numbers", "words", "syllables")

LIST = 10  # words of a closed list
NUMBERS = range(21)
_WORDS = Path(__file__).with_name("ktuberling.toml")
_COLOURS = "black blue brown green grey orange pink red white yellow"
_COLOUR_WORDS = {
    "de": "schwarz blau braun grün grau orange rosa rot weiß gelb",
    "en": _COLOURS,
    "es": "negro azul marrón verde gris naranja rosa rojo blanco amarillo",
    "fr": "noir bleu marron vert gris orange rose rouge blanc jaune",
    "it": "nero blu marrone verde grigio arancione rosa rosso bianco giallo",
    "nl": "zwart blauw bruin groen grijs oranje roze rood wit geel",
    "pl": "czarny niebieski brązowy zielony szary pomarańczowy różowy czerwony biały żółty",
    "pt": "preto azul castanho verde cinzento laranja cor-de-rosa vermelho branco amarelo",
    "ro": "negru albastru maro verde gri portocaliu roz roșu alb galben",
}


@dataclass(frozen=True, slots=True)
class LanguageClip:
    """A recording, what is said in it, and the list that it is to be found in."""

    path: Path
    said: str
    language: str
    kind: Kind
    phrases: tuple[str, ...]


def language_clips(data: Path, most: int) -> dict[str, list[LanguageClip]]:
    """By language, at most so many, all numbers first; the same ones every time."""
    gcompris = data / "gcompris-voices"
    sources: dict[Kind, Iterator[tuple[str, Path, str]]] = {
        "numbers": _numbers(gcompris),
        "words": chain(_pictures(data / "ktuberling"), _colours(gcompris)),
        "syllables": _syllables(data / "klettres"),
    }
    found: dict[str, list[LanguageClip]] = {}
    for kind, source in sources.items():
        recorded: dict[str, list[tuple[Path, str]]] = {}
        for code, path, said in source:
            recorded.setdefault(code, []).append((path, said))
        for code, clips in recorded.items():
            own = found.setdefault(code, [])
            own += _with_lists(code, kind, clips, most - len(own))
    return dict(sorted(found.items()))


def _with_lists(
    code: str, kind: Kind, found: list[tuple[Path, str]], most: int
) -> Iterator[LanguageClip]:
    every = list(dict.fromkeys(said for _, said in found))
    chance = random.Random(f"{code} {kind}")
    for path, said in chance.sample(found, min(most, len(found))):
        others = [word for word in every if word != said]
        if kind != "numbers":
            others = chance.sample(others, min(LIST - 1, len(others)))
        yield LanguageClip(path, said, code, kind, (said, *others))


def _pictures(folder: Path) -> Iterator[tuple[str, Path, str]]:
    """KTuberling's sounds: its package's folder `sounds`."""
    for code, words in tomllib.loads(_WORDS.read_text(encoding="utf-8")).items():
        theme = folder / f"{code}.soundtheme"
        if not theme.is_file():
            continue
        sounds = re.findall(r'name="([^"]+)"\s+file="([^"]+)"', theme.read_text(encoding="utf-8"))
        files = dict(sounds)
        for name, said in words.items():
            if name in files and (path := folder / files[name]).is_file():
                yield code, path, said


def _syllables(folder: Path) -> Iterator[tuple[str, Path, str]]:
    """KLettres' syllables, most of Hungarian's and some of Czech's words; its own transcripts."""
    for code in ("cs", "hu"):
        if not (listed := folder / code / "sounds.xml").is_file():
            continue
        text = listed.read_text(encoding="utf-8")
        for said, name in re.findall(r'name="([^"]+)"\s+file="(\w+/syllab/[^"]+)"', text):
            if (path := folder / name).is_file():
                yield code, path, said.lower()


def _colours(folder: Path) -> Iterator[tuple[str, Path, str]]:
    for code, said in _COLOUR_WORDS.items():
        for name, word in zip(_COLOURS.split(), said.split(), strict=True):
            if (path := folder / code / "colors" / f"{name}.ogg").is_file():
                yield code, path, word


def _numbers(folder: Path) -> Iterator[tuple[str, Path, str]]:
    from num2words import num2words

    for code in _COLOUR_WORDS:
        for n in NUMBERS:
            name = f"U003{n}" if n < 10 else str(n)
            if (path := folder / code / "alphabet" / f"{name}.ogg").is_file():
                yield code, path, num2words(n, lang=code)
