"""How a call in writing looks in the terminal."""

from typing import cast, get_args

from rich.console import Console
from rich.text import Text

from agent.actions import Action, Explain, Fetch, HangUp, Route, Speak, Transfer
from agent.events import CallEnded, Event, Hypothesis, KeyPressed, Retrieved, TurnEnded
from agent.privacy import Redaction, digit_words
from pipelines.call.messages import command_text
from pipelines.chat.parts import Parts

_COLOURS = {"agent": "cyan", "caller": "green"}


class Terminal:
    """A line for each sentence. The caller's are shown where they were not typed right here.

    `why`: after each turn comes how it was decided.
    """

    def __init__(self, parts: Parts, why: bool, typed_here: bool = False) -> None:
        self.console = Console(highlight=False, markup=False)
        self.why = why
        self.languages = tuple(parts.config.packs)
        self.policy = parts.config.policy
        self._redaction = Redaction(digit_words(parts.config.languages.values()))
        self._typed_here = typed_here
        self._keys = ""

    def show(self, entry: Event | Action) -> None:
        """One event or action: what the agent says as it is, of the caller no secret."""
        if isinstance(entry, get_args(Event)):
            self._event(self._redaction.event(cast(Event, entry)))
            return
        action = cast(Action, entry)
        shown = self._redaction.action(action)
        self._flush_keys()
        self._action(action if isinstance(action, Speak) else shown)

    def note(self, text: str) -> None:
        """Something that is no part of the conversation."""
        self._print(Text(" " * 12 + text, style="dim"))

    def _event(self, event: Event) -> None:
        match event:
            case Hypothesis() if event.text and not self._typed_here:
                self._say("caller", event.language, event.text)
            case KeyPressed():
                self._keys += event.key
            case TurnEnded() if event.intents and self.why:
                likely = ", ".join(f"{name} {share:.2f}" for name, share in event.intents)
                self.note(f"likely: {likely}")
            case Retrieved() if event.passages and self.why:
                self.note(f"pages: {', '.join(p.source for p in event.passages)}")
            case CallEnded():
                self.note(f"ended: {event.reason}")

    def _action(self, action: Action) -> None:
        match action:
            case Speak():
                self._say("agent", action.language, action.text)
            case Explain() if self.why:
                commands = " ".join(map(command_text, action.commands))
                told = (commands, *action.why)
                sure = f"{action.intent or '-'} {action.confidence:.2f}"
                self.note(f"{action.rung}: {sure}  {'; '.join(filter(None, told))}")
            case Route() if self.why and action.kind != "stay":
                self.note(f"language: {action.kind} {action.language}, {action.reason}")
            case Fetch() if self.why:
                self.note(f"asks the back office: {action.name}")
            case Transfer():
                self.note(f"handed to {action.queue}: {action.packet.get('summary', '')}")
            case HangUp():
                self.note(f"ended: {action.reason}")

    def _flush_keys(self) -> None:
        keys, self._keys = self._keys, ""
        if keys and not self._typed_here:
            self._say("caller", "", f"(keys) {keys}")

    def _say(self, who: str, language: str, text: str) -> None:
        self._print(Text(f"{who:>7} {language:<3} {text}", style=_COLOURS[who]))

    def _print(self, text: Text) -> None:
        self.console.print(text, soft_wrap=True)
