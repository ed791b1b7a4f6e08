"""Where Asterisk's AudioSocket calls: a TCP port that takes known PBXs only."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from loguru import logger

from pipelines.lines import tcp_timeout
from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.telephony.asterisk.ari import AriError
from pipelines.lines.telephony.asterisk.audiosocket import AudioSocket
from pipelines.lines.telephony.asterisk.transfers import Pbx
from pipelines.lines.telephony.incoming import accept_leg, full
from pipelines.lines.telephony.leg import Audio, Start
from pipelines.lines.telephony.legs import StreamLeg
from pipelines.settings import Settings

_PATIENCE = 2.0  # s for the first frame, the call's id
_FIRST_AUDIO = 0.3  # s; then the line is silent, and 8 kHz, as the AudioSocket application is


@asynccontextmanager
async def serve(active_calls: ActiveCalls) -> AsyncIterator[asyncio.Server]:
    """Listen until the end."""
    settings = active_calls.assistant.settings

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _take(active_calls, reader, writer)

    server = await asyncio.start_server(
        take, settings.audiosocket_host, settings.audiosocket_port, backlog=256
    )
    for each in server.sockets:
        tcp_timeout.set_timeout(each, settings.stalled_write_seconds)
    logger.info("AudioSocket is taken on port {}", server.sockets[0].getsockname()[1])
    try:
        yield server
    finally:
        server.close()


async def _take(
    active_calls: ActiveCalls, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    codec = AudioSocket()
    leg = StreamLeg(reader, writer, codec)
    if not known(writer.get_extra_info("peername"), active_calls.assistant.settings):
        active_calls.assistant.counters["refused.peer"] += 1
        await leg.close()
        return
    start = await leg.until(Start, patience=_PATIENCE)
    if isinstance(start, Start) and not full(active_calls, start.about["call"]):
        about, _ = await asyncio.gather(
            _about(active_calls, start.about), leg.until(Audio, patience=_FIRST_AUDIO)
        )
        if accept_leg(active_calls, leg, about):
            await leg.done.wait()
            return
    await leg.send(codec.hang_up())
    await leg.close()


async def _about(active_calls: ActiveCalls, about: dict[str, str]) -> dict[str, str]:
    """The protocol tells no more than an id; the PBX may know whose it is."""
    pbx = active_calls.service(Pbx)
    if pbx is None:
        return about
    try:
        return {**await pbx.about(about["call"]), **about}
    except AriError as error:
        logger.warning("an AudioSocket caller's number was not found out: {}", error)
        return about


def known(peer: object, settings: Settings) -> bool:
    """Whether a connection comes from a PBX that may call."""
    if not isinstance(peer, tuple) or not peer:
        return False
    address = ipaddress.ip_address(str(peer[0]).partition("%")[0])
    if not settings.audiosocket_peers:
        return address.is_loopback
    return any(address in ipaddress.ip_network(each) for each in settings.audiosocket_peers)
