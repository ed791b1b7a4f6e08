"""From sound to intent, and what is taken for an intent that is none: on other people's data."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

from agent.commands import Understanding
from agent.endpointing import expecting
from agent.ladder.turn import Turn
from agent.ladder.understanding import understand
from agent.question import OpenQuestion
from pipelines.bench.row import Row
from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.engines.asr.pocketsphinx import Pocketsphinx
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.packs.reader import DialogueConfig, load
from pipelines.settings import Settings
from pipelines.sound_files import read_sound

# The recordings of people under WAXTAAN_DATA that say something an English caller may say here:
# file, the question that is open, the intent.
_TAU2 = "tau2-voice/tests/test_voice/test_audio_native/testdata"
_CLIPS = (
    ("asterisk-sounds/en/spy-agent.wav", "open", "person"),
    ("asterisk-sounds/en/pbx-transfer.wav", "open", "person"),
    ("asterisk-sounds/en/vm-goodbye.wav", "open", "goodbye"),
    ("asterisk-sounds/en/vm-no.wav", "more", "deny"),
    (f"{_TAU2}/yes.wav", "more", "affirm"),
    (f"{_TAU2}/no.wav", "more", "deny"),
    (f"{_TAU2}/help_me.wav", "open", "help"),
)


def run(settings: Settings) -> Iterator[Row]:
    """The rows."""
    config = load(settings.prompts, settings.languages)
    clips = [
        (settings.data / path, q, i) for path, q, i in _CLIPS if (settings.data / path).exists()
    ]
    if clips:
        right = asyncio.run(_heard_right(clips, config))
        note = f"{right} of {len(clips)} clips, expecting what a call would"
        yield Row("en: sound to intent", [100 * right / len(clips)], "%", note=note)
    clinc = settings.data / "clinc150" / "data.json"
    if not clinc.exists():
        yield Row("out of scope", [], "%", note=f"no {clinc}: WAXTAAN_DATA")
        return
    data = json.loads(clinc.read_text(encoding="utf-8"))
    sentences = [text for part, rows in data.items() if part.startswith("oos") for text, _ in rows]
    taken = [u for text in sentences if (u := _understood(text, "open", config)).intent]
    sure = [u for u in taken if u.confidence >= config.policy.confirm_below]
    n = len(sentences)
    note = f"{len(taken)} of {n} sentences of CLINC150; {len(sure)} of them not asked back"
    yield Row("en: out of scope taken for an intent", [100 * len(taken) / n], "%", note=note)


def _understood(
    text: str, question: str, config: DialogueConfig, sure: float = 1.0
) -> Understanding:
    language = config.packs["en"].language
    turn = Turn(text, OpenQuestion(question), language, sure)
    return understand(turn, config.flows, config.policy)


async def _heard_right(clips: list[tuple[Path, str, str]], config: DialogueConfig) -> int:
    voice = EspeakSynthesiser()
    await voice.start()
    recogniser = Pocketsphinx(phonemes=voice.phonemes)
    await recogniser.start()
    pack = config.packs["en"]
    right = 0
    try:
        stream = await recogniser.open("en", "wide", lambda _: None)
        for path, question, intent in clips:
            expected = expecting(OpenQuestion(question), pack.language).intents
            stream.expect("en", pack.expected(expected))
            stream.begin()
            stream.hear(read_sound(path, SAMPLE_RATE))
            heard = await stream.finish()
            found = _understood(heard.text, question, config, heard.confidence)
            right += found.intent == intent
        await stream.close()
    finally:
        await recogniser.close()
        await voice.close()
    return right
