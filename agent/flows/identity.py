"""Who is calling: the line and its secret code, asked for before anything personal is said."""

from agent.acts import Act, Ask, Confirm, LookUp
from agent.flow import Known, Slot

LINE = Slot("line", "digits", digits=9)
PIN = Slot("pin", "digits", digits=4, secret=True)


def find_line(known: Known) -> Act | None:
    """The act that gets the line this call is about; None once it is known.

    A number the call comes from is proposed first: confirming is quicker than typing.
    """
    if known.slot("line") is not None:
        return None
    return Confirm("line", known.caller) if known.caller else Ask("line")


def verify(known: Known) -> Act | None:
    """The act that brings the caller closer to being verified; None once they are.

    A wrong code is forgotten when the back office says so (`agent/state.py`), hence asked again;
    how often is the rule `identity_not_verified`'s business.
    """
    if act := find_line(known):
        return act
    line, pin = known.slot("line"), known.slot("pin")
    if line is None or pin is None:
        return Ask("pin")
    if known.fact("verify", line=line, pin=pin) is None:
        return LookUp("verify", {"line": line, "pin": pin})
    return None
