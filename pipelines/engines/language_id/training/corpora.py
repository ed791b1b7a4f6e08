"""Texts that people wrote or said, to train language identification and to measure it.

None of it is kept in the project: it is read from `WAXTAAN_DATA` and from Mozilla's language packs,
and only the trained table is shipped. What is measured with is set aside by document: no programme
of the radio recordings and no stretch of news stands on both sides. (Mozilla's interface texts are
set apart sentence by sentence; figures on them flatter.)
"""

import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pipelines.engines.language_id.letters import words
from pipelines.engines.language_id.training import mozilla, transcripts
from pipelines.errors import EngineError

Part: TypeAlias = Literal["train", "tune", "test"]

NOTICE = """\
Weights trained on: NTREX-128, news translated by professionals (Federmann, Kocmi and Xin 2022),
CC BY-SA 4.0; transcripts of Wolof and Pulaar radio and Pulaar text of the Kallaama project
(Gauthier, Ndiaye and Guisse 2024), CC BY 4.0; questions of Banking77 (Casanueva et al. 2020),
CC BY 4.0, and CLINC150 (Larson et al. 2019), CC BY 3.0; interface texts of Mozilla Firefox and
Thunderbird in translation, MPL 2.0. None of these texts is in this file. The table is shared under
CC BY-SA 4.0; its makers are not endorsed by any of the above."""

_NTREX = dict(
    pair.split("=")
    for pair in [
        "bul=bg",
        "ces=cs",
        "dan=da",
        "deu=de",
        "ell=el",
        "eng=en",
        "spa=es",
        "est=et",
        "fin=fi",
        "fra=fr",
        "gle=ga",
        "hrv=hr",
        "hun=hu",
        "ita=it",
        "lit=lt",
        "lav=lv",
        "mlt=mt",
        "nld=nl",
        "pol=pl",
        "por=pt",
        "ron=ro",
        "slk=sk",
        "slv=sl",
        "swe=sv",
        "wol=wo",
        "fuc=ff",
        "sqi=sq",
        "tur=tr",
        "ukr=uk",
        "arb=ar",
        "rus=ru",
    ]
)
_NTREX_PARTS: dict[Part, slice] = {
    "train": slice(0, 1600),
    "tune": slice(1600, 1750),
    "test": slice(1750, None),
}
_MOZILLA_PARTS: dict[Part, tuple[float, float]] = {
    "train": (0, 0.85),
    "tune": (0.85, 0.9),
    "test": (0.9, 1),
}
_XSID = ("da", "de", "en", "it", "lt", "nl")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What was said in one go: its words, and for each whether it is of another language."""

    words: tuple[str, ...]
    foreign: tuple[bool, ...] = ()

    def cut(self, start: int, length: int) -> "Sentence":
        """Some of its words, in order."""
        stop = start + length
        return Sentence(self.words[start:stop], self.foreign[start:stop])

    @property
    def mixed(self) -> float:
        """The share of words of another language."""
        return sum(self.foreign) / len(self.foreign) if self.foreign else 0.0


@dataclass(frozen=True, slots=True)
class Text:
    """Sentences of one language from one source: "ntrex", "mozilla", "kallaama", ..."""

    language: str
    source: str
    sentences: tuple[Sentence, ...]


def texts(part: Part, data: Path, packs: Path | None = None) -> list[Text]:
    """Everything there is of a part; `packs` is a folder with Mozilla's language packs.

    Raises:
        EngineError: there is nothing where `data` says.
    """
    found = [text for text in (*_ntrex(data, part), *_kallaama(data, part)) if text.sentences]
    if not found:
        raise EngineError(
            f"no texts under {data}: set WAXTAAN_DATA to the folder that holds ntrex/ "
            "and kallaama-text/"
        )
    if part == "train":
        found += [*_pulaar(data), *_questions(data)]
    if part == "test":
        found += [*_wolbanking(data), *_xsid(data)]
    if packs is not None:
        found += _mozilla(packs, part)
    return [text for text in found if text.sentences]


def _text(language: str, source: str, lines: Sequence[str]) -> Text:
    split = (Sentence(tuple(words(line))) for line in lines)
    return Text(language, source, tuple(s for s in split if s.words))


def _ntrex(data: Path, part: Part) -> Iterator[Text]:
    for path in sorted((data / "ntrex" / "NTREX-128").glob("newstest2019-*.txt")):
        name = path.name.split(".")[1]
        if name in _NTREX:
            lines = path.read_text(encoding="utf-8").splitlines()
            yield _text(_NTREX[name], "ntrex", lines[_NTREX_PARTS[part]])


def _kallaama(data: Path, part: Part) -> Iterator[Text]:
    """Radio talk. What is French from end to end is French: people of Senegal speak both."""
    french: list[Sentence] = []
    for language, name in (("wo", "wol"), ("ff", "fuc")):
        folder = data / "kallaama-text/data/transcriptions/raw" / f"transcriptions-{name}" / "stm"
        spoken = []
        for segment in transcripts.segments(folder, part):
            pairs = [(word, tag) for token, tag in segment for word in words(token)]
            said = tuple(word for word, _ in pairs)
            share = sum(tag == "fr" for _, tag in pairs) / max(1, len(pairs))
            if share > 0.9:
                french.append(Sentence(said))
            elif said:
                spoken.append(Sentence(said, tuple(tag != "" for _, tag in pairs)))
        yield Text(language, "kallaama", tuple(spoken))
    yield Text("fr", "kallaama", tuple(french))


def _pulaar(data: Path) -> Iterator[Text]:
    path = data / "kallaama-text/data/text_corpora/pulaar.txt"
    if path.exists():
        yield _text("ff", "pulaar", path.read_text(encoding="utf-8").splitlines())


def _questions(data: Path) -> Iterator[Text]:
    lines = []
    clinc = data / "clinc150" / "data.json"
    if clinc.exists():
        lines += [line for line, _ in json.loads(clinc.read_text(encoding="utf-8"))["train"]]
    for path in sorted((data / "polyai-nlu" / "banking_data").glob("*train*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            lines += [row[0] for row in csv.reader(file)][1:]
    yield _text("en", "questions", lines)


def _wolbanking(data: Path) -> Iterator[Text]:
    path = data / "wolbanking" / "questions.csv"
    if path.exists():
        rows = [line.split(";") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
        yield _text("fr", "wolbanking", [row[1] for row in rows])
        yield _text("wo", "wolbanking", [row[3] for row in rows])


def _xsid(data: Path) -> Iterator[Text]:
    for language in _XSID:
        path = data / "xsid/data/xSID-0.7" / f"{language}.valid.conll"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        said = [line.partition("=")[2] for line in lines if line.startswith("# text =")]
        yield _text(language, "xsid", said)
    clinc = data / "clinc150" / "data.json"
    if clinc.exists():
        rows = json.loads(clinc.read_text(encoding="utf-8"))["val"]
        yield _text("en", "clinc", [line for line, _ in rows])


def _mozilla(packs: Path, part: Part) -> Iterator[Text]:
    for language, lines in mozilla.interface_texts(packs).items():
        random.Random(5).shuffle(lines)
        first, last = (int(share * len(lines)) for share in _MOZILLA_PARTS[part])
        yield _text(language, "mozilla", lines[first:last])
