"""A call is given to a person by updating it at Twilio."""

import pytest

from pipelines.telephony import twiml
from pipelines.telephony.twilio_calls import TwilioCalls, TwilioError
from tests.pipelines.conftest import Open
from tests.pipelines.phone import eventually
from tests.telephony.twilio_api import twilio_api
from tests.telephony.twilio_phone import ACCOUNT, PUBLIC, SETTINGS, TOKEN, Phone

AFTER = f"{PUBLIC}/telephony/twilio/after"
HEADERS = {
    "X-Waxtaan-Reason": "asked_for_person",
    "X-Waxtaan-Summary": "a bill of 40 € & more; asked twice",
    "User-to-User": "7b7d;encoding=hex",
}


@pytest.mark.parametrize(
    ("status", "then"),
    [("completed", "Hangup"), ("busy", "Dial"), ("no-answer", "Dial"), ("failed", "Dial")],
)
async def test_to_a_person(open_house: Open, status: str, then: str) -> None:
    server = await open_house(**SETTINGS)
    phone = Phone(server)
    async with twilio_api(phone) as api, phone.calling():
        await eventually(lambda: sum(phone.bursts) > 1_000)
        calls = TwilioCalls(api, ACCOUNT, TOKEN, AFTER)
        await calls.transfer(phone.sid, "sip:desk@pbx.example.org", HEADERS)
        await calls.close()
        await eventually(phone.ended.is_set)
        assert phone.twiml[-1].findtext("Dial/Sip") == (
            "sip:desk@pbx.example.org?X-Waxtaan-Reason=asked_for_person"
            "&X-Waxtaan-Summary=a%20bill%20of%2040%20%E2%82%AC%20%26%20more%3B%20asked%20twice"
            "&User-to-User=7b7d%3Bencoding%3Dhex"
        )
        after = await phone.dialled(status)
        assert after[0].tag == then
    await server.idle()
    assert server.complaints == []


async def test_to_nobody(open_house: Open) -> None:
    server = await open_house(**SETTINGS)
    phone = Phone(server)
    async with twilio_api(phone) as api, phone.calling():
        wrong = TwilioCalls(api, ACCOUNT, "another token")
        with pytest.raises(TwilioError, match="401"):
            await wrong.transfer(phone.sid, "+221338001234")
        calls = TwilioCalls(api, ACCOUNT, TOKEN)
        with pytest.raises(TwilioError, match="404"):
            await calls.hang_up("CA" + "0" * 32)
        with pytest.raises(TwilioError, match="404"):
            await calls.hang_up("../../../" + phone.sid)
        assert not phone.ended.is_set()
        await calls.hang_up(phone.sid)
        await eventually(phone.ended.is_set)
        for each in (wrong, calls):
            await each.close()
    with pytest.raises(TwilioError, match="does not answer"):
        await TwilioCalls("http://127.0.0.1:9", ACCOUNT, TOKEN).hang_up(phone.sid)


def test_headers_that_twilio_does_not_take_are_left_out() -> None:
    headers = {"Via": "x", "X-Ünicode": "x", "X-Long": "y" * 2_000, "X-Short": "z"}
    assert twiml.sip("sip:a@b", headers) == "sip:a@b?X-Short=z"
    assert twiml.dial("+1", headers) == "<Response><Dial><Number>+1</Number></Dial></Response>"
