"""Anger, before it calls for a person: an apology, that it is understood, a person as an offer.

The offer is made once a call: a second one would only show that a machine is speaking. A yes to it
is for the rule `angry`, whatever its count.
"""

from agent.commands import Command, Signal, StartFlow
from agent.floor import Floor
from agent.policy import Policy
from agent.question import INSTEAD, asked_back

ANGER = "anger"


def console(floor: Floor, command: Command, commands: tuple[Command, ...], policy: Policy) -> bool:
    """Whether this was a first sign of anger, and a person was offered for it.

    Who said what they want along with it is heard, and helped with that.
    """
    first = command == Signal(ANGER) and not floor.conversation.consoled
    wish = any(isinstance(other, StartFlow) for other in commands)
    if not first or wish or "angry" not in policy.rules:
        return False
    floor.say("sorry.angry")
    offer_person(floor, ANGER)
    return True


def offer_person(floor: Floor, signal: str, *, instead: bool = False) -> None:
    """Would you like to talk to a colleague? A yes is that signal.

    `instead` of a use case that cannot go on: a no gives it up, and does not lead back to it.
    """
    offer = asked_back(Signal(signal, confirmed=False))
    assert offer is not None
    floor.ask(f"{INSTEAD}{signal}" if instead else offer.question, offer.wording, offer.values)
