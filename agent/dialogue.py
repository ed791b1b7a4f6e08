"""The dialogue: events in, actions out, and the time by which it wants to be woken.

A turn is decided in a fixed order: escalation rules, the answer ladder (`agent/understanding.py`),
then the use case in hand says what is still missing (`agent/flow.py`), then the language pack words
it. All memory is `conversation`, a fold over the events received and the actions returned
(`agent/fold.py`): the same events give the same actions, today and in a replay.
"""

from collections.abc import Mapping

from agent.actions import (
    Abandon,
    Action,
    Explain,
    Fetch,
    HangUp,
    Hush,
    Interpret,
    Transfer,
)
from agent.acts import Ask, Confirm, Handoff, Inform, LookUp
from agent.commands import (
    Affirm,
    Cancel,
    ChangeLanguage,
    Command,
    FinishFlow,
    ForgetSlot,
    NotUnderstood,
    OfferChoices,
    Repeat,
    SayGoodbye,
    Signal,
    StartFlow,
)
from agent.deadlines import deadline
from agent.escalation import escalate
from agent.events import (
    CallStarted,
    Event,
    Failed,
    Fetched,
    Interpreted,
    KeyPressed,
    LanguageChosen,
    SpeechEnded,
    Tick,
    TurnEnded,
    TurnStarted,
)
from agent.floor import Floor
from agent.flow import Flow, Known
from agent.handoff import packet
from agent.keypad import on_key
from agent.language import Language
from agent.policy import Policy
from agent.proposals import proposed
from agent.question import asked_back
from agent.state import Conversation
from agent.understanding import NOT_UNDERSTOOD, Understanding, understand


class Dialogue:
    """One call's dialogue. `languages`, `flows` and `policy` are shared by all calls."""

    def __init__(
        self, languages: Mapping[str, Language], flows: Mapping[str, Flow], policy: Policy
    ) -> None:
        slots = {slot.name: slot for flow in flows.values() for slot in flow.slots}
        self._floor = Floor(languages, slots)
        self._languages = languages
        self._flows = flows
        self._policy = policy
        self._secret = frozenset(slot.name for slot in slots.values() if slot.secret)

    @property
    def conversation(self) -> Conversation:
        """What is known of the call."""
        return self._floor.conversation

    def receive(self, event: Event) -> list[Action]:
        """What to do about an event, in order."""
        before = self.conversation
        self._floor.take(event)
        if not before.ended:
            self._decide(event, before)
        return self._floor.actions

    @property
    def deadline(self) -> float | None:
        """The `at` by which a `Tick` is wanted; None while only an event can change anything."""
        return deadline(self.conversation, self._policy)

    # What an event leads to

    def _decide(self, event: Event, before: Conversation) -> None:
        c = self.conversation
        match event:
            case CallStarted():
                self._greet()
            case SpeechEnded() if c.closing and not c.saying:
                self._leave()
            case Tick():
                self._on_tick(event)
            case _ if c.closing:
                return
            case TurnStarted():
                self._give_way()
            case TurnEnded():
                self._on_turn()
            case KeyPressed():
                self._give_way()
                self._on_understood(on_key(c, self._floor.question, tuple(self._flows)))
            case LanguageChosen():
                self._give_way()
                change = ChangeLanguage(event.language)
                self._on_understood(Understanding("keypad", "language", 1.0, (change,)))
            case Fetched() | Failed() if _awaited(before, event.request):
                if c.wrong_identity > before.wrong_identity:
                    self._floor.say("wrong_pin")
                self._respond()
            case Interpreted() if _awaited(before, event.request):
                self._on_understood(proposed(event, self._flows, self._policy))

    def _greet(self) -> None:
        self._floor.say("greet.disclosure", interruptible=False)
        self._floor.say("greet")
        self._floor.listen("open")

    def _give_way(self) -> None:
        saying = self.conversation.saying
        if saying and all(s.interruptible for s in saying):
            self._floor.do(Hush())

    def _on_turn(self) -> None:
        c = self.conversation
        heard = c.hypothesis
        if heard is None or not heard.text.strip():
            spoken = c.at - c.turn_since - c.expecting.pause
            if spoken >= self._policy.noise:
                self._on_understood(NOT_UNDERSTOOD)
            else:
                self._floor.say_again(c.cut)  # a cough: go on where we were interrupted
            return
        found = understand(
            heard.text,
            heard.confidence,
            self._floor.question,
            self._floor.language,
            self._flows,
            self._policy,
        )
        if found is NOT_UNDERSTOOD and self._policy.language_model:
            flows = tuple(self._flows)
            self._floor.do(Interpret(c.requests + 1, heard.text, c.language, c.question, flows))
            return
        self._on_understood(found)

    def _on_tick(self, tick: Tick) -> None:
        c, policy = self.conversation, self._policy
        if self.deadline is None or tick.at < self.deadline:
            return
        if c.closing:
            self._leave()
        elif late := [p for p in c.pending if p.noted and tick.at >= p.since + policy.give_up]:
            self._floor.do(Abandon(late[0].request, late=True))
            self._respond()
        elif c.pending:
            self._floor.say("wait")
        elif c.keys:
            self._on_understood(NOT_UNDERSTOOD)
        elif c.silences + 1 >= policy.silences:
            self._floor.say("goodbye.silence", act="silent", interruptible=False)
        else:
            self._floor.say("silence")
            self._floor.ask_again("menu" if c.silences and c.question == "open" else "")

    # What was understood, and the answer to it

    def _on_understood(self, found: Understanding | None) -> None:
        if found is None:
            return
        commands = tuple(self._possible(command) for command in found.commands)
        self._floor.do(Explain(found.rung, found.intent, found.confidence, commands))
        self._respond(commands)

    def _possible(self, command: Command) -> Command:
        if isinstance(command, ChangeLanguage) and command.language not in self._languages:
            return NotUnderstood()
        return command

    def _respond(self, commands: tuple[Command, ...] = ()) -> None:
        if handoff := escalate(self.conversation, self._policy):
            self._hand_over(handoff)
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
                    self._recover()
                    return
                case Affirm() if self.conversation.question == "more":
                    self._floor.ask("open", "ask.open")
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
        self._advance()

    def _advance(self) -> None:
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
                    self._hand_over(act)
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

    def _hand_over(self, handoff: Handoff) -> None:
        name = f"handoff.{handoff.reason}"
        name = name if self._floor.language.has(name) else "handoff"
        act = f"handoff {handoff.reason} {handoff.queue}"
        self._floor.say(name, {"queue": handoff.queue}, act=act, interruptible=False)

    def _leave(self) -> None:
        c = self.conversation
        if c.handoff:
            reason, queue = c.handoff
            self._floor.do(Transfer(queue, reason, packet(c, self._secret)))
        self._floor.do(HangUp(c.closing))

    def _recover(self) -> None:
        """Rephrase, then offer choices, then the keypad; a person is a rule's business."""
        c = self.conversation
        self._floor.say("not_understood" if c.misunderstood < 2 else "not_understood.again")
        if not c.question and c.flow:
            self._advance()
        elif c.question in ("", "open", "more"):
            self._floor.ask_again({1: "", 2: "choices"}.get(c.misunderstood, "menu"))
        else:
            self._floor.ask_again(
                "keypad_only" if c.expecting.digits and c.misunderstood > 1 else ""
            )


def _awaited(before: Conversation, request: int) -> bool:
    return any(p.request == request for p in before.pending)
