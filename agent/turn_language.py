"""A turn is taken in the language it was spoken in, if that is one we speak."""

from collections.abc import Mapping

from agent.actions import Explain, Route
from agent.commands import ChangeLanguage, Command, NotUnderstood
from agent.course import Course
from agent.events import Hypothesis
from agent.floor import Floor
from agent.language_change import say_language_changed
from agent.languages.language import Language
from agent.languages.language_routing import Evidence, route, telling


def routed(
    heard: Hypothesis, course: Course, floor: Floor, languages: Mapping[str, Language]
) -> Hypothesis | None:
    """The turn in the language it was spoken in; None where that is one we do not speak."""
    c = floor.conversation
    if not heard.languages:
        return heard
    # Callers count in another language than they speak: digits tell nothing.
    counting = frozenset(word for each in languages.values() for word in each.digits)
    tells = 0 if c.expecting.digits else telling(heard.text, counting)
    evidence = Evidence(heard.languages, tells, heard.language)
    decision = route(c.language, evidence, c.routing, tuple(languages))
    floor.do(Route(decision.kind, decision.language, decision.reason, decision.memory))
    match decision.kind:
        case "switch":
            change = ChangeLanguage(decision.language, stated=False)
            floor.do(Explain("routing", "language", 1.0, (change,)))
            say_language_changed(floor)
        case "offer":
            course.respond((ChangeLanguage(decision.language, confirmed=False),))
            return None
        case "unsupported" if c.transfer:
            course.people.reassure()
            return None
        case "unsupported":
            if course.escalated():
                return None
            floor.say("language_unknown")
            floor.ask_again("menu")
            return None
    return heard


def possible(command: Command, languages: Mapping[str, Language]) -> Command:
    """The command, unless it asks for a language that is not spoken here."""
    if isinstance(command, ChangeLanguage) and command.language not in languages:
        return NotUnderstood()
    return command
