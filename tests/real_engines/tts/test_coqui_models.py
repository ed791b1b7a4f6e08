"""coqui-tts itself, with voices of random weights in every layout that is spoken with."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import pytest_asyncio

from pipelines.engines.tts.coqui import Coqui
from pipelines.engines.tts.engine import SLOW, EngineError, Voice
from pipelines.packs.voices import load
from tests.real_engines.tts import places

pytestmark = pytest.mark.skipif(
    not places.TTS_PYTHON, reason="WAXTAAN_TTS_PYTHON names no interpreter with coqui-tts"
)
RATE = 24_000
SENTENCE = "your bill is higher than last month, because you used your telephone abroad."


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[Coqui]:
    voices = {"en": Voice("small"), "fr": Voice("speakers")}
    made = Coqui(places.coqui_models(), voices, places.TTS_PYTHON, xtts_on_cpu=True)
    await made.start()
    yield made
    await made.close()


async def spoken(engine: Coqui, text: str, voice: Voice) -> npt.NDArray[np.float64]:
    pcm = b"".join([chunk async for chunk in engine.synthesise(text, voice)])
    return np.frombuffer(pcm, "<i2") / 32768


def level(wave: npt.NDArray[np.float64]) -> float:
    return float(20 * np.log10(wave.std()))


async def test_vits_is_as_loud_as_all_the_rest_and_the_same_again(engine: Coqui) -> None:
    assert engine.version.startswith("0.28")
    first = await spoken(engine, SENTENCE, Voice("small"))
    assert level(first) == pytest.approx(-20, abs=2.5)
    again = await spoken(engine, SENTENCE, Voice("small"))
    assert len(again) == pytest.approx(len(first), abs=RATE // 50)
    slower = await spoken(engine, SENTENCE, Voice("small", rate=100))
    assert len(slower) > 1.2 * len(first)


async def test_the_first_chunk_comes_long_before_the_last(engine: Coqui) -> None:
    text = SENTENCE.replace(".", ",") + " " + SENTENCE  # one sentence, in several spans
    await spoken(engine, text, Voice("small"))
    began, first = time.perf_counter(), 0.0
    async with aclosing(engine.synthesise(text, Voice("small"))) as chunks:
        async for _ in chunks:
            first = first or time.perf_counter() - began
    assert first < (time.perf_counter() - began) / 2


async def test_speakers_are_found_beside_the_model_and_sound_unlike(engine: Coqui) -> None:
    one, other = [await spoken(engine, SENTENCE, Voice(f"speakers+p{n}")) for n in (0, 1)]
    shortest = min(len(one), len(other))
    assert np.abs(one[:shortest] - other[:shortest]).max() > 0.05
    with pytest.raises(EngineError, match=r"unknown voice.*'p9'.*name one of p0, p1, p2"):
        await spoken(engine, SENTENCE, Voice("speakers+p9"))


async def test_what_the_voice_has_no_letters_for_is_left_out(engine: Coqui) -> None:
    assert not len(await spoken(engine, "你好 42", Voice("small")))


async def test_a_voice_of_meta_is_loaded_when_first_used(engine: Coqui) -> None:
    folder = places.coqui_models() / "tts_models--wol--fairseq--vits"
    places.make("mms", folder)
    wave = await spoken(engine, "nanga def", Voice("tts_models/wol/fairseq/vits"))
    assert 0.3 * RATE < len(wave) < 4 * RATE
    assert level(wave) == pytest.approx(-20, abs=2.5)


async def test_xtts_streams_where_it_is_allowed(engine: Coqui) -> None:
    places.make("xtts", places.coqui_models() / "xtts")
    voice = Voice("xtts+Ana Florence@fr")
    usual = len(await spoken(engine, "bonjour madame", voice))
    assert usual > RATE // 10
    slow = len(await spoken(engine, "bonjour madame", voice.slower(SLOW)))
    print(f"xtts: slow lasts {slow / usual:.2f} times as long ({usual / RATE:.1f} s)")
    assert 1.1 < slow / usual < 1.6
    with pytest.raises(EngineError, match=r"does not speak 'wo'.*name one of en, fr"):
        await spoken(engine, "nanga def", Voice("xtts+Ana Florence@wo"))
    with pytest.raises(EngineError, match="name one of Ana Florence"):
        await spoken(engine, "hello", Voice("xtts+Nobody@en"))


async def test_xtts_without_a_gpu_is_refused(tmp_path: Path) -> None:
    for file in (places.coqui_models() / "small").iterdir():
        os.link(file, tmp_path / file.name)
    (tmp_path / "config.json").unlink()
    (tmp_path / "config.json").write_text(json.dumps({"model": "xtts"}))
    engine = Coqui(tmp_path.parent, {"en": Voice(tmp_path.name)}, places.TTS_PYTHON)
    with pytest.raises(EngineError, match="without a GPU"):
        await engine.start()


async def test_a_folder_that_lacks_something_is_named_with_it(tmp_path: Path) -> None:
    for kind in ("no-weights", "wrong-kind"):
        (tmp_path / kind).mkdir()
    config = (places.coqui_models() / "small/config.json").read_text()
    (tmp_path / "no-weights/config.json").write_text(config)
    (tmp_path / "wrong-kind/config.json").write_text(json.dumps({"model": "tacotron2"}))
    voices = {"en": Voice("no-weights")}
    engine = Coqui(tmp_path, voices, places.TTS_PYTHON)
    with pytest.raises(EngineError, match=r"no-weights holds no model_file\.pth: copy"):
        await engine.start()
    engine = Coqui(tmp_path, {"en": Voice("wrong-kind")}, places.TTS_PYTHON)
    with pytest.raises(EngineError, match="is a tacotron2 model"):
        await engine.start()


async def test_a_voice_that_reads_phonemes_says_what_makes_them(tmp_path: Path) -> None:
    (tmp_path / "phonemes").mkdir()
    small = places.coqui_models() / "small"
    config = json.loads((small / "config.json").read_text())
    config |= {"use_phonemes": True, "phonemizer": "espeak", "phoneme_language": "en-us"}
    (tmp_path / "phonemes/config.json").write_text(json.dumps(config))
    shutil.copy(small / "model_file.pth", tmp_path / "phonemes")
    engine = Coqui(tmp_path, {"en": Voice("phonemes")}, places.TTS_PYTHON)
    if shutil.which("espeak-ng"):
        await engine.start()
        assert len(await spoken(engine, "hello", Voice("phonemes")))
        await engine.close()
    else:
        with pytest.raises(EngineError, match="apt-get install espeak-ng"):
            await engine.start()


CODE = """
import socket, sys
from pipelines.engines.tts.coqui_worker import _stay_inside
sys.addaudithook(_stay_inside)
try:
    socket.create_connection(("192.0.2.1", 80), 1)
except Exception as error:
    print(error)
"""


def test_the_worker_reaches_nothing_outside() -> None:
    out = subprocess.run(
        [places.TTS_PYTHON, "-c", CODE], capture_output=True, text=True, check=True, cwd=places.ROOT
    )
    assert "stays offline" in out.stdout


def test_licences_are_those_that_coqui_lists() -> None:
    code = "import importlib.util as u; print(u.find_spec('TTS').submodule_search_locations[0])"
    out = subprocess.run(
        [places.TTS_PYTHON, "-c", code], capture_output=True, text=True, check=True
    )
    listed = json.loads((Path(out.stdout.strip()) / ".models.json").read_text())["tts_models"]
    for name, known in load().licences.items():
        kind, *path = name.split("/")
        if kind != "tts_models" or "fairseq" in path:
            continue
        language, dataset, model = path
        label = listed[language][dataset][model]["license"].lower()
        said = known.licence.lower().replace("-only", "")
        assert said.replace("-", " ").split()[0] in label.replace("-", " "), name
        restricted = any(word in label for word in ("nc", "cpml", "custom", "openrail"))
        assert known.commercial is not restricted, name
