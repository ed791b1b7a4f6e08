"""What we have in the books of a caller: a new address, e-mail address or telephone number."""

from agent.acts import Act, Ask, LookUp
from agent.flow import Flow, Known, Slot
from agent.flows.identity import IDENTITY, verify

FIELD = Slot("field", "choice", choices=("address", "email", "contact", "name"))
VALUE = Slot("new_value", "text", read_back=True)
CONTACT = Slot("contact_number", "digits", check="phone", abroad=True, read_back=True)
EMAIL = Slot("new_email", "email", read_back=True)


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
    slot = {"email": EMAIL, "contact": CONTACT}.get(field, VALUE)
    if (value := known.slot(slot.name)) is None:
        return _ask(known, slot, field)
    asked = {"line": line, "field": field, "text": value, "order": known.order}
    ticket = known.fact("change_data", **asked)
    if ticket is None:
        return LookUp("change_data", asked)
    if "not_found" in ticket:
        return known.tell("line_unknown", line=line)
    values = {"reference": str(ticket["reference"]), "day": str(ticket["answer_by"])}
    return known.tell("data_noted", values, line=line, field=field)


def _ask(known: Known, slot: Slot, field: str) -> Ask:
    """An e-mail address that was read back wrong is to be spelled."""
    if slot is CONTACT:
        return Ask(slot.name)
    spell = field == "email" and known.rejected(slot.name)
    return Ask(slot.name, "ask.new_email.again" if spell else f"ask.new_{field}")


FLOW = Flow(
    "personal_data",
    (FIELD, *IDENTITY, VALUE, CONTACT, EMAIL),
    next_act,
    topic="contract",
    key=2,
)
