"""Whatever a network sends, no codec raises, and what comes out of it is what a call can take."""

import json
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.lines.telephony.leg import Key, Stop
from pipelines.lines.telephony.twilio.codec import Twilio
from tests.pipelines.conftest import Open
from tests.pipelines.lines.telephony.drivers import Driver
from tests.pipelines.lines.telephony.mutations import spoilt
from tests.pipelines.lines.telephony.samples import PROTOCOLS, STREAM_SID
from tests.pipelines.lines.telephony.test_twilio_calls import LINE, says
from tests.pipelines.lines.telephony.twilio_phone import SETTINGS, Phone
from tests.pipelines.server import eventually

MANY = 10_000
_CALL = 50  # messages to one codec, before a new one takes over


@pytest.mark.parametrize("name", PROTOCOLS)
def test_spoilt_messages(name: str) -> None:
    """Ten thousand in a row, half of them in a call that has begun."""
    protocol, chance = PROTOCOLS[name], random.Random(20261124)
    found: Counter[str] = Counter()
    for number in range(MANY):
        if number % _CALL == 0:
            driver = Driver(protocol.make(), waits=protocol.waits)
            for message in protocol.start if number % (2 * _CALL) else ():
                driver.send(message)
        driver.send(spoilt(chance, chance.choice(protocol.start + protocol.others)))
        found.update(type(event).__name__ for event in driver.events)
        driver.events = [e for e in driver.events if type(e).__name__ == "Start"]
    assert found["Bad"] > MANY / 50  # of AudioSocket most is taken for the length of a frame


@pytest.mark.parametrize("name", PROTOCOLS)
def test_any_order(name: str) -> None:
    """Valid, spoilt, oversized, doubled, in any order: started twice, stopped first."""
    protocol = PROTOCOLS[name]
    every = protocol.start + protocol.others

    @settings(max_examples=150, derandomize=True, deadline=None)
    @given(
        st.lists(
            st.one_of(
                st.sampled_from(every),
                st.builds(
                    lambda seed, message: spoilt(random.Random(seed), message),
                    st.integers(0, 2**32),
                    st.sampled_from(every),
                ),
                st.binary(max_size=700),
                st.text(max_size=50),
                st.sampled_from([b"\x10" * 100_001, "[" * 100_000, '"' + "x" * 100_000]),
            ),
            max_size=40,
        )
    )
    def run(messages: list[str | bytes]) -> None:
        driver = Driver(protocol.make(), waits=protocol.waits)
        for message in messages:
            driver.send(message)

    run()


def begun(phone: Phone) -> Twilio:
    """A codec in the state of the call's."""
    codec = Twilio()
    codec.decode(json.dumps(phone.start()))
    return codec


async def test_spoilt_messages_in_a_call(open_assistant: Open) -> None:
    """It goes on, is counted, and answers afterwards."""
    server = await open_assistant(max_bad_messages=100_000, max_flood_seconds=10_000, **SETTINGS)
    chance = random.Random(7)
    async with Phone(server).calling() as phone:
        await eventually(lambda: sum(phone.bursts) > 1_000)
        others = [str(m).replace(STREAM_SID, phone.stream) for m in PROTOCOLS["twilio"].others]
        sent = 0
        while sent < MANY:
            message = spoilt(chance, chance.choice(others))
            if any(isinstance(e, Key | Stop) for e in begun(phone).decode(message)):
                continue  # a caller's own key, and the end, are what they say
            if len(message) > 250_000:
                continue  # the WebSocket's own limit closes it, whatever it carries
            await phone.send(message)
            sent += 1
        await eventually(lambda: server.counters["bad_messages"] > MANY / 3)
        await phone.press("11")  # the balance
        await phone.until(says("nine digits"))
        await phone.press(LINE)
        await phone.until(says("secret code"))
        await phone.hang_up()
    await server.idle()
    assert server.counters["failed"] == 0
    assert server.complaints == []
