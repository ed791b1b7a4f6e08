"""TwiML: what Twilio is to do with a call. Source: twilio.com/docs/voice/twiml."""

import re
from collections.abc import Mapping
from urllib.parse import quote
from xml.etree import ElementTree as ET

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_LONGEST_HEADERS = 1000  # characters: Twilio's error 21227 begins at 1,024
_HEADER = re.compile(r"(?i:X-[A-Z0-9-]+|User-to-User)")  # others Twilio refuses: its error 13252


def connect(stream: str, after: str, parameters: Mapping[str, str]) -> str:
    """Talk over the WebSocket at `stream`; ask at `after` how to go on once that is closed."""
    response = ET.Element("Response")
    element = ET.SubElement(ET.SubElement(response, "Connect"), "Stream", url=stream)
    for name, value in parameters.items():
        ET.SubElement(element, "Parameter", name=name, value=_xml(value))
    ET.SubElement(response, "Redirect", method="POST").text = after
    return _written(response)


def dial(target: str, headers: Mapping[str, str] | None = None, action: str = "") -> str:
    """Call `target`, a number or a SIP address; `action` is asked what comes after."""
    response = ET.Element("Response")
    element = ET.SubElement(response, "Dial")
    if action:
        element.set("action", action)
        element.set("method", "POST")
    if target.startswith(("sip:", "sips:")):
        ET.SubElement(element, "Sip").text = _xml(sip(target, headers or {}))
    else:
        ET.SubElement(element, "Number").text = _xml(target)
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
