"""Decoders in a worker process: `python -m ...pocketsphinx_worker TELEPHONE_TRANSFORM`.

pocketsphinx holds Python's lock while it computes, so it runs here and not beside the event loop.

Front end, which decides everything for this acoustic model (figures of 68 English prompts):
* The mean of the cepstra must be known before the search begins: 96 % with the mean of the turn
  itself, 13 % with the model's default. So the search starts when there is one second to take the
  mean from, catches up, and starts anew at 2 and 4 s with the better mean; turns that end sooner
  are decoded as a whole. That is as good as decoding every turn whole when it has ended (66 and 65
  of 68), and nothing is left to do at the end of a longer turn.
* Gaussian dither fills bands that are empty, as after a telephone: its level was chosen on the
  same kinds of recordings. A fixed seed makes the same audio give the same result.
* The loudness is left alone: scaling to a common peak changed nothing (65 and 65 of 68).
* A linear transform of the model's means fits it to the telephone band (telephone.mllr: least
  squares on synthetic voices only, wide and through a simulated telephone; no person's speech).
"""

import contextlib
import ctypes
import math
import re
import sys
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pocketsphinx import Decoder, get_model_path

from pipelines.engines.worker_protocol import Header, Send, serve

SECOND = 32_000  # bytes of 16 kHz 16-bit PCM
DITHER = 0.002  # standard deviation, of full scale
SETTLING = (1.0, 2.0, 4.0)  # s of the turn at which the search starts anew with a better mean
PARTIAL = 0.2  # s of audio between two partial results
GRAMMARS = 4  # kept ready by a decoder: the last questions of a call; 3 MB each at 150 phrases
SPARE = 2  # decoders kept for the next calls, of 5 MB each
SCALE = 1024  # without the second pass pocketsphinx reports scores shifted right by 10 bits

# Beams wider than pocketsphinx' own (1e-48, 7e-29), and no second pass over the lattice (bestpath):
# better by 4 of 68 and by 6 of 31 telephone clips, and the result is ready 30-70 ms earlier.
SEARCH = {"beam": 1e-60, "wbeam": 1e-40, "pbeam": 1e-60, "bestpath": False}


@dataclass
class Grammar:
    """A closed list of phrases as one decoder knows it."""

    name: str
    phrases: dict[str, int]  # the decoder's words -> place in the list


class Recogniser:
    """A decoder with the words and grammars it has been taught. Lent to one stream at a time."""

    def __init__(self, band: str, transform: str) -> None:
        self.band = band
        telephone = {"mllr": transform} if band == "telephone" else {}
        self.decoder: Any = Decoder(
            hmm=get_model_path("en-us/en-us"), dict=None, lm=None, loglevel="FATAL",
            **SEARCH, **telephone,
        )  # fmt: skip
        self._words: dict[tuple[str, ...], str] = {}
        self._grammars: OrderedDict[str, Grammar] = OrderedDict()
        self._compiled = 0

    def listen_for(self, key: str, phrases: Sequence[Sequence[Sequence[str]]]) -> Grammar:
        """Make the list the current one: each phrase is words, each word its readings."""
        grammar = self._grammars.get(key)
        if grammar is None:
            if len(self._grammars) >= GRAMMARS:
                _, oldest = self._grammars.popitem(last=False)
                self.decoder.remove_search(oldest.name)
            grammar = self._grammars[key] = self._compile(phrases)
        self._grammars.move_to_end(key)
        self.decoder.activate_search(grammar.name)
        return grammar

    def forget(self) -> None:
        """Drop the grammars of the call that has ended."""
        for grammar in self._grammars.values():
            self.decoder.remove_search(grammar.name)
        self._grammars.clear()

    def _compile(self, phrases: Sequence[Sequence[Sequence[str]]]) -> Grammar:
        self._compiled += 1
        name = f"g{self._compiled}"
        places: dict[str, int] = {}
        for place, words in enumerate(phrases):
            spoken = " ".join(self._word(tuple(readings)) for readings in words if readings)
            if spoken:
                places.setdefault(spoken, place)
        if not places:
            raise ValueError("no phrase can be pronounced")
        rule = " | ".join(places)
        self.decoder.add_jsgf_string(
            name, f"#JSGF V1.0;\ngrammar {name};\npublic <phrase> = {rule};\n"
        )
        return Grammar(name, places)

    def _word(self, readings: tuple[str, ...]) -> str:
        word = self._words.get(readings)
        if word is None:
            word = self._words[readings] = f"w{len(self._words)}"
            for n, reading in enumerate(readings):
                self.decoder.add_word(word if n == 0 else f"{word}({n + 1})", reading, False)
        return word


class Scales:
    """Takes the cepstral mean of a piece of audio, with a decoder that hardly searches."""

    def __init__(self) -> None:
        self._decoder: Any = Decoder(
            hmm=get_model_path("en-us/en-us"), dict=None, lm=None, loglevel="FATAL", ds=10, topn=1
        )
        self._decoder.add_word("w", "AH", True)
        self._decoder.add_jsgf_string("g", "#JSGF V1.0;\ngrammar g;\npublic <phrase> = w;\n")
        self._decoder.activate_search("g")

    def mean(self, pcm: bytes) -> str:
        """As `Decoder.set_cmn` wants it."""
        self._decoder.start_utt()
        self._decoder.process_raw(pcm, False, True)
        self._decoder.end_utt()
        return str(self._decoder.get_cmn(False))


@dataclass
class Turn:
    """The turn of one stream: its audio, and how far the decoder has heard it."""

    recogniser: Recogniser
    scales: Scales
    grammar: Grammar
    number: int  # the stream's count of its turns
    audio: bytearray = field(default_factory=bytearray)  # dithered
    searching: bool = False
    _heard: int = 0  # bytes
    _settled: int = 0  # how many of SETTLING are past
    _shown: int = 0  # bytes at the last partial result
    _noise: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))

    def hear(self, pcm: bytes) -> int | None:
        """Take audio; the place of the phrase that seems to be spoken, when it is time to say."""
        samples = np.frombuffer(pcm, "<i2") + self._noise.normal(0, DITHER * 32768, len(pcm) // 2)
        self.audio += np.clip(samples, -32768, 32767).astype("<i2").tobytes()
        due = sum(len(self.audio) >= seconds * SECOND for seconds in SETTLING)
        if due > self._settled:
            self._settled = due
            self._start_anew()
        if not self.searching:
            return None
        self._catch_up()
        if len(self.audio) - self._shown < PARTIAL * SECOND:
            return None
        self._shown = len(self.audio)
        return self._place()

    def finish(self) -> Header:
        """The phrase that was spoken and how well it fits; {} where none was."""
        if self.searching:
            self._catch_up()
        elif self.audio:
            self.recogniser.decoder.start_utt()
            self.searching = True
            self.recogniser.decoder.process_raw(bytes(self.audio), False, True)
        self.stop()
        place = self._place() if self.audio else None
        return {} if place is None else {"place": place, **self._fit()}

    def stop(self) -> None:
        """Leave the decoder ready for the next turn."""
        if self.searching:
            self.recogniser.decoder.end_utt()
            self.searching = False

    def _start_anew(self) -> None:
        self.stop()
        settled = int(SETTLING[self._settled - 1] * SECOND)
        self.recogniser.decoder.set_cmn(self.scales.mean(bytes(self.audio[:settled])))
        self.recogniser.decoder.start_utt()
        self.searching, self._heard = True, 0

    def _catch_up(self) -> None:
        if self._heard < len(self.audio):
            self.recogniser.decoder.process_raw(bytes(self.audio[self._heard :]), False, False)
            self._heard = len(self.audio)

    def _place(self) -> int | None:
        hypothesis = self.recogniser.decoder.hyp()
        return self.grammar.phrases.get(hypothesis.hypstr) if hypothesis else None

    def _fit(self) -> dict[str, float]:
        """Log10 likelihood a frame, against the best sound of all: of all words, and of the worst.

        The scores are relative to the best active sound, so no second search is needed: a loop over
        all phones beside this one would cost as much again.
        """
        words = [
            (SCALE * math.log10(s.ascore), s.end_frame - s.start_frame + 1)
            for s in self.recogniser.decoder.seg()
            if re.match(r"w\d", s.word)
        ]
        whole = sum(score for score, _ in words) / sum(frames for _, frames in words)
        return {"fit": whole, "worst": min(score / frames for score, frames in words)}


@dataclass
class Stream:
    """One call's stream in here."""

    recogniser: Recogniser
    key: str = ""
    phrases: Sequence[Sequence[Sequence[str]]] = ()
    turn: Turn | None = None


class PocketsphinxWorker:
    """Answers the messages of pocketsphinx.py."""

    def __init__(self, transform: str) -> None:
        self._transform = transform
        self._scales = Scales()
        self._streams: dict[int, Stream] = {}
        self._spare: list[Recogniser] = [Recogniser("telephone", transform)]

    def answer(self, header: Header, pcm: bytes, send: Send) -> None:
        """One message. "stream" is whose; results and refusals go out under the same "id"."""
        number = header["stream"]
        match header["do"]:
            case "open":
                self._streams[number] = Stream(self._recogniser(header["band"]))
            case "expect":
                stream = self._streams[number]
                stream.key, stream.phrases = header["key"], header["phrases"]
            case "begin":
                self._begin(self._streams[number], header["turn"])
            case "hear":
                turn = self._streams[number].turn
                place = turn.hear(pcm) if turn else None
                if turn and place is not None:
                    send({"place": place, "turn": turn.number})
            case "finish":
                stream = self._streams[number]
                result = stream.turn.finish() if stream.turn else {}
                stream.turn = None
                send({"result": result})
            case "close":
                self._close(self._streams.pop(number, None))
            case unknown:
                raise ValueError(f"cannot {unknown!r}")

    def _begin(self, stream: Stream, number: int) -> None:
        if stream.turn:
            stream.turn.stop()
        stream.turn = None
        grammar = stream.recogniser.listen_for(stream.key, stream.phrases)
        stream.turn = Turn(stream.recogniser, self._scales, grammar, number)

    def _recogniser(self, band: str) -> Recogniser:
        for recogniser in self._spare:
            if recogniser.band == band:
                self._spare.remove(recogniser)
                return recogniser
        return Recogniser(band, self._transform)

    def _close(self, stream: Stream | None) -> None:
        if stream is not None:
            if stream.turn:
                stream.turn.stop()
            stream.recogniser.forget()
            if len(self._spare) < SPARE:
                self._spare.append(stream.recogniser)
            del stream
            give_memory_back()


def give_memory_back() -> None:
    """What ended calls have freed; glibc would keep it for us. Elsewhere nothing happens."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def main() -> None:
    """Serve until the owner closes our standard input."""
    worker = PocketsphinxWorker(sys.argv[1])
    serve(worker.answer, {"engine": "pocketsphinx"})


if __name__ == "__main__":
    main()
