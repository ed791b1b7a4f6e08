"""A language pack: how a language is spoken and understood, and what belongs to it outside that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from pydantic import Field

from agent.languages.language import Language
from pipelines.engines.tts.engine import Voice
from pipelines.packs.toml_files import Strict

Replies: TypeAlias = Mapping[str, tuple[str, ...]]  # "yes", "no" and "open" -> such replies


class AsrFile(Strict):
    """A checkpoint of a language's own: `[asr]` in language.toml.

    `token` is the language token it speaks: Whisper knows neither Wolof, Pulaar nor Irish, so a
    checkpoint for them was trained on the token of another language.
    """

    model: str
    token: str = Field(pattern="^[a-z]{2,3}$")
    compute: str = ""
    device: str = Field(default="", pattern="^(cpu|cuda)?$")


class LlmFile(Strict):
    """A language model of a language's own: `[llm]` in language.toml.

    `urls` are its servers, as the setting `llm_urls`; the others tell for the transparency sheet
    which model it is: its `revision`, `licence`, and what it was trained on or by whom.
    """

    urls: tuple[str, ...] = ()
    model: str = ""
    revision: str = ""
    licence: str = ""
    training: str = ""


class SampleStep(Strict):
    """One step of a sample caller: something said, or keys pressed."""

    say: str = ""
    keys: str = Field(default="", pattern=r"^[0-9*#]*$")
    interrupt: bool = False  # speaks while the agent is still speaking
    asked: bool = False  # only where a yes or no is asked for: who was well heard is not asked back


class SampleCaller(Strict):
    """A caller to listen in on."""

    name: str = ""
    title: str
    steps: tuple[SampleStep, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Pack:
    """A language pack and what belongs to it outside the dialogue."""

    language: Language
    review: str
    voices: Mapping[str, Voice]  # engine -> voice
    callers: tuple[SampleCaller, ...]
    expected_phrases: int  # how many sentences the recogniser is told to expect at once
    asr: AsrFile | None = None  # a checkpoint of its own
    llm: LlmFile | None = None  # a language model of its own
    # intent -> more ways to say it, and "none" -> what is none of our business: they teach what
    # turns mean (`pipelines/intents/`) and nothing else
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # question, "" for any -> replies; they teach what those mean
    replies: Mapping[str, Replies] = field(default_factory=dict)
    draft: bool = False  # no speaker has looked at it
    # whether no other language's samples teach: of one that the sentence embeddings do not know
    samples_alone: bool = False

    def expected(self, intents: Sequence[str]) -> list[str]:
        """Sentences to expect for these intents, as many of each as fit; the likely ones first."""
        says = [
            self.language.intents[name].say for name in intents if name in self.language.intents
        ]
        longest = max((len(say) for say in says), default=0)
        share = next(
            (
                n
                for n in range(longest, 1, -1)
                if sum(len(s[:n]) for s in says) <= self.expected_phrases
            ),
            1,
        )
        return [sentence for say in says for sentence in say[:share]]
