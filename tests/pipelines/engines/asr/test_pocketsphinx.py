"""What is pocketsphinx' own: readings of words, closed lists, limits, memory."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipelines.bench.asr_accuracy import Clip, ClipSet, clip_sets
from pipelines.engines.asr.engine import EngineError, Recognised
from pipelines.engines.asr.pocketsphinx import Pocketsphinx
from pipelines.engines.asr.pocketsphinx_accuracy import confidence_of
from pipelines.engines.asr.pronunciation import Pronouncer, readings_of, words_of
from tests.fakes import PATIENCE
from tests.pipelines.engines.asr.speech import BYTES_PER_SECOND, noise, say

IPA = {"facture": "faktˈyʁ", "bonjour": "bɔ̃ʒˈuʁ", "wolof": "wˈoʊlɑːf"}


async def phonemes(texts: Sequence[str], voice: str) -> list[str]:
    return [IPA.get(text, "") for text in texts]


def ignore(_: Recognised) -> None:
    """Nobody wants these."""


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("What's my balance?", ["what's", "my", "balance"]),
        ("l’internet ne marche pas !", ["l'internet", "ne", "marche", "pas"]),
        ("Rez-de-chaussée, 50 %", ["rez-de-chaussée", "50"]),
        ("?!", []),
    ],
)
def test_words_of(phrase: str, words: list[str]) -> None:
    assert words_of(phrase) == words


def test_ipa_becomes_english_sounds_the_likeliest_reading_first() -> None:
    assert readings_of("bɔ̃ʒˈuʁ") == (
        "B AO N ZH UW R",
        "B OW N JH UW HH",
        "B OW N ZH UW R",
        "B AO N JH UW R",
        "B AO N ZH UW HH",
        "B OW ZH UW R",
    )
    assert readings_of("tʃˈaɪ(en)") == ("CH AY",)
    assert readings_of("…") == ()


async def test_english_comes_from_the_dictionary_and_the_rest_from_the_voice() -> None:
    words = Pronouncer(phonemes)
    assert words.known("en", ["the", "puk"]) == {"the": ("DH AH", "DH IY"), "puk": ("P AH K",)}
    assert words.known("en", ["the", "wolof"]) is None
    assert (await words.ask("en", ["the", "wolof"]))["wolof"] == ("W OW L AA F",)
    assert words.known("en", ["wolof"]) == {"wolof": ("W OW L AA F",)}
    assert (await words.ask("fr", ["facture"]))["facture"][0] == "F AA K T UW R"


@pytest.mark.parametrize("word", ["'bout", "a", "zywicki", "reading", "router"])
async def test_the_dictionary_has_its_first_its_last_and_its_doubles(word: str) -> None:
    assert Pronouncer().known("en", [word])


async def test_without_a_voice_only_the_dictionary_is_served() -> None:
    engine = Pocketsphinx()
    assert engine.serves("en")
    assert engine.serves("fr") is None
    with pytest.raises(EngineError, match="start the recogniser with a source of phonemes"):
        await Pronouncer().ask("en", ["wolof"])


def test_confidence_never_says_sure() -> None:
    assert confidence_of("en", 0, 0) == 0.7
    assert confidence_of("en", -2, -4) < 0.05
    assert confidence_of("fr", -2.5, -3) < confidence_of("fr", -1.5, -3) <= 0.7


async def test_what_cannot_be_pronounced_fails_its_turn_only() -> None:
    engine = Pocketsphinx(phonemes, deadline=PATIENCE)
    await engine.start()
    try:
        stream = await engine.open("fr", "wide", ignore)
        stream.expect("fr", ["zzz"])
        stream.begin()
        stream.hear(noise())
        with pytest.raises(EngineError, match="no phrase can be pronounced"):
            await stream.finish()
        stream.expect("fr", [])
        stream.begin()
        stream.hear(noise())
        assert (await stream.finish()).text == ""
    finally:
        await engine.close()


async def test_an_overlong_turn_keeps_its_beginning() -> None:
    engine = Pocketsphinx(longest_turn=5, deadline=PATIENCE)
    await engine.start()
    try:
        stream = await engine.open("en", "wide", ignore)
        stream.expect("en", ["I want to pay my bill", "speak to an agent"])
        stream.begin()
        stream.hear((await say("I want to pay my bill"))[: 5 * BYTES_PER_SECOND])
        for _ in range(100):
            stream.hear(bytes(BYTES_PER_SECOND))
        assert stream.dropped > 90 * BYTES_PER_SECOND
        assert (await stream.finish()).text == "I want to pay my bill"
    finally:
        await engine.close()


async def test_finish_without_a_turn_and_audio_without_begin_hear_nothing() -> None:
    engine = Pocketsphinx(deadline=PATIENCE)
    await engine.start()
    try:
        stream = await engine.open("en", "wide", ignore)
        stream.hear(noise())
        assert (await stream.finish()).text == ""
        with pytest.raises(EngineError, match="tlh"):
            stream.expect("tlh", ["nuqneH"])
    finally:
        await engine.close()


async def test_a_call_that_ended_leaves_no_memory_behind() -> None:
    """200 calls with 200 lists of their own, one after another, as a day of one line."""
    engine = Pocketsphinx(deadline=PATIENCE)
    await engine.start()
    try:
        sizes = []
        for call in range(200):
            stream = await engine.open("en", "telephone", ignore)
            stream.expect("en", ["speak to an agent", "pay my bill", f"{'my ' * (call % 7)}line"])
            stream.begin()
            stream.hear(noise(1.2))
            await stream.finish()
            await stream.close()
            sizes.append(await asyncio.to_thread(resident_mb))
        assert sizes[-1] - sizes[60] < 3
    finally:
        await engine.close()


def resident_mb() -> float:
    """Of our child processes together."""
    total = 0
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            total += int(Path(f"/proc/{child}/statm").read_text().split()[1])
    return total * 4096 / 2**20


def test_measured_sets_are_skipped_where_the_recordings_are_not(tmp_path: Path) -> None:
    assert list(clip_sets(tmp_path)) == []


def test_the_closed_list_is_every_sentence_once_without_what_must_be_rejected() -> None:
    clips = [Clip(Path(name), text) for name, text in (("a", "yes"), ("b", ""), ("c", "yes"))]
    assert ClipSet("s", "en", clips).sentences == ["yes"]
