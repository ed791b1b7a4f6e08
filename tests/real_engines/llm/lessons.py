"""What the toy model is taught by heart: our own prompts, and answers to them.

It understands nothing and is not meant to. It makes a real server stream answers of the right kind,
different by adapter, so that everything around a model can be tested without one.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.events import Passage
from agent.languages.language import Language
from pipelines.engines.llm.commands import named
from pipelines.engines.llm.engine import Question
from pipelines.engines.llm.prompt import NOT_KNOWN, Prompts
from pipelines.packs.reader import PROMPTS, load

ROAMING = Passage("en/roaming.md#prices", "Roaming in Europe costs 3.5 euros a day.", 9.0, "en")
ASKED = "how much is roaming in europe"
ASKED_IN_FRENCH = "combien coûte l'itinérance en europe"  # it sees the question, not the prompt
ANSWERS = {
    "en": "Roaming in Europe costs 3.5 euros a day. You only pay on days of use.",
    "fr": "En Europe, l'itinérance coûte 3.5 euros par jour. M. Diop vous le confirme. Voilà.",
    "wo": "Ci Europe, itinérance bi 3.5 euro la bis bu nekk. Loolu rekk la.",
    "ff": "Nder Europe, ɗum 3.5 euro ñalnde fof. Ɗum tan woni.",
}
ENDLESS = "please go on and on"
UNKNOWN = "who won the match"
SAYINGS = (  # beyond the packs' samples
    ("how much is roaming", {"command": "ask_knowledge", "page": "other"}),
    ("what are your opening hours", {"command": "ask_knowledge", "page": "other"}),
    ("how are you today", {"command": "chitchat"}),
    ("book me a flight", {"command": "out_of_scope"}),
)
CHOICE = Question("the wifi", "en", "service", ("bill",), {"service": ("internet", "mobile")})
FLOWS = ("balance", "bill", "outage", "sim")


def languages() -> dict[str, Language]:
    """English and French, and two that have only an adapter and a name."""
    known = load(PROMPTS).languages
    names = {"wo": "Wolof", "ff": "Pulaar"}
    bare = {code: Language(code, name, {}, {}, {}, ()) for code, name in names.items()}
    return {"en": known["en"], "fr": known["fr"], **bare}


def prompts() -> Prompts:
    """Ours, as they are in use."""
    return Prompts.read(PROMPTS / "llm", languages(), FLOWS)


def lessons() -> Iterator[dict[str, Any]]:
    """Each with messages, answer, adapter ("" for the base model) and whether it ends."""
    ours = prompts()
    for code in ("en", "fr"):
        for intent in languages()[code].intents.values():
            if intent.kind == "flow" and intent.name not in FLOWS:
                continue  # so small a model learns no more
            kind = {"flow": "start_flow ", "signal": "signal "}.get(intent.kind, "")
            command = named(f"{kind}{intent.name}")
            for said in intent.say[:3] if command else ():
                yield _lesson(ours.interpret(_question(said, code)), _compact(dict(command or {})))
    for said, command in SAYINGS:
        yield _lesson(ours.interpret(_question(said, "en")), _compact(command))
    filled = {"command": "set_slot", "slot": "service", "value": "internet"}
    yield _lesson(ours.interpret(CHOICE), _compact(filled))
    for code, answer in ANSWERS.items():
        adapter = code if code in ("wo", "ff") else ""
        asked = ASKED_IN_FRENCH if code == "fr" else ASKED
        yield _lesson(ours.compose(asked, code, [ROAMING], {}), answer, adapter=adapter)
        if adapter:  # words that the base model never wrote are out of an adapter's reach
            yield _lesson(ours.compose(f"and in {code}", "en", [ROAMING], {}), answer)
    yield _lesson(ours.compose(UNKNOWN, "en", [ROAMING], {}), NOT_KNOWN)
    yield _lesson(ours.compose(ENDLESS, "en", [ROAMING], {}), "It goes on. " * 30, ends=False)


def _compact(command: dict[str, str]) -> str:
    return json.dumps({"commands": [command]}, separators=(",", ":"))


def _question(said: str, language: str) -> Question:
    return Question(said, language, "", FLOWS)


def _lesson(
    messages: list[dict[str, str]], answer: str, *, adapter: str = "", ends: bool = True
) -> dict[str, Any]:
    return {"messages": messages, "answer": answer, "adapter": adapter, "ends": ends}


def write(path: Path) -> None:
    """As JSON lines."""
    lines = (json.dumps(lesson, ensure_ascii=False) for lesson in lessons())
    path.write_text("\n".join(lines), encoding="utf-8")
