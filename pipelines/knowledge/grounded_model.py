"""What a thought needs: a language model, the knowledge base, a check of the answer's language."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from agent.events import Passage
from pipelines.engines.embeddings.engine import Floats
from pipelines.engines.language_id.identify import identify
from pipelines.engines.llm.by_language import ByLanguage
from pipelines.engines.llm.prompt import Prompts
from pipelines.engines.llm.timeouts import shares
from pipelines.engines.llm.vllm import Vllm
from pipelines.knowledge import Knowledge
from pipelines.packs.reader import DialogueConfig
from pipelines.settings import Settings

_SURE = 0.9  # of a sentence's language, before the gate is told
_ENOUGH = 4  # words: fewer are names and "yes"
_PART, _SURE_OF_A_PART = 6, 0.97  # words of a part, and of its language


async def _cold(languages: Sequence[str]) -> None:
    """A model that needs no warming."""


class KnowledgeBase(Protocol):
    """A knowledge base."""

    async def vector(self, text: str) -> Floats | None:
        """For `ask`; None where none can be had, or in time."""
        ...

    def ask(
        self, text: str, language: str, k: int = 3, vector: Floats | None = None
    ) -> tuple[Passage, ...]:
        """The passages that an answer may rest on, the best first; none where none does."""
        ...

    def section(self, source: str) -> tuple[Passage, ...]:
        """The passage of that name; none where there is none."""
        ...

    def headings(self, text: str, language: str, k: int) -> dict[str, str]:
        """The sections that a question may be about: heading -> what it is called in sources."""
        ...


@dataclass(frozen=True, slots=True)
class GroundedModel:
    """Shared by all calls."""

    model: ByLanguage
    knowledge: KnowledgeBase
    passages: int = 3  # the most that the model is shown
    # a sentence's language, if that is surely not the one expected of it in all its parts
    language_of: Callable[[str, str], str] = lambda _, expected: expected
    warm: Callable[[Sequence[str]], Coroutine[Any, Any, None]] = _cold  # for these languages


def language_of(text: str, expected: str) -> str:
    """The language of a sentence: another than expected where it, or a part of it, is in another.

    "" where it is too short or unclear to tell.
    """
    said = text.split()
    parts = [said[at : at + _PART] for at in range(0, len(said), _PART // 2)]
    for part in (" ".join(p) for p in parts if len(p) == _PART and len(said) > _PART):
        found = identify(part)
        if found and found[0][0] != expected and found[0][1] >= _SURE_OF_A_PART:
            return found[0][0]
    languages = identify(text) if len(said) >= _ENOUGH else ()
    return languages[0][0] if languages and languages[0][1] >= _SURE else ""


def knowledge(settings: Settings, config: DialogueConfig) -> Knowledge:
    """The operator's pages, or the example pages. Raises KnowledgeError naming a bad one."""
    fallbacks = {
        code: pack.language.fallback.code
        for code, pack in config.packs.items()
        if pack.language.fallback
    }
    return Knowledge.read(
        settings.knowledge,
        settings.prompts,
        fallbacks=fallbacks,
        least=settings.knowledge_least,
        sure=settings.knowledge_sure,
        probable=(settings.knowledge_least_probable, settings.knowledge_sure_probable),
    )


async def open_grounded_model(
    settings: Settings, config: DialogueConfig, pages: KnowledgeBase | None = None
) -> GroundedModel | None:
    """The configured language model and what it may know; None where none is configured.

    `pages` where they have been read already.

    Raises:
        EngineError: a server answers and lacks what is configured.
        KnowledgeError: a page of the knowledge base cannot be used.
    """
    if settings.llm == "none":
        return None
    pages = pages or knowledge(settings, config)
    prompts = Prompts.read(settings.prompts / "llm", config.languages, tuple(config.flows))

    def model(urls: Sequence[str], name: str, adapters: Mapping[str, str]) -> Vllm:
        whole, first, between = shares(settings.llm_patience, len(urls))
        return Vllm(
            prompts,
            urls,
            model=name,
            adapters=adapters,
            key=settings.llm_key.get_secret_value(),
            first_token=first,
            deadline=whole,
            between=between,
            failures=settings.llm_breaker_failures,
            rest=settings.llm_breaker_rest,
        )

    own = {
        code: model(pack.llm.urls, pack.llm.model, {})
        for code, pack in config.packs.items()
        if pack.llm is not None and pack.llm.urls
    }
    named = {c: p.llm.model for c, p in config.packs.items() if p.llm and p.llm.model}
    adapters = {**named, **settings.llm_adapters}
    shared = {code: name for code, name in adapters.items() if code not in own}
    models = ByLanguage(model(settings.llm_urls, settings.llm_model, shared), own)
    await models.start()
    return GroundedModel(models, pages, settings.knowledge_passages, language_of, models.warm)
