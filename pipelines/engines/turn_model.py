"""Smart Turn: whether a turn is finished, by the sound of the voice; one model for all calls.

pipecat brings the model (Smart Turn v3.2, BSD 2-Clause, 23 languages, 8 s of sound at most) and
loads it once for each call. Here it is loaded once, and judges on a thread of its own what a call
asks for: it takes as long as everything else that a pause costs together.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3

from pipelines.engines.asr.engine import SAMPLE_RATE

_LONGEST = 8 * SAMPLE_RATE * 2  # bytes that the model hears


class TurnModel:
    """Loaded when it is made. Its thread ends with `close`."""

    def __init__(self) -> None:
        self._model = LocalSmartTurnAnalyzerV3(cpu_count=1)
        self._model.set_sample_rate(SAMPLE_RATE)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="turn-model")

    async def finished(self, pcm: bytes) -> float:
        """How probable it is (0..1) that who said this has finished.

        Args:
            pcm: the turn so far with the pause after it, 16 kHz, 16-bit mono; its last 8 s count.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._judge, pcm[-_LONGEST:])

    async def close(self) -> None:
        """What is being judged is judged; nothing more is."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _judge(self, pcm: bytes) -> float:
        sound = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
        return float(self._model._predict_endpoint(sound)["probability"])
