"""Whisper in a worker process, shared by all calls: `python -m ... JSON`, see `WhisperWorker`.

It keeps nothing of any call: each message carries the audio that it is about, so its death costs no
call anything but time. What is decoded when, and with whom, is decided by its owner.

    {"do": "decode", "model": 0, "window": 320, "jobs": [{"samples": n, "token", "tokens",
     "whole", "languages", "guess", "guessed_token", "beams", "numbers"}]} and the jobs' audio
     in a row
        -> {"results": [...], "encoding": s that the encoder took}, see decoding.py
    {"do": "measure", "model": 0, "window": 512, "batches": [1, 4]}
        -> {"seconds": [...], "encoding": s of the last batch}
"""

import json
import os
import sys
import time
from importlib.metadata import version
from typing import Any

import numpy as np

from pipelines.engines.asr.whisper.windows import UTTERANCE
from pipelines.engines.worker_protocol import Header, Send, serve

SAID = 20  # tokens in it


class WhisperWorker:
    """The models. `spec` is {"models": [[folder, device, compute]], "threads": n}."""

    def __init__(self, spec: dict[str, Any]) -> None:
        from pipelines.engines.asr.whisper.decoding import Whisper

        self._threads: int = spec["threads"]
        self.models = []
        for folder, device, compute in spec["models"]:
            try:
                self.models.append(Whisper(folder, device, compute, spec["threads"]))
            except Exception as error:
                # The last line on standard error is what the operator reads.
                raise SystemExit(
                    f"the Whisper model in {folder} cannot be loaded on {device} as {compute}: "
                    f"{str(error).splitlines()[0]}; convert it again, or name another in "
                    "WAXTAAN_WHISPER_MODEL, WAXTAAN_WHISPER_DEVICE or WAXTAAN_WHISPER_COMPUTE"
                ) from None

    def hello(self, tokens: list[list[str]]) -> Header:
        """What was loaded; of `tokens`, asked of each model, those that it lacks."""
        return {
            "version": f"{version('faster-whisper')}, ctranslate2 {version('ctranslate2')}",
            "lacks": [
                [token for token in wanted if not model.knows(token)]
                for model, wanted in zip(self.models, tokens, strict=True)
            ],
        }

    def answer(self, header: Header, pcm: bytes, send: Send) -> None:
        """One message."""
        match header["do"]:
            case "decode":
                results = self._decode(header, pcm)
                send({"results": results, "encoding": self.models[header["model"]].encoding})
            case "measure":
                seconds = self._measure(header["model"], header["window"], header["batches"])
                send({"seconds": seconds, "encoding": self.models[header["model"]].encoding})
            case unknown:
                raise ValueError(f"cannot {unknown!r}")

    def _decode(self, header: Header, pcm: bytes) -> list[dict[str, Any]]:
        from pipelines.engines.asr.whisper.decoding import Job

        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
        jobs, at = [], 0
        for job in header["jobs"]:
            length = job.pop("samples")
            jobs.append(Job(samples=samples[at : at + length], **job))
            at += length
        return self.models[header["model"]].decode(jobs, header["window"])

    def _measure(self, model: int, window: int, batches: list[int]) -> list[float]:
        """Seconds for batches of so many utterances of `UTTERANCE` s.

        On a CPU they are CPU seconds: what else starts up beside us will not be there later.
        """
        from pipelines.engines.asr.whisper.decoding import Job

        noise = np.random.default_rng(1).normal(0, 0.05, int(UTTERANCE * 16000))
        job = Job(noise.astype(np.float32), "en", SAID, whole=True, languages=True)
        decode = self.models[model].decode
        on_gpu = self.models[model].device == "cuda"
        clock = time.perf_counter if on_gpu else time.process_time
        threads = 1 if on_gpu else self._threads
        decode([job], window, endless=True)  # the first one is slower
        times = []
        for batch in batches:
            since = clock()
            decode([job] * batch, window, endless=True)
            times.append((clock() - since) / threads)
        return times


def main() -> None:
    """Serve until the owner closes our standard input."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # nothing is ever fetched from here
    spec = json.loads(sys.argv[1])
    worker = WhisperWorker(spec)
    serve(worker.answer, worker.hello(spec["tokens"]))


if __name__ == "__main__":
    main()
