"""Credit for a prepaid line: by a voucher's code, or by card."""

from agent.acts import Act, Ask, LookUp, Option
from agent.flow import NONE, Flow, Known, Slot
from agent.flows.identity import LINE, find_line
from agent.flows.payment import PAYMENT, card, pay

MEANS = Slot("means", "choice", choices=("by_voucher", "by_card"))
VOUCHER = Slot("voucher", "digits", digits=14, secret=True)
CREDIT = Slot("credit", "option")


def next_act(known: Known) -> Act | None:
    """By which means, for which line; anybody may pay for a line, so nobody is asked for a code."""
    if known.slot("means") is None:
        return Ask("means")
    if act := find_line(known):
        return act
    line = known.slot("line") or ""
    return (
        _by_voucher(known, line) if known.slot("means") == "by_voucher" else _by_card(known, line)
    )


def _by_voucher(known: Known, line: str) -> Act | None:
    voucher = known.slot("voucher")
    if voucher is None:
        return Ask("voucher")
    asked = {"line": line, "voucher": voucher, "order": known.order}
    loaded = known.fact("load_voucher", **asked)
    if loaded is None:
        return LookUp("load_voucher", asked)
    if not loaded.get("loaded"):
        return known.tell("voucher_refused", line=line)
    amount = {"amount": f"{loaded['amount']} {loaded['currency']}"}
    return known.tell("voucher_loaded", amount, line=line)


def _by_card(known: Known, line: str) -> Act | None:
    offered = known.fact("top_ups", line=line)
    if offered is None:
        return LookUp("top_ups", {"line": line})
    if "not_found" in offered:
        return known.tell("balance_none", line=line)
    currency = offered["currency"]
    amount = known.slot("credit")
    if amount is None:
        options = [Option(a, "amount", {"amount": f"{a} {currency}"}) for a in offered["amounts"]]
        return Ask("credit", options=tuple(options))
    if amount == NONE:
        return known.tell("nothing_done", line=line)
    if act := pay(known, f"{amount} {currency}"):
        return act
    if known.slot("charge") == "no":
        return known.tell("nothing_done", line=line)
    asked = {"line": line, "amount": amount, "order": known.order, **card(known)}
    paid = known.fact("top_up", **asked)
    if paid is None:
        return LookUp("top_up", asked)
    if not paid.get("paid"):
        return known.tell("payment_refused", line=line)
    return known.tell("topped_up", {"amount": f"{amount} {currency}"}, line=line)


FLOW = Flow("top_up", (MEANS, LINE, VOUCHER, CREDIT, *PAYMENT), next_act, topic="credit", key=2)
