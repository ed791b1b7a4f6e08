"""One Whisper in this process: audio of several calls to text, words, and language, at once.

faster-whisper gives the model, its features and its tokenizer; its `transcribe` is not used, since
it always encodes 30 s. A turn was heard before it ended; after that the guess is only checked, in
one pass instead of one a token: where each token is more probable than all others together, it is
what decoding anew would say. On a CPU each turn is encoded by itself, as a batch gains nothing
there, and the decoder runs over all of them, as it costs little more for four than for one.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import ctranslate2
import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.transcribe import merge_punctuations

from pipelines.engines.asr.whisper.tokens import Tokens

HOP = 160  # samples of a frame of features; two make a position
ADDED = 8  # tokens that may follow a guess; more, and it was no good one
NUMBER_BEAMS = 5
LANGUAGES = 5  # the most probable ones are told

Samples: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Job:
    """One turn to decode. `samples` are 16 kHz, -1..1; `tokens` the most that it may say."""

    samples: Samples
    token: str  # of the language
    tokens: int
    whole: bool = False  # with words, as a final result needs them
    languages: bool = False  # with the languages that it sounds like
    guess: str = ""  # what it probably says
    guessed_token: float = 0.0  # how probable each token of that has to be
    beams: int = 1  # hypotheses that are followed, and told
    numbers: Sequence[str] = ()  # words that digits are said with, where a number may be said


class _Remembering:
    """CTranslate2's model; keeps each token's probability in an alignment, which others average."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.aligned: Any = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def align(self, *arguments: Any, **options: Any) -> Any:
        self.aligned = self._model.align(*arguments, **options)
        return self.aligned


class Whisper:
    """A model, loaded. Raises RuntimeError or ValueError where the folder holds none."""

    def __init__(self, folder: str, device: str, compute: str, threads: int) -> None:
        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() > 0 else "cpu"
        if compute == "auto":
            compute = "float16" if device == "cuda" else "int8"
        self.device = device
        self.encoding = 0.0  # s that the encoder took, of the last decoding
        self._whisper: Any = WhisperModel(
            folder,
            device=device,
            compute_type=compute,
            cpu_threads=threads,
            local_files_only=True,
        )
        self._model = self._whisper.model = _Remembering(self._whisper.model)
        self.multilingual: bool = self._model.is_multilingual
        self._tokens = Tokens(self._whisper.hf_tokenizer, self.multilingual)

    def knows(self, token: str) -> bool:
        """Whether there is a language token of that name."""
        return self._tokens.knows(token)

    def decode(
        self, jobs: Sequence[Job], window: int, *, endless: bool = False
    ) -> list[dict[str, Any]]:
        """Each job's {"text", "logprob", "no_speech", "words", "languages", ...}, in order.

        "alternatives" and "numbers" are lists of [text, log probability of all of it]. `window` is
        in encoder positions and long enough for all. `endless` says all the tokens it may, to
        measure with. `encoding` then tells how long the encoder took.
        """
        since = time.perf_counter()
        encoded = self._encode([job.samples for job in jobs], window)
        self.encoding = time.perf_counter() - since
        # CTranslate2 wants <|startoftranscript|> at the same place in all of a batch.
        prompts = [self._tokens.prompt(job.token) for job in jobs]
        results = [
            (self._checked(_some(encoded, [n], len(jobs)), job, prompts[n]) or {})
            if job.guess
            else {}
            for n, job in enumerate(jobs)
        ]
        anew = [n for n, result in enumerate(results) if not result]
        alike = [(len(prompt), job.beams) for prompt, job in zip(prompts, jobs, strict=True)]
        for kind in {alike[n] for n in anew}:
            places = [n for n in anew if alike[n] == kind]
            group = [jobs[n] for n in places]
            some = _some(encoded, places, len(jobs))
            said = self._generate(some, group, [prompts[n] for n in places], endless)
            for place, result in zip(places, said, strict=True):
                results[place] = result
        for n, job in enumerate(jobs):
            if job.numbers:
                results[n]["numbers"] = self._numbers(
                    _some(encoded, [n], len(jobs)), job, prompts[n]
                )
        if asked := [n for n, job in enumerate(jobs) if job.languages]:
            self._add_languages(encoded, asked, results)
        if whole := [n for n in anew if jobs[n].whole]:
            self._add_words(encoded, jobs, whole, results)
        for result in results:
            del result["tokens"]
        return results

    def _encode(self, turns: Sequence[Samples], window: int) -> Any:
        extractor = self._whisper.feature_extractor
        features = [log_mel(extractor, samples, window) for samples in turns]
        if self.device == "cuda":
            return self._model.encode(_storage(np.stack(features)))
        each = [self._model.encode(_storage(feature[None])) for feature in features]
        return each[0] if len(each) == 1 else _storage(np.concatenate([np.array(x) for x in each]))

    def _generate(
        self, encoded: Any, jobs: Sequence[Job], prompts: list[list[int]], endless: bool
    ) -> list[dict[str, Any]]:
        """One of the beams' sizes for all; the best hypothesis, and the others with it."""
        most, beams = max(job.tokens for job in jobs), jobs[0].beams
        suppressed = self._tokens.suppressed
        results = self._model.generate(
            encoded,
            prompts,
            beam_size=beams,
            num_hypotheses=beams,
            max_length=self._longest(prompts[0], most),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=[*suppressed, self._tokens.end] if endless else suppressed,
        )
        return [self._said(job, result) for job, result in zip(jobs, results, strict=True)]

    def _numbers(self, encoded: Any, job: Job, prompt: list[int]) -> list[list[Any]]:
        """What was said if it was a number: [text, log probability], in words and in figures.

        Left to itself the decoder says now one, now the other, and loses digits that are said
        twice; the two readings lose different ones.
        """
        found: list[list[Any]] = []
        for suppressed in self._tokens.all_but_numbers(tuple(job.numbers)):
            (result,) = self._model.generate(
                encoded,
                [prompt],
                beam_size=NUMBER_BEAMS,
                num_hypotheses=NUMBER_BEAMS,
                max_length=self._longest(prompt, job.tokens),
                length_penalty=0,  # the scores are of all tokens together
                return_scores=True,
                suppress_tokens=suppressed,
            )
            tokenizer = self._tokens.of(job.token)
            found += [
                [tokenizer.decode(tokens).strip(), score]
                for tokens, score in zip(result.sequences_ids, result.scores, strict=True)
            ]
        return found

    def _longest(self, prompt: list[int], most: int) -> int:
        """For so many tokens: CTranslate2 says half of it, and never past it with the prompt."""
        return min(448, max(2 * most, len(prompt) + most))

    def _checked(self, encoded: Any, job: Job, prompt: list[int]) -> dict[str, Any] | None:
        """The guess and what follows it; None where it is no good one."""
        tokenizer = self._tokens.of(job.token)
        guessed = tokenizer.encode(" " + job.guess)[: job.tokens]
        room = job.tokens - len(guessed)
        steps = max(1, min(ADDED, room))
        (result,) = self._model.generate(
            encoded,
            [[*prompt, *guessed]],
            beam_size=1,
            max_length=2 * (len(guessed) + steps),  # of which CTranslate2 says half
            return_no_speech_prob=True,
            # Else the end of text may not come first, as it does where the guess is all of it.
            suppress_blank=False,
            suppress_tokens=self._tokens.suppressed,
        )
        # CTranslate2 tells the guess as well, as what was said first.
        more = result.sequences_ids[0][len(guessed) :]
        if room > 0 and len(more) >= steps:
            return None
        said = {
            "text": tokenizer.decode([*guessed, *more[: max(0, room)]]).strip(),
            "no_speech": result.no_speech_prob,
            "languages": [],
            "alternatives": [],
            "numbers": [],
            "tokens": [*guessed, *more[: max(0, room)]],
        }
        self._model.aligned = []
        self._add_words(encoded, [job], [0], [said])
        sure = [chance for each in self._model.aligned for chance in each.text_token_probs]
        if not sure or min(sure) <= job.guessed_token:
            return None
        said["logprob"] = float(np.mean(np.log(np.maximum(sure, 1e-9))))
        return said

    def _said(self, job: Job, result: Any) -> dict[str, Any]:
        tokens, tokenizer = result.sequences_ids[0], self._tokens.of(job.token)
        # The score is the mean without the end of text; OpenAI's thresholds count it.
        logprob = result.scores[0] * len(tokens) / (len(tokens) + 1) if tokens else -10.0
        return {
            "text": tokenizer.decode(tokens[: job.tokens]).strip(),
            "logprob": logprob,
            "no_speech": result.no_speech_prob,
            "words": [],
            "languages": [],
            "alternatives": [
                [tokenizer.decode(other[: job.tokens]).strip(), score * max(1, len(other))]
                for other, score in zip(result.sequences_ids, result.scores, strict=True)
            ],
            "numbers": [],
            "tokens": tokens[: job.tokens],
        }

    def _add_languages(
        self, encoded: Any, whole: Sequence[int], results: list[dict[str, Any]]
    ) -> None:
        if not self.multilingual:
            return
        found = self._model.detect_language(_some(encoded, whole, len(results)))
        for place, languages in zip(whole, found, strict=True):
            top = languages[:LANGUAGES]
            results[place]["languages"] = [[token[2:-2], chance] for token, chance in top]

    def _add_words(
        self, encoded: Any, jobs: Sequence[Job], whole: Sequence[int], results: list[dict[str, Any]]
    ) -> None:
        spoken = [place for place in whole if results[place]["tokens"]]
        for token in {jobs[place].token for place in spoken}:
            places = [place for place in spoken if jobs[place].token == token]
            found = self._whisper.find_alignment(
                self._tokens.of(token),
                [results[place]["tokens"] for place in places],
                _some(encoded, places, len(results)),
                [-(-len(jobs[place].samples) // HOP) for place in places],
            )
            for place, words in zip(places, found, strict=True):
                merge_punctuations(words, "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、")
                results[place]["words"] = [
                    [
                        word["word"].strip(),
                        round(float(word["start"]), 2),
                        round(float(word["end"]), 2),
                        round(float(word["probability"]), 4),
                    ]
                    for word in words
                    if word["word"].strip()
                ]


def log_mel(extractor: Any, samples: Samples, window: int) -> Samples:
    """Features of a turn and, as in training, of silence after it: mels x twice `window`."""
    padded = np.zeros(2 * window * HOP, np.float32)
    padded[: len(samples)] = samples[: len(padded)]
    return np.ascontiguousarray(extractor(padded)[:, : 2 * window], np.float32)


def _some(encoded: Any, places: Sequence[int], total: int) -> Any:
    """A batch's members at `places`."""
    if len(places) == total:
        return encoded
    here = encoded.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32)
    return _storage(np.array(here)[list(places)])


def _storage(array: npt.NDArray[np.float32]) -> Any:
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(array))
