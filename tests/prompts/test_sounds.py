"""Every language can be listened for: its words have sounds that the embedded recogniser knows."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pipelines.engines.asr.pocketsphinx import Pocketsphinx
from pipelines.engines.asr.pronunciation import VOICES, readings_of, unknown_sounds, words_of
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.packs.language_files import EVERY
from pipelines.packs.pack import Pack
from pipelines.packs.reader import load

PACKS = load(languages=(EVERY,)).packs


@pytest.fixture
async def voice(tmp_path: Path) -> AsyncIterator[EspeakSynthesiser]:
    """The voice that says how words sound, with the languages that are made by rule."""
    espeak = EspeakSynthesiser(tmp_path)
    await espeak.start()
    try:
        yield espeak
    finally:
        await espeak.close()


def spoken(pack: Pack) -> list[str]:
    """The words of all that any question may expect, and of all names that may be offered."""
    language = pack.language
    said = [sentence for intent in language.intents.values() for sentence in intent.say]
    said += [re.sub(r"\{[^}]*\}", " ", s) for texts in language.phrases.values() for s in texts]
    said += [*language.digits, *map(str, range(21))]
    return sorted({word for sentence in said for word in words_of(sentence)})


@pytest.mark.parametrize("code", PACKS)
async def test_every_word_that_may_be_expected_has_sounds(
    code: str, voice: EspeakSynthesiser
) -> None:
    assert Pocketsphinx(voice.phonemes).serves(code)
    words = spoken(PACKS[code])
    heard = dict(zip(words, await voice.phonemes(words, VOICES.get(code, code)), strict=True))
    unknown = {s: f"in {word!r}" for word, ipa in heard.items() for s in unknown_sounds(ipa)}
    assert not unknown, f"not in SOUNDS of pronunciation.py, for {code}: {unknown}"
    assert not [word for word, ipa in heard.items() if not readings_of(ipa)]
