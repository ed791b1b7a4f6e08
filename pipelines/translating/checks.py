"""What is wrong with a drafted line, in words that a model can mend it by; "" if nothing is."""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.engines.language_id.identify import identify, languages
from pipelines.translating.items import Part

_SHORT, _LONG = 0.3, 3.0  # of the letters of the source
_TELLING = 24  # letters of a source from which on too short tells anything
_WORD = 60  # letters that a line may have whatever stands for it in the source
_MOSTLY = 0.6  # of the letters that are in the language's script
_CLEAR = 5  # words from which on a text tells its language
_ANOTHER, _OWN = 0.9, 0.02  # probability of another language, and at most of this one, to refuse
_JAPANESE = frozenset({"CJK", "HIRAGANA", "KATAKANA"})
_DENSE = "CJK"  # a letter of it is a word of others
_ACRONYM = re.compile(r"\b[A-Z][A-Z0-9]{1,5}\b")  # SIM, PUK: the same in any script
_DOTLESS = frozenset({"tr", "az"})  # whose small I has no dot
_PATTERN = re.compile(r"[\w|*' -]+")


@dataclass(frozen=True, slots=True)
class Target:
    """The language that is drafted.

    `name` is what it calls itself, whose letters are those that its lines are written in;
    `english` its English name.
    """

    code: str
    name: str
    english: str

    @property
    def scripts(self) -> frozenset[str]:
        """As Unicode calls them: "GEORGIAN"."""
        found = frozenset(_script(c) for c in self.name if c.isalpha())
        return found | _JAPANESE if found & _JAPANESE else found


def cleaned(line: str) -> str:
    """Composed (NFC), without blanks at its ends or two of them together."""
    return " ".join(unicodedata.normalize("NFC", line).split())


def spoken(line: str, target: Target) -> str:
    """The same as recognisers write it: lower case, without a sign at its end."""
    if target.code.partition("-")[0] in _DOTLESS:
        line = line.replace("I", "ı").replace("İ", "i")
    return cleaned(line).lower().rstrip(" .?!…。？！؟")


def fault(line: str, source: str, part: Part, target: Target, *, insists: bool = False) -> str:
    """Of a line that stands for `source`; for a way to say something that is "".

    `insists`: it was refused as unchanged, and given again.
    """
    if not line:
        return "is empty"
    if any(unicodedata.category(c).startswith("C") and c not in "\u200c\u200d" for c in line):
        return "has a control character"
    if part.how == "lines":
        found = (
            _placeholders(line, source)
            or _unchanged(line, source, insists)
            or _length(line, source, target)
        )
    else:
        found = _way(line, part, target)
    return found or ("" if part.foreign else _of_the_language(line, target))


def _placeholders(line: str, source: str) -> str:
    try:
        there, wanted = _fields(line), _fields(source)
    except ValueError:
        return "has a brace that belongs to no {placeholder}"
    if there == wanted:
        return ""
    told = {False: "none", True: ", ".join(sorted(wanted.elements()))}[bool(wanted)]
    return f"must have exactly these placeholders, unchanged: {told}"


def _fields(text: str) -> Counter[str]:
    found = Counter[str]()
    for _, name, how, conversion in string.Formatter().parse(text):
        if name is not None:
            found[
                f"{{{name}{'!' + conversion if conversion else ''}{':' + how if how else ''}}}"
            ] += 1
    return found


def _unchanged(line: str, source: str, insists: bool) -> str:
    words = [word for word in bare(source).split() if any(c.isalpha() for c in word)]
    if not words or bare(line).casefold() != bare(source).casefold():
        return ""
    if all(_ACRONYM.fullmatch(word) or not word.isalpha() for word in words):
        return ""  # a name or a number
    if len(words) == 1:
        return "" if insists else "is the text unchanged; give it again if that is the word for it"
    return "is the text unchanged, not a translation"


def _length(line: str, source: str, target: Target) -> str:
    there, wanted = len(bare(line)), len(bare(source))
    most = max(_WORD, _LONG * wanted)
    least = _SHORT * wanted if wanted >= _TELLING and _DENSE not in target.scripts else 0
    if there < least:
        return f"is too short ({there} letters for {wanted}): something is missing"
    return f"is too long ({there} letters for {wanted}): say just this" if there > most else ""


def _way(line: str, part: Part, target: Target) -> str:
    if part.pattern:
        return (
            "" if _PATTERN.fullmatch(line.replace("’", "'")) else "has a sign that is none of | * -"
        )
    if set("{}") & set(line):
        return "has a brace"
    longest = max(map(len, part.lines))
    if len(line) > max(_WORD, _LONG * longest):
        return f"is too long ({len(line)} letters): shorter, as people say it"
    same = len(line.split()) > 1 and line in part.lines and not part.foreign
    return "is the source's text unchanged" if same else ""


def _of_the_language(line: str, target: Target) -> str:
    text = bare(_ACRONYM.sub("", line))
    scripts = [_script(c) for c in text if c.isalpha()]
    own = sum(script in target.scripts for script in scripts)
    if scripts and own < _MOSTLY * len(scripts):
        strange = Counter(s for s in scripts if s not in target.scripts).most_common(1)[0][0]
        return f"is written in {strange.title()} letters; {target.name} is not"
    if target.code in languages() and len(text.split()) >= _CLEAR:
        shares = identify(text)
        if shares and shares[0][1] >= _ANOTHER and dict(shares).get(target.code, 0.0) <= _OWN:
            return f"reads as '{shares[0][0]}', not as '{target.code}'"
    return ""


def bare(text: str) -> str:
    """Without its placeholders."""
    return cleaned(re.sub(r"\{[^{}]*\}", " ", text))


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]


def mostly_unchanged(lines: Sequence[str], part: Part) -> bool:
    """Whether ways to say something are, more than half, those of the source."""
    return (
        len(lines) > 1
        and not part.foreign
        and sum(line in part.lines for line in lines) > len(lines) / 2
    )
