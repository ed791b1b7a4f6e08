"""The contract of every language model: one per process, shared by all calls.

It is asked two things. `interpret`: what did the caller mean, as commands from the closed list in
`commands.py`. `compose`: an answer from the knowledge base's passages, sentence by sentence.
Neither has any effect of its own: `agent/` decides what becomes of a proposal, and every sentence
passes its gate before it is spoken.

An answer that is no longer wanted is given up by cancelling the task that waits for it, or by
closing the iterator; the server is told at once, by the closed connection.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from agent.events import Passage, Usage
from pipelines.errors import EngineError

__all__ = ["EngineError", "LanguageModel", "Late", "Passage", "Proposal", "Question"]


class Late(EngineError):  # noqa: N818
    """No answer came in time."""


@dataclass(frozen=True, slots=True)
class Question:
    """What did the caller mean by `text`?

    `flows` and `slots` are what a proposal may name: use cases, and the details of the one in hand
    with the values they may take, empty where any number may be meant. `pages` are sections of the
    knowledge base that a question may be about: their headings, and what each is called in sources.
    `before` are the last lines of the conversation, oldest first: who, and what they said.
    """

    text: str
    language: str  # lower-case BCP 47
    question: str = ""  # the open question's name, "" if none
    flows: tuple[str, ...] = ()
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    before: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """The commands a turn asks for, in the caller's order; see commands.py for their fields.

    `confidence` is the probability (0..1) that the model gave to exactly this answer among all it
    was allowed to give; 0.5 where the server does not tell. It is not calibrated.
    """

    commands: tuple[dict[str, Any], ...]
    confidence: float
    model: str
    prompt_tokens: int = 0
    answer_tokens: int = 0


class LanguageModel(Protocol):
    """An engine."""

    name: str  # as in settings: "vllm", ...

    async def start(self) -> None:
        """Find the servers' models. Servers that do not answer yet are asked again when needed.

        Raises:
            EngineError: a server answers and lacks a model that the settings name.
        """
        ...

    async def interpret(self, question: Question) -> Proposal:
        """What the caller meant.

        Raises:
            Late: no server answered in time.
            EngineError: no server answered, or what it answered is no proposal.
        """
        ...

    def compose(
        self,
        text: str,
        language: str,
        passages: Sequence[Passage],
        facts: Mapping[str, str] | None = None,
        told: Callable[[Usage], None] | None = None,
    ) -> AsyncGenerator[str, None]:
        """Complete sentences in `language` that answer `text` from `passages` and `facts`.

        `told` is given what the answer took, once it has ended.

        Each is yielded as soon as its end is certain; none at all where the passages do not hold
        the answer. Close it (`contextlib.aclosing`) to give the answer up.

        Raises:
            Late: the next words did not come in time.
            EngineError: no server could go on. What was yielded before stands.
        """
        ...

    async def close(self) -> None:
        """End all connections. Safe to call twice."""
        ...
