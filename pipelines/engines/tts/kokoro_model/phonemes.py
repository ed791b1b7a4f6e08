"""A text in the phonemes that Kokoro reads, by espeak-ng.

Kokoro was trained on the phonemes of misaki (https://github.com/hexgrad/misaki, Apache-2.0):
espeak's, with one letter for each diphthong and affricate, punctuation kept. The tables are
misaki's, those for English from its fallback for words that its dictionary lacks.
"""

import re
from collections.abc import Callable

TIE = "^"  # what espeak is told to put between the halves of a diphthong

# The first letter of a voice's name tells its language: espeak's name for it.
LANGUAGES = {"a": "en-us", "b": "en-gb", "e": "es", "f": "fr-fr", "i": "it", "p": "pt-br"}
CODES = {"en": "en-us", "es": "es", "fr": "fr-fr", "it": "it", "pt": "pt-br"}

_BY_NUMBER = {
    1: ";:,.!?", 9: '—…"()“” \u0303ʣʥʦʨᵝ\uab67AI', 31: "O", 33: "Q", 35: "ST", 39: "W", 41: "Yᵊ",
    43: "abcdef", 50: "hijklmnopqrstuvwxyzɑɐɒæ", 75: "βɔɕç", 80: "ɖðʤə", 85: "ɚɛɜ", 90: "ɟ",
    92: "ɡ", 99: "ɥ", 101: "ɨɪʝ", 110: "ɯɰŋɳɲɴø", 118: "ɸθœ", 123: "ɹ", 125: "ɾɻ", 128: "ʁɽʂʃʈʧ",
    135: "ʊʋ", 138: "ʌɣɤ", 142: "χʎ", 147: "ʒʔ", 156: "ˈˌː", 162: "ʰ", 164: "ʲ", 169: "↓",
    171: "→↗↘", 177: "ᵻ",
}  # fmt: skip
TOKENS = {
    letter: number
    for first, letters in _BY_NUMBER.items()
    for number, letter in enumerate(letters, first)
}
MOST = 510  # phonemes at once

_MARKS = re.compile(r"\s*((?:[;:!?…—“”()\"«»¡¿]|[.,](?!\d))+)\s*")
_UNHEARD = str.maketrans("", "", '“”()"«»¡¿')
_SWITCH = re.compile(r"\([a-z-]{2,}\)")  # espeak's note that a word is of another language

_ENGLISH = {
    "ʔˌn\u0329": "ʔn", "ʔn\u0329": "ʔn", "a^ɪ": "I", "a^ʊ": "W", "d^ʒ": "ʤ", "e^ɪ": "A",
    "t^ʃ": "ʧ", "ɔ^ɪ": "Y", "ə^l": "ᵊl", "ʲo": "jo", "ʲə": "jə", "ʲ": "", "ɚ": "əɹ", "r": "ɹ",
    "x": "k", "ç": "k", "ɐ": "ə", "ɬ": "l", "\u0303": "",
}  # fmt: skip
_BRITISH = {"e^ə": "ɛː", "iə": "ɪə", "ə^ʊ": "Q"}
_AMERICAN = {"o^ʊ": "O", "ɜːɹ": "ɜɹ", "ɜː": "ɜɹ", "ɪə": "iə", "ː": ""}
_OTHER = {
    "a^ɪ": "I", "a^ʊ": "W", "d^z": "ʣ", "d^ʒ": "ʤ", "e^ɪ": "A", "o^ʊ": "O", "ə^ʊ": "Q",
    "s^s": "S", "t^s": "ʦ", "t^ʃ": "ʧ", "ɔ^ɪ": "Y",
}  # fmt: skip


def phonemes(text: str, language: str, espeak: Callable[[str], str]) -> str:
    """What is to be read, one letter a token; "" where there is nothing to say.

    Args:
        text: a sentence, or a part of one.
        language: espeak's name for it.
        espeak: a text without punctuation in IPA, diphthongs tied with `TIE`.
    """
    said = []
    pieces = _MARKS.split(text.strip())
    for words, marks in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        spelt = _respelt(_SWITCH.sub("", espeak(words)), language) if words.strip() else ""
        said.append(spelt + marks.translate(_UNHEARD)[:1])
    joined = re.sub(r"\s+(?=[;:,.!?—…]|$)", "", " ".join(" ".join(said).split()))
    return "".join(letter for letter in joined if letter in TOKENS)


def _respelt(ipa: str, language: str) -> str:
    if not language.startswith("en"):
        return _replaced(ipa, _OTHER).replace(TIE, "").replace("-", "")
    spelt = re.sub("(\\S)\u0329", r"ᵊ\1", _replaced(ipa, _ENGLISH)).replace("\u0329", "")
    spelt = _replaced(spelt, _BRITISH if language == "en-gb" else _AMERICAN)
    return spelt.replace("ɾ", "T").replace("ʔ", "t").replace(TIE, "")


def _replaced(text: str, table: dict[str, str]) -> str:
    for old in sorted(table, key=len, reverse=True):
        text = text.replace(old, table[old])
    return text
