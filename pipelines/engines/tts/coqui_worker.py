"""coqui-tts, alone in a process: `PYTHON -m pipelines.engines.tts.coqui_worker KEEP [slow]`.

It is run by the interpreter of an environment that holds torch and coqui-tts and none of ours. It
never reaches out of the machine: a voice is a folder, or is refused. Besides those of `scheduler`:

    {"do": "load", "folder": ...}                     -> {"rate": 22050}
    {"do": "speak", "folder": ..., "speaker": "", "language": "", "speed": 1.0, "text": ...}
        -> frames of 16-bit PCM, each with its "rate" in Hz

KEEP is how many voices are kept loaded; with "slow", XTTS may run without a GPU.
"""

import importlib.util
import logging
import os
import sys
import types
import warnings
from collections import OrderedDict
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.engines.tts.worker_scheduler import RefusalError, Scheduler
from pipelines.engines.worker_protocol import Header, Message


def make_importable() -> None:
    """Let coqui-tts be imported where torchaudio's own library was built for CUDA and cannot load.

    PyPI's torchaudio 2.11 links to CUDA. What coqui-tts needs of it is written in torch; only its
    `_extension` module loads that library, and nothing that is used here asks it for anything.
    """
    import torch

    if torch.version.cuda is None and importlib.util.find_spec("torchaudio") is not None:
        stub: Any = types.ModuleType("torchaudio._extension")
        stub.fail_if_no_align = lambda function: function
        stub.lazy_import_sox_ext = lambda: None
        stub._IS_TORCHAUDIO_EXT_AVAILABLE = False
        stub._IS_RIR_AVAILABLE = False
        stub._IS_ALIGN_AVAILABLE = False
        sys.modules.setdefault("torchaudio._extension", stub)


def _stay_inside(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise RefusalError(
            "a model wanted to download something, and this process stays offline: put what it "
            "lacks into its folder"
        )


class LoadedVoices:
    """The voices loaded, up to a number; the one used longest ago makes room."""

    def __init__(self, most: int, slow: bool) -> None:
        import torch

        self._most = most
        self._slow = slow
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._voices: OrderedDict[str, Any] = OrderedDict()

    def work(self, header: Header) -> Iterator[Message]:
        """See `Scheduler`."""
        voice = self._voice(header["folder"])
        if header["do"] == "load":
            yield {"rate": voice.sample_rate, "speakers": voice.speakers}, b""
            return
        rendered = voice.render(
            header["text"], header["speed"], header["speaker"], header["language"]
        )
        for wave in rendered:
            pcm = np.round(np.clip(wave, -1, 1) * 32767).astype("<i2").tobytes()
            yield {"rate": voice.sample_rate}, pcm

    def _voice(self, folder: str) -> Any:
        if folder in self._voices:
            self._voices.move_to_end(folder)
            return self._voices[folder]
        from pipelines.engines.tts import coqui_voices

        while len(self._voices) >= self._most:
            self._voices.popitem(last=False)
        voice = coqui_voices.load(Path(folder), self._device, self._slow)
        for _ in voice.render(voice.letters(), 1.0, "", ""):
            pass  # the first rendering takes longer; let it be nobody's
        self._voices[folder] = voice
        return voice


def main() -> None:
    """Serve until standard input ends."""
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", NUMBA_CACHE_DIR="")
    warnings.simplefilter("ignore")
    import torch

    torch.set_flush_denormal(True)  # numbers next to nothing would cost a hundredfold
    torch.set_num_threads(1)  # threads of workers side by side would wait for one another
    make_importable()
    import TTS  # noqa: F401 - what is missing is said now, and its import is no caller's wait

    logging.disable(logging.CRITICAL)  # coqui-tts logs what it is given to say
    sys.addaudithook(_stay_inside)
    voices = LoadedVoices(int(sys.argv[1]), "slow" in sys.argv[2:])
    named = f"{version('coqui-tts')}-{torch.__version__}"
    Scheduler(voices.work).serve({"version": named, "offline": True})


if __name__ == "__main__":
    main()
