"""What was heard and understood, against what people and the recording say was said.

Errors are counted where there is a reference and nowhere else; of two annotators who differ neither
is one.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from agent.commands import SetSlot
from agent.privacy import SECRET_SLOTS
from pipelines.engines.asr.word_errors import plain, word_errors
from pipelines.quality.annotated import Annotated
from pipelines.quality.turns import Turn

Counted = tuple[float, float]


def against_references(
    turns: Sequence[Turn], right: Annotated, language: str, told: str = ""
) -> dict[str, Counted]:
    """Figures of a call's turns that have a reference in `right`, by their numbers.

    `language` is the call's, `told` the one that its recording is said to be in, "" where it is not
    said. A figure without a reference is not in it.
    """
    found = {
        **_transcribed(turns, right, language),
        "entity_errors": _entities(turns, right),
        "language_right": _languages(turns, right, told),
    }
    return {name: pair for name, pair in found.items() if pair[1]}


def _transcribed(turns: Sequence[Turn], right: Annotated, language: str) -> dict[str, Counted]:
    """Words, and their letters with one space between words, as `plain` has both."""
    words, letters = [0, 0], [0, 0]
    for number, annotation in right.agreed("transcript").items():
        if 0 <= number < len(turns):
            turn = turns[number]
            spoken = turn.heard_as or language
            said, heard = plain(annotation.value, spoken), plain(turn.said, spoken)
            words[0] += word_errors(said, heard)
            words[1] += len(said)
            letters[0] += word_errors(" ".join(said), " ".join(heard))
            letters[1] += len(" ".join(said))
    return {
        "word_errors": (float(words[0]), float(words[1])),
        "character_errors": (float(letters[0]), float(letters[1])),
    }


def _entities(turns: Sequence[Turn], right: Annotated) -> Counted:
    """Details (numbers, amounts, names) that people say were given at a turn: how many of them that
    turn's commands do not set, or set to another value. Secrets are hidden in logs: not counted.
    """
    wrong = count = 0
    for (number, slot), value in right.agreed_slots().items():
        if not 0 <= number < len(turns) or slot in SECRET_SLOTS:
            continue
        commands = turns[number].commands
        understood = [c.value for c in commands if isinstance(c, SetSlot) and c.slot == slot]
        wrong += _plain_value(value) not in map(_plain_value, understood[-1:])
        count += 1
    return float(wrong), float(count)


def _plain_value(value: str) -> str:
    """Without case and spaces; of amounts 12.50 and 12,5 are the same."""
    bare = "".join(value.casefold().split())
    try:
        amount = Decimal(bare.replace(",", ".")) if set(bare) & set(".,") else None
    except InvalidOperation:
        return bare
    return bare if amount is None else str(amount.normalize())


def _languages(turns: Sequence[Turn], right: Annotated, told: str) -> Counted:
    """Spoken turns that were heard as the language they were in; "en-GB" is "en"."""
    said = right.agreed("language")
    whole = said[-1].value if -1 in said else told
    rightly = count = 0
    for number, turn in enumerate(turns):
        spoken = said[number].value if number in said else whole
        if turn.by == "words" and turn.said and spoken:
            rightly += _primary(turn.heard_as) == _primary(spoken)
            count += 1
    return float(rightly), float(count)


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()
