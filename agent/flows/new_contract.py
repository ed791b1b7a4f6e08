"""Somebody who wants to become a customer, or another line: to people, with the wish noted."""

from agent.acts import Act, Ask, Handoff
from agent.flow import Flow, Known
from agent.flows.outage import SERVICE


def next_act(known: Known) -> Act | None:
    """For which service, then a person."""
    if known.slot("service") is None:
        return Ask("service", "ask.new_service")
    return Handoff("new_contract", "sales")


FLOW = Flow("new_contract", (SERVICE,), next_act, topic="contract", key=6, yields=True)
