"""What is said in tokens: the prompt of a turn, and which tokens may say a number."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

HINT_TOKENS = 48  # more text before the turn costs time, and pulls harder than it helps
_BETWEEN = re.compile(r"Ġ?[,.\-]*")  # what stands between figures; "Ġ" is a space in the vocabulary
_FIGURES = re.compile(r"Ġ?[0-9]{1,2}")


class Tokens:
    """A model's."""

    def __init__(self, hf_tokenizer: Any, multilingual: bool) -> None:
        self._hf = hf_tokenizer
        self._multilingual = multilingual
        self._tokenizers: dict[str, Any] = {}
        self._without: dict[tuple[str, ...], list[list[int]]] = {}
        self.end: int = self.of("en").eot
        self.suppressed = list(get_suppressed_tokens(self.of("en"), [-1]))

    def knows(self, token: str) -> bool:
        """Whether there is a language token of that name."""
        if not self._multilingual:
            return token == "en"
        return self._hf.token_to_id(f"<|{token}|>") is not None

    def of(self, token: str) -> Any:
        """The tokenizer for a language token; faster-whisper's own knows OpenAI's only."""
        if token not in self._tokenizers:
            made = Tokenizer(self._hf, self._multilingual, task="transcribe", language="en")
            if self._multilingual:
                made.language = self._hf.token_to_id(f"<|{token}|>")
                made.language_code = token
            self._tokenizers[token] = made
        return self._tokenizers[token]

    def prompt(self, token: str, hint: str) -> list[int]:
        """What a turn begins with; a hint that is too long is none."""
        tokenizer = self.of(token)
        before = tokenizer.encode(" " + hint) if hint else []
        # Half a list of what may be said would pull towards that half.
        before = [tokenizer.sot_prev, *before] if 0 < len(before) <= HINT_TOKENS else []
        return [*before, *tokenizer.sot_sequence, tokenizer.no_timestamps]

    def length(self, prompt: Sequence[int]) -> int:
        """Of a prompt without its hint."""
        return len(prompt) - prompt.index(self.of("en").sot)

    def all_but_numbers(self, words: tuple[str, ...]) -> list[list[int]]:
        """The tokens to suppress where only number words may be said, and where only figures."""
        if words not in self._without:
            vocabulary: dict[str, int] = self._hf.get_vocab()
            between = {n for text, n in vocabulary.items() if _BETWEEN.fullmatch(text)}
            figures = {n for text, n in vocabulary.items() if _FIGURES.fullmatch(text)}
            self._without[words] = [
                sorted({*vocabulary.values()} - kept - between - {self.end})
                for kept in ({*self._spelled(words)}, figures)
                if kept
            ]
        return self._without[words]

    def _spelled(self, words: Iterable[str]) -> Iterable[int]:
        """Every token that any of the words is made of, wherever in a sentence it stands."""
        tokenizer = self.of("en")
        for word in words:
            for spelling in (word, word.capitalize()):
                for text in (spelling, " " + spelling):
                    yield from tokenizer.encode(text)
