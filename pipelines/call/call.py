"""One call, from the open line to the closed one, as one readable list."""

import asyncio
import time
from collections.abc import Callable

from loguru import logger
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker, ProcessorUnusablePolicy
from pipecat.processors.frameworks.rtvi.observer import RTVIObserverParams
from pipecat.turns.user_turn_processor import UserTurnProcessor
from pipecat.workers.runner import WorkerRunner

from agent.dialogue import Dialogue
from agent.events import CallStarted
from agent.privacy import digit_words
from pipelines.assistant import Assistant
from pipelines.audio import AGENT_RATE
from pipelines.call import messages
from pipelines.call.asr import AsrProcessor
from pipelines.call.beginning import call_started
from pipelines.call.caller import Caller
from pipelines.call.caller_audio import AudioClock, CallerAudio
from pipelines.call.connection import Connection
from pipelines.call.dialogue_processor import DialogueProcessor
from pipelines.call.latency import ResponseMeter
from pipelines.call.line_limits import LineLimits
from pipelines.call.playout import Playout
from pipelines.call.resources import Resources
from pipelines.call.transfer_events import TransferEvents
from pipelines.call.tts import TtsProcessor
from pipelines.call.turns import strategies
from pipelines.call.voice_detector import detector
from pipelines.engine_choice.recognition import unvalidated
from pipelines.engines.asr.engine import SAMPLE_RATE, Recognised, RecogniserStream
from pipelines.engines.echo import EchoCanceller
from pipelines.store.recent_calls import calls_before
from pipelines.store.recorder_note import RECORDER, recorder_note
from pipelines.store.recording import Recording

_READY = 2.0  # s for a client to say that it is ready; then the agent speaks regardless


class Call:
    """Runs one call on an open line."""

    def __init__(
        self,
        assistant: Assistant,
        connection: Connection,
        caller: Caller,
        publish: Callable[[messages.Message], None] = lambda _: None,
        start: Callable[[CallStarted], CallStarted] = lambda started: started,
    ) -> None:
        """`start` may change how it starts: a recorded call is replayed at its own hour."""
        self._publish = publish
        self._start = start
        self._assistant = assistant
        self._settings = assistant.settings
        self._connection = connection
        self._caller = caller
        self._clock = AudioClock()
        self._meter = ResponseMeter(SAMPLE_RATE, connection.agent_rate)
        self._recording = self._new_recording()
        self._calls_before = 0
        self._worker: PipelineWorker | None = None
        self._processor: DialogueProcessor | None = None
        self._asr: AsrProcessor | None = None
        cancels = self._settings.echo_cancellation and connection.echoes
        self._echo = EchoCanceller(connection.agent_rate) if cancels else None
        self._limits = LineLimits(connection, self._settings, assistant.counters, self._cancel)

    @property
    def id(self) -> str:
        """The call's id, "" where nothing is recorded."""
        return self._recording.id if self._recording else ""

    async def run(self) -> None:
        """From greeting to goodbye. Returns when the line is closed."""
        share = self._assistant.cpu_shares.begin()
        try:
            await self._run(await self._pipeline())
        finally:
            took = self._assistant.cpu_shares.end(share)
            if self._recording:
                self._recording.close()
                version, watts = self._assistant.config.version, self._settings.cpu_watts
                self._recording.keep(RECORDER, recorder_note(version, took, watts))

    async def _pipeline(self) -> Pipeline:
        band, recent = self._connection.band, self._assistant.recent_calls
        self._calls_before = await calls_before(recent, self._caller.number, self.id)
        language, stream = await self._assistant.recogniser_stream(
            self._caller.language, band, self._partial
        )
        try:
            return self._around(stream, language)
        except BaseException:
            await stream.close()
            raise

    def _around(self, stream: RecogniserStream, language: str) -> Pipeline:
        assistant, settings = self._assistant, self._settings
        transport = self._connection.open(self._limits.bad_message, self._gone)
        playout = Playout(self._agent_audio, lambda: self._connection.lag)
        self._processor = self._make_processor()
        self._asr = AsrProcessor(
            stream,
            language,
            max_turn=settings.max_turn_seconds,
            detector=detector(settings, self._connection.band, playout),
            on_step=self._processor.step,
            turn_model=assistant.turn_model,
        )
        turns = strategies(settings.whisper_deadline, self._processor.end_of_turn)
        return Pipeline(
            [
                transport.input(),
                CallerAudio(
                    self._clock,
                    self._caller_audio,
                    self._limits.flooded,
                    max_ahead=settings.max_ahead_seconds,
                    max_flood=settings.max_flood_seconds,
                    clean=self._echo.cleaned if self._echo else bytes,
                ),
                self._asr,
                UserTurnProcessor(user_turn_strategies=turns),
                self._processor,
                TtsProcessor(assistant.voice_router, AGENT_RATE),
                transport.output(),
                playout,
            ]
        )

    @property
    def reaches_people(self) -> bool:
        """Whether a person can be brought into it now."""
        transfers, processor = self._connection.transfers, self._processor
        return (
            transfers is not None
            and transfers.possible
            and processor is not None
            and processor.people
        )

    def take_over(self, person: str) -> bool:
        """Somebody at the desk wants this call; False where it has not begun or is over."""
        return self._processor is not None and self._processor.taken_over(person)

    async def give_back(self) -> bool:
        """The agent is to go on; False where no person has the call."""
        transfers = self._connection.transfers
        return transfers is not None and transfers.give_back()

    async def _run(self, pipeline: Pipeline) -> None:
        worker = PipelineWorker(
            pipeline,
            params=PipelineParams(
                audio_in_sample_rate=SAMPLE_RATE,
                audio_out_sample_rate=self._connection.agent_rate,
            ),
            enable_rtvi=self._connection.rtvi,
            rtvi_observer_params=RTVIObserverParams(metrics_enabled=False),
            enable_turn_tracking=False,
            idle_timeout_secs=None,  # silence is the dialogue's business
            cancel_timeout_secs=self._settings.stalled_write_seconds,
            processor_unusable_policy=ProcessorUnusablePolicy.CANCEL,
        )
        self._worker = worker

        if self._connection.rtvi:

            @worker.rtvi.event_handler("on_client_ready")
            async def on_client_ready(rtvi: object) -> None:
                self._begin()

        else:
            self._begin()

        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        began = time.monotonic()
        impatient = asyncio.create_task(self._begin_after(_READY))
        limit = asyncio.create_task(self._limits.end_in_time())
        try:
            await runner.run()
        finally:
            impatient.cancel()
            limit.cancel()
            if self._connection.transfers is not None:
                await self._connection.transfers.close()
            await self._limits.closed()
            if self._connection.stalled:  # nor can the client be told why
                self._count("closed.stalled")
            logger.info("call {} ended after {:.1f} s", self.id, time.monotonic() - began)

    # What the parts are made of

    def _make_processor(self) -> DialogueProcessor:
        config = self._assistant.config
        downloads = self._settings.downloads and self._recording is not None
        who, transfers = self._caller, self._connection.transfers
        flows = {k: v for k, v in config.flows.items() if not who.flows or k in who.flows}
        unheard = unvalidated(self._assistant.recogniser, config.packs)
        resources = Resources(
            clock=self._clock,
            back_office=self._assistant.back_office,
            knowledge=self._assistant.knowledge,
            grounded_model=self._assistant.grounded_model,
            recording=self._recording,
            meter=self._meter,
            packs=config.packs,
            hang_up=self._hang_up,
            count=self._count,
            downloads=messages.downloads(self.id) if downloads else {},
            language_scores=self._assistant.language_scores,
            intents=self._assistant.intents,
            publish=self._publish,
            quick_pauses=self._settings.quick_pauses,
            transfers=transfers,
            flows=flows,
            unvalidated=unheard,
        )
        dialogue = Dialogue(config.languages, flows, config.policy)
        start = call_started(
            self._assistant, self._connection, who, self._calls_before, self.id, unheard
        )
        processor = DialogueProcessor(
            dialogue,
            resources,
            self._start(start),
            messages.welcome(self._assistant.about(who.language), self.id, who.language),
        )
        if transfers is not None:
            transfers.start(TransferEvents(resources, processor.happen))
        return processor

    def _new_recording(self) -> Recording | None:
        settings, connection = self._settings, self._connection
        if not settings.record:
            return None
        said = digit_words(self._assistant.config.languages.values())
        return Recording(settings.calls, connection.agent_rate, said, channel=connection.channel)

    # What happens to the call

    def _partial(self, recognised: Recognised) -> None:
        if self._asr:
            self._asr.partial(recognised)

    def _caller_audio(self, pcm: bytes, at: float) -> None:
        self._meter.caller(pcm, at)
        if self._recording:
            self._recording.caller(pcm)

    def _agent_audio(self, pcm: bytes, rate: int, secret: bool) -> None:
        at = self._clock.seconds
        if self._recording:
            self._recording.agent(pcm, at, secret)
        if self._echo:
            self._echo.spoken(pcm)
        latency = self._meter.agent(pcm, at)
        if latency is not None and self._processor:
            self._assistant.latencies.append(latency)
            self._processor.create_task(self._processor.answered(latency))

    def _begin(self) -> None:
        if self._processor:
            self._processor.begin()

    async def _begin_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._begin()

    def _count(self, what: str) -> None:
        self._assistant.counters[what] += 1

    async def _gone(self, reason: str) -> None:
        """The other end closed the line."""
        self._count("ended.line closed")
        await self._cancel("caller hung up")

    async def _cancel(self, reason: str) -> None:
        if self._worker:
            await self._worker.cancel(reason=reason)

    async def _hang_up(self, reason: str) -> None:
        """After what is still to be said."""
        self._count(f"ended.{reason}")
        self._connection.ending(self._processor.queue if self._processor else "")
        if self._worker:
            await self._worker.stop_when_done()
