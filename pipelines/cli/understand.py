"""`waxtaan understand`: what the answer ladder makes of sentences, one or a file of them."""

import asyncio
import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from agent.commands import Understanding
from agent.ladder.turn import Turn
from agent.ladder.understanding import understand as decide
from agent.languages.clauses import clauses
from agent.languages.scripts import in_pack_script
from agent.question import OpenQuestion
from pipelines.call.messages import command_text
from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.errors import ConfigurationError
from pipelines.intents.classifier import judge
from pipelines.intents.opening import open_intents
from pipelines.packs.reader import DialogueConfig, load
from pipelines.settings import Settings

_NOTHING = "none"  # `expected` of what is none of our business
_ANSWERS = {"yes": "affirm", "no": "deny", "unclear": _NOTHING}  # to a question of yes or no
_OTHERS = ("", "open", "more", "ringing")  # questions that are about no detail


@dataclass(frozen=True, slots=True)
class _Turn:
    language: str
    text: str
    expected: str = ""
    question: str = ""


def understand(
    text: str | None, file: Path | None, language: str, question: str, why: bool, as_json: bool
) -> None:
    """Print a row for each sentence; of a file with `expected`, a confusion matrix on stderr."""
    settings = Settings()
    if (text is None) == (file is None):
        fail("say a sentence, or name a file with --file", WRONG_USAGE)
    turns = _read(file, language) if file is not None else [_Turn(language, text or "")]
    turns = [replace(turn, question=turn.question or question) for turn in turns]
    config = _config(settings, sorted({turn.language for turn in turns}))
    asked = {turn.question: _opened(turn.question, config) for turn in turns}
    rows = asyncio.run(_rows(turns, asked, config, settings, why))
    _print(rows, as_json)
    if any(turn.expected for turn in turns):
        _confusion(turns, rows)


def _config(settings: Settings, languages: Sequence[str]) -> DialogueConfig:
    """What calls are answered in, and these languages, drafts as well."""
    config = load(settings.prompts, settings.languages)
    if all(code in config.packs for code in languages):
        return config
    try:
        return load(settings.prompts, (*config.packs, *languages))
    except ConfigurationError as error:
        fail(str(error), WRONG_USAGE)


async def _rows(
    turns: Sequence[_Turn],
    asked: Mapping[str, OpenQuestion],
    config: DialogueConfig,
    settings: Settings,
    why: bool,
) -> list[dict[str, Any]]:
    rows = []
    async with open_intents(settings, config) as intents:
        print(f"waxtaan: judged by {judge(intents)}; 'waxtaan check' says why", file=sys.stderr)
        for each_turn in turns:
            written = in_pack_script(each_turn.text, each_turn.language)
            turn = replace(each_turn, text=written)
            likely = await intents.likely(turn.text, turn.language) if intents else ()
            pack = config.packs[turn.language].language
            parts = clauses(turn.text, pack.joins) if intents else ()
            each = [await intents.likely(p, turn.language) for p in parts] if intents else []
            opened = asked[turn.question]
            judged = intents if opened.is_yes_or_no else None
            reply = await judged.reply(turn.text, opened.name) if judged else ()
            said = Turn(turn.text, opened, pack, likely=likely, clauses=each, reply=reply)
            found = decide(said, config.flows, config.policy)
            row = _row(each_turn, found, config)
            if why:
                guess = pack.classifier.guess(turn.text.lower())
                row |= {"likely": dict(likely), "nearest": guess.sample}
                row |= {"reply": dict(reply)} if reply else {}
            rows.append(row)
    return rows


def _opened(question: str, config: DialogueConfig) -> OpenQuestion:
    """The question of that name: a detail's, "more", "confirm:line:770001234"."""
    slots = {slot.name: slot for flow in config.flows.values() for slot in flow.slots}
    kind, _, rest = question.partition(":")
    if question not in (*_OTHERS, *slots) and not (kind == "confirm" and rest):
        fail(
            f"no question '{question}'; there are {', '.join((*_OTHERS[1:], *sorted(slots)))}"
            ", and 'confirm:line:770001234' of a value that is read back",
            WRONG_USAGE,
        )
    proposed = slots.get(rest.partition(":")[0]) if kind == "confirm" else None
    return OpenQuestion(question, slots.get(question), proposed=proposed)


def _row(turn: _Turn, found: Understanding, config: DialogueConfig) -> dict[str, Any]:
    row: dict[str, Any] = {"language": turn.language, "text": turn.text}
    if turn.expected:
        row["expected"] = turn.expected
    return row | {
        "intent": found.intent,
        "confidence": found.confidence,
        "asked_back": bool(found.intent) and found.confidence < config.policy.confirm_below,
        "rung": found.rung,
        "commands": [command_text(command) for command in found.commands],
    }


def _read(file: Path, language: str) -> list[_Turn]:
    """Columns `text`, and where they are there `language`, `question` and `expected`.

    Where more than one would be right, `expected` has them all: "bill|dispute". Of a question of
    yes or no it may be "yes", "no" or "unclear".
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        fail(f"{file}: {error.strerror}", WRONG_USAGE)
    except UnicodeDecodeError:
        fail(
            f"{file}: no text in UTF-8; sentences stand in a file of tab-separated lines",
            WRONG_USAGE,
        )
    table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    if "text" not in (table.fieldnames or ()):
        fail(
            f"{file}: its first line has to name the columns, 'text' among them, separated by tabs",
            WRONG_USAGE,
        )
    return [
        _Turn(
            row.get("language") or language,
            row["text"] or "",
            row.get("expected") or "",
            row.get("question") or "",
        )
        for row in table
    ]


def _print(rows: Iterable[dict[str, Any]], as_json: bool) -> None:
    console = Console(highlight=False, markup=False)
    for row in rows:
        if as_json:
            print(json.dumps(row, ensure_ascii=False))
        else:
            console.print("  ".join(f"{key}: {value}" for key, value in row.items()))


def _confusion(turns: Sequence[_Turn], rows: Sequence[dict[str, Any]]) -> None:
    """Expected down, understood across; what was asked back counts as understood."""
    found = Counter(
        (_meant(turn.expected, row["intent"] or _NOTHING), row["intent"] or _NOTHING)
        for turn, row in zip(turns, rows, strict=True)
    )
    down = sorted({expected for expected, _ in found})
    across = sorted({intent for _, intent in found})
    table = Table(*("expected", *across), title="understood as")
    for expected in down:
        counts = (found[expected, intent] for intent in across)
        table.add_row(expected, *(str(n) if n else "" for n in counts))
    Console(file=sys.stderr, width=200, markup=False).print(table)


def _meant(expected: str, found: str) -> str:
    """Of what a row says may be meant ("bill|dispute"), what was found, or else the first."""
    meant = [_ANSWERS.get(name, name) for name in expected.split("|")]
    return found if found in meant else meant[0]
