"""Annotations as what they are good for: golden calls, labelled cases, samples, training pairs.

Each export takes what annotators said last; where two say differently, it is left out and counted:
nobody has decided between them yet.
"""

import csv
import io
import wave
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agent.actions import Action
from agent.dialogue import Dialogue
from agent.events import Event, Hypothesis, TurnEnded, TurnStarted
from agent.log import header, line
from agent.replay import exchanges
from pipelines.packs.reader import DialogueConfig
from pipelines.quality.annotated import Annotated
from pipelines.quality.turns import Turn
from pipelines.store.annotations import About

_MARGIN = 0.2  # s of sound around a turn: where the recogniser hears it begin is no word's edge


def samples(calls: Iterable[Annotated]) -> Iterator[tuple[str, str, str]]:
    """(language, words, right intent) of turns, NONE for none of ours: for `samples.toml`."""
    return _labelled(calls, "intent")


def escalation_cases(calls: Iterable[Annotated]) -> Iterator[tuple[str, str, str]]:
    """(language, words, rule) of turns at which the rule should call, NONE where none should."""
    return _labelled(calls, "escalation")


def _labelled(calls: Iterable[Annotated], about: About) -> Iterator[tuple[str, str, str]]:
    for call in calls:
        words = call.agreed("transcript")
        for number, right in sorted(call.agreed(about).items()):
            turn = _turn(call, number)
            if turn is not None:
                said = words[number].value if number in words else turn.said
                yield turn.heard_as, said, right.value


def _turn(call: Annotated, number: int) -> Turn | None:
    if not 0 <= number < len(call.turns):
        return None
    turn = call.turns[number]
    return turn if turn.by == "words" and turn.said else None


def golden(
    call: Annotated, entries: Iterable[Event | Action], config: DialogueConfig
) -> str | None:
    """The call's log, `entries`, with the words put right; None where no words were.

    What it then decides is today's decision: whoever keeps it as a golden call has looked at it.
    """
    right = {n: a.value for n, a in call.agreed("transcript").items()}
    if not right:
        return None
    dialogue = Dialogue(config.languages, config.flows, config.policy)
    written = [header(id=call.id, words="corrected")]
    number = -1
    begun = {turn.at: n for n, turn in enumerate(call.turns) if turn.by == "words"}
    for event, _ in exchanges(entries):
        if isinstance(event, TurnStarted):
            number = begun.get(event.at, -1)
        elif isinstance(event, Hypothesis) and event.final and number in right:
            event = replace(event, text=right[number], confidence=1.0, words=())
        elif isinstance(event, TurnEnded) and number in right:
            # What other words may have wanted says nothing of these.
            event = replace(event, intents=(), clauses=(), reply=())
        written += [line(event), *map(line, dialogue.receive(event))]
    return "\n".join(written) + "\n"


@dataclass(frozen=True, slots=True)
class TrainingPair:
    """A turn's sound (a WAV file's bytes) and what was said in it."""

    name: str
    wav: bytes
    text: str
    language: str


def training_pairs(calls: Iterable[Annotated]) -> Iterator[TrainingPair]:
    """Of turns whose words somebody corrected or confirmed, where there is sound."""
    for call in calls:
        if call.caller is None:
            continue
        for number, right in sorted(call.agreed("transcript").items()):
            turn = _turn(call, number)
            if turn is not None and turn.ended is not None:
                wav = _cut(call.caller, turn.at - _MARGIN * 2, turn.ended - turn.paused + _MARGIN)
                name = f"{call.id}-{number}.wav"
                yield TrainingPair(name, wav, right.value, turn.heard_as)


def _cut(path: Path, start: float, end: float) -> bytes:
    """These seconds of a WAV file, as one."""
    with wave.open(str(path), "rb") as whole:
        rate = whole.getframerate()
        whole.setpos(min(whole.getnframes(), max(0, int(start * rate))))
        frames = whole.readframes(max(0, int((end - max(0.0, start)) * rate)))
        piece = io.BytesIO()
        with wave.open(piece, "wb") as file:
            file.setnchannels(whole.getnchannels())
            file.setsampwidth(whole.getsampwidth())
            file.setframerate(rate)
            file.writeframes(frames)
    return piece.getvalue()


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Tab-separated, as `waxtaan understand --file` reads it."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(names)
    writer.writerows([" ".join(cell.split()) for cell in row] for row in rows)
    return file.getvalue()
