"""All fixed wording as the embedded voices read it: in sounds, and in those of its language.

No word list knows how these sentences ought to sound. What can be told is that a voice gave up on
one: nothing is read, a letter is called by its name in another language, or a few letters become a
sentence.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.engines.tts.normalisation import spoken
from pipelines.packs.fixed_wording import sentences
from pipelines.packs.reader import load

PACKS = load(languages=("all",)).packs
MOST = 1.8  # sounds a letter
LEAST = {"fr": 0.5}  # a French sentence leaves up to half of its letters unsaid
SHORTEST = 8  # letters: below, one loan word makes the ratio
# Words with a hyphen whose parts the voices take from English.
HYPHENATED = re.compile(r"\be-mail", re.IGNORECASE)


@pytest_asyncio.fixture
async def espeak(tmp_path: Path) -> AsyncIterator[EspeakSynthesiser]:
    engine = EspeakSynthesiser(tmp_path)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


def sounds_per_letter(text: str, ipa: str) -> float:
    ipa = re.sub(r"\([a-z-]+\)|[ˈˌːʲʰ]", "", ipa)  # a switch, stress, length: no sounds
    return sum(map(str.isalpha, ipa)) / sum(map(str.isalpha, text))


@pytest.mark.parametrize("code", PACKS)
async def test_every_sentence_is_read_in_its_language(espeak: EspeakSynthesiser, code: str) -> None:
    voice = PACKS[code].voices["espeak"].name
    texts = [spoken(sentence, code) for sentence in sentences(PACKS[code].language)]
    read = dict(zip(texts, await espeak.phonemes(texts, voice), strict=True))
    assert not [text for text, ipa in read.items() if not ipa]

    switched = [(text, ipa) for text, ipa in read.items() if re.search(r"\S\(en\)", ipa)]
    assert not [both for both in switched if not HYPHENATED.search(both[0])]

    long = [(text, ipa) for text, ipa in read.items() if sum(map(str.isalpha, text)) >= SHORTEST]
    least = LEAST.get(code, 0.6)
    assert not [both for both in long if not least <= sounds_per_letter(*both) <= MOST]
