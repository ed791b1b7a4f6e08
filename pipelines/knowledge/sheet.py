"""The transparency sheet: per language, which model answers callers, whence, and under what terms.

What nobody stated says so: an operator has to be able to answer for the model that speaks for them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pipelines.packs.pack import LlmFile, Pack
from pipelines.settings import Settings

NOT_STATED = "not stated"
FIRST = "the server's first"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Of one language. `adapter` is "" where the model itself answers."""

    language: str
    model: str
    adapter: str
    revision: str
    licence: str
    training: str
    endpoints: tuple[str, ...]


def sheets(settings: Settings, packs: Mapping[str, Pack]) -> list[Sheet]:
    """One for each language; none where no language model is configured."""
    if settings.llm == "none":
        return []
    usual = LlmFile(
        urls=settings.llm_urls,
        model=settings.llm_model,
        revision=settings.llm_revision,
        licence=settings.llm_licence,
        training=settings.llm_training,
    )
    return [_sheet(code, pack.llm or usual, settings) for code, pack in packs.items()]


def _sheet(code: str, own: LlmFile, settings: Settings) -> Sheet:
    of_its_own = bool(own.urls) and own.urls != settings.llm_urls
    return Sheet(
        code,
        own.model or ("" if of_its_own else settings.llm_model) or FIRST,
        "" if of_its_own else settings.llm_adapters.get(code, ""),
        own.revision or NOT_STATED,
        own.licence or NOT_STATED,
        own.training or NOT_STATED,
        own.urls or settings.llm_urls,
    )


def as_data(found: list[Sheet]) -> list[dict[str, object]]:
    """For JSON."""
    return [asdict(sheet) for sheet in found]
