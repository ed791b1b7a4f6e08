"""Resident bytes of a process with pipecat's own Whisper service: `python -m ... MODEL CALLS`.

It loads a model for each call. Its `run_stt` cannot be timed with random weights: it takes no bound
on what is said, so each turn would be decoded to the end, five beams wide, at six temperatures.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np


def main() -> None:
    """Print the bytes."""
    from pipecat.services.whisper.stt import WhisperSTTService

    model, number = sys.argv[1], int(sys.argv[2])
    settings = WhisperSTTService.Settings(model=model)
    services: list[Any] = [
        WhisperSTTService(settings=settings, device="cpu", compute_type="int8")
        for _ in range(number)
    ]
    for service in services:
        loaded = service._model
        service_mels = loaded.feature_extractor.mel_filters.shape[0]
        loaded.encode(np.zeros((service_mels, 3000), np.float32))
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    print(pages * 4096)


if __name__ == "__main__":
    main()
