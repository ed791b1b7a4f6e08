"""Reaching people: announced to the caller, rung while we keep them company, let go again.

The caller may change their mind or ask for something else while it rings; then nobody is rung any
more and the call goes on with us. What they say otherwise gets a short word and no more. While a
person talks with the caller we say nothing at all.
"""

from collections.abc import Collection, Mapping

from agent.actions import Abandon, HangUp, Hush, Transfer, Withdraw
from agent.acts import Handoff
from agent.commands import ChangeLanguage, ChangePace, Command, Repeat
from agent.events import PersonJoined
from agent.floor import Floor
from agent.hours import is_open, next_opening
from agent.language_change import say_language_changed
from agent.languages.language import Language
from agent.people.escalation import emergency
from agent.people.handoff import packet
from agent.people.participants import not_wanted
from agent.people.whisper_announcement import whisper_announcement
from agent.policy import Policy, Queue
from agent.state import Conversation, PendingTransfer


class PersonTransfer:
    """One call's way to people."""

    def __init__(
        self,
        floor: Floor,
        languages: Mapping[str, Language],
        policy: Policy,
        secret: Collection[str],
    ) -> None:
        self._floor = floor
        self._languages = languages
        self._policy = policy
        self._secret = secret

    @property
    def _c(self) -> Conversation:
        return self._floor.conversation

    def announce(self, handoff: Handoff) -> bool:
        """Say that people are called, or that there are none at this hour; whether there are."""
        if handoff.reason == "emergency" and self._c.saying:  # waits for nothing
            self._floor.do(Hush())
        name = f"handoff.{handoff.reason}"
        name = name if self._floor.language.has(name) else "handoff"
        if not self._c.people:  # the network puts the call through when it has ended
            self._announce(name, {"queue": handoff.queue}, handoff.key)
            return True
        self.let_go()
        self._abandon_all()
        queue = self._policy.queue(handoff.queue)
        local = self._c.local
        if local is not None and not is_open(queue.hours, local):
            opens = next_opening(queue.hours, local)
            values = {"queue": handoff.queue}
            if opens:
                moment = opens.isoformat(timespec="minutes")
                values |= {"day": moment[:10], "at": moment[11:]}
            act = f"closed {handoff.reason} {handoff.queue}"
            self._floor.say("closed" if opens else "closed.for_good", values, act=act)
            return False
        self._announce(name, {"queue": handoff.queue}, handoff.key)
        self._announce_wait(queue, handoff.key)
        self._floor.listen("ringing")
        return True

    def _announce_wait(self, queue: Queue, act: str) -> None:
        minutes = round(queue.expected_wait / 60)
        if not queue.expected_wait:
            return
        if queue.expected_wait < 60:
            self._announce("waiting.short", {}, act)
        else:
            name = "waiting.minute" if minutes == 1 else "waiting.minutes"
            self._announce(name, {"minutes": str(minutes)}, act)

    def _announce(self, wording: str, values: Mapping[str, str], act: str) -> None:
        self._floor.say(wording, values, act=act, interruptible=False)

    def take_over(self, person: str) -> None:
        """Somebody at the desk wants the call: say so; they are rung once that is said."""
        c = self._c
        if c.transfer and (c.transfer.reason, c.transfer.target) == (
            "taken_over",
            person,
        ):
            return
        self.let_go()
        if self._c.saying:
            self._floor.do(Hush())
        self._abandon_all()
        self._announce("taken_over", {}, f"taken_over {person}")
        self._floor.listen("ringing")

    def ring(self) -> None:
        """The announcement is spoken: ring people."""
        c = self._c
        if c.transfer is None:
            return
        reason, queue, target = (
            c.transfer.reason,
            c.transfer.queue,
            c.transfer.target,
        )
        spoken = self._policy.queue(queue).language
        language = self._languages.get(spoken, self._floor.language)
        self._floor.do(
            Transfer(
                queue,
                reason,
                packet(c, Handoff(reason, queue), self._secret),
                c.requests + 1,
                whisper_announcement(c, reason, language, self._secret),
                language.code,
                target,
            )
        )

    def leave(self) -> None:
        """The last word is spoken: transfer or hang up."""
        c = self._c
        if c.handoff and c.closing == "transferred":
            reason, queue = c.handoff
            about = packet(c, Handoff(reason, queue), self._secret)
            self._floor.do(Transfer(queue, reason, about))
        self._floor.do(HangUp(c.closing))

    def let_go(self) -> None:
        """Nobody is to be reached any more."""
        match self._c.transfer:
            case PendingTransfer(request=0):
                self._floor.do(Hush())
            case PendingTransfer(request=request):
                self._floor.do(Withdraw(request))

    def heard(self, commands: tuple[Command, ...]) -> bool:
        """Whether what the caller said while people are reached is for the dialogue to answer."""
        transfer = self._c.transfer
        if transfer is None:
            return True
        if emergency(self._c, self._policy) and transfer.reason != "emergency":
            return True
        if not_wanted(commands):
            self.let_go()
            return True
        if transfer.request:
            self._keep_company(commands)
        return False

    def _keep_company(self, commands: tuple[Command, ...]) -> None:
        match commands[:1]:
            case (Repeat(),):
                self._floor.say_again(self._c.said)
            case (ChangePace(pace),):
                self._floor.change_pace(pace)
            case (ChangeLanguage(confirmed=True),):
                say_language_changed(self._floor)
                self._floor.listen("ringing")
            case _:
                self.reassure()

    def reassure(self) -> None:
        """People are still being rung."""
        if self._c.transfer and self._c.transfer.request:
            self._floor.ask("ringing", "ask.ringing")

    def joined(self, event: PersonJoined, before: Conversation) -> None:
        """A person talks with the caller: be silent, and want nothing more."""
        if self._c.saying:
            self._floor.do(Hush())
        rung = before.transfer.request if before.transfer else 0
        if rung and rung != event.request:
            self._floor.do(Withdraw(rung))
        self._abandon_all()

    def _abandon_all(self) -> None:
        for pending in self._c.pending:
            self._floor.do(Abandon(pending.request))
