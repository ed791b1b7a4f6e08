"""How much credit and data is left."""

from agent.acts import Act, LookUp
from agent.flow import Flow, Known
from agent.flows.identity import IDENTITY, verify


def next_act(known: Known) -> Act | None:
    """Verify, look up, tell."""
    if act := verify(known):
        return act
    line = known.slot("line") or ""
    balance = known.fact("balance", line=line)
    if balance is None:
        return LookUp("balance", {"line": line})
    if "not_found" in balance:
        return known.tell("balance_none", line=line)
    values = {
        "amount": f"{balance['amount']} {balance['currency']}",
        "data": str(balance["data_left_gb"]),
        "until": str(balance["valid_until"]),
    }
    return known.tell("balance", values, line=line)


FLOW = Flow("balance", IDENTITY, next_act, topic="credit", key=1)
