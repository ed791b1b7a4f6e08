"""The course of a call: from what was understood to what is said or asked for next.

Escalation rules come first, then what the commands ask for, then the use case in hand says what is
still missing. Nothing here looks at events or hypotheses: `agent/dialogue.py` does.
"""

from collections.abc import Mapping

from agent import thought
from agent.actions import Abandon, Explain, Fetch, HangUp, Transfer
from agent.acts import Ask, Confirm, Handoff, Inform, LookUp
from agent.commands import (
    Affirm,
    AskKnowledge,
    Cancel,
    ChangeLanguage,
    Command,
    FinishFlow,
    ForgetSlot,
    NotUnderstood,
    OfferChoices,
    OutOfScope,
    Repeat,
    SayGoodbye,
    Signal,
    SmallTalk,
    StartFlow,
)
from agent.escalation import escalate
from agent.floor import Floor
from agent.flow import Flow, Known
from agent.handoff import packet
from agent.policy import Policy
from agent.question import asked_back
from agent.state import Conversation


class Course:
    """One call's course; what it decides is asked for through `floor`."""

    def __init__(self, floor: Floor, flows: Mapping[str, Flow], policy: Policy) -> None:
        self._floor = floor
        self._flows = flows
        self._policy = policy
        slots = (slot for flow in flows.values() for slot in flow.slots)
        self._secret = frozenset(slot.name for slot in slots if slot.secret)

    @property
    def conversation(self) -> Conversation:
        """What is known of the call."""
        return self._floor.conversation

    def respond(self, commands: tuple[Command, ...] = ()) -> None:
        """Answer what was understood, or what became known."""
        if handoff := escalate(self.conversation, self._policy):
            self.hand_over(handoff)
            return
        for command in commands:
            if back := asked_back(command):
                self._floor.ask(back.question, back.wording, back.values)
                return
            match command:
                case Repeat():
                    self._floor.say_again(self.conversation.said)
                    return
                case NotUnderstood():
                    self.recover()
                    return
                case Affirm() if self.conversation.question == "more":
                    self._floor.ask("open", "ask.open")
                    return
                case AskKnowledge(question):
                    thought.compose(self._floor, question)
                    return
                case SmallTalk() | OutOfScope():
                    talk = isinstance(command, SmallTalk)
                    self._floor.say("small_talk" if talk else "out_of_scope")
                    self.go_on()
                    return
                case OfferChoices():
                    self._floor.say("choices")
                    self._floor.ask_again("menu" if self.conversation.question == "open" else "")
                    return
                case SayGoodbye():
                    self._floor.say("goodbye", interruptible=False)
                    return
                case Signal():
                    self._floor.say("sorry")
                case ForgetSlot() if not self.conversation.flow and self.conversation.finished:
                    again = StartFlow(self.conversation.finished)  # for the other number
                    self._floor.do(Explain("flow", again.flow, 1.0, (again,)))
                case ChangeLanguage():
                    self._floor.say("language_changed")
                case Cancel():
                    self._floor.say("dropped")
        self.advance()

    def go_on(self) -> None:
        """After something aside: back to the use case in hand, or to what else there is."""
        if self.conversation.flow:
            self.advance()
        else:
            self._floor.ask("more", "ask.more")

    def advance(self) -> None:
        """Ask the use case in hand for its next act until the caller or the world has to answer."""
        while (flow := self._flows.get(self.conversation.flow)) is not None:
            c = self.conversation
            unsure = flow.unconfirmed(c)
            if not (unsure or c.flows[-1].confirmed):
                self._floor.ask(f"confirm:flow:{flow.name}", "confirm.flow", {"value": flow.name})
                return
            act = Confirm(unsure, c.slots[unsure].value) if unsure else flow.next_act(Known(c))
            match act:
                case None:
                    self._finish(flow)
                case Inform():
                    self._floor.say(
                        f"inform.{act.topic}", act.values, act=act.key, secret=act.secret
                    )
                case Ask(slot):
                    self._floor.ask(slot, f"ask.{slot}")
                    return
                case Confirm(slot, value):
                    self._floor.ask(f"confirm:{slot}:{value}", f"confirm.{slot}", {"value": value})
                    return
                case LookUp():
                    self._fetch(act)
                    return
                case Handoff():
                    self.hand_over(act)
                    return
        question = "more" if self.conversation.finished else "open"
        self._floor.ask(question, f"ask.{question}")

    def _finish(self, flow: Flow) -> None:
        self._floor.do(Explain("flow", flow.name, 1.0, (FinishFlow(flow.name),)))
        if self.conversation.flow:
            self._floor.say("resume", {"value": self.conversation.flow})

    def _fetch(self, need: LookUp) -> None:
        for pending in self.conversation.pending:
            if (pending.name, pending.arguments) == (need.name, need.arguments):
                return
            self._floor.do(Abandon(pending.request))
        request = self.conversation.requests + 1
        self._floor.do(Fetch(request, need.name, dict(need.arguments)))

    def hand_over(self, handoff: Handoff) -> None:
        """Say that a person takes over; the call is transferred once that is said."""
        name = f"handoff.{handoff.reason}"
        name = name if self._floor.language.has(name) else "handoff"
        act = f"handoff {handoff.reason} {handoff.queue}"
        self._floor.say(name, {"queue": handoff.queue}, act=act, interruptible=False)

    def leave(self) -> None:
        """The last word is spoken: transfer or hang up."""
        c = self.conversation
        if c.handoff:
            reason, queue = c.handoff
            self._floor.do(Transfer(queue, reason, packet(c, self._secret)))
        self._floor.do(HangUp(c.closing))

    def recover(self) -> None:
        """Rephrase, then offer choices, then the keypad; a person is a rule's business."""
        c = self.conversation
        self._floor.say("not_understood" if c.misunderstood < 2 else "not_understood.again")
        if not c.question and c.flow:
            self.advance()
        elif c.question in ("", "open", "more"):
            self._floor.ask_again({1: "", 2: "choices"}.get(c.misunderstood, "menu"))
        else:
            self._floor.ask_again(
                "keypad_only" if c.expecting.digits and c.misunderstood > 1 else ""
            )
