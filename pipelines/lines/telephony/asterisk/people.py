"""Bringing a person into a call: ring, whisper, accept, bridge, record, give back, clean up.

    the caller talks with the agent            the person's telephone rings
    (dialplan: Dial to Waxtaan)                answered: the whisper, accept by key
            |                                           |
            +--- our leg ends, "next?" "person" ----> one bridge <--+
            |                                           |
            +--- WAXTAAN_NEXT=back, Dial again <-- give-back key, or the desk

Until a person has accepted, the caller is with the agent, who can still be talked to: nobody waits
in a queue without an answer. The caller's channel is the dialplan's all the time (ARI cannot even
set a variable on it): when our leg ends it asks us what is next, and no answer means a person.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from loguru import logger

from pipelines.lines.telephony.asterisk.ari import Ari, AriError, Event
from pipelines.lines.telephony.whisper_announcements import WhisperAnnouncements

_JOINING = 3.0  # s for the caller's channel to come by the dialplan
_RETURNING = 10.0  # s for the PBX to be there again; then whoever talked there is taken to be gone
_AGAIN = 0.5  # s between two questions
_CAUSES = {17: "busy", 19: "no_answer", 18: "no_answer", 16: "no_answer", 21: "declined"}  # Q.850


class Key(StrEnum):
    """What a person's keys mean while they talk."""

    ACCEPT = "1"
    DECLINE = "2"
    GIVE_BACK = "*"


@dataclass(frozen=True, slots=True)
class Order:
    """Whom to ring for a call, in turn, and what they are told before they accept."""

    call: str
    endpoints: Sequence[str]
    sentences: Sequence[str]
    language: str
    caller: str  # as the person's telephone shows it
    headers: Mapping[str, str]  # SIP headers: what the packet is, should nothing else arrive
    ring_seconds: float = 25.0
    accept_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Person:
    """Who accepted, in which bridge."""

    endpoint: str
    channel: str
    bridge: str


class NobodyError(Exception):
    """Nobody took the call; the message is the reason, as in `TransferFailed`."""


async def reach(ari: Ari, whispers: WhisperAnnouncements, order: Order) -> Person:
    """Ring them in turn until somebody accepts.

    Raises:
        NobodyError: nobody did. Cancelling stops the ringing.
    """
    reason = "unreachable"
    for endpoint in order.endpoints:
        try:
            return await _one(ari, whispers, order, endpoint)
        except NobodyError as error:
            reason = str(error)
        except AriError as error:
            logger.warning("a person could not be rung: {}", error)
            reason = "unreachable"
    raise NobodyError(reason)


async def _one(ari: Ari, whispers: WhisperAnnouncements, order: Order, endpoint: str) -> Person:
    channel = f"waxtaan-person-{secrets.token_hex(8)}"
    bridge = ""
    async with ari.listening(channel) as events:
        try:
            await ari.ring(
                channel,
                endpoint,
                f"person,{order.call}",
                order.ring_seconds,
                order.caller,
                {f"PJSIP_HEADER(add,{name})": value for name, value in order.headers.items()},
            )
            async with asyncio.timeout(order.ring_seconds + 5):
                await _answered(events)
            bridge = await ari.bridge(f"waxtaan-{order.call}")
            await ari.join(bridge, channel)
            async with whispers.whispering(ari, bridge, order.sentences, order.language):
                await _accepted(events, order.accept_seconds)
        except BaseException as error:
            await asyncio.shield(_let_go(ari, channel, bridge))
            if isinstance(error, TimeoutError):
                raise NobodyError("no_answer") from error
            raise
    return Person(endpoint, channel, bridge)


async def _let_go(ari: Ari, channel: str, bridge: str) -> None:
    await ari.hang_up(channel)
    if bridge:
        await ari.dissolve(bridge)


async def _answered(events: "asyncio.Queue[Event]") -> None:
    while True:
        event = await events.get()
        match event["type"]:
            case "StasisStart":
                return
            case "ChannelDestroyed":
                raise NobodyError(_CAUSES.get(event.get("cause", 0), "unreachable"))
            case "Disconnected":
                raise NobodyError("unreachable")


async def _accepted(events: "asyncio.Queue[Event]", seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while True:
            event = await events.get()
            match event:
                case {"type": "ChannelDtmfReceived", "digit": Key.ACCEPT}:
                    return
                case {"type": "ChannelDtmfReceived", "digit": Key.DECLINE}:
                    raise NobodyError("declined")
                case {"type": "StasisEnd" | "ChannelDestroyed"}:
                    raise NobodyError("declined")
                case {"type": "Disconnected"}:
                    raise NobodyError("unreachable")


async def bring_in(
    ari: Ari, person: Person, call: str, let_go: Callable[[], Awaitable[None]]
) -> str:
    """The caller's channel leaves the agent and joins the person; the channel's id.

    `let_go` ends the agent's leg, so that the dialplan goes on.

    Raises:
        AriError, TimeoutError: the caller did not come.
    """
    async with ari.listening(f"caller:{call}") as arrivals:
        await let_go()
        async with asyncio.timeout(_JOINING):
            event = await arrivals.get()
        if event["type"] != "StasisStart":
            raise AriError("the connection to Asterisk broke while a caller was brought in")
        channel = str(event["channel"]["id"])
        try:
            await ari.join(person.bridge, channel)
        except AriError:  # the agent has them again, not a silent line
            await ari.tell(channel, "WAXTAAN_NEXT", "back")
            await ari.go_on(channel)
            raise
        return channel


async def until_apart(ari: Ari, person: Person, caller: str, back: asyncio.Event) -> str:
    """They talk; "back", "caller" or "person": who ended it, or that the call is given back."""
    async with ari.listening(person.channel, caller) as events:
        asked = asyncio.create_task(back.wait())
        try:
            there = await _there(ari)  # who left before we listened
            while {caller, person.channel} <= there:
                coming = asyncio.create_task(events.get())
                await asyncio.wait([asked, coming], return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                    return "back"
                match coming.result():
                    case {
                        "type": "ChannelDtmfReceived",
                        "digit": Key.GIVE_BACK,
                        "channel": {"id": person.channel},
                    }:
                        return "back"
                    case {"type": "StasisEnd" | "ChannelDestroyed", "channel": {"id": gone}}:
                        return "caller" if gone == caller else "person"
                    case {"type": "ChannelHold" | "ChannelUnhold" as what, "channel": {"id": by}}:
                        held = caller if by == person.channel else person.channel
                        await ari.music(held, plays=what == "ChannelHold")
                    case {"type": "Disconnected"}:  # or the PBX died
                        there = await _there(ari)
            return "person" if caller in there else "caller"
        finally:
            asked.cancel()


async def _there(ari: Ari) -> set[str]:
    """The channels that are left, once the PBX can be asked (again); none where it cannot."""
    try:
        async with asyncio.timeout(_RETURNING):
            while True:
                await ari.connected.wait()
                with suppress(AriError):
                    return {str(channel["id"]) for channel in await ari.channels()}
                await asyncio.sleep(_AGAIN)
    except TimeoutError:
        logger.warning("people who talked are taken to be gone: the PBX does not answer")
        return set()
