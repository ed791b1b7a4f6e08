"""The course of a call: from what was understood to what is said or asked for next.

Escalation rules come first, then what the commands ask for, then the use case in hand says what is
still missing. Nothing here looks at events or hypotheses: `agent/dialogue.py` does.
"""

from collections.abc import Mapping

from agent import llm
from agent.actions import Explain
from agent.acts import Handoff
from agent.commands import (
    Affirm,
    AskKnowledge,
    AskWhich,
    Cancel,
    ChangeLanguage,
    ChangePace,
    CheckPresence,
    Command,
    DoNotKnow,
    ForgetSlot,
    KeepDigits,
    NotUnderstood,
    OfferChoices,
    OpenMenu,
    OutOfScope,
    Repeat,
    SayGoodbye,
    SetSlot,
    Signal,
    SmallTalk,
    StartFlow,
    WrongDigit,
)
from agent.deadlines import transfer_deadline
from agent.effects import last_words
from agent.floor import Floor
from agent.flow import Flow
from agent.flow_runner import FlowRunner
from agent.language_change import say_language_changed
from agent.languages.clauses import is_asking
from agent.languages.language import Language
from agent.people import alternatives
from agent.people.consolation import console, offer_person
from agent.people.escalation import escalate, why
from agent.people.transfer import PersonTransfer
from agent.policy import Policy
from agent.question import asked_back
from agent.state import ALTERNATIVES, Conversation, PendingTransfer


class Course:
    """One call's course; what it decides is asked for through `floor`."""

    def __init__(
        self,
        floor: Floor,
        flows: Mapping[str, Flow],
        languages: Mapping[str, Language],
        policy: Policy,
    ) -> None:
        self._floor = floor
        self._flows = {**flows, ALTERNATIVES: alternatives.FLOW}
        self._policy = policy
        slots = (slot for flow in flows.values() for slot in flow.slots)
        self._secret = frozenset(slot.name for slot in slots if slot.secret)
        self._runner = FlowRunner(floor, self._flows, policy, self.hand_over)
        self.people = PersonTransfer(floor, languages, policy, self._secret)

    @property
    def conversation(self) -> Conversation:
        """What is known of the call."""
        return self._floor.conversation

    def respond(self, commands: tuple[Command, ...] = ()) -> None:
        """Answer what was understood, or what became known."""
        transfer = self.conversation.transfer
        if not self.people.heard(commands) or self.escalated():
            return
        self._say_wishes(commands)
        for command in commands:
            if console(self._floor, command, commands, self._policy):
                return
            if back := asked_back(command):
                self._floor.ask(back.question, back.wording, back.values)
                return
            match command:
                case Repeat():
                    self._floor.say_again(self.conversation.said)
                    return
                case ChangePace(pace) if len(commands) == 1:  # else what comes next has it
                    self._floor.change_pace(pace)
                    return
                case CheckPresence():
                    self._floor.say("present")
                    self._floor.ask_again()
                    return
                case NotUnderstood():
                    self.recover(denied=Cancel() in commands)
                    return
                case DoNotKnow():
                    self._go_without()
                    return
                case Affirm() if self.conversation.question == "more":
                    self._floor.ask("open", "ask.open")
                    return
                case AskKnowledge(question, page):
                    self.ask_knowledge(question, page)
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
                case KeepDigits():
                    self._floor.say("rest_of_number")
                    self._floor.listen(self.conversation.question)
                    return
                case WrongDigit(slot):
                    self._floor.say(f"wrong.{slot}")
                    self._floor.ask_again()
                    return
                case AskWhich(flows):
                    self._floor.ask_which(flows)
                    return
                case OpenMenu(topic):
                    self._floor.open_menu(topic)
                    return
                case SayGoodbye():
                    self._floor.say("goodbye", interruptible=False)
                    return
                case Signal():
                    self._floor.say("sorry")
                case SetSlot() if not self.conversation.flow:
                    self._floor.say("number_kept")
                case ForgetSlot() if not self.conversation.flow and self.conversation.finished:
                    again = StartFlow(self.conversation.finished)  # for the other number
                    self._floor.do(Explain("flow", again.flow, 1.0, (again,)))
                case ChangeLanguage():
                    say_language_changed(self._floor)
                case Cancel():
                    self._floor.say("dropped")
        if transfer:
            self.go_on()
        else:
            self.advance()

    def _say_wishes(self, commands: tuple[Command, ...]) -> None:
        """Of several wishes, in which order they are taken up."""
        wishes = list(dict.fromkeys(c.flow for c in reversed(commands) if isinstance(c, StartFlow)))
        named = dict(zip(("first", "second", "third"), wishes, strict=False))
        if len(wishes) > 1 and self.conversation.flows[-1].confirmed:
            self._floor.say(f"wishes.{len(named)}", named)

    def escalated(self) -> bool:
        """Whether a rule calls for a person, who then is called."""
        handoff = escalate(self.conversation, self._policy)
        if handoff is not None:
            evidence = why(self.conversation, handoff.reason, self._policy)
            self._floor.do(Explain("escalation", handoff.reason, 1.0, why=evidence))
            self.hand_over(handoff)
        return handoff is not None

    def go_on(self) -> None:
        """After something aside: back to the use case in hand, or to what else there is."""
        if self.conversation.flow:
            self.advance()
        else:
            self._floor.ask("more", "ask.more")

    def ask_knowledge(self, question: str, page: str) -> None:
        """Answer from the knowledge base: by a page as it stands, or in the model's words."""
        if llm.say_page(self._floor):
            self.go_on()
        elif self.conversation.language_model:
            llm.compose(self._floor, question, page)
        else:
            self._floor.say("knowledge.unknown")
            self.go_on()

    def say_answer(self, text: str, language: str, last: bool) -> bool:
        """A sentence of an answer; False where it must not be said, which ends the answer."""
        passed = not text or llm.say_composed(self._floor, text, language, self._policy.quote_above)
        if not passed or last:
            self.end_answer(complete=passed)
        return passed

    def end_answer(self, complete: bool) -> None:
        """Nothing more comes: on with the call, after a word where an answer is missing."""
        answered = self.conversation.answered
        if not complete and self.escalated():
            return
        if not (complete and answered):
            self._floor.say("knowledge.lost" if answered else "knowledge.unknown")
        self.go_on()

    def own_up(self) -> None:
        """Who was asked did not answer: that is no fault of the caller's words."""
        if self.escalated():
            return
        self._floor.say("thinking.failed")
        if self.conversation.question in ("", "open", "more"):
            offer_person(self._floor, "person")
        else:
            self._floor.ask_again()

    def advance(self) -> None:
        """See `FlowRunner.advance`."""
        self._runner.advance()

    def hand_over(self, handoff: Handoff) -> None:
        """Say that a person takes over; the call is transferred once that is said."""
        if not self.people.announce(handoff):
            self._offer_alternatives()

    def excuse(self, before: Conversation) -> None:
        """A callback that was not booked needs a word before another way is offered."""
        if "when" in before.slots and "when" not in self.conversation.slots:
            self._floor.say("callback.failed")

    def unreached(self, reason: str) -> None:
        """Nobody took the call: say so, and what else there is."""
        self._floor.say("unreached.busy" if reason == "busy" else "unreached", act="unreached")
        if self.conversation.handoff:
            self._offer_alternatives()
        else:  # it was not the caller who wanted somebody
            self.go_on()

    def _offer_alternatives(self) -> None:
        self._floor.do(Explain("flow", ALTERNATIVES, 1.0, (StartFlow(ALTERNATIVES),)))
        self.advance()

    def returned(self) -> None:
        """The person gave the call back: the use case in hand goes on where it was."""
        self._floor.say("back")
        self.go_on()

    def wake(self, at: float, transfer: PendingTransfer) -> None:
        """People were announced, or rung, for long enough."""
        if not transfer.request:
            self.people.ring()
        elif at >= transfer_deadline(self.conversation, transfer, self._policy):
            self.people.let_go()
            self.unreached("no_answer")
        else:
            self.people.reassure()

    def _go_without(self) -> None:
        """Who cannot answer is asked once more, with the keys, and then offered a person."""
        c = self.conversation
        self._floor.say("no_matter")
        if c.question in ("", "open", "more"):
            self._floor.ask_again("choices")
        elif c.asked > 1:
            offer_person(self._floor, "person", instead=True)
        else:
            self._floor.ask_again()

    def recover(self, denied: bool = False) -> None:
        """Rephrase, then offer choices, then the keypad; a person is a rule's business.

        Who `denied` what we thought they wanted was understood, as far as that goes.
        """
        c = self.conversation
        again = "not_understood" if c.misunderstood < 2 else "not_understood.again"
        spoken = last_words(c) if c.typed_at < c.words_at else ""
        if self._floor.question.asks_detail and is_asking(spoken, self._floor.language):
            again = "knowledge.unknown"  # the words were clear: it is we who have no answer
        self._floor.say("dropped" if denied else again)
        if not c.question and c.flow:
            self.advance()
        elif c.question in ("", "open", "more"):
            self._floor.ask_again({1: "", 2: "choices"}.get(c.misunderstood, "menu"))
        else:
            self._floor.ask_again(
                "keypad_only" if c.expecting.digits and c.misunderstood > 1 else ""
            )
