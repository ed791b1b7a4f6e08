"""What is asked of Twilio's REST interface, and what it is told to do."""

from xml.etree import ElementTree as ET

import pytest

from pipelines.lines.telephony.twilio import twiml
from pipelines.lines.telephony.twilio.calls import TwilioCalls, TwilioError
from tests.pipelines.lines.telephony.twilio_api import twilio_account
from tests.pipelines.lines.telephony.twilio_network import Call
from tests.pipelines.lines.telephony.twilio_phone import ACCOUNT, PUBLIC, TOKEN

URL = f"{PUBLIC}/telephony/twilio/person/x"


async def test_refusals() -> None:
    """Each says what was wrong, and none a telephone number."""
    async with twilio_account() as account:
        wrong = TwilioCalls(account.url, ACCOUNT, "another token")
        right = TwilioCalls(account.url, ACCOUNT, TOKEN)
        with pytest.raises(TwilioError, match="401, error 20003: see twilio"):
            await wrong.hang_up("CA" + "0" * 32)
        with pytest.raises(TwilioError, match="404"):
            await right.hang_up("CA" + "0" * 32)
        with pytest.raises(TwilioError, match="404"):
            await right.send_on("../../../Accounts", URL)
        with pytest.raises(TwilioError, match="400, error 21211") as refused:
            await right.ring("770001234", "+1", URL, URL, 25)
        assert "770001234" not in str(refused.value)
        account.calls["CA1"] = over = Call(account, {"CallSid": "CA1"})
        over.done.set()
        with pytest.raises(TwilioError, match="400, error 21220"):
            await right.send_on("CA1", URL)
    with pytest.raises(TwilioError, match="does not answer: ConnectError"):
        await right.hang_up("CA1")


@pytest.mark.parametrize("refuses", [400, 401, 429, 500, 503])
async def test_whatever_it_refuses_with_is_an_error(refuses: int) -> None:
    async with twilio_account() as account:
        account.refuses = refuses
        calls = TwilioCalls(account.url, ACCOUNT, TOKEN)
        with pytest.raises(TwilioError, match=f"{refuses}, error 20500"):
            await calls.ring("+221338001234", "+221338000000", URL, URL + "/status", 25)
    assert account.people == []


@pytest.mark.parametrize(("seconds", "told"), [(25.4, "25"), (1, "5"), (3600, "600")])
async def test_what_rings_and_how_long(seconds: float, told: str) -> None:
    async with twilio_account() as account:
        calls = TwilioCalls(account.url + "/", ACCOUNT, TOKEN)
        sid = await calls.ring("+221338001234", "+221338000000", URL, URL + "/status", seconds)
        (person,) = account.people
        person.events = []  # there is nobody to tell
        assert sid == person.sid
        assert person.events == []
        assert person.request["Timeout"] == told
        assert person.request["Url"] == URL
        assert person.request["StatusCallback"] == URL + "/status"
        await calls.hang_up(sid)
        assert person.done.is_set()


def test_headers_that_twilio_does_not_take_are_left_out() -> None:
    headers = {
        "Via": "x",
        "X-Ünicode": "x",
        "X-Long": "y" * 2_000,
        "X-Summary": "40 € & more; twice",
        "User-to-User": "7b7d;encoding=hex",
    }
    assert twiml.sip("sip:a@b", headers) == (
        "sip:a@b?X-Summary=40%20%E2%82%AC%20%26%20more%3B%20twice"
        "&User-to-User=7b7d%3Bencoding%3Dhex"
    )


@pytest.mark.parametrize(
    ("target", "noun"), [("+1", "Number"), ("sip:a@b", "Sip"), ("sips:a@b", "Sip")]
)
def test_whom_to_dial(target: str, noun: str) -> None:
    assert twiml.dial(target) == f"<Response><Dial><{noun}>{target}</{noun}></Dial></Response>"


def test_what_is_said_is_escaped_and_in_a_language_that_twilio_has() -> None:
    words = 'A bill of 40 € & </Say><Dial>+900</Dial>\x01"'
    for language, attribute in (("fr", "fr-FR"), ("wo", None)):
        gather = ET.fromstring(twiml.ask("https://a/key", 30, words=words, language=language))[0]
        assert [each.tag for each in gather.iter()] == ["Gather", "Pause", "Say"]
        assert gather[1].text == words.replace("\x01", "")
        assert gather[1].get("language") == attribute
