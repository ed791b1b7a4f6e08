"""A tokenizer with Whisper's own 51,865 numbers, of which a small model learns a few.

    0 ...        bytes, and pairs of them learnt from the sentences
    ... 50256    spare, so that all others have the numbers that tools expect; the last is ""
    50257 ...    <|endoftext|> <|startoftranscript|> <|af|> ... <|zh|> <|translate|> <|transcribe|>
                 <|startoflm|> <|startofprev|> <|nospeech|> <|notimestamps|> <|0.00|> ... <|30.00|>

In training all spare tokens share one row, which keeps the output layer small.
"""

import json
import math
from collections.abc import Iterable

from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

END_OF_TEXT = 50257  # where the special tokens begin
SIZE = 51865
_CODES = tuple(code for code in _LANGUAGE_CODES if code != "yue")  # which large-v3 added
_PAIRS = 300
_STEP = 0.02  # s from one time stamp to the next
_LAST_STAMP = 1500
# faster-whisper forbids the first token of " -", " '" and the notes. Were that a bare space, no
# word could begin with one: so these become tokens of their own.
_FORBIDDEN = [" - ' ♩ ♪ ♫ ♬ ♭ ♮ ♯"] * 1000


class Vocabulary:
    """What is written as tokens. Numbers are rows of the model in training, if not said otherwise.

    `tokenizer` knows Whisper's numbers only.
    """

    def __init__(self, sentences: Iterable[str]) -> None:
        self.tokenizer, self.spare = _learn(sentences)  # `spare`: the row of all spare tokens
        self.rows = SIZE - self.spare_count + 1
        self.eot = self.row("<|endoftext|>")
        self.sot = self.row("<|startoftranscript|>")
        self.transcribe = self.row("<|transcribe|>")
        self.previous = self.row("<|startofprev|>")
        self.no_speech = self.row("<|nospeech|>")
        self.no_timestamps = self.row("<|notimestamps|>")

    @property
    def spare_count(self) -> int:
        """How many tokens share the row `spare`."""
        return END_OF_TEXT - self.spare

    @property
    def spare_weight(self) -> float:
        """What to add to that row's logit so that it counts for all of them."""
        return math.log(self.spare_count)

    def number(self, token: str) -> int:
        """Whisper's number of a token."""
        number: int | None = self.tokenizer.token_to_id(token)
        if number is None:
            raise KeyError(f"no token {token} in the vocabulary")
        return number

    def row(self, token: str) -> int:
        """A special token's."""
        return self.number(token) - self.spare_count + 1

    def language(self, code: str) -> int:
        """The token of a language, by Whisper's code."""
        return self.row(f"<|{code}|>")

    def stamp(self, seconds: float) -> int:
        """The token of a time in the window."""
        return self.row("<|0.00|>") + min(round(seconds / _STEP), _LAST_STAMP)

    def text(self, text: str) -> list[int]:
        """A sentence, begun with a space as Whisper does."""
        numbers: list[int] = self.tokenizer.encode(f" {text}", add_special_tokens=False).ids
        return numbers

    def languages(self) -> dict[str, int]:
        """ "<|fr|>" -> Whisper's number, for all its languages."""
        return {f"<|{code}|>": self.number(f"<|{code}|>") for code in _CODES}


def _learn(sentences: Iterable[str]) -> tuple[Tokenizer, int]:
    """The tokenizer, and its first spare number."""
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=len(alphabet) + _PAIRS, initial_alphabet=alphabet, show_progress=False
    )
    learner.train_from_iterator([*(f" {text}" for text in sentences), *_FORBIDDEN], trainer)
    learnt = json.loads(learner.to_str())["model"]
    spare = len(learnt["vocab"])
    vocabulary = learnt["vocab"] | {f"<|spare{n}|>": n for n in range(spare, END_OF_TEXT - 1)}
    vocabulary[""] = END_OF_TEXT - 1  # by this one CTranslate2 knows a multilingual Whisper
    tokenizer = Tokenizer(models.BPE(vocabulary, [tuple(pair) for pair in learnt["merges"]]))
    tokenizer.pre_tokenizer = learner.pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    special = [
        *("<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in _CODES)),
        *("<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>"),
        *("<|nospeech|>", "<|notimestamps|>"),
    ]
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in special])
    stamps = [f"<|{n * _STEP:.2f}|>" for n in range(_LAST_STAMP + 1)]
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in stamps])
    return tokenizer, spare
