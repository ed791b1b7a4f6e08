"""The server that recorded calls are played to live: as that of `waxtaan serve`, on a free port.

It has a process of its own, so that who plays the calls takes no time from it.
"""

import asyncio
import multiprocessing
import signal
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection

from pipelines import logs
from pipelines.errors import ConfigurationError, EngineError
from pipelines.settings import Settings
from pipelines.store.recorded import Recorded

_ENDS = 10.0  # s for the process to end


@contextmanager
def replaying(settings: Settings, recorded: Sequence[Recorded]) -> Iterator[str]:
    """Where these recordings may call, as `<address>?replay=<a recording's id>`.

    Raises:
        EngineError: it cannot be started; says why.
    """
    # A recording is without our own voice already, and to be heard as it is.
    settings = settings.model_copy(update={"echo_cancellation": False})
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(settings, recorded, theirs))
    process.start()
    theirs.close()
    try:
        try:
            told = ours.recv()
        except EOFError:
            told = "its process died; see above"
        if isinstance(told, str):
            raise EngineError(f"the assistant cannot be started: {told}")
        yield f"ws://127.0.0.1:{told}/call"
    finally:
        ours.close()  # by which it ends
        process.join(_ENDS)
        if process.is_alive():
            process.kill()
            process.join()


def _serve(settings: Settings, recorded: Sequence[Recorded], told: Connection) -> None:
    """Until the other end of `told` is closed. Tells it the port, or why there is none.

    Everything else is imported here, once it is known what may be said while it is.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever began it ends it
    logs.set_up(settings.log_level)
    from pipelines.server.uvicorn_config import loop_factory

    try:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(_served(settings, {each.id: each for each in recorded}, told))
    except (EngineError, ConfigurationError) as error:
        told.send(str(error))


async def _served(settings: Settings, recorded: Mapping[str, Recorded], told: Connection) -> None:
    import uvicorn

    from pipelines.assistant import Assistant
    from pipelines.lines import tcp_timeout
    from pipelines.lines.garbage_collection import freeze_loaded
    from pipelines.server.replayed_calls import create_app
    from pipelines.server.uvicorn_config import config

    assistant = await Assistant.open(settings)
    try:
        if assistant.meaning is not None:
            await assistant.meaning.ready()
        if assistant.intents is not None:
            await assistant.intents.ready()  # the first call is decided like the last
        assistant.recent_calls = None  # how often they had called before stands in the log
        freeze_loaded()
        listener = socket.create_server(("127.0.0.1", 0))
        tcp_timeout.set_timeout(listener, settings.stalled_write_seconds)
        server = uvicorn.Server(config(create_app(assistant, recorded), settings))

        def end() -> None:
            asyncio.get_running_loop().remove_reader(told.fileno())
            server.should_exit = True

        asyncio.get_running_loop().add_reader(told.fileno(), end)
        warming = asyncio.create_task(assistant.warm_voices())
        told.send(listener.getsockname()[1])
        await server.serve([listener])
        warming.cancel()
    finally:
        await assistant.close()
