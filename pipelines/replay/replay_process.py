"""A process that replays calls: its clock, its engines, its assistant, one call at a time."""

import asyncio
import gc
from pathlib import Path

from pipelines import logs
from pipelines.assistant import Assistant
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.engines.worker import Worker
from pipelines.replay.audio_replayed import AudioReplayed
from pipelines.replay.replayed_call import CallReplay
from pipelines.replay.virtual_time import EngineTime, VirtualTimeLoop
from pipelines.settings import Settings
from pipelines.store.recorded import Recorded

_GARBAGE = 50_000  # objects between two collections; a call makes fewer that need one


class ReplayProcess:
    """Nothing else runs in its process, whose clocks it bends."""

    def __init__(self, settings: Settings, engine_time: EngineTime, aligned: bool) -> None:
        logs.set_up(settings.log_level)
        Worker.settles = True  # a recogniser's hypotheses come at the same moment each time
        EspeakSynthesiser.repeatable = True  # and sentences have the same length
        self._runner = asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(engine_time))
        # Its own engines hear one call at a time, and the machine's cores are for the processes.
        alone = {"whisper_workers": 1, "whisper_calls": 1, "max_calls": 1}
        self._assistant = self._runner.run(_opened(settings.model_copy(update=alone)))
        self._calls = CallReplay(self._assistant, aligned=aligned)
        gc.collect()
        gc.freeze()
        gc.set_threshold(_GARBAGE)

    def replay(self, recorded: Recorded, out: Path) -> AudioReplayed:
        """Into `out/<its id>`."""
        try:
            return self._runner.run(self._calls.replay(recorded, out))
        finally:
            gc.collect()  # a finished pipeline is full of cycles

    def close(self) -> None:
        """End the engines."""
        self._runner.run(self._assistant.close())
        self._runner.close()


async def _opened(settings: Settings) -> Assistant:
    """An assistant that has learnt all it will, so that the first call is decided like the last."""
    assistant = await Assistant.open(settings)
    if assistant.meaning is not None:
        await assistant.meaning.ready()
    if assistant.intents is not None:
        await assistant.intents.ready()
    return assistant
