"""Language models by language: one for most, others where a language has servers of its own."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

from agent.events import Passage, Usage
from pipelines.engines.llm.engine import Proposal, Question
from pipelines.engines.llm.vllm import Vllm


class ByLanguage:
    """The engine. `own` are the languages with servers of their own; `usual` serves all others."""

    name = "vllm"

    def __init__(self, usual: Vllm, own: Mapping[str, Vllm]) -> None:
        self.usual, self.own = usual, own

    def serving(self, language: str) -> Vllm:
        """Who is asked in a language."""
        return self.own.get(language, self.usual)

    @property
    def all(self) -> tuple[Vllm, ...]:
        """Each once."""
        return (self.usual, *self.own.values())

    async def start(self) -> None:
        """See engine.py."""
        for each in self.all:
            await each.start()

    async def warm(self, languages: Sequence[str]) -> None:
        """See vllm.py."""
        await self.usual.warm([code for code in languages if code not in self.own])
        for code in (code for code in languages if code in self.own):
            await self.own[code].warm([code])

    async def interpret(self, question: Question) -> Proposal:
        """See engine.py."""
        return await self.serving(question.language).interpret(question)

    def compose(
        self,
        text: str,
        language: str,
        passages: Sequence[Passage],
        facts: Mapping[str, str] | None = None,
        told: Callable[[Usage], None] | None = None,
    ) -> AsyncGenerator[str, None]:
        """See engine.py."""
        return self.serving(language).compose(text, language, passages, facts, told)

    async def close(self) -> None:
        """See engine.py."""
        for each in self.all:
            await each.close()
