"""A turn that is typed, not spoken: by a client of the line, or in the terminal."""

from agent.events import Hypothesis, TurnEnded, TurnStarted
from agent.languages.scripts import in_pack_script

LONGEST = 500  # letters; what goes beyond is left out


def typed(
    at: float, text: str, language: str, languages: tuple[tuple[str, float], ...] = ()
) -> tuple[TurnStarted, Hypothesis, TurnEnded]:
    """The events of such a turn at `at`; nothing in it can have been misheard.

    `languages` is what its words say of its language, as `Hypothesis.languages`.
    """
    text = in_pack_script(text, language, *(code for code, _ in languages[:1]))
    heard = Hypothesis(at, text[:LONGEST], language, 1.0, 1.0, final=True, languages=languages)
    return TurnStarted(at), heard, TurnEnded(at)
