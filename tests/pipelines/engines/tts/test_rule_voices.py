"""The voices made by rule: how Wolof and Pulaar are read, and the folder that all are made in.

What is expected was written by hand from the orthographies; no speaker has judged it.
"""

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from pipelines.engines.tts import rule_voices
from pipelines.engines.tts.engine import EngineError, Voice
from pipelines.engines.tts.espeak import EspeakSynthesiser, readable
from pipelines.engines.tts.normalisation.cardinals import cardinal

WORDS = {
    "wo": {
        "Bëgg": "bəɡɡ", "naa": "naː", "xam": "xam", "jërëjëf": "ɟərəɟəf", "waaw": "waːw",
        "déedéet": "deːdeːt", "juróom": "ɟuroːm", "juróom-ñaar": "ɟuroːmɲaːr", "cér": "cer",
        "xool": "xɔːl", "liggéey": "liɡɡeːj", "naqar": "naqar", "doŋŋ": "dɔŋŋ", "kuddu": "kuddu",
        # à is a long a before doubled and prenasalised consonants
        "fàtte": "faːttɛ", "ndànk": "ndaːŋk", "sànqal": "saːŋqal",
        # a nasal is said where the consonant after it is
        "mbubb": "mbubb", "njaay": "ɲɟaːj", "ngoon": "ŋɡɔːn", "sancu": "saɲcu", "jànngu": "ɟaːŋŋɡu",
        # borrowed: French letters have a sound, and Wolof's rules
        "kurãa": "kuraːŋ", "solde": "sɔldɛ", "français": "fransais", "d'accord": "daccɔrd",
        "Cheikh": "ʃɛix", "Ousmane": "usmanɛ", "zoo": "zɔː", "vil": "vil",
    },
    "ff": {
        "jaaraama": "dʒaːraːma", "yiɗi": "jidi", "ɓiɗɗo": "biddɔ", "ƴiiƴam": "ʔjiːʔjam",
        "ŋari": "ŋari", "ñaamde": "ɲaːmdɛ", "nyaamde": "ɲaːmdɛ", "ɓoccoonde": "bɔttʃɔːndɛ",
        "sappo": "sappɔ", "nagge": "naɡɡɛ", "teemedere": "tɛːmɛdɛrɛ", "ujunere": "udʒunɛrɛ",
        "go'o": "ɡɔʔɔ", "go’o": "ɡɔʔɔ", "goʼo": "ɡɔʔɔ", "wi'i": "wiʔi",
        "mbaalu": "mbaːlu", "ndiyam": "ndijam", "njamala": "ɲdʒamala", "ngaari": "ŋɡaːri",
        "hannde": "hanndɛ", "konngol": "kɔŋŋɡɔl", "hannji": "haɲɲdʒi", "wammbude": "wammbudɛ",
        # e and o are closed before i and u
        "konngudi": "koŋŋɡudi", "peecon": "pɛːtʃɔn", "peeci": "peːtʃi", "ƴettude": "ʔjettudɛ",
        "jokkondirde": "dʒokkondirdɛ",
    },
}  # fmt: skip
VOWELS = {
    "wo": {
        "a": "a", "à": "aː", "ã": "aŋ", "e": "ɛ", "é": "e", "ë": "ə", "i": "i", "o": "ɔ", "ó": "o",
        "u": "u", "aa": "aː", "ee": "ɛː", "ée": "eː", "éé": "eː", "ëe": "əː", "ii": "iː",
        "oo": "ɔː", "óo": "oː", "óó": "oː", "uu": "uː",
    },
    "ff": {
        "a": "a", "e": "ɛ", "i": "i", "o": "ɔ", "u": "u",
        "aa": "aː", "ee": "ɛː", "ii": "iː", "oo": "ɔː", "uu": "uː",
    },
}  # fmt: skip
CONSONANTS = {
    "wo": {
        "b": "b", "c": "c", "d": "d", "f": "f", "g": "ɡ", "h": "h", "j": "ɟ", "k": "k", "l": "l",
        "m": "m", "n": "n", "ñ": "ɲ", "ŋ": "ŋ", "p": "p", "q": "q", "r": "r", "s": "s", "t": "t",
        "v": "v", "w": "w", "x": "x", "y": "j", "z": "z",
        "mb": "mb", "mp": "mp", "nc": "ɲc", "nd": "nd", "ng": "ŋɡ", "nj": "ɲɟ", "nk": "ŋk",
        "nq": "ŋq", "nt": "nt",
    },
    "ff": {
        "b": "b", "ɓ": "b", "c": "tʃ", "d": "d", "ɗ": "d", "f": "f", "g": "ɡ", "h": "h", "j": "dʒ",
        "k": "k", "l": "l", "m": "m", "n": "n", "ñ": "ɲ", "ɲ": "ɲ", "ŋ": "ŋ", "p": "p", "r": "r",
        "s": "s", "t": "t", "w": "w", "y": "j", "ƴ": "ʔj", "q": "q", "v": "v", "x": "x", "z": "z",
        "mb": "mb", "nd": "nd", "ng": "ŋɡ", "nj": "ɲdʒ",
    },
}  # fmt: skip
SENTENCES = {
    "wo": "Bëgg naa xam sama solde. Sama internet bi doxul, rëdd bi dafa dagg.",
    "ff": "Miɗo yiɗi anndude solde am. Mi yejjitii koode am, Enternet oo gollataa.",
    "mt": "Nixtieq inkun naf il-bilanċ tiegħi. L-internet mhux jaħdem, il-linja qed taqta'.",
}


@asynccontextmanager
async def started(cache: Path | None) -> AsyncIterator[EspeakSynthesiser]:
    engine = EspeakSynthesiser(cache)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


@pytest_asyncio.fixture
async def espeak(tmp_path: Path) -> AsyncIterator[EspeakSynthesiser]:
    async with started(tmp_path) as engine:
        yield engine


async def sounds(engine: EspeakSynthesiser, texts: list[str], language: str) -> list[str]:
    """Phonemes without stress."""
    return [re.sub("[ˈˌ]", "", ipa) for ipa in await engine.phonemes(texts, language)]


async def seconds(engine: EspeakSynthesiser, text: str, voice: Voice) -> float:
    pcm = [len(chunk) async for chunk in engine.synthesise(text, voice)]
    return sum(pcm) / 2 / engine.sample_rate


def made(cache: Path) -> list[Path]:
    """Everything in the folder that voices are made in, what was forgotten there too."""
    folder = cache / "espeak"
    return list(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("language", WORDS)
async def test_words(espeak: EspeakSynthesiser, language: str) -> None:
    words = WORDS[language]
    read = await sounds(espeak, list(words), language)
    assert dict(zip(words, read, strict=True)) == words


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("large", [False, True])
async def test_every_letter_has_its_sound(
    espeak: EspeakSynthesiser, language: str, large: bool
) -> None:
    expected = {f"b{v}": f"b{ipa}" for v, ipa in VOWELS[language].items()}
    expected |= {f"{c}a": f"{ipa}a" for c, ipa in CONSONANTS[language].items()}
    read = await sounds(espeak, [w.upper() if large else w for w in expected], language)
    assert dict(zip(expected, read, strict=True)) == expected


@pytest.mark.parametrize("language", WORDS)
async def test_a_doubled_consonant_is_long(espeak: EspeakSynthesiser, language: str) -> None:
    single = {c: ipa for c, ipa in CONSONANTS[language].items() if len(c) == 1}
    read = await sounds(espeak, [f"a{c}{c}a" for c in single], language)
    # of a sound that is written with two signs the first is held
    assert dict(zip(single, read, strict=True)) == {
        c: f"a{ipa[:-1] or ipa}{ipa}a" if c != "ƴ" else "aʔjja" for c, ipa in single.items()
    }


@pytest.mark.parametrize("language", WORDS)
async def test_the_first_syllable_is_stressed(espeak: EspeakSynthesiser, language: str) -> None:
    for ipa in await espeak.phonemes(list(WORDS[language]), language):
        first_vowel = next(i for i, sign in enumerate(ipa) if sign in "aɛeəiɔou")
        assert ipa.index("ˈ") == first_vowel - 1


@pytest.mark.parametrize("language", WORDS)
async def test_accents_may_be_written_as_signs_of_their_own(
    espeak: EspeakSynthesiser, language: str
) -> None:
    words = list(WORDS[language])
    apart = [unicodedata.normalize("NFD", word) for word in words]
    assert await espeak.phonemes(apart, language) == await espeak.phonemes(words, language)


@pytest.mark.parametrize("language", rule_voices.LANGUAGES)
async def test_nothing_usual_is_read_in_english(espeak: EspeakSynthesiser, language: str) -> None:
    letters = "A B C Ċ Ġ Ħ Ż Y" if language == "mt" else "A B C Ñ Ŋ Ɓ Ɗ Ƴ"
    texts = [letters, "SMS", "*123#", "50 %", "a & b + c = d / e", "a@b.sn", "4G"]
    for text, ipa in zip(texts, await espeak.phonemes(texts, language), strict=True):
        assert ipa, text
        assert "(en)" not in ipa, text


@pytest.mark.parametrize("language", rule_voices.LANGUAGES)
async def test_figures_are_read_as_their_words(espeak: EspeakSynthesiser, language: str) -> None:
    for number in (0, 7, 12, 250, 5_000):
        words = await espeak.phonemes([cardinal(number, language) or ""], language)
        assert await espeak.phonemes([str(number)], language) == words
    # Neither a unit without a name nor a number without an end makes the library guess.
    for text in ("20 GB", "7 Mbit/s", "123456789012345", "0077", "- 3 -"):
        assert not any(letter.isdigit() for letter in readable(text, language)), text
    assert readable("20 GB", "fr-fr") == "20 GB"


@pytest.mark.parametrize("language", rule_voices.LANGUAGES)
@pytest.mark.parametrize("variant", ["", "+f3"])
async def test_a_sentence_lasts_as_long_as_one(
    espeak: EspeakSynthesiser, language: str, variant: str
) -> None:
    text = SENTENCES[language]
    heard = await seconds(espeak, text, Voice(language + variant))
    assert 0.05 < heard / len(text) < 0.12  # a letter; people take about 0.07 s
    slow = await seconds(espeak, text, Voice(language + variant, rate=100))
    assert slow > 1.2 * heard


async def test_it_says_what_it_is(espeak: EspeakSynthesiser) -> None:
    for language in ("wo", "ff-sn", "mt"):
        assert "no speaker has listened" in (espeak.serves(language) or "")
    assert rule_voices.digest() in espeak.version  # a changed rule is heard, not its cached sound
    assert rule_voices.digest("1.52") != rule_voices.digest("1.53")


async def test_nothing_is_made_until_it_is_wanted(
    espeak: EspeakSynthesiser, tmp_path: Path
) -> None:
    assert await espeak.phonemes(["bonjour"], "fr") == ["bɔ̃ʒˈuʁ"]
    assert made(tmp_path) == []
    assert await espeak.phonemes(["xam"], "wo") == ["xˈam"]
    assert await espeak.phonemes(["bonjour"], "fr") == ["bɔ̃ʒˈuʁ"]
    assert await espeak.phonemes(["yiɗi"], "ff") == ["jˈidi"]
    assert len(made(tmp_path)) == 1


async def test_it_is_made_once_for_all_workers(tmp_path: Path) -> None:
    async with started(tmp_path) as first:
        await first.phonemes(["xam"], "wo")
    (folder,) = made(tmp_path)
    before = folder.stat().st_ino
    async with started(tmp_path) as second:
        assert await second.phonemes(["xam"], "wo") == ["xˈam"]
    assert [path.stat().st_ino for path in made(tmp_path)] == [before]


async def test_workers_that_begin_at_once_do_not_harm_each_other(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        engines = [await stack.enter_async_context(started(tmp_path)) for _ in range(4)]
        read = await asyncio.gather(*(engine.phonemes(["xam"], "wo") for engine in engines))
    assert read == [["xˈam"]] * 4
    assert len(made(tmp_path)) == 1


@pytest.mark.parametrize(
    "name",
    ["wo_dict", "mt_dict", "lang/alv/wo", "lang/sem/mt", "lang/sem/ar", "sums", "phontab", ""],
)
@pytest.mark.parametrize("damage", ["cut short", "a bit changed", "gone", "of another kind"])
async def test_a_damaged_folder_is_made_anew(tmp_path: Path, name: str, damage: str) -> None:
    async with started(tmp_path) as engine:
        await engine.phonemes(["xam"], "wo")
    (folder,) = made(tmp_path)
    harm(folder / name, damage)
    async with started(tmp_path) as engine:
        assert await engine.phonemes(["xam"], "wo") == ["xˈam"]
        assert await engine.phonemes(["yiɗi"], "ff") == ["jˈidi"]
    assert made(tmp_path) == [folder]
    assert (folder / name).exists()


def harm(path: Path, damage: str) -> None:
    """Change one of our files; links, and the folder as a whole, can only be taken away."""
    ours = path.is_file() and not path.is_symlink()
    data = path.read_bytes() if ours else b""
    if path.is_dir():
        path.rename(path.parent.parent / "elsewhere")
    else:
        path.unlink()
    if damage == "of another kind":
        (path.mkdir if ours else path.touch)()
    elif ours and damage != "gone":
        path.write_bytes(data[: len(data) // 2] + bytes([data[-1] ^ 1] * (damage != "cut short")))


@pytest.mark.parametrize("fault", ["a file in its place", "not writable", "too long", "none named"])
async def test_without_a_folder_that_is_said_and_others_speak(tmp_path: Path, fault: str) -> None:
    cache: Path | None = tmp_path / "cache"
    if fault == "a file in its place":
        (tmp_path / "cache").write_text("")
    elif fault == "not writable":
        cache = Path("/proc/self/fdinfo")
    elif fault == "too long":
        cache = tmp_path / "/".join(["a" * 50] * 3)
    else:
        cache = None
    told = r"folder: start" if cache is None else r"voice 'wo' .*espeak: .*WAXTAAN_CACHE"
    async with started(cache) as engine:
        for _ in range(2):
            with pytest.raises(EngineError, match=told):
                await seconds(engine, "xam", Voice("wo"))
            assert await engine.phonemes(["bonjour"], "fr") == ["bɔ̃ʒˈuʁ"]
            assert await seconds(engine, "Good evening.", Voice("en-gb")) > 0.3


async def test_a_folder_that_is_mended_is_used(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.write_text("")
    async with started(cache) as engine:
        with pytest.raises(EngineError, match="WAXTAAN_CACHE"):
            await engine.phonemes(["xam"], "wo")
        cache.unlink()
        assert await engine.phonemes(["xam"], "wo") == ["xˈam"]
