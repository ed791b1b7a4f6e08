"""Waxtaan that notes when sound gets to its ears: `python -m tests.pbx.probe serve`.

Into the file that WAXTAAN_PROBE names, a line for each audible frame: when, on the machine's
monotonic clock, which the telephones read too.
"""

import os
import time
from pathlib import Path

from pipecat.frames.frames import Frame, InputAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection

from pipelines.__main__ import main
from pipelines.audio import levels
from pipelines.call.asr import AsrProcessor

_AUDIBLE = -30.0  # dB: the bursts, and nothing else

_process_frame = AsrProcessor.process_frame


async def _noting(ears: AsrProcessor, frame: Frame, direction: FrameDirection) -> None:
    at = time.monotonic()
    if isinstance(frame, InputAudioRawFrame):
        loud = levels(frame.audio, frame.sample_rate, 0.005) > _AUDIBLE
        if loud.any():
            _note(at)
    await _process_frame(ears, frame, direction)


def _note(at: float) -> None:
    with Path(os.environ["WAXTAAN_PROBE"]).open("a") as file:
        file.write(f"{at:.6f}\n")


AsrProcessor.process_frame = _noting  # type: ignore[method-assign, assignment]

if __name__ == "__main__":
    main()
