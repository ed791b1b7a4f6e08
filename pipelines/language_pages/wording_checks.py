"""What is refused of a reviewer's sentences, and what is kept with a warning.

Refused is what `waxtaan check --language` would find wrong, or what would be lost in a call: a
value that is not there, nothing at all, the same twice.
"""

import string
from collections import Counter
from collections.abc import Mapping, Sequence

from agent.languages.language import Intent, Language, words
from agent.languages.wording import PERSONAL
from pipelines.packs.coverage import OWN_FIELDS, fields
from pipelines.packs.entries import Entry

LONGEST = 1000  # characters of a sentence
MOST = 2000  # sentences of a list
_BUILT = ("date", "time", "money.", "gigabytes.", "days.")  # may be put together otherwise
_DISCLOSURE = "greet.disclosure"  # is one sentence: it cannot be talked over


def faults(entry: Entry, sentences: Sequence[str], language: Language) -> list[str]:
    """Why the sentences cannot stand there, each for a person to read; none: they can."""
    found = _of_any(entry, sentences)
    if entry.file == "phrases":
        return found + _of_wording(entry, sentences, language)
    if entry.file == "intents" and not found:
        return _of_samples(entry, sentences, language.intents)
    return found


def warnings(entry: Entry, sentences: Sequence[str]) -> list[str]:
    """What is right and may still be meant otherwise."""
    if entry.file != "phrases" or not entry.source:
        return []
    lost = sorted(fields(entry.source) - fields(sentences))
    return [f"without {{{name}}}, which English says" for name in lost]


def _of_any(entry: Entry, sentences: Sequence[str]) -> list[str]:
    found = []
    if not sentences and (entry.source or entry.own):
        found.append("empty: at least one sentence has to stand here")
    if len(sentences) > MOST:
        found.append(f"{len(sentences)} sentences; {MOST} at most")
    for sentence in sentences:
        if not sentence.strip():
            found.append("a line is empty: take it away")
        if len(sentence) > LONGEST:
            found.append(f"'{sentence[:40]}…' is longer than {LONGEST} characters")
        if not sentence.isprintable():
            found.append(f"'{sentence[:40]}' holds a character that cannot be seen: type it anew")
    same = words if entry.file != "phrases" else str.strip
    counted = Counter(filter(None, map(same, sentences)))
    # what stood there twice before is not this reviewer's doing
    before = Counter(filter(None, map(same, entry.own)))
    found += [f"twice: '{each}'" for each, n in counted.items() if n > max(1, before.get(each, 0))]
    return found


def _of_wording(entry: Entry, sentences: Sequence[str], language: Language) -> list[str]:
    found = []
    known = fields(_like(entry, language))
    if entry.key.startswith(_BUILT):
        known |= OWN_FIELDS
    told = ", ".join(f"{{{name}}}" for name in sorted(known)) or "none"
    for sentence in sentences:
        try:
            parts = [part for part in string.Formatter().parse(sentence) if part[1] is not None]
        except ValueError:
            found.append(f"'{sentence}': a brace stands alone; a value is written {{name}}, whole")
            continue
        for _, name, how, conversion in parts:
            if name not in known:
                found.append(f"unknown value {{{name}}}; there are {told}, written as in English")
            elif conversion or not _is_spoken(how or "", language):
                shown = f"{name}:{how}" if how else f"{name}!{conversion}"
                found.append(f"{{{shown}}}: values are not spoken so; write it as English does")
    if entry.key == _DISCLOSURE and len(sentences) > 1:
        found.append("must be one sentence: callers cannot talk over it")
    return found


def _like(entry: Entry, language: Language) -> Sequence[str]:
    """Whose values it may use: English's, of a form that English lacks those of the others."""
    if entry.source:
        return entry.source
    base = entry.key.rpartition(".")[0]
    family = [
        s for name in language.phrases if name.startswith(base) for s in language.phrases[name]
    ]
    return [*entry.own, *(family if base else ())]


def _is_spoken(how: str, language: Language) -> bool:
    if not how or how in PERSONAL or how == "length":
        return True
    there: Language | None = language
    while there is not None:
        if any(name.startswith(f"{how}.") for name in there.phrases):
            return True
        there = there.fallback
    return False


def _of_samples(entry: Entry, sentences: Sequence[str], intents: Mapping[str, Intent]) -> list[str]:
    """Of `say` and `must`, what is new: none teaches two intents, or is taught and tested."""
    name, *rest = entry.place
    known = intents.get(name)
    kind = rest[0] if rest else ""
    before = set(map(words, entry.own))
    new = [each for each in sentences if words(each) not in before]
    found = []
    if kind == "say" and (known is None or known.kind != "answer"):
        taught = {
            words(s): each.name
            for each in intents.values()
            if each.name != name and each.kind != "answer"
            for s in each.say
        }
        found += [
            f"'{each}' is a sample of [{taught[words(each)]}]: it cannot mean both"
            for each in new
            if words(each) in taught
        ]
    other = {"say": "must", "must": "say"}.get(kind)
    if known is not None and other:
        there = {words(each) for each in getattr(known, other)}
        found += [
            f"'{each}' stands in `{other}` of [{name}]: `must` tests what `say` has not taught"
            for each in new
            if words(each) in there
        ]
    return found
