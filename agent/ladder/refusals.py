"""Words that are like a wish and are none: refused by the caller, or those of something else."""

from collections.abc import Sequence, Set

from agent.commands import Understanding
from agent.ladder.turn import Turn
from agent.languages.clauses import clauses
from agent.languages.language import Intent, Language, reduced, words
from agent.languages.yes_no import YesNoWords, refuses
from agent.slots.values import contains

PERSON = "person"  # the signal of who asks for one
_SURELY = 0.9
_NAMED = 0.5  # so probably a part of a turn names a use case that it refuses


def is_refused(turn: Turn, found: Understanding) -> bool:
    """Whether the caller says that they do not want what their words are like.

    That is use cases and a person; who wants no contract any more, or not to live, says so with a
    no. Where the parts of a turn were judged, it is refused in the parts that are about it.
    """
    intent = turn.language.intents.get(found.intent)
    if intent is None or not (intent.kind == "flow" or intent.name == PERSON):
        return False
    if turn.plain in turn.language.exact:
        return False
    about = [part for part, name, _ in _parts(turn) if name == intent.name] or [turn.text]
    says = turn.language.yes_no_words
    for part in about:
        plain = words(part)
        nearest = turn.language.classifier.guess(plain, (intent.name,)).sample
        if not (is_contrast(plain, says) or refuses(plain, nearest, says)):
            return False
    return True


def _parts(turn: Turn) -> list[tuple[str, str, float]]:
    """The parts of a turn, each with its likeliest intent; the whole where it has no parts."""
    parts = clauses(turn.text, turn.language.joins)
    if len(parts) != len(turn.clauses):
        return []
    each = list(zip(parts, turn.clauses, strict=True)) or [(turn.text, turn.likely)]
    return [(part, *(likely[0] if likely else ("", 0.0))) for part, likely in each]


def is_excepted(plain: str, intent: Intent) -> bool:
    """Whether it is said in words that only look like it."""
    return any(contains(plain, reduced(phrase)) for phrase in intent.unless)


def is_contrast(part: str, says: YesNoWords) -> bool:
    """Whether a part of a turn only says what is not meant: "not the television", "pas la télé".

    `part` as words; what stands before ("no no, not ...") means nothing.
    """
    said = f"{_bare(part, (*says.asides, *says.no, *says.yes))} "
    return any(f"{begun} ".startswith(f"{p} ") for p in says.contrasts for begun in (part, said))


def _bare(part: str, before: Sequence[str]) -> str:
    """What is left of a part without the words before it that mean nothing."""
    while longest := max(
        (p for p in before if f"{part} ".startswith(f"{p} ")), key=len, default=""
    ):
        part = part[len(longest) :].strip()
    return part


def unwanted(turn: Turn) -> list[str]:
    """The use cases that were asked for, or thought to be, and that the turn says are not wanted.

    "No technician", "I don't need a new contract"; not those that another part is about.
    """
    refused, meant = [], set()
    for part, name, sure in _parts(turn):
        if name in turn.question.wanted and sure >= _NAMED and _refuses(part, name, turn.language):
            refused.append(name)
        else:
            meant.add(name)
    return [name for name in dict.fromkeys(refused) if name not in meant]


def _refuses(part: str, name: str, language: Language) -> bool:
    says, plain = language.yes_no_words, words(part)
    nearest = language.classifier.guess(plain, (name,)).sample
    bare = f"{_bare(plain, (*says.asides, *says.yes))} "
    without = any(bare.startswith(f"{w} ") and w not in nearest.split() for w in says.without)
    return without or is_contrast(plain, says) or refuses(plain, nearest, says)


def meant_parts(text: str, language: Language) -> str:
    """The turn as words, less the parts that say what is not meant, or not wanted.

    The latter where others are left: "I do not need it any more" may be the answer.
    """
    parts = [words(part) for part in clauses(text, language.joins, 1)] or [words(text)]
    says = language.yes_no_words
    meant = [part for part in parts if not is_contrast(part, says)]
    return " ".join([part for part in meant if not refuses(part, "", says)] or meant)


def set_aside(turn: Turn) -> Set[str]:
    """The intents of parts that say what is not meant, unless another part surely has them, too."""
    if not turn.clauses:
        return frozenset()
    named: dict[bool, set[str]] = {True: set(), False: set()}
    for part, name, sure in _parts(turn):
        contrast = is_contrast(words(part), turn.language.yes_no_words)
        if contrast or sure >= _SURELY:
            named[contrast].add(name)
    return named[True] - named[False]
