"""A sample caller of each pack with voice and ears, on virtual time: the same way in all of them.

espeak-ng's voices speak and the embedded recogniser listens, as where no weights are. In those of
`MISHEARD` a word of that caller is not heard in that voice, which tells nothing of people.
"""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from agent.actions import Speak
from pipelines.assistant import Assistant
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.engines.worker import Worker
from pipelines.packs.language_files import EVERY
from pipelines.packs.pack import Pack
from pipelines.replay.timeline import Timeline, Tracks, play
from pipelines.replay.virtual_time import VirtualTimeLoop
from pipelines.settings import Settings
from pipelines.synthetic_caller.voice import CallerVoice
from tests.prompts.test_same_calls import CODES

MISHEARD = {
    **dict.fromkeys(("bg", "cs", "ff", "sv"), "yes"),
    **dict.fromkeys(("da", "de", "lt"), "no"),
    "mt": "the wish",
}
# What is asked back is left out, and the keys, said where nobody knows how well callers are heard.
_ASIDE = ("ask confirm:", "menu")
_WAY = (
    "greet.disclosure",
    "greet",
    "ask line",
    "ask pin",
    "inform bill line=770002345",
    "inform bill_higher line=770002345",
    "ask more",
    "goodbye",
)

Spoken = Callable[[str, str], Tracks]


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoken]:
    """A call in a language by its pack's caller of that name."""
    Worker.settles = EspeakSynthesiser.repeatable = True
    settings = Settings(
        cache=tmp_path_factory.mktemp("cache"),
        languages=(EVERY,),
        intents="none",
        embeddings="none",
    )
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        assistant = runner.run(Assistant.open(settings))

        def call(code: str, name: str) -> Tracks:
            pack = assistant.config.packs[code]
            timeline = runner.run(_timeline(settings, pack, name))
            return runner.run(play(assistant, timeline, code))

        yield call
        runner.run(assistant.close())
    Worker.settles = EspeakSynthesiser.repeatable = False


async def _timeline(settings: Settings, pack: Pack, name: str) -> Timeline:
    timeline = Timeline()
    caller = next(c for c in pack.callers if c.name == name)
    async with CallerVoice(settings, pack) as voice:
        for step in caller.steps:
            if step.keys:
                timeline.press(step.keys)
            else:
                timeline.say(await voice.say(step.say))
    return timeline


@pytest.mark.parametrize("code", [code for code in CODES if code not in MISHEARD])
def test_a_spoken_call_goes_the_same_way(spoken: Spoken, code: str) -> None:
    acts = [entry.act for entry in spoken(code, "bill").entries if isinstance(entry, Speak)]
    assert tuple(act for act in dict.fromkeys(acts) if not act.startswith(_ASIDE)) == _WAY
