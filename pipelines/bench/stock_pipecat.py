"""`python -m pipelines.bench.stock_pipecat serve --port N`: pipecat as it comes, to compare with.

A WebSocket, Silero's detector for each call, and an echo: what every voice agent of pipecat's has
before it hears, thinks or speaks.
"""

import argparse

import uvicorn
from fastapi import FastAPI, WebSocket
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import Frame, InputAudioRawFrame, OutputAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.serializers.protobuf import ProtobufFrameSerializer
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.workers.runner import WorkerRunner

from pipelines.engines.asr.engine import SAMPLE_RATE


class Echo(FrameProcessor):
    """What comes in goes out."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Audio turns round; all else passes."""
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            frame = OutputAudioRawFrame(frame.audio, frame.sample_rate, frame.num_channels)
        await self.push_frame(frame, direction)


class Lines:
    """The server's calls."""

    def __init__(self) -> None:
        self._going = 0

    def health(self) -> dict[str, int]:
        """As ours tells it."""
        return {"calls": self._going}

    async def call(self, websocket: WebSocket) -> None:
        """One call, until its client leaves."""
        await websocket.accept()
        transport = FastAPIWebsocketTransport(
            websocket,
            FastAPIWebsocketParams(
                audio_in_enabled=True, audio_out_enabled=True, serializer=ProtobufFrameSerializer()
            ),
        )
        detector = VADProcessor(vad_analyzer=SileroVADAnalyzer())
        worker = PipelineWorker(
            Pipeline([transport.input(), detector, Echo(), transport.output()]),
            params=PipelineParams(
                audio_in_sample_rate=SAMPLE_RATE, audio_out_sample_rate=SAMPLE_RATE
            ),
            enable_rtvi=False,
            enable_turn_tracking=False,
            idle_timeout_secs=None,
        )

        async def gone(transport: object, client: object) -> None:
            await worker.cancel()

        transport.add_event_handler("on_client_disconnected", gone)
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        self._going += 1
        try:
            await runner.run()
        finally:
            self._going -= 1


def main() -> None:
    """Serve until stopped."""
    logger.remove()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("serve")
    parser.add_argument("--port", type=int, required=True)
    lines, app = Lines(), FastAPI()
    app.get("/healthz")(lines.health)
    app.websocket("/call")(lines.call)
    uvicorn.run(app, port=parser.parse_args().port, log_level="error")


if __name__ == "__main__":
    main()
