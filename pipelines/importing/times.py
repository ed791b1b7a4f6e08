"""Whether a transcript's times can be those of its sound."""

from pipelines.importing.shapes import Foreign, Problem
from pipelines.store.transcript import Utterance

_SLACK = 0.5  # s that a transcript may go on after the sound


def check_times(
    foreign: Foreign, seconds: float | None
) -> tuple[tuple[Utterance, ...], list[Problem]]:
    """The utterances, without ends that lie before their starts, and what is wrong with the times.

    `seconds` is how long the sound is, None if there is none.
    """
    ended: list[Utterance] = []
    backwards: list[int] = []
    turned: list[int] = []
    latest, last = 0.0, 0.0
    for number, each in enumerate(foreign.utterances, start=1):
        if each.start is not None and each.end is not None and each.end < each.start:
            turned.append(number)
            ended.append(each.model_copy(update={"end": None}))
        else:
            ended.append(each)
        if each.start is not None:
            if each.start < latest:
                backwards.append(number)
            latest = max(latest, each.start)
        last = max(last, each.start or 0.0, each.end or 0.0)
    problems = []
    if turned:
        told = f"{_which(turned, 'end')} before beginning: left without an end"
        problems.append(Problem(kind="times", told=told))
    if backwards:
        told = f"{_which(backwards, 'begin')} before one that stands above it"
        problems.append(Problem(kind="times", told=told))
    if seconds is not None and last > seconds + _SLACK:
        told = f"the transcript goes on to {last:.1f} s, the sound to {seconds:.1f} s"
        problems.append(Problem(kind="times", told=told))
    where = next(reversed([*foreign.originals]), foreign.name)
    return tuple(ended), [each.model_copy(update={"where": where}) for each in problems]


def _which(numbers: list[int], what: str) -> str:
    if len(numbers) == 1:
        return f"utterance {numbers[0]} {what}s"
    return f"{len(numbers)} utterances, the first is number {numbers[0]}, {what}"
