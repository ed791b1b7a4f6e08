"""What the language model reads: fixed instructions first, this turn's material last.

A server keeps the work it did on a prompt's beginning, as long as the next prompt begins with the
same bytes. So instructions, use cases and examples are put together once for each language, and
whatever differs from turn to turn stands behind them. The examples are sentences that nothing else
understands (`prompts/<language>/llm.toml`): others never reach the language model.

Callers, and whoever writes the knowledge base, could put instructions into their words. What keeps
that harmless is the schema, the gate and the dialogue; here it is made unlikely: their words stand
in JSON strings, and no character in them can begin one of the marks by which chat templates tell
who is speaking ("<|im_end|>", "</s>", "[INST]", "<start_of_turn>").
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, TypeAlias

from agent.events import Passage
from agent.languages.language import Language
from pipelines.engines.llm.commands import named
from pipelines.engines.llm.engine import EngineError, Question

Messages: TypeAlias = list[dict[str, str]]

NOT_KNOWN = "NOTFOUND"  # what the model writes where the passages hold no answer
MOST_SAID = 1000  # characters of a turn that are read; half a minute of speech is about 500
MOST_BEFORE = 100  # characters of each turn before it
MOST_PASSAGES = 6000  # characters of all passages together

_MARKS = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>[]|｜"})  # the same text in JSON


@dataclass(frozen=True, slots=True)
class Prompts:
    """The fixed beginnings, by language; `interpret` and `compose` add the turn's material."""

    interpreting: Mapping[str, str]
    composing: Mapping[str, str]

    @classmethod
    def read(
        cls, folder: Path, languages: Mapping[str, Language], flows: Sequence[str]
    ) -> "Prompts":
        """From `folder`, and the `llm.toml` of each language pack beside it.

        Raises:
            EngineError: a file is missing, or has something that cannot be used.
        """
        interpreting, composing = (_template(folder / f"{n}.md") for n in ("interpret", "compose"))
        told = _table(folder / "use_cases.toml")
        filled = {
            code: {
                "language": each.name,
                "flows": "\n".join(_use_case(flow, told, each) for flow in flows),
                "examples": "\n".join(_examples(each, folder.parent, flows)),
            }
            for code, each in languages.items()
        }
        return cls(
            {code: _filled(interpreting, values) for code, values in filled.items()},
            {code: _filled(composing, values) for code, values in filled.items()},
        )

    def interpret(self, question: Question) -> Messages:
        """What did the caller mean?"""
        # The caller's words come last: what comes before them is often the same as a turn ago.
        turn = (
            f'<turn>{{"open_question": {json.dumps(question.question)}, '
            f'"details": {json.dumps({k: list(v) for k, v in question.slots.items()})}, '
            f'"pages": [{", ".join(map(quoted, question.pages))}], '
            f'"before": [{", ".join(_line(*line) for line in question.before)}], '
            f'"caller_said": {quoted(question.text[:MOST_SAID])}}}</turn>'
        )
        return _messages(self._for(self.interpreting, question.language), turn)

    def compose(
        self, text: str, language: str, passages: Sequence[Passage], facts: Mapping[str, str]
    ) -> Messages:
        """Answer from these passages."""
        known = ", ".join(f"{quoted(name)}: {quoted(value)}" for name, value in facts.items())
        data = (
            f'<data>{{"passages": [{", ".join(map(quoted, _bounded(passages)))}], '
            f'"facts": {{{known}}}, "caller_asked": {quoted(text[:MOST_SAID])}}}</data>'
        )
        return _messages(self._for(self.composing, language), data)

    def _for(self, prompts: Mapping[str, str], language: str) -> str:
        if language not in prompts:
            known = ", ".join(prompts)
            raise EngineError(f"the language model has no prompt in '{language}'; it has {known}")
        return prompts[language]


def quoted(text: str) -> str:
    """A JSON string of strangers' text that holds no mark of any chat template."""
    return json.dumps(text, ensure_ascii=False).translate(_MARKS)


def _messages(system: str, user: str) -> Messages:
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


def _bounded(passages: Sequence[Passage]) -> list[str]:
    """The texts of the first passages, as much of them as may be read."""
    texts, room = [], MOST_PASSAGES
    for passage in passages:
        texts.append(passage.text[:room])
        room -= len(texts[-1])
        if room <= 0:
            break
    return texts


def _template(path: Path) -> Template:
    try:
        return Template(path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"{path}: the language model's instructions: {error}") from error


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise EngineError(f"{path}: {error}") from error


def _filled(template: Template, values: Mapping[str, str]) -> str:
    try:
        return template.substitute(values)
    except (KeyError, ValueError) as error:
        raise EngineError(
            f"prompts/llm: placeholder {error}; there are $language, $flows and $examples, and a "
            "dollar sign is written $$"
        ) from error


def _line(who: str, said: str) -> str:
    shown = said[-MOST_BEFORE:] if who == "agent" else said[:MOST_BEFORE]  # the question is last
    return quoted(f"{who}: {shown}")


def _use_case(flow: str, told: Mapping[str, Any], language: Language) -> str:
    known = " ".join(language.sentences(f"flow.{flow}")) if language.has(f"flow.{flow}") else flow
    return f'- "{flow}": {told.get(flow, known)}'


def _examples(language: Language, packs: Path, flows: Sequence[str]) -> list[str]:
    """The pack's, or its fallback's where it has none."""
    path = packs / language.code / "llm.toml"
    given = _table(path).get("examples", {})
    if not given:
        return _examples(language.fallback, packs, flows) if language.fallback else []
    lines = []
    for name, sentences in given.items():
        command = named(name)
        if command is None or not isinstance(sentences, list):
            raise EngineError(f"{path}: examples.{name}: no command, or no list of sentences")
        if command.get("flow", next(iter(flows), "")) not in flows and flows:
            continue
        answer = json.dumps({"commands": [command]}, separators=(",", ":"))  # as the schema has it
        lines += [f"{json.dumps(s, ensure_ascii=False)} -> {answer}" for s in sentences]
    return lines
