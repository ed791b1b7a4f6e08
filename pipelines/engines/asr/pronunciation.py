"""How words sound, in the phones of the English acoustic model (CMU's 39).

English words are looked up in the dictionary that comes with pocketsphinx. Words it does not have,
and all words of other languages, come from a synthesiser's IPA, sound by sound: the acoustic model
then hears, say, French through English sounds. Several readings of each word make up for some of
what is lost. The method is SALAAM's (Qiao, Sherwani, Rosenfeld: Small-vocabulary speech
recognition for resource-scarce languages, ACM DEV 2010), with a table in place of its training
recordings.
"""

import importlib.util
import mmap
import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from pipelines.engines.asr.engine import EngineError

Phonemes: TypeAlias = Callable[[Sequence[str], str], Awaitable[list[str]]]  # texts, voice -> IPA
Readings: TypeAlias = tuple[str, ...]  # of a word, each CMU phones separated by spaces, best first

MOST_READINGS = 6  # of a word: 3 gave 56 % and 6 gave 59 % of 100 French words
VOICES = {"en": "en-us"}  # where a language's voice is not named as the language is

# What callers of a telephone company say and a dictionary of 1998 does not know.
SUPPLEMENT: dict[str, Readings] = {
    "hotspot": ("HH AA T S P AA T",),
    "modem": ("M OW D AH M",),
    "puk": ("P AH K",),
    "roaming": ("R OW M IH NG",),
    "router": ("R AW T ER", "R UW T ER"),
    "sim": ("S IH M",),
    "sms": ("EH S EH M EH S",),
    "voicemail": ("V OY S M EY L",),
    "wifi": ("W AY F AY",),
    "wi-fi": ("W AY F AY",),
}

# IPA as espeak-ng writes it -> CMU phones, the nearest first; "" is a sound that may be missing.
# All that it writes for the languages of prompts/ is here: tests/prompts/test_sounds.py looks.
SOUNDS: dict[str, tuple[str, ...]] = {
    # diphthongs and affricates, which would otherwise be read as two sounds
    "aɪ": ("AY",), "aʊ": ("AW",), "eɪ": ("EY",), "oʊ": ("OW",), "əʊ": ("OW",), "ɔɪ": ("OY",),
    "ɔø": ("OY",), "dʒ": ("JH",), "tʃ": ("CH",),
    # vowels
    "a": ("AA", "AE"), "ɑ": ("AA",), "æ": ("AE",), "ɐ": ("AH", "AA"), "ʌ": ("AH",),
    "ɒ": ("AA", "AO"), "e": ("EY", "EH"), "ɛ": ("EH",), "ə": ("AH", "UH"), "ɚ": ("ER",),
    "ɜ": ("ER",),
    "ø": ("UH", "ER"), "œ": ("ER", "AH"), "i": ("IY",), "ɪ": ("IH",), "ᵻ": ("IH", "AH"),
    "ɨ": ("IH", "UH"), "y": ("UW", "IY"), "ʏ": ("UH", "IH"), "o": ("OW", "AO"), "ɔ": ("AO", "AH"),
    "u": ("UW",), "ʊ": ("UH",), "ɯ": ("UW", "UH"),
    "ɑ̃": ("AA N", "AO N", "AA"), "ɔ̃": ("AO N", "OW N", "OW"),
    "ɛ̃": ("AE N", "AE"), "œ̃": ("AE N", "AH N"),
    "ɤ": ("AH", "UH"), "ɵ": ("AH", "UH"), "ʉ": ("UW", "UH"), "ε": ("EH",), "A": ("AA", "AE"),
    # Portuguese: what comes after a nasal vowel, if anything, is written after it
    "ɐ̃": ("AH", "AH N"), "ẽ": ("EY", "EY N"), "ĩ": ("IY", "IY N"), "õ": ("OW", "OW N"),
    "ũ": ("UW", "UW N"), "\u0303": ("N", ""), "w̃": ("W", "W N"), "j̃": ("Y", "Y N"),
    # half of a diphthong: Danish r, Irish i
    "ɐ̯": ("R", "AH"), "i̯": ("Y", ""), "u̯": ("W", ""), "\u032f": ("",),
    # half vowels and liquids
    "ɥ": ("W",), "w": ("W",), "j": ("Y",), "l": ("L",), "ɫ": ("L",), "ɬ": ("L",),
    "ɭ": ("L",), "ʎ": ("L Y", "Y"),
    "ɹ": ("R",), "r": ("R",), "ɾ": ("D", "R"), "ʁ": ("R", "HH", ""),
    "r̝": ("R ZH", "ZH", "R"), "r̝̊": ("R SH", "SH", "R"),
    # consonants
    "p": ("P",), "b": ("B",), "ɓ": ("B",), "t": ("T",), "d": ("D",), "ɗ": ("D",), "k": ("K",),
    "q": ("K",), "ɡ": ("G",), "g": ("G",), "c": ("CH", "K"), "ɟ": ("JH", "G"), "ʝ": ("Y", "JH"),
    "ʄ": ("Y", "JH"), "ʔ": ("",), "?": ("",), "f": ("F",), "v": ("V",), "ʋ": ("V", "W"),
    "β": ("B", "V"),
    "θ": ("TH",), "ð": ("DH",), "s": ("S",), "z": ("Z",), "ʃ": ("SH",), "ʂ": ("SH",), "ɕ": ("SH",),
    "ʒ": ("ZH", "JH"), "ʐ": ("ZH",), "ʑ": ("ZH",), "ç": ("HH", "SH"), "x": ("HH", "K"),
    "χ": ("HH", "K"), "ɣ": ("G",), "h": ("HH",), "ɦ": ("HH",),
    "m": ("M",), "n": ("N",), "ɲ": ("N Y", "N"), "ŋ": ("NG", "N"),
}  # fmt: skip
_SPELLINGS = {unicodedata.normalize("NFD", sound): phones for sound, phones in SOUNDS.items()}
_SOUND = re.compile("|".join(sorted(map(re.escape, _SPELLINGS), key=len, reverse=True)))
# language switches; stress, length, ties, what is short or soft; all decomposed
_SILENT = re.compile("\\([a-z-]+\\)|[-ˈˌːˑ‿^ʲ` \u0329\u032a\u0361\u0306]")


def words_of(phrase: str) -> list[str]:
    """The words of a phrase as they are looked up: lower case, without punctuation."""
    plain = unicodedata.normalize("NFC", phrase).lower().replace("’", "'")
    return re.findall(r"[^\W_]+(?:['-][^\W_]+)*'?", plain)


def readings_of(ipa: str, most: int = MOST_READINGS) -> Readings:
    """CMU readings of a word given in IPA, the most likely first; none where no sound is known."""
    sounds = [_SPELLINGS[sound] for sound in _SOUND.findall(_sounding(ipa))]
    likely = [phones[0] for phones in sounds]
    candidates = [likely, [phones[min(1, len(phones) - 1)] for phones in sounds]]
    # Then each uncertain sound alone: wherever it occurs, and after that place by place.
    for uncertain in dict.fromkeys(phones for phones in sounds if len(phones) > 1):
        candidates.append([p[1] if p == uncertain else p[0] for p in sounds])
    for place, phones in enumerate(sounds):
        candidates += [[*likely[:place], other, *likely[place + 1 :]] for other in phones[1:]]
    readings = (" ".join(phone for phone in candidate if phone) for candidate in candidates)
    return tuple(list(dict.fromkeys(reading for reading in readings if reading))[:most])


def unknown_sounds(ipa: str) -> list[str]:
    """What of a word given in IPA is not in the table, each once, and so not listened for."""
    return list(dict.fromkeys(_SOUND.sub("", _sounding(ipa))))


def _sounding(ipa: str) -> str:
    """What of it sounds, decomposed."""
    return _SILENT.sub("", unicodedata.normalize("NFD", ipa))


class Dictionary:
    """CMU's dictionary, read in place: its 130,000 words would fill 20 MB as Python objects."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def readings(self, word: str) -> Readings:
        """The readings of an English word, () where it has none. Takes some microseconds."""
        key, low, high = word.encode(), 0, len(self._text)
        while low < high:  # the first line whose word is not before this one
            start = self._text.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = self._line_end(start)
            if _headword(self._text[start:end]) < key:
                low = end + 1
            else:
                high = start
        found = []
        while low < len(self._text):
            line = self._text[low : self._line_end(low)]
            if _headword(line) != key:
                break
            found.append(line.partition(b" ")[2].decode().strip())
            low += len(line) + 1
        return tuple(found)

    def _line_end(self, start: int) -> int:
        end = self._text.find(b"\n", start)
        return len(self._text) if end < 0 else end


def _headword(line: bytes) -> bytes:
    """`reading` of the line `reading(2) R EH D IH NG`."""
    return re.sub(rb"\(\d+\)$", b"", line.partition(b" ")[0])


class Pronouncer:
    """Readings for phrases' words, remembered: what calls say comes from a few thousand words."""

    def __init__(self, phonemes: Phonemes | None = None) -> None:
        self._phonemes = phonemes
        self._dictionary = Dictionary(model_path() / "cmudict-en-us.dict")
        self._known: dict[tuple[str, str], Readings] = {}

    @property
    def foreign(self) -> bool:
        """Whether words outside the English dictionary can be read."""
        return self._phonemes is not None

    def known(self, language: str, words: Iterable[str]) -> dict[str, Readings] | None:
        """Readings of the words, at once; None where some have to be asked for."""
        found = {word: self._look_up(language, word) for word in words}
        complete = {word: readings for word, readings in found.items() if readings is not None}
        return complete if len(complete) == len(found) else None

    async def ask(self, language: str, words: Iterable[str]) -> dict[str, Readings]:
        """Readings of the words, asking the synthesiser where needed.

        Raises:
            EngineError: a word has no reading; the synthesiser failed or there is none.
        """
        words = list(dict.fromkeys(words))
        missing = [word for word in words if self._look_up(language, word) is None]
        if missing:
            if self._phonemes is None:
                raise EngineError(
                    f"no pronunciation for {missing[:5]} in {language!r}: "
                    "start the recogniser with a source of phonemes (the espeak voice)"
                )
            spoken = await self._phonemes(missing, VOICES.get(language, language))
            for word, ipa in zip(missing, spoken, strict=True):
                self._known[language, word] = readings_of(ipa)
        return {word: self._look_up(language, word) or () for word in words}

    def _look_up(self, language: str, word: str) -> Readings | None:
        key = (language, word)
        if key not in self._known and language == "en":
            readings = SUPPLEMENT.get(word) or self._dictionary.readings(word)
            if readings:
                self._known[key] = readings
        return self._known.get(key)


def model_path() -> Path:
    """The folder of pocketsphinx' models, found without importing it. Raises EngineError."""
    spec = importlib.util.find_spec("pocketsphinx")
    if spec is None or not spec.submodule_search_locations:
        raise EngineError("pocketsphinx is not installed: pip install 'pocketsphinx>=5.0.4'")
    return Path(spec.submodule_search_locations[0]) / "model" / "en-us"
