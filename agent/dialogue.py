"""The dialogue: events in, actions out, and the time by which it wants to be woken.

A turn is decided in a fixed order: escalation rules, the answer ladder (`agent/ladder/`), then the
use case in hand says what is still missing (`agent/flow.py`), then the language pack words it. All
memory is `conversation`, a fold over the events and the actions (`agent/fold.py`): the same events
give the same actions, today and in a replay.
"""

from collections.abc import Mapping
from dataclasses import replace

from agent import closing, llm
from agent.actions import Abandon, Action, Explain, HangUp, Hush
from agent.commands import NOT_UNDERSTOOD, AskKnowledge, ChangeLanguage, Understanding
from agent.course import Course
from agent.deadlines import deadline, is_late, reassurance_due
from agent.events import (
    NOT_KNOWN,
    CallStarted,
    Composed,
    Event,
    Failed,
    Fetched,
    Hypothesis,
    Interpreted,
    KeyPressed,
    LanguageChosen,
    PersonJoined,
    PersonLeft,
    Retrieved,
    SpeechEnded,
    TakenOver,
    Tick,
    TransferFailed,
    TurnEnded,
    TurnStarted,
)
from agent.floor import Floor
from agent.flow import Flow
from agent.flows.callback import clock
from agent.fold import awaited
from agent.ladder.keypad import on_key, on_pause
from agent.ladder.proposals import proposed
from agent.ladder.turn import Turn
from agent.ladder.understanding import outweighed, understand
from agent.languages.language import Language
from agent.menu import menu
from agent.people import alarm, alternatives
from agent.policy import Policy
from agent.state import THOUGHTS, Conversation, Pending
from agent.turn_language import possible, routed
from agent.unheard import heard_question, is_aside


class Dialogue:
    """One call's dialogue. `languages`, `flows` and `policy` are shared by all calls."""

    def __init__(
        self, languages: Mapping[str, Language], flows: Mapping[str, Flow], policy: Policy
    ) -> None:
        each = (*flows.values(), alternatives.FLOW)
        slots = {slot.name: slot for flow in each for slot in flow.slots}
        self._floor = Floor(languages, slots, menu(flows), policy.slowness)
        self._languages = languages
        self._flows = flows
        self._policy = policy
        self._course = Course(self._floor, flows, languages, policy)

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
        closing.stay(self._floor, event, self._understand)
        c = self.conversation
        match event:
            case CallStarted():
                self._floor.greet()
            case PersonJoined() | PersonLeft() | TransferFailed() | TakenOver():
                self._on_people(event, before)
            case _ if c.person is not None:
                return
            case SpeechEnded() | TurnEnded() if closing.is_over(c):
                self._course.people.leave()
            case SpeechEnded() if c.transfer and not (c.transfer.request or c.saying):
                self._course.people.ring()
            case Tick():
                self._on_tick(event)
            case _ if c.closing:
                return
            case TurnStarted():
                self._floor.give_way()
                llm.supersede(self._floor, "retrieve", "interpret")
            case TurnEnded() if c.typed_over or alarm.is_answered(self._floor):
                return  # keys are surer than words
            case TurnEnded() if c.deferred and not self._is_urgent(c.hypothesis):
                return  # what cannot be interrupted is heard first
            case Hypothesis() if alarm.alarms(self._floor, event, before.hypothesis, self._policy):
                alarm.call_for_help(self._floor, self._course, event)
            case SpeechEnded() if c.deferred and not (c.turn_open or c.cannot_stop):
                self._floor.do(Hush())
                self._on_turn()
            case TurnEnded():
                self._on_turn()
            case KeyPressed():
                self._floor.give_way()
                llm.supersede(self._floor)
                floor = self._floor
                self._on_understood(on_key(c, floor.question, floor.menu, floor.language))
            case LanguageChosen():
                self._floor.give_way()
                llm.supersede(self._floor)
                change = ChangeLanguage(event.language)
                self._on_understood(Understanding("keypad", "language", 1.0, (change,)))
            case Failed() if self._lost(before, event.request, event.reason):
                pass
            case Fetched() | Failed() if awaited(before, event.request):
                if c.wrong_identity > before.wrong_identity:
                    self._floor.say("wrong_pin")
                self._course.excuse(before)
                self._course.respond()
            case Retrieved() if before.unanswered and awaited(before, event.request):
                self._on_retrieved(before.unanswered, before.hypothesis)
            case Interpreted() if awaited(before, event.request):
                found = proposed(event, before, self._flows, self._floor.language, self._policy)
                self._on_understood(found)
            case Composed() if awaited(before, event.request) and not c.turn_open:
                self._course.say_answer(event.text, event.language, event.last)

    def _on_people(
        self, event: PersonJoined | PersonLeft | TransferFailed | TakenOver, before: Conversation
    ) -> None:
        transfer = before.transfer
        match event:
            case PersonJoined() if before.people:
                self._course.people.joined(event, before)
            case PersonLeft() if before.person is not None and event.back:
                self._course.returned()
            case PersonLeft() if before.person is not None:
                self._floor.do(HangUp("person ended the call"))
            case TransferFailed() if transfer and transfer.request == event.request > 0:
                self._course.unreached(event.reason)
            case TakenOver() if before.people and before.person is None:
                self._course.people.take_over(event.person)

    def _is_urgent(self, heard: Hypothesis | None) -> bool:
        found = self._understand(heard.text, heard) if heard else NOT_UNDERSTOOD
        return alarm.is_urgent(found, self._policy)

    def _on_turn(self) -> None:
        c = self.conversation
        heard = c.hypothesis
        if heard is not None and heard.rejected == "overloaded" and c.transfer:
            return
        if heard is not None and heard.rejected == "overloaded":
            self._floor.say("asr.busy")
            self._floor.ask_again("" if c.expecting.digits else "menu")
        elif heard is None or not heard.text.strip():
            self._on_noise()
        else:
            llm.supersede(self._floor)
            self._on_words(routed(heard, self._course, self._floor, self._languages))

    def _on_noise(self) -> None:
        c = self.conversation
        if c.cannot_stop:
            return
        paused = c.at - c.words_at or c.expecting.pause  # a log of before it was told has none
        spoken = c.at - c.turn_since - paused
        if spoken >= self._policy.noise and not (c.held or c.unanswered):
            self._on_understood(NOT_UNDERSTOOD)
            return
        self._floor.go_on(c.cut)  # a cough
        if c.unanswered:
            self._ask(c.unanswered)
        whole = not any(pending.name == "compose" for pending in c.pending)
        for left, text in zip(reversed(range(len(c.held))), c.held, strict=True):
            if not self._course.say_answer(text, "", whole and not left):
                break

    def _on_words(self, heard: Hypothesis | None) -> None:
        if heard is None:
            return
        c = self.conversation
        if is_aside(self._floor, heard.text):
            self._floor.go_on(c.cut)  # "okay"
            return
        said = (heard.text, f"{c.unanswered} {heard.text}") if c.unanswered else (heard.text,)
        for text in said:  # what was still being thought about may only now be whole
            found = self._understand(text, heard)
            if found is not NOT_UNDERSTOOD:
                break
        slot = self._floor.question.slot
        secret = slot is not None and slot.secret
        sure = heard.confidence >= self._policy.think_above
        if sure and not secret and self._ask(text, found):
            return
        self._on_understood(found)

    def _understand(self, text: str, heard: Hypothesis) -> Understanding:
        c = self.conversation
        asked = replace(heard_question(self._floor), clock=clock(c, self._flows, self._policy))
        turn = Turn(text, asked, self._floor.language, heard.confidence, heard.words)
        if text == heard.text:
            turn = replace(turn, likely=c.intents, clauses=c.clauses, reply=c.reply)
        return understand(turn, self._flows, self._policy)

    def _ask(self, text: str, found: Understanding = NOT_UNDERSTOOD) -> bool:
        """Ask who may know better than the rungs so far; False where nobody does."""
        c = self.conversation
        if c.knowledge and outweighed(found, text, self._floor.language, self._flows):
            llm.retrieve(self._floor, text)
        elif c.language_model and found is NOT_UNDERSTOOD:
            llm.interpret(self._floor, text, self._flows)
        else:
            return False
        return True

    def _on_retrieved(self, text: str, heard: Hypothesis | None) -> None:
        """The knowledge base has answered: its page, or the rungs above and below it."""
        c = self.conversation
        found = self._understand(text, heard) if heard else NOT_UNDERSTOOD
        best = c.passages[0] if llm.page_answers(c) else None
        language, flows = self._floor.language, self._flows
        if best is not None and outweighed(found, text, language, flows, best.score):
            answer = (AskKnowledge(text),)
            self._on_understood(Understanding("knowledge", best.source, best.score, answer))
        elif found is NOT_UNDERSTOOD and c.language_model:
            llm.interpret(self._floor, text, self._flows)
        else:
            self._on_understood(found)

    def _on_tick(self, tick: Tick) -> None:
        c, policy = self.conversation, self._policy
        if self.deadline is None or tick.at < self.deadline:
            return
        if c.closing:
            self._course.people.leave()
        elif c.transfer and tick.at >= reassurance_due(c, c.transfer, policy):
            self._course.wake(tick.at, c.transfer)
        elif late := [pending for pending in c.pending if is_late(c, pending, policy)]:
            self._floor.do(Abandon(late[0].request, late=True))
            if not self._lost(c, late[0].request):
                self._course.excuse(c)
                self._course.respond()
        elif any(pending.name in THOUGHTS for pending in c.pending):
            llm.give_sign(self._floor)
        elif c.pending:
            self._floor.say("wait")
        elif c.keys:
            self._on_understood(on_pause(c, self._floor.question, self._floor.language))
        elif c.silences + 1 >= policy.silences:
            self._floor.say("goodbye.silence", act="silent", interruptible=False)
        else:
            self._floor.say("silence")
            self._floor.ask_again("menu" if c.silences and c.question == "open" else "")

    # The language model's part

    def _lost(self, before: Conversation, request: int, reason: str = "late") -> bool:
        """Go on without an answer of the language model; False where it is not its request."""
        match next((p for p in before.pending if p.request == request), None):
            case Pending(name="retrieve"):
                self._on_understood(NOT_UNDERSTOOD)
            case Pending(name="compose") if before.answered or reason == NOT_KNOWN:
                self._course.end_answer(complete=False)
            case Pending(name="interpret" | "compose"):
                self._course.own_up()
            case _:
                return False
        return True

    # What was understood, and the answer to it

    def _on_understood(self, found: Understanding | None) -> None:
        if found is None:
            return
        commands = tuple(possible(command, self._languages) for command in found.commands)
        self._floor.do(Explain(found.rung, found.intent, found.confidence, commands))
        self._course.respond(commands)
