"""Who is calling: the line, then its secret code or one sent to it, before anything personal."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from agent.acts import Act, Ask, Confirm, Handoff, LookUp
from agent.flow import Known, Slot

LINE = Slot("line", "digits", check="phone")
PIN = Slot("pin", "digits", digits=4, secret=True, instead="no_pin")
CODE = Slot("code", "digits", digits=6, secret=True)
IDENTITY = (LINE, PIN, CODE)

Level: TypeAlias = Literal["none", "claimed", "verified"]

# How well we have to know who is calling before the back office is asked this. A line that is only
# claimed may be told of an outage and be blocked, which can be undone; what is not named here wants
# a caller who is verified.
LEVELS: Mapping[str, Level] = {
    "shop": "none",
    "callback": "none",
    "complaint": "none",
    "verify": "claimed",
    "send_code": "claimed",
    "check_code": "claimed",
    "outage": "claimed",
    "report_fault": "claimed",
    "block_sim": "claimed",
    "load_voucher": "claimed",
    "top_ups": "claimed",
    "top_up": "claimed",
}


def find_line(known: Known) -> Act | None:
    """The act that gets the line this call is about; None once it is known.

    A number the call comes from is proposed first: confirming is quicker than typing.
    """
    if known.slot("line") is not None:
        return None
    return Confirm("line", known.caller) if known.caller else Ask("line")


def verify(known: Known) -> Act | None:
    """The act that brings the caller closer to being verified; None once they are.

    Who does not know the secret code is sent another one. A wrong code is forgotten when the back
    office says so (`agent/arrivals.py`), hence asked again; how often is the rule
    `identity_not_verified`'s business.
    """
    if act := find_line(known):
        return act
    line = known.slot("line") or ""
    if known.slot("no_pin"):
        return _by_code(known, line)
    if (pin := known.slot("pin")) is None:
        return Ask("pin")
    if known.fact("verify", line=line, pin=pin) is None:
        return LookUp("verify", {"line": line, "pin": pin})
    return None


def _by_code(known: Known, line: str) -> Act | None:
    sending = {"line": line, "order": known.once("send_code")}
    sent = known.fact("send_code", **sending)
    if sent is None:
        return LookUp("send_code", sending)
    if not sent.get("sent"):
        return Handoff("identity_not_verified", "general")
    if (code := known.slot("code")) is None:
        return Ask("code")
    if known.fact("check_code", line=line, code=code) is None:
        return LookUp("check_code", {"line": line, "code": code})
    return None
