"""Recordings of people by language: numbers up to twenty, and single words; nobody here made them.

Each comes with the closed list that it is heard against: all numbers, or ten words of its language,
its own and nine others. All of a language come from one to three volunteers, in their own rooms:
they say whether a language works at all, and little of callers.
"""

import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["numbers", "words"]

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
    words: dict[str, list[tuple[Path, str]]] = {}
    numbers: dict[str, list[tuple[Path, str]]] = {}
    for code, path, said in (*_pictures(data / "ktuberling"), *_colours(data / "gcompris-voices")):
        words.setdefault(code, []).append((path, said))
    for code, path, said in _numbers(data / "gcompris-voices"):
        numbers.setdefault(code, []).append((path, said))
    return {
        code: [
            *_with_lists(code, "numbers", numbers.get(code, []), most),
            *_with_lists(code, "words", words.get(code, []), most - len(numbers.get(code, []))),
        ]
        for code in sorted({*words, *numbers})
    }


def _with_lists(
    code: str, kind: Kind, found: list[tuple[Path, str]], most: int
) -> Iterator[LanguageClip]:
    every = list(dict.fromkeys(said for _, said in found))
    chance = random.Random(f"{code} {kind}")
    for path, said in chance.sample(found, min(most, len(found))):
        others = [word for word in every if word != said]
        if kind == "words":
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
