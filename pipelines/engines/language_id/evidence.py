"""What the sound and the text of a turn say of its language, as one.

Both are witnesses who do not know every language: Whisper knows neither Wolof nor Pulaar nor
Irish, and call them by the names of others (Albanian, Shona, ...); the letters know thirty-odd. So:

- A witness votes for a language that it knows with the probability that it gives it.
- For one that it does not know its vote is its own doubt, what it leaves for all but its favourite,
  and never less than `LEAST_DOUBT`. One that is torn between three languages so speaks for a
  fourth; one that is certain still does not silence a text that is more certain.
- A recogniser that was told to write French writes French, whatever it hears. A text that is most
  like the language that the recogniser was told counts little (`TOLD`).
- The votes are multiplied; a language that the line is there for counts `EXPECTED` times as much as
  one that nobody foresaw.

A witness with nothing to say (no sound probabilities, a text without letters) is not heard.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from agent.languages.language_routing import Evidence, telling
from pipelines.engines.asr.whisper.languages import TOKENS, language_of
from pipelines.engines.language_id.identify import identify, languages

LEAST_DOUBT = 0.05
TOLD = 0.1  # exponent of a text's votes where it reads like the language told
EXPECTED = 5.0
MOST = 5  # languages that a turn may be in, and no more

Distribution = Sequence[tuple[str, float]]

WHISPER = frozenset(language_of(token) for token in TOKENS)


@dataclass(frozen=True, slots=True)
class LanguageDetector:
    """A distribution, and the languages it could have named."""

    languages: Mapping[str, float]
    knows: Collection[str]

    def vote(self, language: str) -> float:
        """For a language, from 0 to 1."""
        if language in self.knows:
            return self.languages.get(language, 0.0)
        return max(LEAST_DOUBT, 1 - max(self.languages.values()))


def combine(
    sound: Distribution,
    text: Distribution,
    *,
    told: str = "",
    expected: Collection[str] = (),
    sound_knows: Collection[str] = WHISPER,
    text_knows: Collection[str] | None = None,
) -> tuple[tuple[str, float], ...]:
    """(code, probability), most probable first; () where neither says anything.

    `told` is the language that the recogniser was listening for when it wrote the text, "" where
    it chose itself; `expected` are the languages that callers of this line are served in.
    """
    known = languages() if text_knows is None else text_knows
    read = _flattened(text, told)
    witnesses = [
        LanguageDetector(dict(said), knows)
        for said, knows in ((sound, sound_knows), (read, known))
        if said
    ]
    named = {language for witness in witnesses for language in witness.languages}
    votes = {}
    for language in named | (set(expected) if witnesses else set()):
        weight = EXPECTED if language in expected else 1.0
        for witness in witnesses:
            weight *= witness.vote(language)
        votes[language] = weight
    total = sum(votes.values())
    if total <= 0:
        return ()
    shares = ((language, vote / total) for language, vote in votes.items() if vote > 0)
    return tuple(sorted(shares, key=lambda share: (-share[1], share[0])))


def _flattened(text: Distribution, told: str) -> Distribution:
    if not text or max(text, key=lambda share: share[1])[0] != told:
        return text
    votes = [(language, share**TOLD) for language, share in text]
    total = sum(vote for _, vote in votes)
    return [(language, vote / total) for language, vote in votes]


def shares(
    text: str, sound: Distribution, told: str, expected: Collection[str]
) -> tuple[tuple[str, float], ...]:
    """A turn's `Hypothesis.languages`: (code, probability), MOST of them, the likeliest first."""
    found = combine(sound, identify(text), told=told, expected=expected)
    return tuple((code, round(share, 3)) for code, share in found[:MOST])


def evidence(
    text: str,
    sound: Distribution = (),
    *,
    told: str = "",
    expected: Collection[str] = (),
    numbers: Collection[str] = (),
) -> Evidence:
    """The evidence of a turn for `language_routing.route`; `numbers` as in `telling`."""
    heard = combine(sound, identify(text), told=told, expected=expected)
    return Evidence(heard, telling(text, numbers))
