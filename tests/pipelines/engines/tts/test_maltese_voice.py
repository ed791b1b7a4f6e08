"""Maltese, which espeak-ng has and spells letter by letter: how our own rules read it.

What is expected was written by hand; no speaker has judged it. h stands for ħ, which the sounds of
the Italian voice lack.
"""

import re
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from pipelines.engines.tts.espeak import EspeakSynthesiser, readable

WORDS = {
    "dar": "dˈaːr", "kelb": "kˈɛlp", "qalb": "ʔˈalp", "sena": "sˈɛna", "mara": "mˈaːra",
    "ktieb": "ktˈɪːp", "wieħed": "wˈɪːhet", "tlieta": "tlˈɪːta", "tmienja": "tmˈɪːnja",
    "tajjeb": "tˈajjep", "hawn": "ˈawn", "lejl": "lˈɛjl", "grazzi": "ɡrˈattsɪ", "xejn": "ʃˈɛjn",
    "ċempel": "tʃˈɛmpel", "ġewwa": "dʒˈɛwwa", "żero": "zˈɛro", "jum": "jˈuːm", "jkun": "ikˈuːn",
    "jaqbilx": "jaʔbˈilʃ", "nistax": "nistˈaːʃ", "sigurtà": "sˌiɡʊrtˈa", "kuntratt": "kʊntrˈatt",
    # għ has no sound, h neither, but at the end
    "għajn": "ˈaɪn", "għoli": "ˈɔːlɪ", "għaxra": "ˈaːʃra", "għid": "ˈɛɪt", "għandi": "ˈaːndɪ",
    "xogħol": "ʃˈɔːl", "jogħġbok": "jˈɔːdʒbok", "bogħod": "bˈɔːt", "bagħat": "bˈaːt",
    "siegħa": "sˈɪːa", "tiegħek": "tˈɪːek", "tiegħi": "tˈɪːɛɪ", "miegħu": "mˈɪːow",
    "żgħir": "zˈɛɪr", "mixgħula": "miʃˈɔwla", "nistgħu": "nˈistow", "agħfas": "ˈaːfas",
    "erbgħa": "ˈɛrba", "sebgħa": "sˈɛba", "disgħa": "dˈisa", "bejgħ": "bˈɛjh", "tagħha": "tˈahha",
    "xahar": "ʃˈaːr", "deheb": "dˈɛːp", "mhux": "mˈuːʃ", "huwa": "ˈuːwa", "hija": "ˈiːja",
    "hu": "ˈuː", "fih": "fˈiːh", "fiha": "fˈiːa", "sabiħ": "sabˈiːh", "ħanut": "hanˈuːt",
    # a consonant has the voice of the next, and none at the end
    "kbir": "ɡbˈiːr", "ħobż": "hˈɔps", "ġdid": "dʒdˈiːt", "jibqa'": "jˈipʔa", "belt": "bˈɛlt",
    "qrib": "ʔrˈiːp", "bħal": "phˈaːl", "żewġ": "zˈɛwtʃ",
    # borrowed
    "kodiċi": "kˈɔditʃˌɪ", "televixin": "tˌɛlɛvˈiʒin", "SIM": "sˈim", "PIN": "pˈin",
    "SMS": "ˌɛsɛmˈɛs", "internet": "ˈintɛrnˌɛt", "roaming": "rˈɔwmiŋ", "voucher": "vˈawtʃɛr",
}  # fmt: skip


@pytest_asyncio.fixture
async def espeak(tmp_path: Path) -> AsyncIterator[EspeakSynthesiser]:
    engine = EspeakSynthesiser(tmp_path)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
async def test_words(espeak: EspeakSynthesiser, form: str) -> None:
    typed = [unicodedata.normalize(form, word) for word in WORDS]  # type: ignore[arg-type]
    read = await espeak.phonemes(typed, "mt")
    assert dict(zip(WORDS, read, strict=True)) == WORDS


@pytest.mark.parametrize(
    ("written", "ipa"),
    [
        ("il-kont, l-ewwel, id-data", "ilkˈɔnt lˈɛwwel iddˈaːta"),
        ("iċ-ċifri, ix-xahar, iż-żona", "itʃtʃˈifrɪ iʃʃˈaːr izzˈɔna"),
        ("tal-karta, fis-sena, għall-ilment", "talkˈarta fissˈɛna allilmˈɛnt"),
        ("L-ewwel, T-telefon, Għall-ilment", "lˈɛwwel ttelˈɛfon allilmˈɛnt"),
        ("ħdax-il ewro", "hdˈaːʃil ˈɛwro"),
        ("x'inhu, X'inhi, m'hemmx", "ʃinˈuː ʃinˈiː mˈɛmmʃ"),
        ("ta' erba', ma' kollega, itfa'", "ta ˈɛrba ma kollˈɛɡa ˈitfa"),
        ("x’inhu, ta’ erba’", "ʃinˈuː ta ˈɛrba"),
        ("b'dan, f'dan, b'xiex, f'xiex", "bdˈaːn vdˈaːn pʃˈɪːʃ fʃˈɪːʃ"),
        ("b'SMS, fl-SMS, s-SIM card", "bˌɛsemˈɛs flˌɛsɛmˈɛs ssˈim kˈart"),
    ],
)
async def test_what_is_written_together_is_read_as_one(
    espeak: EspeakSynthesiser, written: str, ipa: str
) -> None:
    # word for word: a comma inside would be a pause
    read = await espeak.phonemes(written.split(", "), "mt")
    assert " ".join(read) == ipa


async def test_no_word_is_spelt(espeak: EspeakSynthesiser) -> None:
    """More consonants at a word's beginning than espeak-ng takes for one; għ counts as two."""
    words = ["tgħxba", "ngħtbu", "mgħġla", "jgħdbu", "nxtgħl"]
    for word, ipa in zip(words, await espeak.phonemes(words, "mt"), strict=True):
        assert len(re.findall("[ˈˌ]", ipa)) <= 1, (word, ipa)


async def test_letters_that_stand_alone_have_names(espeak: EspeakSynthesiser) -> None:
    named = await espeak.phonemes(["A", "L", "T", "X", "Ċ", "Ħ", "Għ"], "mt")
    assert named == ["ˈɛɪ", "ˈɛl", "tˈiː", "ˈɛks", "tʃˈɛ", "hˈɛ", "ˈaːjn"]


async def test_macedonian_accents_are_not_read_out(espeak: EspeakSynthesiser) -> None:
    accented, plain = ["Сѐ уште сум тука.", "Ѐ", "ѝ"], ["Се уште сум тука.", "Е", "и"]
    wanted = await espeak.phonemes(plain, "mk")
    assert await espeak.phonemes(accented, "mk") == wanted
    apart = [unicodedata.normalize("NFD", text) for text in accented]
    assert await espeak.phonemes(apart, "mk") == wanted
    assert readable("сѐ", "mk+f3") == "се"
    assert readable("сѐ", "bg") == "сѐ"
