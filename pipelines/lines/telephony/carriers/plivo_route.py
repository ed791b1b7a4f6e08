"""Where Plivo asks and calls: `POST /telephony/plivo` for a number, a WebSocket for its sound.

In Plivo's console, an XML application for the number: answer URL https://.../telephony/plivo, POST;
fallback answer URL an XML file that dials a person, for when this server cannot be reached.

Webhooks are signed (V3) with HMAC-SHA256 and the account's auth token over address, parameters and
a nonce. `keepCallAlive` has Plivo take up the next element when the stream is closed; before that
it tries the stream's address twice more, and is refused, for the token is spent.
Source: plivo.com/docs/voice/xml, .../voice/audio-streaming/best-practices, plivo-python's
utils/signature_v3.py.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

from fastapi import FastAPI
from starlette.datastructures import Headers

from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.telephony.carriers.carrier import Carrier, CarrierRoutes
from pipelines.lines.telephony.carriers.plivo import FORMAT, Plivo
from pipelines.lines.telephony.twilio.signature import parameters

SIGNATURE, NONCE = "x-plivo-signature-v3", "x-plivo-signature-v3-nonce"
_CALL_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_MOST_SIGNATURES = 8  # in one header: one for each auth token that is good
# The summary does not fit: Plivo takes letters and digits only.
_HEADERS = re.compile(r"X-(Waxtaan)-(Call|Reason|Queue|Language|Identity|Flow)")


def add(app: FastAPI, active_calls: ActiveCalls) -> None:
    """Add the routes."""
    settings = active_calls.assistant.settings
    CarrierRoutes(active_calls, PlivoCarrier(settings), settings.plivo_fallback).add(app)


def signatures(
    token: str, url: str, nonce: str, form: Iterable[tuple[str, str]] = ()
) -> tuple[str, str]:
    """The V3 signature of a POST request to `url` with these parameters, in both readings.

    They differ for letters beyond ASCII only: plivo-node signs UTF-8, plivo-python encodes that
    once more, and which of the two Plivo does is not written down.
    """
    parts, posted = urlsplit(url), "".join(key + value for key, value in sorted(form))
    query = "&".join(f"{k}={v}" for k, v in sorted(parse_qsl(parts.query, keep_blank_values=True)))
    text = f"{parts.scheme}://{parts.netloc}{parts.path}"
    if query or posted:
        text += f"?{query}"
    if query and posted:
        text += "."
    once = f"{text}{posted}.{nonce}".encode("utf-8", "replace")
    return _signed(token, once), _signed(token, once.decode("latin-1").encode())


def _signed(token: str, data: bytes) -> str:
    return base64.b64encode(hmac.digest(token.encode(), data, hashlib.sha256)).decode("ascii")


class PlivoCarrier(Carrier):
    """See carrier.Carrier."""

    name = "plivo"
    call_field = "CallUUID"

    def signed(self, given: Headers, body: bytes, url: str) -> bool:
        """See carrier.Carrier. A header may hold several signatures, one for each auth token."""
        token = self.settings.plivo_auth_token.get_secret_value()
        nonce, found = given.get(NONCE, ""), given.get(SIGNATURE, "").split(",")
        if not token or not nonce or len(found) > _MOST_SIGNATURES:
            return False
        right = [s.encode() for s in signatures(token, url, nonce, parameters(body))]
        sent = [s.encode("utf-8", "replace") for s in found]
        return any(hmac.compare_digest(s, r) for s in sent for r in right)

    def number(self, call: str) -> str:
        """See carrier.Carrier; Plivo's are UUIDs."""
        return call if _CALL_ID.fullmatch(call) else ""

    def codec(self) -> Plivo:
        """See carrier.Carrier."""
        return Plivo()

    def connect(self, stream: str, after: str) -> str:
        """See carrier.Carrier."""
        response = ET.Element("Response")
        element = ET.SubElement(
            response, "Stream", bidirectional="true", keepCallAlive="true", contentType=FORMAT
        )
        element.text = stream
        ET.SubElement(response, "Redirect", method="POST").text = after
        return ET.tostring(response, encoding="unicode")

    def dial(self, target: str, about: Mapping[str, str]) -> str:
        """See carrier.Carrier. A SIP endpoint is told the headers: X-PH-WaxtaanCall and so on."""
        response = ET.Element("Response")
        element = ET.SubElement(response, "Dial")
        if not target.startswith(("sip:", "sips:")):
            ET.SubElement(element, "Number").text = target
        else:
            user = ET.SubElement(element, "User")
            user.text = target
            told = sip_headers(about)
            if told:
                user.set("sipHeaders", told)
        return ET.tostring(response, encoding="unicode")

    def hang_up(self) -> str:
        """See carrier.Carrier."""
        return "<Response><Hangup /></Response>"

    def reject(self) -> str:
        """See carrier.Carrier."""
        return '<Response><Hangup reason="busy" /></Response>'


def sip_headers(about: Mapping[str, str]) -> str:
    """Headers as `sipHeaders` takes them: names and values of ASCII letters and digits."""
    found = []
    for name, value in about.items():
        plain = re.sub(r"[^A-Za-z0-9]", "", value)
        known = _HEADERS.fullmatch(name)
        if known and plain:
            found.append(f"{known[1]}{known[2]}={plain}")
    return ",".join(found)
