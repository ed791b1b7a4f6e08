"""vLLM, llama.cpp, or any server of chat completions; a second one takes over at once.

    vllm serve MODEL --structured-outputs-config \
        '{"backend": "xgrammar", "disable_any_whitespace": true}' \
        --enable-lora --lora-modules wo=/models/wo ff=/models/ff

Without `disable_any_whitespace` a model may fill its answer with blanks until its tokens are spent.
Or, without a GPU: `llama-server -m MODEL.gguf --jinja`.

An answer that breaks off after some sentences is gone on with by the next server: it is given what
was said as the beginning of its own answer, so the caller hears a pause and no repetition. Ending
the answer there would be simpler, and would leave a price without its condition. What had come of
an unfinished sentence is forgotten; nobody heard it.
"""

import math
import re
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing

from loguru import logger

from agent.events import Passage, Usage
from agent.languages.language import words
from pipelines.circuit_breaker import Breaker
from pipelines.engines.llm import commands
from pipelines.engines.llm.chat import Ask, ChatChunk, whole
from pipelines.engines.llm.endpoint import Endpoint, Refused
from pipelines.engines.llm.engine import EngineError, Proposal, Question
from pipelines.engines.llm.prompt import NOT_KNOWN, Prompts
from pipelines.engines.llm.sentences import Sentences
from pipelines.engines.llm.timeouts import BETWEEN, Timeouts

PROPOSAL_TOKENS = 160  # three commands are about 60, and twice as many written with line breaks
ANSWER_TOKENS = 200  # three spoken sentences are about 80; Wolof and Pulaar take twice as many
WARMING = 60.0  # s; a server may compile while it reads its first prompts
_VALUE = re.compile(r':\s*("[^"]*")')  # of an answer's JSON: a string that was chosen from a list
UNTOLD = 0.5  # confidence where a server does not tell probabilities


class Vllm:
    """The engine.

    Args:
        prompts: what is asked, by language.
        urls: servers, each up to and including `/v1`; the first that answers is used.
        model: its name on the servers; "" their first.
        adapters: language -> the name of the adapter that answers in it.
        key: where the servers want one.
        first_token: seconds for a server's first words; then the next server is asked.
        deadline: seconds of waiting for a whole answer.
        between: seconds without a word in the middle of an answer, before a server counts as hung.
        failures: in a row, before a server is left alone for `rest` seconds.
    """

    name = "vllm"

    def __init__(
        self,
        prompts: Prompts,
        urls: Sequence[str],
        *,
        model: str = "",
        adapters: Mapping[str, str] | None = None,
        key: str = "",
        first_token: float = 1.0,
        deadline: float = 4.0,
        between: float = BETWEEN,
        failures: int = 3,
        rest: float = 10.0,
    ) -> None:
        if not urls:
            raise EngineError("llm is 'vllm' but llm_urls is empty: set WAXTAAN_LLM_URLS")
        self._prompts = prompts
        self._model = model
        self._adapters = dict(adapters or {})
        self._first, self._deadline, self._between = first_token, deadline, between
        self.endpoints = [Endpoint(url, key, Breaker(failures, rest)) for url in urls]

    @property
    def resting(self) -> tuple[str, ...]:
        """The servers that failed repeatedly and are left alone for now."""
        return tuple(each.url for each in self.endpoints if each.breaker.open)

    async def start(self) -> None:
        """See engine.py."""
        wanted = {name for name in (self._model, *self._adapters.values()) if name}
        for endpoint in self.endpoints:
            try:
                names = await endpoint.models(within=self._first)
            except EngineError as error:
                logger.warning("the language model is not there yet: {}", error)
                continue
            if missing := wanted.difference(names):
                raise EngineError(
                    f"{endpoint.url}: has no {', '.join(sorted(missing))}; it has "
                    f"{', '.join(names)}: see llm_model and llm_adapters, and vLLM's --lora-modules"
                )

    async def warm(self, languages: Iterable[str]) -> None:
        """Have every server read the fixed prompts once, so that no caller waits for that.

        A fresh server's first answers take seconds longer than the next ones. Never raises; for a
        background task.
        """
        asks = [ask for code in languages for ask in self._first_asks(code)]
        for endpoint in self.endpoints:
            try:
                for ask in asks:
                    await whole(endpoint.answer(ask, Timeouts(WARMING, WARMING, WARMING)))
            except EngineError as error:
                logger.warning("a language model server could not be warmed: {}", error)

    def _first_asks(self, language: str) -> list[Ask]:
        model, question = self._model_for(language), Question("", language)
        interpreting = self._prompts.interpret(question)
        composing = self._prompts.compose("", language, (), {})
        return [
            Ask(interpreting, 1, model, commands.schema(question)),
            Ask(composing, 1, model),
        ]

    async def interpret(self, question: Question) -> Proposal:
        """See engine.py."""
        ask = Ask(
            self._prompts.interpret(question),
            PROPOSAL_TOKENS,
            self._model_for(question.language),
            commands.schema(question),
        )
        patience = self._patience()
        failure = _nobody()
        for endpoint in self._admitted(patience):
            try:
                async with aclosing(endpoint.answer(ask, patience)) as pieces:
                    answer = await whole(pieces)
            except Refused:
                raise
            except EngineError as error:
                failure = _noted(error)
            else:
                return _proposal(answer, question, ask.model or endpoint.model)
        raise failure

    async def compose(
        self,
        text: str,
        language: str,
        passages: Sequence[Passage],
        facts: Mapping[str, str] | None = None,
        told: Callable[[Usage], None] | None = None,
    ) -> AsyncGenerator[str, None]:
        """See engine.py."""
        began, usage = time.monotonic(), list[ChatChunk]()
        messages = self._prompts.compose(text, language, passages, facts or {})
        model = self._model_for(language)
        patience = self._patience()
        failure = _nobody()
        said: list[str] = []
        before = 0  # sentences that servers which broke off had said
        for endpoint in self._admitted(patience):
            ask = Ask(messages, ANSWER_TOKENS, model, begun=" ".join(said))
            try:
                answer = _sentences(endpoint, ask, patience, language, usage.append)
                async with aclosing(answer) as sentences:
                    async for sentence in sentences:
                        if NOT_KNOWN in sentence:
                            break
                        heard = [words(each) for each in said]
                        again = heard.index(words(sentence)) if words(sentence) in heard else -1
                        if again < 0:
                            said.append(sentence)
                            yield sentence
                        elif again >= before:
                            break  # it goes round in circles
                        # else: a server that cannot go on where another stopped begins anew
                if told is not None:
                    told(self._used(ask.model or endpoint.model, began, usage))
                return
            except Refused:
                raise
            except EngineError as error:
                failure = _noted(error)
                before = len(said)
        raise failure

    @staticmethod
    def _used(model: str, began: float, spent: Sequence[ChatChunk]) -> Usage:
        asked = sum(chunk.prompt_tokens for chunk in spent)
        answered = sum(chunk.answer_tokens for chunk in spent)
        return Usage(model, asked, answered, round(1000 * (time.monotonic() - began)))

    async def close(self) -> None:
        """See engine.py."""
        for endpoint in self.endpoints:
            await endpoint.close()

    def _patience(self) -> Timeouts:
        return Timeouts(self._deadline, self._first, self._between)

    def _model_for(self, language: str) -> str:
        return self._adapters.get(language, self._model)

    def _admitted(self, patience: Timeouts) -> Iterator[Endpoint]:
        """The servers to ask, one after another, while there is patience left."""
        for endpoint in self.endpoints:
            if not patience.ended and endpoint.breaker.admits():
                yield endpoint


def _nobody() -> EngineError:
    return EngineError("all language model servers failed repeatedly and are left alone for now")


def _noted(error: EngineError) -> EngineError:
    logger.warning("a language model server failed: {}", error)
    return error


def _proposal(answer: ChatChunk, question: Question, model: str) -> Proposal:
    if answer.finish != "stop":
        raise EngineError(f"the language model's proposal did not end ({answer.finish})")
    found = commands.parse(answer.text, question)
    return Proposal(found, _confidence(answer), model, answer.prompt_tokens, answer.answer_tokens)


def _confidence(answer: ChatChunk) -> float:
    """The probability of the values that the answer chose; what is between them is no choice.

    llama.cpp tells of tokens that its grammar did not let through: then nothing is known.
    """
    if not answer.tokens or not "".join(t for t, _ in answer.tokens).startswith(answer.text):
        return UNTOLD
    chosen = [match.span(1) for match in _VALUE.finditer(answer.text)]
    total, at = 0.0, 0
    for token, log_probability in answer.tokens:
        if any(start < at + len(token) and at < end for start, end in chosen):
            total += log_probability
        at += len(token)
    return min(1.0, math.exp(total))


async def _sentences(
    endpoint: Endpoint,
    ask: Ask,
    patience: Timeouts,
    language: str,
    spent: Callable[[ChatChunk], None],
) -> AsyncGenerator[str, None]:
    sentences, finish = Sentences(language), ""
    async with aclosing(endpoint.answer(ask, patience)) as pieces:
        async for chunk in pieces:
            finish = chunk.finish or finish
            if chunk.prompt_tokens or chunk.answer_tokens:
                spent(chunk)
            for sentence in sentences.add(chunk.text):
                yield sentence
    if finish == "length":
        return  # half a sentence is not spoken
    for sentence in sentences.end():
        yield sentence
