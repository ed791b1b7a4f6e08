"""What is said in tokens: the prompt of a turn, and which tokens may say a number."""

import re
from collections.abc import Iterable
from typing import Any

from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

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

    def prompt(self, token: str) -> list[int]:
        """What a turn begins with.

        Nothing that is likely to be said stands before it. Of 45 short turns at the telephone 27
        were exact so, and 26 after "yes, no", which put a yes into one; of 36 strings of nine
        digits 20 were right, and 15 or 16 after digits.
        """
        tokenizer = self.of(token)
        return [*tokenizer.sot_sequence, tokenizer.no_timestamps]

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
