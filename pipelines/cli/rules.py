"""`waxtaan rules`: when a person takes over, and what such callers say."""

import json
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from agent.escalation import RULES, WATCHES, Rule
from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.packs.reader import DialogueConfig, load
from pipelines.settings import Settings

_EXAMPLES = 3


def rules(language: str, as_json: bool) -> None:
    """Every rule in the order in which they are asked; one that is off has no queue."""
    config = load(Settings().prompts)
    if language not in config.packs:
        fail(f"no language '{language}'; there are {', '.join(config.packs)}", WRONG_USAGE)
    rows = list(_rows(language, config))
    if as_json:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
        return
    table = Table("rule", "when", "after", "queue", "such callers say")
    for row in rows:
        examples = "\n".join(row["examples"])
        table.add_row(row["rule"], row["when"], str(row["after"] or "off"), row["queue"], examples)
    Console().print(table)


def _rows(language: str, config: DialogueConfig) -> Iterator[dict[str, Any]]:
    intents = config.packs[language].language.intents
    for rule in RULES:
        setting = config.policy.rules.get(_name(rule))
        intent = intents.get(WATCHES.get(_name(rule), ""))
        yield {
            "rule": _name(rule),
            "when": (rule.__doc__ or "").strip(),
            "after": setting.after if setting else 0,
            "queue": setting.queue if setting else "",
            "examples": list(intent.say[:_EXAMPLES]) if intent else [],
        }


def _name(rule: Rule) -> str:
    return str(getattr(rule, "__name__", rule))
