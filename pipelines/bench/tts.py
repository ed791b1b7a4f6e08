"""What a second of speech costs each voice engine: first audio, real-time factor, memory.

The baseline is the engine's own library with the same model in the same minute: coqui-tts's
Synthesizer (without the silence that it adds), Piper's PiperVoice with its default threads. coqui's
voice has full size and random weights: its sound is noise, its cost is that of a real one. Piper's
is the first among the models. First audio is compared with when the library returns a sentence.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.audio import AGENT_RATE, seconds
from pipelines.bench import kokoro
from pipelines.bench.row import Row
from pipelines.engines.tts.coqui import ENVIRONMENT, Coqui
from pipelines.engines.tts.engine import EngineError, Voice
from pipelines.engines.tts.models import ModelVoices
from pipelines.engines.tts.piper import Piper
from pipelines.settings import Settings

_TIMES = 7
_TEXT = "your bill is higher than last month, because you used your telephone abroad."
_ROOT = Path(__file__).resolve().parent.parent.parent

_COQUI = """
import json, logging, sys, time
from pipelines.engines.tts.coqui_worker import make_importable
make_importable()
import torch
torch.set_num_threads(1)
torch.set_flush_denormal(True)
logging.disable(logging.CRITICAL)
folder, text, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
"""
_MAKE = (
    _COQUI
    + """
from TTS.tts.configs.vits_config import VitsConfig
from TTS.tts.models.vits import CharactersConfig, Vits, VitsArgs
torch.manual_seed(7)
letters = CharactersConfig(
    characters_class="TTS.tts.models.vits.VitsCharacters", phonemes=None, pad="_",
    characters="abcdefghijklmnopqrstuvwxyz", punctuations="!,.?:; -")
config = VitsConfig(model_args=VitsArgs(init_discriminator=False), characters=letters,
                    text_cleaner="basic_cleaners", use_phonemes=False, add_blank=True)
config.save_json(folder + "/config.json")
model = Vits(config).eval()
last = model.waveform_decoder.conv_post
ids = torch.arange(1, 25).unsqueeze(0)
given = {"x_lengths": torch.tensor([24]), "speaker_ids": None, "d_vectors": None}
with torch.no_grad():  # loud enough that nothing is taken for silence and cut
    band = torch.hann_window(9, periodic=False)[1:-1] * torch.linspace(-1, 1, 7)
    last.weight.copy_(torch.randn_like(last.weight[:, :, :1]) * band)
    for _ in range(3):
        wave = model.inference(ids, aux_input={**given, "language_ids": None})["model_outputs"]
        last.weight.mul_(float(0.08 / wave.std()))
torch.save({"model": model.state_dict()}, folder + "/model_file.pth")
"""
)
_MEASURE = """
say()
taken = []
for _ in range(times):
    began = time.perf_counter()
    length = say()
    taken.append((time.perf_counter() - began, length))
print(json.dumps(taken))
"""
_COQUI_ITSELF = (
    _COQUI
    + """
from TTS.utils.synthesizer import PAD_SILENCE_SAMPLES, Synthesizer
voice = Synthesizer(
    tts_checkpoint=folder + "/model_file.pth", tts_config_path=folder + "/config.json")
def say():
    return (len(voice.tts(text)) - PAD_SILENCE_SAMPLES) / voice.output_sample_rate
"""
    + _MEASURE
)
_PIPER_ITSELF = (
    """
import json, sys, time
from piper import PiperVoice
voice, text, times = PiperVoice.load(sys.argv[1]), sys.argv[2], int(sys.argv[3])
def say():
    return sum(len(c.audio_int16_array) / c.sample_rate for c in voice.synthesize(text))
"""
    + _MEASURE
)


@dataclass
class Measured:
    """Of one engine: seconds until the first audio, seconds for one of speech, bytes."""

    first: list[float] = field(default_factory=list)
    factor: list[float] = field(default_factory=list)
    resident: int = 0


def run(settings: Settings) -> Iterator[Row]:
    """The rows; an engine that is not installed, or has no voice, is said to be."""
    python = settings.coqui_python or str(ENVIRONMENT)
    try:
        with tempfile.TemporaryDirectory() as models:
            (Path(models) / "voice").mkdir()
            folder = f"{models}/voice"
            _output(python, _MAKE, folder)
            itself = json.loads(_output(python, _COQUI_ITSELF, folder))
            voice = Voice("voice")
            engine = Coqui(Path(models), {"en": voice}, python)
            yield from _rows("coqui, VITS 36 M", asyncio.run(_measure(engine, voice)), itself)
    except (EngineError, OSError, subprocess.SubprocessError) as error:
        yield Row("coqui", [], "s", note=f"not measured: {_brief(error)}")
    yield from _piper(settings)
    yield from kokoro.run(settings)


def _piper(settings: Settings) -> Iterator[Row]:
    python = settings.piper_python or sys.executable
    found = sorted(settings.models.glob("*.onnx.json")) + sorted(
        settings.models.glob("*/*.onnx.json")
    )
    if not found:
        yield Row("piper", [], "s", note=f"not measured: no Piper voice in {settings.models}")
        return
    model = found[0].with_suffix("")
    try:
        itself = json.loads(_output(python, _PIPER_ITSELF, str(model)))
        voice = Voice(str(model))
        engine = Piper(settings.models, {"en": voice}, python)
        yield from _rows(f"piper, {model.stem}", asyncio.run(_measure(engine, voice)), itself)
    except (EngineError, OSError, subprocess.SubprocessError) as error:
        yield Row("piper", [], "s", note=f"not measured: {_brief(error)}")


def _rows(name: str, ours: Measured, itself: list[tuple[float, float]]) -> Iterator[Row]:
    whole = statistics.median(took for took, _ in itself)
    factor = statistics.median(took / length for took, length in itself)
    yield Row(f"{name}: first audio", ours.first, "s", whole, "library", note="76 letters")
    yield Row(f"{name}: for 1 s of speech", ours.factor, "s", factor, "library", wanted="< 0.8 s")
    yield Row(f"{name}: worker", [ours.resident / 1e6], "MB")


async def _measure(engine: ModelVoices, voice: Voice) -> Measured:
    found = Measured()
    await engine.start()
    try:
        for number in range(_TIMES + 1):
            began, first, length = time.perf_counter(), 0.0, 0.0
            async with aclosing(engine.synthesise(_TEXT, voice)) as chunks:
                async for pcm in chunks:
                    first = first or time.perf_counter() - began
                    length += seconds(pcm, AGENT_RATE)
            if number:  # the first has found the voice's gain
                found.first.append(first)
                found.factor.append((time.perf_counter() - began) / length)
        found.resident = sum(_resident(pid) for pid in engine.pids())
    finally:
        await engine.close()
    return found


def _output(python: str, code: str, model: str) -> str:
    run = subprocess.run(
        [python, "-W", "ignore", "-c", code, model, _TEXT, str(_TIMES)],
        check=True, capture_output=True, text=True, cwd=_ROOT, timeout=600,
    )  # fmt: skip
    return run.stdout.splitlines()[-1] if run.stdout else ""


def _resident(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def _brief(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return str(error.stderr).strip().rpartition("\n")[2]
    return str(error)
