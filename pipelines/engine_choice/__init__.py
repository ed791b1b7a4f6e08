"""Which engines hear, speak and liken, for each language, and why: what `auto` stands for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.engine_choice.asr import AsrChoice, choose_asr
from pipelines.engine_choice.embeddings import EmbeddingsChoice, choose_embeddings
from pipelines.engine_choice.tts import VoiceChoice, choose_voices
from pipelines.errors import EngineError
from pipelines.packs.reader import DialogueConfig
from pipelines.settings import Settings
from pipelines.weights.hub import Get


@dataclass(frozen=True, slots=True)
class Choices:
    """Which engines hear and speak, and which finds pages by meaning; and why."""

    asr: AsrChoice = field(default_factory=lambda: AsrChoice("pocketsphinx", ""))
    voices: Mapping[str, VoiceChoice] = field(default_factory=dict)
    embeddings: EmbeddingsChoice = field(default_factory=lambda: EmbeddingsChoice("none", ""))


def choose(settings: Settings, config: DialogueConfig, get: Get) -> Choices:
    """The engines for these settings; `get` brings weights that are missing.

    Raises:
        EngineError: what is configured cannot be had, or is not for production.
    """
    choices = Choices(
        choose_asr(settings, config.packs, get),
        choose_voices(settings, config.packs, get),
        choose_embeddings(settings),
    )
    if settings.profile == "production" and not settings.allow_embedded:
        if choices.asr.engine == "pocketsphinx":
            raise EngineError(_not_for_production("recogniser pocketsphinx", choices.asr.why))
        for code in config.packs:
            choice = choices.voices[code]
            if choice.speakers and choice.speakers[0].engine == "espeak":
                raise EngineError(_not_for_production(f"voice espeak for '{code}'", choice.why))
    return choices


def _not_for_production(what: str, why: str) -> str:
    return (
        f"the production profile does not start on an embedded engine: {what} ({why}). Put the "
        "weights of a better one under the models folder (waxtaan check tells which), or set "
        "WAXTAAN_ALLOW_EMBEDDED=true"
    )
