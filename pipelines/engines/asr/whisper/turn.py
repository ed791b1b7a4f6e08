"""One turn as Whisper hears it: which of its audio is decoded, and what of that can be final.

Values only: no clock, no worker. All times in seconds since the turn began.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.engines.asr.engine import ANYTHING, SAMPLE_RATE, Expected, Recognised, RecognisedWord
from pipelines.engines.asr.whisper.answers import answer
from pipelines.engines.asr.whisper.confidence import confidence
from pipelines.engines.asr.whisper.guards import MENDABLE, Decoded, Guards
from pipelines.engines.asr.whisper.languages import language_of
from pipelines.engines.asr.whisper.local_agreement import LocalAgreement
from pipelines.engines.asr.whisper.loudness import Loudness
from pipelines.engines.asr.whisper.queue import Priority
from pipelines.engines.asr.whisper.windows import FULL, SHORTEST, Windows, fitted, most_tokens

SECOND = SAMPLE_RATE * 2  # bytes
FINAL_BEAMS = 5  # hypotheses that a final result is chosen from, as faster-whisper does
SURELY = 0.9  # how probable another language has to be by its sound, for a turn to be heard in it
LONG_ENOUGH = 0.6  # s of loud audio that tell a language; a "oui" does not
TAIL = 0.08  # s of quiet after which speech may have ended, and that is decoded with it
MISTRUSTED = 0.8  # s of quiet that the voice detector called speech: then all of it is decoded


@dataclass(frozen=True, slots=True)
class Listening:
    """How a language is listened for."""

    language: str
    model: int  # place in the worker's list
    token: str
    own: bool  # Whisper's own token: then it can tell languages apart
    shortest: int = SHORTEST  # window that the checkpoint hears well in
    expected: Expected = ANYTHING
    others: Mapping[str, "Listening"] = field(default_factory=dict)  # by token; may be spoken too


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """What all turns of an engine have in common. Times in seconds."""

    deadline: float  # for a final result
    interval: float  # between two hypotheses, at least
    longest_turn: float
    most_tokens: int
    windows: Windows
    guards: Guards


@dataclass(frozen=True, slots=True)
class DecodeInput:
    """What of a turn is to be decoded."""

    turn: int
    pcm: bytes
    window: int  # encoder positions
    listening: Listening
    tokens: int  # the most that it may say
    whole: bool  # as a final result is: with words
    languages: bool  # whether the language is asked for too
    guess: str  # what an earlier hearing made of it
    guessed_token: float  # how probable each of its tokens has to be, to stand
    covered: float  # the end of the last speech
    loud: float  # s of loud audio
    spoken: float  # s from the first speech to the last


@dataclass(frozen=True, slots=True)
class WholeDecoding:
    """A decoding that can be the final one."""

    decoded: Decoded
    listening: Listening  # how it was heard
    confidence: float
    reason: str  # why it is not believed
    covered: float
    length: int  # bytes of the turn that were decoded
    window: int


@dataclass(frozen=True, slots=True)
class Believed:
    """A decoding that was believed, of the turn so far."""

    text: str
    listening: Listening
    confidence: float
    loud: float  # s of loud audio in it


@dataclass
class Turn:
    """A turn in progress."""

    number: int
    listening: Listening
    settings: TurnSettings
    audio: bytearray = field(default_factory=bytearray)
    loudness: Loudness = field(default_factory=Loudness)
    agreement: LocalAgreement = field(default_factory=LocalAgreement)
    taken: float = 0.0  # audio that hypotheses have been asked for
    latest: str = ""  # what was heard last
    whole: WholeDecoding | None = None
    believed: Believed | None = None  # the last decoding that was
    foreign: int = 0  # bytes of it that were heard in another language too

    def hear(self, pcm: bytes) -> int:
        """More of it; how many bytes were too many."""
        room = int(self.settings.longest_turn * SAMPLE_RATE) * 2 - len(self.audio)
        kept = pcm[: max(0, room)]
        self.audio += kept
        self.loudness.hear(kept)
        return len(pcm) - len(kept)

    @property
    def growing(self) -> bool:
        """Whether the caller speaks, as far as loudness tells."""
        return self.loudness.quiet < TAIL

    @property
    def untaken(self) -> float:
        """How much of it no hypothesis has been asked for."""
        return self.loudness.heard - self.taken

    @property
    def whole_wanted(self) -> bool:
        """Whether speech may have ended and no decoding is what the final one would be."""
        return TAIL <= self.loudness.quiet <= MISTRUSTED and not self._is_final(self.whole)

    @property
    def other(self) -> Listening | None:
        """Another language that it sounds like and has not been heard in, though it was heard."""
        whole = self.whole
        if whole is None or not self._is_final(whole) or self.foreign == whole.length:
            return None
        if not self.listening.own or self.loudness.loud < LONG_ENOUGH:
            return None
        token, probability = next(iter(whole.decoded.languages), ("", 0.0))
        return self.listening.others.get(token) if probability >= SURELY else None

    @property
    def longer(self) -> bool:
        """Whether what was heard of it has to be heard again, in the full window."""
        return (
            self.whole is not None
            and self.settings.windows == "fitted_then_full"
            and self.whole.reason in MENDABLE
            and self.whole.window < FULL
            and self._is_final(self.whole)
        )

    @property
    def heard_again(self) -> bool:
        """Whether all of it has been heard, and has to be heard otherwise."""
        return self.longer or self.other is not None

    @property
    def way(self) -> Listening:
        """How it is listened for now."""
        if (other := self.other) is not None:
            return other
        return self.whole.listening if self.longer and self.whole else self.listening

    def pcm(self, priority: Priority) -> bytes:
        """All of it, or up to where speech seems to have ended."""
        end = len(self.audio)
        if priority is not Priority.PARTIAL and self.loudness.quiet <= MISTRUSTED:
            end = min(end, round((self.loudness.end + TAIL) * SAMPLE_RATE) * 2)
        return bytes(memoryview(self.audio)[: end // 2 * 2])

    def window(self, priority: Priority) -> int:
        """The encoder positions that it needs."""
        if self.settings.windows == "full" or (self.longer and self.other is None):
            return FULL
        return fitted(len(self.pcm(priority)) / SECOND, self.way.shortest)

    def decode_input(self, priority: Priority) -> DecodeInput:
        """What is to be decoded now."""
        pcm = self.pcm(priority)
        self.taken = self.loudness.heard
        whole = priority is Priority.FINAL or (priority is Priority.LIKELY and not self.growing)
        loudness = self.loudness
        return DecodeInput(
            turn=self.number,
            pcm=pcm,
            window=self.window(priority),
            listening=self.way,
            tokens=most_tokens(len(pcm) / SECOND, self.settings.most_tokens),
            whole=whole,
            languages=self.listening.own and whole,
            guess=self.latest if whole and not self.heard_again else "",
            guessed_token=self.settings.guards.guessed_token,
            covered=loudness.end,
            loud=loudness.loud,
            spoken=loudness.end - loudness.begin,
        )

    def covered_by(self, decode_input: DecodeInput) -> bool:
        """Whether a decoding of that would be the final one."""
        return decode_input.whole and len(decode_input.pcm) == len(self.pcm(Priority.FINAL))

    def take(self, decode_input: DecodeInput, decoded: Decoded) -> Recognised | None:
        """A decoding; the partial result that it makes, where it is believed."""
        listening, length = decode_input.listening, len(decode_input.pcm)
        decoded = answer(decoded, listening.expected)
        reason = self.settings.guards.reason(decoded, decode_input.spoken)
        believed = bool(decoded.text) and reason in ("", "doubt")
        sure = confidence(decoded, listening.token, decode_input.spoken, decode_input.loud)
        if listening.language != self.listening.language:
            self.foreign = length
            if not self._better(sure, believed):
                return None
        self.latest = decoded.text if reason in ("", "doubt") else ""
        if decode_input.whole:
            self.whole = WholeDecoding(
                decoded, listening, sure, reason, decode_input.covered, length, decode_input.window
            )
        if not believed:
            return None
        self.believed = Believed(decoded.text, listening, sure, decode_input.loud)
        text = self.agreement.take(decoded.text.split())
        return Recognised(text, listening.language, sure, 1.0, final=False)

    def ready(self) -> Recognised | None:
        """The final result, where a decoding has given one and no better is to be had."""
        return self.best() if self._is_final(self.whole) and not self.heard_again else None

    def best(self) -> Recognised | None:
        """What the last whole decoding heard, if it covers all speech."""
        whole = self.whole
        if whole is None or whole.covered != self.loudness.end:
            return None
        found = whole.decoded.languages if self.listening.own else ()
        languages = tuple((language_of(token), chance) for token, chance in found)
        if not whole.decoded.text:
            return nothing(whole.listening, "", languages)
        if whole.reason not in ("", "doubt"):
            return nothing(whole.listening, whole.reason, languages)
        if whole.confidence < self.settings.guards.believed:
            return nothing(whole.listening, "doubt", languages)
        told = whole.listening.language == self.listening.language
        return Recognised(
            text=whole.decoded.text,
            language=whole.listening.language,
            confidence=whole.confidence,
            language_confidence=1.0 if told else max((p for _, p in languages), default=SURELY),
            final=True,
            words=tuple(RecognisedWord(*word) for word in whole.decoded.words),
            languages=languages,
        )

    def late(self) -> Recognised:
        """The final result where there is no time for a better one.

        What was believed of a part of the turn is as probable as that part is large: an answer of
        which the end was not heard has to be asked back.
        """
        if (best := self.best()) is not None:
            return best
        if self.believed is None:
            return nothing(self.listening, "overloaded")
        believed = self.believed
        heard = min(1.0, believed.loud / max(self.loudness.loud, 0.01))
        return Recognised(
            text=believed.text,
            language=believed.listening.language,
            confidence=believed.confidence * heard,
            language_confidence=1.0,
            final=True,
        )

    def _better(self, sure: float, believed: bool) -> bool:
        """Whether a hearing in another language is to stand instead of the first."""
        first = self.whole
        if first is None or not believed:
            return False
        return first.reason not in ("", "doubt") or sure >= first.confidence

    def _is_final(self, whole: WholeDecoding | None) -> bool:
        return whole is not None and whole.length == len(self.pcm(Priority.FINAL))


def nothing(
    listening: Listening, why: str, languages: tuple[tuple[str, float], ...] = ()
) -> Recognised:
    """A final result without text."""
    return Recognised(
        "", listening.language, 0.0, 1.0, final=True, languages=languages, rejected=why
    )
