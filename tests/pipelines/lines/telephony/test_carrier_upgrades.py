"""Who may call: webhooks that a carrier did not sign, and streams that we did not ask for."""

import asyncio
import random
import secrets
import string
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.datastructures import Headers

from pipelines.errors import EngineError
from pipelines.lines.telephony import bridges
from pipelines.lines.telephony.carriers.plivo_route import PlivoCarrier, signatures, sip_headers
from pipelines.lines.telephony.carriers.telnyx_route import TelnyxCarrier
from pipelines.lines.telephony.stream_tokens import StreamTokens
from pipelines.settings import Settings
from tests.pipelines.conftest import Open
from tests.pipelines.lines.telephony import plivo_phone, telnyx_phone
from tests.pipelines.lines.telephony.carrier_phone import PUBLIC, CarrierPhone, tried, upgrade
from tests.pipelines.lines.telephony.plivo_phone import PlivoPhone
from tests.pipelines.lines.telephony.telnyx_phone import TelnyxPhone
from tests.pipelines.lines.telephony.test_carriers import BOTH, Kind
from tests.pipelines.server import Server, eventually

MANY = 250
_AT_ONCE = 25

# Signatures


@pytest.mark.parametrize(
    ("url", "form", "expected"),
    [  # as plivo-python 4.63.0 signs them with utils/signature_v3.py
        (
            "https://answer.url",
            {"CallUUID": "97ceeb52-58b6-11e1-86da-77300b68f8bb", "Duration": "300"},
            "lGsA7wORSRimdxCEqlJfbyxIYTxOsbYjbXU05rrpSpE=",
        ),
        (
            "https://answer.url/a?b=2&a=1",
            {"CallUUID": "97ceeb52-58b6-11e1-86da-77300b68f8bb", "Duration": "300"},
            "OFtfGI6SCm12OA2gJtnlvQIOSJIUTInfJPp+Kiha53w=",
        ),
        ("https://answer.url/a", {}, "kHiSjzx+QPumDXyJFW5TaVhFayX9SAM7V/MzK5EPAK0="),
        ("https://answer.url/a?b=2", {}, "JyLwzSUNgTL9poEJM0KTQB4iYqmRgplrXCXhREXAyW4="),
        (
            "https://answer.url/a",
            {"From": "+221 77", "CallerName": "Zoé & Co", "Empty": ""},
            "Ujjc1U82VPQyypOQf1CQH+y4m/tVOXKXUvg345HojGc=",
        ),
    ],
)
def test_what_plivos_library_signs(url: str, form: dict[str, str], expected: str) -> None:
    assert expected in signatures("my_auth_token", url, "12345", form.items())
    carrier = PlivoCarrier(Settings(plivo_auth_token="my_auth_token"))  # type: ignore[arg-type]
    given = {"X-Plivo-Signature-V3-Nonce": "12345"}
    body = urlencode(form).encode()
    for several, right in ((expected, True), (f"x,{expected}", True), ("x," * 9 + expected, False)):
        headers = Headers({**given, "X-Plivo-Signature-V3": several})
        assert carrier.signed(headers, body, url) == right
        assert not carrier.signed(headers, body + b"&a=b", url)
        assert not carrier.signed(headers, body, url + "x")


def test_plivo_signs_nothing_for_who_has_no_token() -> None:
    given = {
        "X-Plivo-Signature-V3-Nonce": "12345",
        "X-Plivo-Signature-V3": signatures("", "https://answer.url", "12345")[0],
    }
    assert not PlivoCarrier(Settings()).signed(Headers(given), b"", "https://answer.url")


@pytest.mark.parametrize(
    ("age", "right"), [(0, True), (299, True), (-299, True), (301, False), (-301, False)]
)
def test_telnyx_signs_with_the_time(age: int, right: bool) -> None:
    now = 1_764_000_000
    carrier = TelnyxCarrier(Settings(**TelnyxPhone.settings), clock=lambda: now)
    body = b"CallSid=v3%3Ax&From=anonymous"
    headers = telnyx_phone.signed(body, str(now - age))
    assert carrier.signed(Headers(headers), body, "") == right
    assert not carrier.signed(Headers(headers), body + b"x", "")
    assert not carrier.signed(Headers({**headers, "telnyx-timestamp": str(now)}), b"", "")


def test_sip_headers_are_letters_and_digits() -> None:
    given = {"X-Waxtaan-Call": "a-1", "X-Waxtaan-Summary": "no", "Via": "x", "X-Waxtaan-Flow": "_"}
    assert sip_headers(given) == "WaxtaanCall=a1"


def test_a_stream_token_is_spent_once_and_in_time() -> None:
    now = [0.0]
    tokens = StreamTokens(30, lambda: now[0])
    first, again = tokens.mint({"call": "1"}), tokens.mint({"call": "1"})
    other = tokens.mint({"call": "2", "from": "x"})
    assert tokens.spend(first + "x") is None
    assert tokens.spend("") is None
    assert tokens.spend("\ud800") is None
    assert tokens.spend(again) == {"call": "1"}
    assert tokens.spend(again) is None
    assert tokens.spend(first) is None  # one stream a call
    assert tokens.spend(other) == {"call": "2", "from": "x"}
    late = tokens.mint({"call": "1"})
    now[0] = 30
    assert tokens.spend(late) is None


# Webhooks


def forged_telnyx(body: bytes) -> Iterator[dict[str, str]]:
    right = telnyx_phone.signed(body)
    stamp, signature = right["telnyx-timestamp"], right["telnyx-signature-ed25519"]
    yield {}
    yield {"telnyx-timestamp": stamp}
    yield {"telnyx-signature-ed25519": signature}
    for wrong in ("", "x", "é", "A" * 88, signature[:-4], signature.swapcase()):
        yield {**right, "telnyx-signature-ed25519": wrong}
    for wrong in ("", "0", "-1", "٣", "1e9", f"{stamp}x", str(int(stamp) + 1), "9" * 400):
        yield {**right, "telnyx-timestamp": wrong}
    yield telnyx_phone.signed(body, str(int(time.time()) - 301))  # old
    yield telnyx_phone.signed(body, str(int(time.time()) + 400))
    yield telnyx_phone.signed(body, key=Ed25519PrivateKey.generate())
    yield telnyx_phone.signed(body + b"&x=y")


def forged_plivo(body: bytes) -> Iterator[dict[str, str]]:
    url = f"{PUBLIC}/telephony/plivo"
    right = plivo_phone.signed(url, body)
    signature, nonce = right["X-Plivo-Signature-V3"], right["X-Plivo-Signature-V3-Nonce"]
    yield {}
    yield {"X-Plivo-Signature-V3-Nonce": nonce}
    yield {"X-Plivo-Signature-V3": signature}
    for wrong in ("", "x", "é", ",", signature[:-1], signature.swapcase(), "," * 1000 + signature):
        yield {**right, "X-Plivo-Signature-V3": wrong}
    yield {**right, "X-Plivo-Signature-V3-Nonce": nonce + "0"}
    yield plivo_phone.signed(url, body, token="another token")
    yield plivo_phone.signed(url + "/", body)
    yield plivo_phone.signed(url.replace("https", "http"), body)
    yield plivo_phone.signed(url, body + b"&x=y")


def forged(phone: CarrierPhone) -> list[dict[str, str]]:
    body = urlencode(phone.form).encode()
    return list(forged_telnyx(body) if phone.name == "telnyx" else forged_plivo(body))


@BOTH
async def test_webhooks_that_the_carrier_did_not_sign(open_assistant: Open, carrier: Kind) -> None:
    server = await open_assistant(**carrier.settings)
    phone, tries = carrier(server), 0
    for path in ("", "/after"):
        for headers in forged(phone):
            assert (await phone.ask(path, signed=headers)).status_code == 403, headers
            tries += 1
    assert (
        await phone.ask(body=urlencode({**phone.form, "From": "+1"}).encode())
    ).status_code == 403
    assert (await phone.ask(form={**phone.form, "x": "y" * 100_000})).status_code == 403
    assert server.counters["refused.signature"] == tries + 2
    assert (await phone.ring()).find("Redirect") is not None
    assert server.counters["calls"] == 0


@BOTH
@pytest.mark.parametrize("call", ["", "\x00", "../../x"])
async def test_a_webhook_without_a_call_gets_no_stream(
    open_assistant: Open, carrier: Kind, call: str
) -> None:
    server = await open_assistant(**carrier.settings)
    phone = carrier(server)
    phone.form[{"telnyx": "CallSid", "plivo": "CallUUID"}[phone.name]] = call
    answer = await phone.ring()
    if phone.name == "telnyx" and call:  # any text is an id there, and none is ours as it is
        assert call not in phone.address(answer)
    else:
        assert answer.find("Dial") is not None


# Upgrades


def stream(name: str, token: str) -> str:
    return f"{PUBLIC.replace('https', 'wss')}/telephony/{name}/stream/{token}"


def guesses(chance: random.Random, right: str) -> Iterator[str]:
    """Tokens that are not ours: of the right length, and of a token that is unspent."""
    yield from ("x", "%00", "%2e%2e", "..%2Fafter", right[:-1], right + "A", right.swapcase())
    letters = string.ascii_letters + string.digits + "-_"
    while True:
        at = chance.randrange(len(right))
        yield right[:at] + chance.choice(letters.replace(right[at], "")) + right[at + 1 :]
        yield secrets.token_urlsafe(32)


async def statuses(server: Server, urls: list[str]) -> set[int]:
    found: set[int] = set()
    for at in range(0, len(urls), _AT_ONCE):
        some = urls[at : at + _AT_ONCE]
        found |= set(await asyncio.gather(*(tried(server, url) for url in some)))
    return found


@BOTH
async def test_forged_upgrades(open_assistant: Open, carrier: Kind) -> None:
    """Nothing but the token is good, and that still is afterwards."""
    server = await open_assistant(**carrier.settings)
    phone = carrier(server)
    right = phone.address(await phone.ring())
    tokens = guesses(random.Random(5), right.rsplit("/", 1)[1])
    urls = [stream(phone.name, next(tokens)) for _ in range(MANY)]
    assert right not in urls
    assert await statuses(server, urls) == {403}
    refused = server.counters["refused.token"]
    assert refused >= MANY - 1  # "..%2Fafter" is no stream's address, and not counted
    assert server.counters["calls"] == 0
    for no in ("", "/stream", "/stream/", "/after", "/stream/a/b"):
        other = f"{PUBLIC.replace('https', 'wss')}/telephony/{phone.name}{no}"
        assert await tried(server, other) in (403, 404)
    async with upgrade(server, right):
        pass


@BOTH
async def test_replayed_upgrades(open_assistant: Open, carrier: Kind) -> None:
    """A token that was spent, by a call that goes on or one that never began, is good no more."""
    server = await open_assistant(**carrier.settings)
    spent = []
    for _ in range(9):
        phone = carrier(server)
        spent.append(phone.address(await phone.ring()))
        assert await tried(server, spent[-1]) == 101
    async with carrier(server).calling() as phone:
        await eventually(lambda: sum(phone.playout.bursts) > 1_000)
        spent.append(phone.address(phone.markup[0]))
        assert await statuses(server, spent * (MANY // len(spent))) == {403}
        assert not phone.ended.is_set()
        await phone.hang_up()
    await server.idle()
    assert server.counters["refused.token"] == MANY
    assert server.counters["calls"] == 1


@BOTH
async def test_expired_upgrades(open_assistant: Open, carrier: Kind) -> None:
    server = await open_assistant(stream_token_seconds=0.5, max_calls=2, **carrier.settings)
    phones = [carrier(server) for _ in range(MANY)]
    urls = [phone.address(await phone.ring()) for phone in phones]
    await asyncio.sleep(0.6)
    assert await statuses(server, urls) == {403}
    assert server.counters["refused.token"] == MANY
    assert server.counters["calls"] == 0


@BOTH
async def test_a_stream_of_another_format_goes_to_a_person(
    open_assistant: Open, carrier: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.lines.telephony.carriers.carrier._PATIENCE", 0.2)
    server = await open_assistant(**carrier.settings)
    phone = carrier(server)
    start = phone.start()
    for name in ("media_format", "mediaFormat"):
        if name in start["start"]:
            start["start"][name]["encoding"] = "G722"
    monkeypatch.setattr(phone, "start", lambda: start)
    async with phone.calling():
        after = await phone.after()
    assert after.find("Dial") is not None
    assert server.counters["refused.start"] == 1
    assert server.counters["calls"] == 0


# Starting


@pytest.mark.parametrize(
    ("carrier", "missing"),
    [
        (TelnyxPhone, "public_url"),
        (TelnyxPhone, "telnyx_public_key"),
        (PlivoPhone, "public_url"),
        (PlivoPhone, "plivo_auth_token"),
    ],
)
def test_it_does_not_start_without_its_secrets(carrier: Kind, missing: str) -> None:
    with pytest.raises(EngineError, match=f"'{carrier.name}' does not start without {missing}"):
        bridges.check(Settings(**{**carrier.settings, missing: ""}))
    bridges.check(Settings(**carrier.settings))


@BOTH
def test_it_does_not_start_without_tls(carrier: Kind) -> None:
    with pytest.raises(EngineError, match="public_url"):
        bridges.check(Settings(**{**carrier.settings, "public_url": "http://voice.example.org"}))


@pytest.mark.parametrize("key", ["x", "AAAA", "é", "A" * 88])
def test_telnyx_does_not_start_with_a_key_that_is_none(key: str) -> None:
    with pytest.raises(EngineError, match="telnyx_public_key"):
        bridges.check(Settings(**{**TelnyxPhone.settings, "telnyx_public_key": key}))
