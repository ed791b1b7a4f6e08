"""Whatever a stranger sends, the process lives, other calls go on, and it is counted."""

import asyncio
import base64
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import websockets
from hypothesis import given, settings
from hypothesis import strategies as st
from pipecat.frames.frames import InputAudioRawFrame, InputTransportMessageFrame
from pipecat.frames.protobufs.frames_pb2 import Frame  # type: ignore[attr-defined]

from agent.events import Hypothesis, TurnStarted
from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.lines.web.serializer import GuardedSerializer
from tests.pipelines.conftest import Open
from tests.pipelines.server import (
    READY,
    Guest,
    Server,
    audio,
    eventually,
    masked,
    never_reading,
    raw_message,
    rtvi,
)


@asynccontextmanager
async def good_call(server: Server) -> AsyncIterator[Guest]:
    """A caller who is answered before and after, and for whom nothing has changed."""
    async with Guest.calling(server) as guest:
        await answers(guest)
        yield guest
        await server.idle(1)
        await answers(guest)
        assert guest.closed is None
    await server.idle()
    assert server.differences(guest.id) == []
    assert server.scripted.open_streams == 0
    assert server.counters["failed"] == 0


async def answers(guest: Guest) -> None:
    await guest.type("what can you do")
    said = await guest.agent_says("I can tell you your balance")
    await guest.sounds(said["utterance"])


def filled(field: str, **values: Any) -> bytes:
    frame = Frame()
    part = getattr(frame, field)
    part.SetInParent()
    for name, value in values.items():
        setattr(part, name, value)
    return bytes(frame.SerializeToString())


SILENCE = bytes(640)

BAD: list[bytes | str] = [
    b"",
    b"\x00",
    b"garbage that is no protobuf at all",
    bytes(range(256)),
    b"\x12\xff\xff\xff\xff\x0f",  # a field that claims to be 4 GB long
    "text where bytes are spoken",
    '{"label": "rtvi-ai", "type": "client-ready", "id": "1"}',
    audio(SILENCE, rate=0),
    audio(SILENCE, rate=1),
    audio(SILENCE, rate=7_999),
    audio(SILENCE, rate=2**32 - 1),
    audio(SILENCE, channels=0),
    audio(SILENCE, channels=3),
    audio(SILENCE, channels=2**32 - 1),
    filled("audio"),
    filled("text", text="i want to speak to an agent"),
    filled("transcription", text="what is my balance", user_id="caller", timestamp="now"),
    filled("interruption"),
    filled("message"),
    raw_message("no JSON"),
    raw_message("[" * 5000),
    raw_message("[]"),
    raw_message("null"),
    raw_message("7"),
    raw_message('"rtvi-ai"'),
    raw_message("{}"),
    raw_message('{"label": "rtvi-ai"}'),
    raw_message('{"label": ["rtvi-ai"], "type": {}, "id": []}'),
    rtvi("no-such-type", {}),
]

ODD: list[bytes] = [  # let in, and of no consequence
    audio(b""),
    audio(b"\x00"),
    audio(bytes(641)),
    audio(bytes(643), channels=2),
    audio(bytes(10), rate=48_000),
    audio(bytes(11), rate=8_000),
]

WRONG_MESSAGES: list[bytes] = [
    raw_message('{"label": "somebody-else", "type": "client-ready", "id": "1"}'),
    raw_message('{"label": "rtvi-ai", "type": "dtmf"}'),
    raw_message('{"label": "rtvi-ai", "type": "dtmf", "id": 7, "data": 7}'),
    rtvi("client-ready", {"version": ["2"], "about": 7}),
    rtvi("client-ready", {"version": "99.0.0"}),
    rtvi("client-ready", []),
    rtvi("client-message", None),
    rtvi("client-message", {"t": None}),
    rtvi("client-message", {"t": "say", "d": None}),
    rtvi("client-message", {"t": "say", "d": {"text": 7}}),
    rtvi("client-message", {"t": "say", "d": ["text"]}),
    rtvi("client-message", {"t": "language", "d": {"language": "xx"}}),
    rtvi("client-message", {"t": "language", "d": {"language": None}}),
    rtvi("client-message", {"t": "nothing that we know", "d": {}}),
    rtvi("dtmf", {"buttons": ["x"]}),
    rtvi("dtmf", {"buttons": "12345"}),
    rtvi("dtmf", {"button": 1}),
    rtvi("dtmf", None),
    rtvi("send-text", {"content": None}),
    rtvi("send-text", {"content": ["a"], "options": 7}),
]


def raw_audio(**wrong: Any) -> bytes:
    data = {"base64Audio": base64.b64encode(SILENCE).decode(), "sampleRate": 16000}
    return rtvi("raw-audio", {**data, "numChannels": 1, **wrong})


BACK_DOORS: list[bytes] = [  # RTVI messages that pipecat would make frames of, unchecked
    raw_audio(sampleRate=0),
    raw_audio(sampleRate=-8000),
    raw_audio(sampleRate="fast"),
    raw_audio(sampleRate=None),
    raw_audio(numChannels=0),
    raw_audio(numChannels=-1),
    raw_audio(numChannels="two"),
    raw_audio(base64Audio=7),
    rtvi("raw-audio", None),
    rtvi("raw-audio-batch", {"base64AudioBatch": ["AAAA", 7], "sampleRate": 1, "numChannels": 1}),
    rtvi(
        "send-file",
        {
            "content": "look",
            "file": {"format": "image/png", "source": {"type": "bytes", "bytes": "no base64"}},
        },
    ),
    rtvi(
        "llm-function-call-result",
        {"function_name": "f", "tool_call_id": "1", "arguments": {}, "result": {}},
    ),
    rtvi("ui-event", {"event": "click", "payload": {}}),
    rtvi("ui-snapshot", {"tree": {}}),
    rtvi("ui-cancel-job-group", {"job_id": "1"}),
]


@pytest.mark.parametrize(
    ("messages", "bad"),
    [(BAD + BACK_DOORS, len(BAD) + len(BACK_DOORS)), (ODD + WRONG_MESSAGES, 0)],
    ids=["bad", "odd"],
)
async def test_what_makes_no_sense_ends_no_call(
    open_assistant: Open, messages: list[bytes | str], bad: int
) -> None:
    server = await open_assistant(max_bad_messages=100)
    async with good_call(server):
        async with Guest.calling(server) as stranger:
            await answers(stranger)
            for message in messages:
                await stranger.line.send(message)
            await answers(stranger)
            assert stranger.closed is None
        assert server.counters["bad_messages"] == bad
        assert all("serializers" in complaint for complaint in server.complaints)
        await server.idle(1)
        log = server.log(stranger.id)
        heard = [e.text for e in log if isinstance(e, Hypothesis)]
        assert heard == ["what can you do"] * 2  # nothing else reached the dialogue
        assert len([e for e in log if isinstance(e, TurnStarted)]) == 2
        assert server.differences(stranger.id) == []


async def test_a_long_text_is_cut(open_assistant: Open) -> None:
    server = await open_assistant(max_message_bytes=2_000_000)
    async with good_call(server), Guest.calling(server) as stranger:
        await stranger.type("x" * 1_000_000)
        await answers(stranger)
        longest = max(len(text) for text in stranger.said("caller"))
        assert longest == 500


async def test_too_much_nonsense_is_hung_up_on(open_assistant: Open) -> None:
    server = await open_assistant(max_bad_messages=5)
    async with good_call(server), Guest.calling(server) as stranger:
        for _ in range(5):
            await stranger.line.send(b"garbage")
        code, reason = await stranger.end()
        assert code == 1008
        assert "not pipecat frames" in reason
    assert server.counters["bad_messages"] == 5
    assert server.counters["closed.bad_messages"] == 1


async def test_a_message_too_large_is_hung_up_on(open_assistant: Open) -> None:
    server = await open_assistant(max_message_bytes=4096)
    async with good_call(server), Guest.calling(server) as stranger:
        await stranger.sounds(1)
        with suppress(websockets.ConnectionClosed):
            await stranger.line.send(bytes(5000))
        assert (await stranger.end())[0] == 1009
    await eventually(lambda: server.counters["connection.1009"] == 1)


async def test_a_flood_of_sound_is_hung_up_on(open_assistant: Open) -> None:
    server = await open_assistant(max_ahead_seconds=0.5, max_flood_seconds=5)
    async with good_call(server), Guest.calling(server, microphone=False) as stranger:
        second = audio(bytes(SAMPLE_RATE * 2))
        with suppress(websockets.ConnectionClosed):
            for _ in range(60):
                await stranger.line.send(second)
        assert await stranger.end() == (1008, "audio came faster than real time")
    assert server.counters["closed.flooded"] == 1


async def test_all_lines_busy(open_assistant: Open) -> None:
    server = await open_assistant(max_calls=2)
    async with good_call(server), Guest.calling(server) as second:
        await second.sounds(1)
        async with Guest.calling(server, ready=False, microphone=False) as third:
            code, reason = await third.end()
        assert (code, reason) == (1013, "all 2 lines are busy, try again soon")
        await answers(second)
    assert server.counters["refused.busy"] == 1
    assert server.counters["calls"] == 2


async def test_a_client_that_never_reads(open_assistant: Open) -> None:
    server = await open_assistant(stalled_write_seconds=0.5, send_buffer=4096)
    async with good_call(server):
        _, writer = await never_reading(server)
        writer.write(masked(READY))
        writer.write(masked(rtvi("client-message", {"t": "say", "d": {"text": "help"}})))
        await eventually(lambda: server.assistant.calls == 2)
        await server.idle(1)
        # Where the sound comes late, the ping that nobody answers ends the line first.
        noticed = server.counters["closed.stalled"] + server.counters["connection.1005"]
        assert noticed == 1, dict(server.counters)
        writer.transport.abort()


async def test_leaving_in_the_middle_of_a_word(
    open_assistant: Open, speech: dict[str, bytes]
) -> None:
    server = await open_assistant()
    async with good_call(server):
        async with Guest.calling(server) as stranger:
            await stranger.state("open")
            stranger.say(speech["what is my balance"])
            await stranger.until(lambda m: m["type"] == "state" and not m["listening"])
        await server.idle(1)
        assert server.differences(stranger.id) == []


async def test_a_connection_that_is_cut(open_assistant: Open) -> None:
    server = await open_assistant()
    async with good_call(server):
        for begin in (b"", masked(READY), masked(READY) + masked(audio(SILENCE))[:100]):
            _, writer = await never_reading(server)
            writer.write(begin)
            await writer.drain()
            await eventually(lambda: server.assistant.calls == 2)
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()  # RST, not FIN
            await server.idle(1)


async def deserialized(data: bytes | str) -> tuple[object, int]:
    bad: list[None] = []
    frame = await GuardedSerializer(lambda: bad.append(None)).deserialize(data)
    return frame, len(bad)


VALID = [
    audio(SILENCE),
    audio(SILENCE, rate=48_000, channels=2),
    READY,
    rtvi("dtmf", {"buttons": ["1"]}),
    filled("transcription", text="what is my balance", user_id="caller", timestamp="now"),
    filled("interruption"),
    filled("text", text="hello"),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid message with bytes changed, cut out or put in."""
    data = bytearray(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        much = draw(st.integers(0, 8))
        data[at : at + much] = draw(st.binary(max_size=8))
    return bytes(data)


@settings(max_examples=120, derandomize=True, deadline=None)
@given(st.one_of(mutated(), st.binary(max_size=200), st.text(max_size=50)))
def test_only_audio_and_messages_come_in(data: bytes | str) -> None:
    frame, bad = asyncio.run(deserialized(data))
    match frame:
        case None:
            assert bad == 1
        case InputAudioRawFrame(sample_rate=rate, num_channels=channels):
            assert 8_000 <= rate <= 48_000
            assert channels in (1, 2)
        case InputTransportMessageFrame(message=message):
            assert isinstance(message, dict)
        case _:
            raise AssertionError(f"{type(frame).__name__} came in")


async def test_valid_messages_come_in() -> None:
    frames = [await deserialized(data) for data in VALID]
    kinds = [type(frame).__name__ for frame, _ in frames]
    audio_in, message_in = InputAudioRawFrame.__name__, InputTransportMessageFrame.__name__
    assert kinds == [audio_in, audio_in, message_in, message_in, *["NoneType"] * 3]
    assert [bad for _, bad in frames] == [0, 0, 0, 0, 1, 1, 1]


async def test_a_page_of_another_site_is_not_served(open_assistant: Open) -> None:
    server = await open_assistant(allowed_origins=("https://shop.example",))
    for origin, code in (("https://evil.example", 1008), ("https://shop.example", None)):
        async with websockets.connect(server.url, origin=websockets.Origin(origin)) as line:
            if code is None:
                await line.send(READY)
                await eventually(lambda: server.assistant.calls == 1)
            else:
                await line.wait_closed()
                assert line.close_code == code
                assert "other sites" in (line.close_reason or "")
    await server.idle()
    assert server.counters["refused.origin"] == 1
