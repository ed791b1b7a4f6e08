"""What one call's dialogue acts with: engines, back office, recording, whoever watches."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from agent.flow import Flow
from pipelines.backoffice.protocol import BackOffice
from pipelines.call.caller_audio import AudioClock
from pipelines.call.connection import Transfers
from pipelines.call.latency import ResponseMeter
from pipelines.call.messages import Message
from pipelines.intents.classifier import IntentClassifier
from pipelines.knowledge.grounded_model import GroundedModel, KnowledgeBase
from pipelines.packs.pack import Pack
from pipelines.store.recording import Recording

LanguageScores: TypeAlias = tuple[tuple[str, float], ...]  # most probable first


@dataclass(frozen=True, slots=True)
class Resources:
    """Of one call."""

    clock: AudioClock
    back_office: BackOffice
    knowledge: KnowledgeBase | None
    grounded_model: GroundedModel | None
    recording: Recording | None
    meter: ResponseMeter
    packs: Mapping[str, Pack]
    hang_up: Callable[[str], Awaitable[None]]
    count: Callable[[str], None]  # a thing worth counting happened
    downloads: Mapping[str, str]  # what -> where, for the page
    # of a text, the language that the recogniser listened for, and what the sound says: see
    # `Assistant.language_scores`
    language_scores: Callable[[str, str, LanguageScores], LanguageScores]
    intents: IntentClassifier | None = None  # what turns may want, by their meaning
    transfers: Transfers | None = None  # what can bring a person in
    publish: Callable[[Message], None] = lambda _: None  # for the desk
    quick_pauses: bool = True  # a turn ends early where what was heard is a complete answer
    flows: Mapping[str, Flow] = field(default_factory=dict)  # that this caller may start
    unvalidated: tuple[str, ...] = ()  # languages in which few choices are listened for
