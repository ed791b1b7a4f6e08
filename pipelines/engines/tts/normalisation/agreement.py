"""Numbers before a noun, in its gender: "eins" is "eine Stunde", "dva" "dvě koruny".

The gender is told by how the noun ends, which holds for the units and currencies that stand here;
those that end otherwise are listed. Case is left alone, but for feminine accusatives (listed).
Other nouns are listed in written.toml, or told by how they end: `counted` and `counted_like`.
"""

import re
from collections.abc import Mapping
from functools import cache

from pipelines.engines.tts.normalisation.cardinals import cardinal
from pipelines.engines.tts.normalisation.nouns import NOUNS, noun, setting, word
from pipelines.engines.tts.normalisation.units import CURRENCIES

BETWEEN = "\ue002"  # the numbers of a range that is said without a word

_Rules = tuple[tuple[str, str], ...]

# By language, what a gender's nouns end in; the first that fits, else "m".
_ENDINGS: Mapping[str, tuple[tuple[str, str], ...]] = {
    **dict.fromkeys(("hr", "bs"), (("m", r"^posto$"), ("f", r"a$"), ("n", r"[^r]o$"))),
    "sr": (("m", r"^(?:evro|kilo)$"), ("f", r"a$"), ("n", r"[^r]o$")),
    **dict.fromkeys(("cs", "sk"), (("n", r"[oe]$|í$"), ("f", r"[aá](?: |$)"))),
    "pl": (("n", r"o$"), ("f", r"a(?: |$)")),
    "sl": (("n", r"^leto$"), ("f", r"a$|stopinja")),
    "bg": (("n", r"[оe]$"), ("f", r"а$|я$"), ("n", "евро")),
    "mk": (("n", r"[о]$"), ("f", r"а$")),
    "uk": (("n", r"євро$"), ("f", r"[ая]$")),
    "lt": (("f", r"[aė]$"),),
    "lv": (("f", r"[ae]$"),),
    "el": (("n", r"^τοις$|(?:ο|ό|έτος|ευρώ|byte|bit|τζ|CFA|βατ|βολτ)$"), ("f", r"[αηά]$")),
    "ro": (("m", r"byte$|^kilowatt"), ("f", r"[ăe]$|^(?:zi|oră)$"),
           ("n", r"^(?:minut|procent|kilogram|grad)")),
    "pt": (("m", r"^dia$|grama$|watt-hora$"), ("f", r"a$|^libra|^coroa|^lira")),
    "es": (("m", r"^día$"), ("f", r"a$|^libra|^corona|^lira")),
    "it": (("f", r"(?:ora|settimana|a)$|^(?:corona|lira|sterlina)"),),
    "fr": (("f", r"^(?:heure|minute|seconde|semaine|livre|couronne|lire|hryvnia|roupie)"),),
    "de": (("m", r"byte$| pro "), ("f", r"[ea]$")),
    "da": (("n", r"^(?:minut|år|pund|kilogram|døgn)"),),
    "sv": (("n", r"^(?:år|pund|kilogram|dygn)"),),
    "sq": (("f", r"[ëa]$"),),
}  # fmt: skip

# "libra esterlina", "stupeň Celsia"
_HEAD_FIRST = frozenset({"cs", "el", "es", "fr", "it", "pl", "pt", "ro", "sk", "uk"})
_GREEK = (
    (r"δεκατρία$", "δεκατρείς"), (r"δεκατέσσερα$", "δεκατέσσερις"), (r"τρία$", "τρεις"),
    (r"τέσσερα$", "τέσσερις"),
)  # fmt: skip
_SOUTH_SLAVIC = (
    (r"\bjedan$", "jedna"),
    (r"\bdva$", "dvije"),
)
# What the last word of a number becomes.
_CHANGES: Mapping[tuple[str, str], _Rules] = {
    ("hr", "f"): _SOUTH_SLAVIC, ("bs", "f"): _SOUTH_SLAVIC,
    ("hr", "n"): ((r"\bjedan$", "jedno"),), ("bs", "n"): ((r"\bjedan$", "jedno"),),
    ("sr", "f"): ((r"\bjedan$", "jedna"), (r"\bdva$", "dve")),
    ("sr", "n"): ((r"\bjedan$", "jedno"),),
    ("cs", "m"): ((r"^jedna$", "jeden"),),
    ("cs", "f"): ((r"^dva$", "dvě"),),
    ("cs", "n"): ((r"^jedna$", "jedno"), (r"^dva$", "dvě")),
    ("sk", "f"): ((r"^jeden$", "jedna"), (r"^dva$", "dve")),
    ("sk", "n"): ((r"^jeden$", "jedno"), (r"^dva$", "dve")),
    ("pl", "f"): ((r"^jeden$", "jedna"), (r"\bdwa$", "dwie")),
    ("pl", "n"): ((r"^jeden$", "jedno"),),
    ("sl", "m"): ((r"\bena$", "en"), (r"\bdve$", "dva"), (r"\btri$", "trije"),
                  (r"\bštiri$", "štirje")),
    ("sl", "f"): ((r"\bdva$", "dve"),),
    ("sl", "n"): ((r"\bena$", "eno"), (r"\bdva$", "dve")),
    # "fa": feminine, in the accusative
    **dict.fromkeys((("hr", "fa"), ("bs", "fa")), ((r"\bjedan$", "jednu"), (r"\bdva$", "dvije"))),
    ("sr", "fa"): ((r"\bjedan$", "jednu"), (r"\bdva$", "dve")),
    ("cs", "fa"): ((r"^jedna$", "jednu"),), ("sk", "fa"): ((r"^jeden$", "jednu"),),
    ("pl", "fa"): ((r"^jeden$", "jedną"),), ("uk", "fa"): ((r"\bодин$", "одну"),),
    ("bg", "m"): ((r"\bедно$", "един"), (r"\bдве$", "два")),
    ("bg", "f"): ((r"\bедно$", "една"),),
    ("mk", "m"): ((r"\bедно$", "еден"), (r"\bдве$", "два")),
    ("mk", "f"): ((r"\bед(?:ен|но)$", "една"), (r"\bдва$", "две")),
    ("mk", "n"): ((r"\bеден$", "едно"), (r"\bдва$", "две")),
    ("uk", "f"): ((r"\bодин$", "одна"), (r"\bдва$", "дві")),
    ("uk", "n"): ((r"\bодин$", "одне"),),
    ("lt", "f"): ((r"\bvienas$", "viena"), (r"\bdu$", "dvi"), (r"\btrys$", "trys"),
                  (r"(\b(?:ketur|penk|šeš|septyn|aštuon|devyn))i$", r"\1ios")),
    ("lv", "f"): ((r"\bviens$", "viena"), (r"\bdivi$", "divas"),
                  (r"(\b(?:četr|piec|seš|septiņ|astoņ|deviņ))i$", r"\1as")),
    ("el", "f"): ((r"\bένα$", "μία"), *_GREEK, (r"κόσια\b", "κόσιες")),
    ("el", "m"): ((r"\bένα$", "ένας"), *_GREEK),
    ("ro", "m"): ((r"^unu$", "un"),),
    ("ro", "n"): ((r"^unu$", "un"), (r"\bdoi$", "două"), (r"\bdoisprezece$", "douăsprezece")),
    ("ro", "hour"): ((r"\bdoi$", "două"), (r"\bdoisprezece$", "douăsprezece")),
    ("ro", "f"): ((r"^unu$", "o"), (r"\bunu$", "una"), (r"\bdoi$", "două"),
                  (r"\bdoisprezece$", "douăsprezece")),
    ("pt", "f"): ((r"\bum$", "uma"), (r"\bdois$", "duas")),
    ("es", "m"): ((r"veintiuno$", "veintiún"), (r"\buno$", "un")),
    ("es", "f"): ((r"uno$", "una"),),
    ("it", "m"): ((r"^uno$", "un"),),
    ("it", "f"): ((r"^uno$", "una"),),
    ("fr", "f"): ((r"\bun$", "une"),),
    ("de", "m"): ((r"(?<!Komma )eins$", "ein"),),
    ("de", "f"): ((r"(?<!Komma )eins$", "eine"),),
    ("da", "m"): ((r"(^|og )et$", r"\1en"),),
    ("sv", "m"): ((r"^ett$", "en"),),
    ("sq", "f"): ((r"\btre$", "tri"),),
    ("hu", "m"): ((r"kettő$", "két"),),
}  # fmt: skip
_HUNDREDS: Mapping[str, tuple[str, str]] = {  # that agree as well
    "es": (r"ientos\b", "ientas"),
    "pt": (r"entos\b", "entas"),
}
_MILLIONS_OF = {"fr": "de", "es": "de", "pt": "de", "it": "di"}
_MALTESE = [
    *("wieħed", "żewġ", "tliet"),
    *("erba'", "ħames", "sitt", "seba'", "tmien", "disa'", "għaxar"),
]
_IRISH = ["aon", "dhá", "trí", "ceithre", "cúig", "sé", "seacht", "ocht", "naoi", "deich"]


@cache
def gender(name: str, language: str) -> str:
    """ "m", "f" or "n": of the unit or currency that `noun` names so."""
    return gender_of(noun(name, 1, language), language)


@cache
def gender_of(singular: str, language: str) -> str:
    """ "m", "f" or "n": as a noun of the kind that stands with numbers ends."""
    if language in _HEAD_FIRST:
        singular = singular.partition(" ")[0]
    for found, ending in _ENDINGS.get(language, ()):
        if re.search(ending, singular):
            return found
    return "m"


@cache
def _kinds(language: str) -> dict[str, str]:
    """By the forms of our nouns, their gender, or another kind of which `_CHANGES` knows."""
    found: dict[str, str] = {"Uhr": "m"} if language == "de" else {}
    for name in (*NOUNS, *(set(CURRENCIES.values()) - {"USD"})):
        for count in (1, 2, 5):
            form = noun(name, count, language)
            if form and name != "percent":
                found.setdefault(form, gender(name, language))
    for kind, listed in (setting("counted", language) or {}).items():
        found |= dict.fromkeys(listed.split(), "" if kind == "none" else kind)
    return found


def kind_of(figures: str, named: str, language: str) -> str:
    """How a number agrees with the word after it; "" where it does not."""
    known = _kinds(language).get(named)
    if known is not None:
        return known
    rules = setting("counted_like", language)
    written = f"{figures} {named}"
    return next((str(kind) for pattern, kind in rules if re.fullmatch(pattern, written)), "")


def beside(rest: str, language: str) -> re.Match[str] | None:
    """The `noun` after a number, be it the first of a `range`: "2 days", "2 to 3 days"."""
    to = rf"(?:\s(?:de\s)?{re.escape(word('to', language))}\s|{BETWEEN})"
    last = rf"(?P<range>{to}\d[\d ., ]*?)\s?(?:de\s)?(?P<noun>(?!%)[^\W\d_]+)"
    ranged = re.match(last, rest) if language != "mt" else None
    return ranged or re.match(r"(?P<range>)\s(?:de\s)?(?P<noun>[^\W\d_]+)", rest)


def agree(said: str, gender: str, language: str) -> str:
    """A counted number as it stands before a noun of that gender."""
    for pattern, replacement in _CHANGES.get((language, gender), ()):
        changed = re.sub(pattern, replacement, said)
        if changed != said:
            said = changed
            break
    if gender == "f" and language in _HUNDREDS:
        said = re.sub(*_HUNDREDS[language], said)
    return said


def counted(n: int, name: str, language: str) -> str | None:
    """So many of a unit or currency, in words; None where the language has no words for it."""
    named = noun(name, n, language)
    said = number(n, language)
    if said is None or not named:
        return None
    if language == "ga":
        return _irish(n, said, named, name)
    if language == "mt":
        return _maltese(n, said, named)
    if n and n % 1_000_000 == 0 and language in _MILLIONS_OF:
        return f"{said} {millions_of(named, language)}{named}"
    if name == "percent" and language in ("es", "it"):
        return f"{said} {named}"
    whole = f"{agree(said, gender(name, language), language)} {named}"
    return re.sub(r"^una (?=[aeiou])", "un'", whole) if language == "it" else whole


def millions_of(named: str, language: str) -> str:
    """What stands between round millions and what they count."""
    if language == "fr" and re.match("[aeéiouh]", named):
        return "d'"
    return f"{_MILLIONS_OF[language]} " if language in _MILLIONS_OF else ""


def number(n: int, language: str) -> str | None:
    """A number as it is counted, millions too where `cardinal` ends below them."""
    said = cardinal(n, language)
    if said is not None:
        return said
    millions, rest = divmod(n, 1_000_000)
    head = counted(millions, "million", language) if 0 < millions < 1_000_000 else None
    tail = cardinal(rest, language)
    if head is None or tail is None:
        return None
    return f"{head} {tail}" if rest else head


def counting(n: int, said: str, language: str) -> str | None:
    """A number before a noun where that is a word of its own; None where it is not."""
    own = {"ga": _IRISH, "mt": _MALTESE}.get(language)
    if own is None:
        return None
    return own[n - 1] if 0 < n < 11 else said


def _irish(n: int, said: str, named: str, name: str) -> str:
    """ "cúig ghigibheart"; "déag" follows the noun."""
    if 0 < n < 11:
        return f"{_IRISH[n - 1]} {named}"
    if 10 < n < 20:
        lenited = noun(name, n - 10, "ga")
        return f"{_IRISH[n - 11]} {lenited} déag"
    return f"{said.removeprefix('a ')} {named}"


def _maltese(n: int, said: str, named: str) -> str:
    """ "ħames ewro", "ħdax-il ewro"."""
    if 1 < n < 11:
        return f"{_MALTESE[n - 1]} {named}"
    if n == 1:
        return f"{named} wieħed"
    return f"{said}{'-il' if 10 < n % 100 < 20 else ''} {named}"
