"""What we have in the books of a caller: a new address, e-mail address or telephone number."""

from agent.acts import Act, Ask, LookUp
from agent.flow import Flow, Known, Slot
from agent.flows.identity import IDENTITY, verify

FIELD = Slot("field", "choice", choices=("address", "email", "contact", "name"))
VALUE = Slot("new_value", "text", read_back=True)
CONTACT = Slot("contact_number", "digits", check="phone", abroad=True, read_back=True)


def next_act(known: Known) -> Act | None:
    """Verify, what is to change, to what, read back, and the reference.

    It is written down for people to enter, since an address that was misheard would be lost mail. A
    name needs an identity card.
    """
    field = known.slot("field")
    if field is None:
        return Ask("field")
    if act := verify(known):
        return act
    line = known.slot("line") or ""
    if field == "name":
        return known.tell("name_in_shop", line=line)
    if field == "contact":
        if (value := known.slot("contact_number")) is None:
            return Ask("contact_number")
    elif (value := known.slot("new_value")) is None:
        return Ask("new_value", f"ask.new_{field}")
    asked = {"line": line, "field": field, "text": value, "order": known.order}
    ticket = known.fact("change_data", **asked)
    if ticket is None:
        return LookUp("change_data", asked)
    if "not_found" in ticket:
        return known.tell("line_unknown", line=line)
    values = {"reference": str(ticket["reference"]), "day": str(ticket["answer_by"])}
    return known.tell("data_noted", values, line=line, field=field)


FLOW = Flow("personal_data", (FIELD, *IDENTITY, VALUE, CONTACT), next_act, topic="contract", key=2)
