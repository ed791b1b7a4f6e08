"""TwiML: what Twilio is to do with a call. Source: twilio.com/docs/voice/twiml."""

import re
from collections.abc import Mapping
from urllib.parse import quote
from xml.etree import ElementTree as ET

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_LONGEST_HEADERS = 1000  # characters: Twilio's error 21227 begins at 1,024
_HEADER = re.compile(r"(?i:X-[A-Z0-9-]+|User-to-User)")  # others Twilio refuses: its error 13252
_SAY_LANGUAGES = {"en": "en-US", "fr": "fr-FR", "de": "de-DE", "es": "es-ES", "pt": "pt-PT"}
_TIMES = "3"  # a whisper is said


def connect(stream: str, after: str) -> str:
    """Talk over the WebSocket at `stream`; ask at `after` how to go on once that is closed."""
    response = ET.Element("Response")
    ET.SubElement(ET.SubElement(response, "Connect"), "Stream", url=stream)
    ET.SubElement(response, "Redirect", method="POST").text = after
    return _written(response)


def dial(target: str) -> str:
    """Call `target`, a number or a SIP address."""
    response = ET.Element("Response")
    noun = "Sip" if target.startswith(("sip:", "sips:")) else "Number"
    ET.SubElement(ET.SubElement(response, "Dial"), noun).text = _xml(target)
    return _written(response)


def room(name: str, after: str, *, star: bool = False) -> str:
    """Talk with who else is in the room; when one leaves, it is over for both.

    `after` is asked what comes next; `star` lets the key leave the room.
    """
    response = ET.Element("Response")
    element = ET.SubElement(response, "Dial", action=after, method="POST")
    if star:
        element.set("hangupOnStar", "true")
    ET.SubElement(
        element,
        "Conference",
        beep="false",
        waitUrl="",
        startConferenceOnEnter="true",
        endConferenceOnExit="true",
    ).text = name
    return _written(response)


def ask(key: str, seconds: float, sound: str = "", words: str = "", language: str = "") -> str:
    """Play the sound at an address, or say the words, and tell `key` which key was pressed."""
    response = ET.Element("Response")
    gather = ET.SubElement(
        response,
        "Gather",
        action=key,
        method="POST",
        numDigits="1",
        finishOnKey="",
        timeout=str(round(seconds)),
    )
    if sound:
        ET.SubElement(gather, "Play", loop=_TIMES).text = sound
    else:
        ET.SubElement(gather, "Pause", length="1")
        say = ET.SubElement(gather, "Say", loop=_TIMES)
        say.text = _xml(words)
        if language in _SAY_LANGUAGES:
            say.set("language", _SAY_LANGUAGES[language])
    ET.SubElement(response, "Hangup")
    return _written(response)


def reject() -> str:
    """A busy tone; nobody is charged."""
    response = ET.Element("Response")
    ET.SubElement(response, "Reject", reason="busy")
    return _written(response)


def hang_up() -> str:
    """The end."""
    response = ET.Element("Response")
    ET.SubElement(response, "Hangup")
    return _written(response)


def sip(target: str, headers: Mapping[str, str]) -> str:
    """A SIP address with headers (RFC 3261, 19.1.1), as many as Twilio passes on."""
    found = target
    for name, value in headers.items():
        joint = "&" if "?" in found else "?"
        more = f"{joint}{name}={quote(value, safe='')}"
        if _HEADER.fullmatch(name) and len(found) + len(more) - len(target) <= _LONGEST_HEADERS:
            found += more
    return found


def _written(response: ET.Element) -> str:
    return ET.tostring(response, encoding="unicode", xml_declaration=False)


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)
