"""Mobile money: sent to the wrong number, a forgotten PIN, or somebody else at work."""

from collections.abc import Mapping
from typing import Any

from agent.acts import Act, Ask, Handoff, LookUp, Option
from agent.flow import Flow, Known, Slot
from agent.flows.identity import IDENTITY, verify

ISSUE = Slot("money_issue", "choice", choices=("wrong_transfer", "money_pin", "money_fraud"))
TRANSFER = Slot("transfer", "option")
HOLD = Slot("hold", "yes_no", strict=True)


def next_act(known: Known) -> Act | None:
    """What happened; a fraud is for people at once, the rest once the caller is verified."""
    issue = known.slot("money_issue")
    if issue is None:
        return Ask("money_issue")
    if issue == "money_fraud":
        return Handoff("fraud_suspected", "fraud")
    if act := verify(known):
        return act
    line = known.slot("line") or ""
    return _pin(known, line) if issue == "money_pin" else _wrong_transfer(known, line)


def _pin(known: Known, line: str) -> Act | None:
    asked = {"line": line, "order": known.once("reset_money_pin")}
    done = known.fact("reset_money_pin", **asked)
    if done is None:
        return LookUp("reset_money_pin", asked)
    if not done.get("sent"):
        return Handoff("money_pin", "fraud")
    return known.tell("money_pin", line=line)


def _wrong_transfer(known: Known, line: str) -> Act | None:
    found = known.fact("money_transfers", line=line)
    if found is None:
        return LookUp("money_transfers", {"line": line})
    transfers = found.get("transfers", [])
    taken = known.slot("transfer")
    if transfers and taken is None:
        return Ask("transfer", options=tuple(map(_option, transfers)))
    transfer = next((t for t in transfers if t["id"] == taken), None)
    if transfer is None:  # not among the last ones: people look further back
        return Handoff("wrong_transfer", "fraud")
    if (hold := known.slot("hold")) is None:
        return Ask("hold", values=_option(transfer).values)
    if hold == "no":
        return known.tell("nothing_done", line=line)
    asked = {"line": line, "transfer": str(transfer["id"]), "order": known.order}
    done = known.fact("hold_transfer", **asked)
    if done is None:
        return LookUp("hold_transfer", asked)
    if not done.get("held"):
        return Handoff("wrong_transfer", "fraud")
    reference = {"reference": str(done["reference"])}
    return known.tell("transfer_held", reference, line=line) or Handoff("wrong_transfer", "fraud")


def _option(transfer: Mapping[str, Any]) -> Option:
    values = {
        "amount": f"{transfer['amount']} {transfer['currency']}",
        "to": str(transfer["to"]),
        "day": str(transfer["day"]),
    }
    return Option(str(transfer["id"]), "transfer", values)


FLOW = Flow("mobile_money", (ISSUE, *IDENTITY, TRANSFER, HOLD), next_act, topic="money", key=1)
