"""Where Telnyx asks and calls: `POST /telephony/telnyx` for a number, a WebSocket for its sound.

In Telnyx's portal, a TeXML application for the number: voice method POST, webhook URL
https://.../telephony/telnyx; failover URL a TeXML bin that dials a person, for when this server
cannot be reached; inbound codecs G.711 only. The public key is under "Keys & Credentials".

Webhooks are signed with Ed25519 over the timestamp, "|" and the body; the WebSocket's upgrade is
not, hence the token. TeXML takes up its next verb when the stream is closed. It documents no way to
hand headers to a SIP address.
Source: developers.telnyx.com/docs/voice/programmable-voice/texml-verbs, telnyx-python's
webhook_verification.py.
"""

import base64
import binascii
import hashlib
import time
from collections.abc import Callable, Mapping
from xml.etree import ElementTree as ET

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import FastAPI
from starlette.datastructures import Headers

from pipelines.errors import EngineError
from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.telephony.carriers.carrier import Carrier, CarrierRoutes
from pipelines.lines.telephony.carriers.telnyx import Telnyx
from pipelines.lines.telephony.twilio import twiml
from pipelines.settings import Settings

SIGNATURE, TIMESTAMP = "telnyx-signature-ed25519", "telnyx-timestamp"
_TOLERANCE = 300.0  # s that a webhook may be old or early: what Telnyx's own libraries allow


def add(app: FastAPI, active_calls: ActiveCalls) -> None:
    """Add the routes."""
    settings = active_calls.assistant.settings
    CarrierRoutes(active_calls, TelnyxCarrier(settings), settings.telnyx_fallback).add(app)


def public_key(given: str) -> Ed25519PublicKey:
    """The account's key, of its base64.

    Raises:
        EngineError: it is none.
    """
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(given, validate=True))
    except (binascii.Error, ValueError) as error:
        raise EngineError(
            "telnyx_public_key: not an Ed25519 key in base64 (32 bytes, 44 characters): copy it "
            "from Keys & Credentials, Public Key, in Telnyx's portal"
        ) from error


class TelnyxCarrier(Carrier):
    """See carrier.Carrier. `clock` gives Unix time."""

    name = "telnyx"
    call_field = "CallSid"

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        super().__init__(settings)
        self._key = public_key(settings.telnyx_public_key)
        self._clock = clock

    def signed(self, given: Headers, body: bytes, url: str) -> bool:
        """See carrier.Carrier; the address is not part of what Telnyx signs."""
        stamp = given.get(TIMESTAMP, "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            return False
        if abs(self._clock() - int(stamp)) > _TOLERANCE:
            return False
        try:
            signature = base64.b64decode(given.get(SIGNATURE, ""), validate=True)
            self._key.verify(signature, f"{stamp}|".encode() + body)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True

    def number(self, call: str) -> str:
        """See carrier.Carrier. Telnyx's ids are longer than ours may be, and hold other letters."""
        return hashlib.sha256(call.encode()).hexdigest()[:32] if call else ""

    def codec(self) -> Telnyx:
        """See carrier.Carrier."""
        return Telnyx(self.settings.telnyx_codec)

    def connect(self, stream: str, after: str) -> str:
        """See carrier.Carrier. A stream that broke is not taken up again: its token is spent."""
        response, law = ET.Element("Response"), self.settings.telnyx_codec
        ET.SubElement(
            ET.SubElement(response, "Connect"),
            "Stream",
            url=stream,
            track="inbound_track",
            codec=law,
            bidirectionalMode="rtp",
            bidirectionalCodec=law,
            bidirectionalSamplingRate="8000",
            enableReconnect="false",
        )
        ET.SubElement(response, "Redirect", method="POST").text = after
        return ET.tostring(response, encoding="unicode")

    def dial(self, target: str, about: Mapping[str, str]) -> str:
        """See carrier.Carrier. A SIP address is called as it is."""
        return twiml.dial(target)

    def hang_up(self) -> str:
        """See carrier.Carrier."""
        return twiml.hang_up()

    def reject(self) -> str:
        """See carrier.Carrier."""
        return twiml.reject()
