"""Piper, alone in a process: `PYTHON -m pipelines.engines.tts.piper_worker KEEP`.

This is the only file that loads it. Besides those of `scheduler`:

    {"do": "load", "folder": "....onnx"}              -> {"rate": 22050}
    {"do": "speak", "folder": ..., "speaker": "", "speed": 1.0, "text": ...}
        -> a frame of 16-bit PCM for each sentence that Piper makes of the text, with its "rate"

KEEP is how many voices are kept loaded; one of medium quality has 63 MB of weights.
"""

import json
import logging
import sys
from collections import OrderedDict
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnxruntime
from piper import PiperConfig, PiperVoice, SynthesisConfig

from pipelines.engines.tts.worker_scheduler import RefusalError, Scheduler
from pipelines.engines.worker_protocol import Header, Message

WARMING = "aeiou."


class LoadedVoices:
    """The voices loaded, up to a number; the one used longest ago makes room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._voices: OrderedDict[str, PiperVoice] = OrderedDict()

    def work(self, header: Header) -> Iterator[Message]:
        """See `Scheduler`."""
        voice = self._voice(Path(header["folder"]))
        if header["do"] == "load":
            yield (
                {"rate": voice.config.sample_rate, "speakers": list(voice.config.speaker_id_map)},
                b"",
            )
            return
        config = SynthesisConfig(
            speaker_id=_speaker(voice, header["speaker"]),
            length_scale=voice.config.length_scale / header["speed"],
            normalize_audio=False,  # a short "yes" would come out louder than all else
        )
        for chunk in voice.synthesize(header["text"], config):
            yield {"rate": chunk.sample_rate}, chunk.audio_int16_bytes

    def _voice(self, path: Path) -> PiperVoice:
        key = str(path)
        if key in self._voices:
            self._voices.move_to_end(key)
            return self._voices[key]
        while len(self._voices) >= self._most:
            self._voices.popitem(last=False)
        voice = _load(path)
        for _ in voice.synthesize(WARMING):
            pass  # the first rendering takes longer; let it be nobody's
        self._voices[key] = voice
        return voice


def _load(path: Path) -> PiperVoice:
    about = path.with_name(path.name + ".json")
    for file in (path, about):
        if not file.is_file():
            raise RefusalError(f"{file} is missing: copy both files of the voice there")
    try:
        config = PiperConfig.from_dict(json.loads(about.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise RefusalError(
            f"{about} is not a Piper voice's ({type(error).__name__}): copy the voice anew"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # threads of workers side by side would wait for one another
    options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise RefusalError(
            f"{path} cannot be loaded ({type(error).__name__}): copy the voice anew"
        ) from error
    return PiperVoice(session=session, config=config, download_dir=path.parent)


def _speaker(voice: PiperVoice, name: str) -> int | None:
    if not name:
        return None
    number: int | None = voice.config.speaker_id_map.get(name)
    if number is None:
        known = ", ".join(list(voice.config.speaker_id_map)[:5]) or "only the one without a name"
        raise RefusalError(f"unknown voice: no speaker '{name}' in it: name one of {known}")
    return number


def main() -> None:
    """Serve until standard input ends."""
    logging.disable(logging.CRITICAL)  # Piper logs what it is given to say
    onnxruntime.set_default_logger_severity(4)
    np.seterr(all="ignore")
    voices = LoadedVoices(int(sys.argv[1]))
    named = f"{version('piper-tts')}-{onnxruntime.__version__}"
    Scheduler(voices.work).serve({"version": named})


if __name__ == "__main__":
    main()
