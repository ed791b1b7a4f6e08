"""Languages that are written in two scripts, in the one that their packs are written in."""

# Serbian's standard correspondence, letter by letter (Pravopis srpskoga jezika, 2010)
_SERBIAN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ђ": "đ", "е": "e", "ж": "ž", "з": "z",
    "и": "i", "ј": "j", "к": "k", "л": "l", "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "ć", "у": "u", "ф": "f", "х": "h", "ц": "c",
    "ч": "č", "џ": "dž", "ш": "š",
}  # fmt: skip
_CAPITALS = {cyrillic.upper(): latin.capitalize() for cyrillic, latin in _SERBIAN.items()}
_TO_LATIN = str.maketrans(_SERBIAN | _CAPITALS)
_IN_LATIN = frozenset({"sr", "bs"})


def in_pack_script(text: str, *languages: str) -> str:
    """A text of one of these languages: Serbian and Bosnian in Latin letters, others as they are.

    `languages` are all that it may be in: that of the call, and what its letters tell.
    """
    return text.translate(_TO_LATIN) if _IN_LATIN.intersection(languages) else text
