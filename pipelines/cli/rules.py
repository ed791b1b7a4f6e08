"""`waxtaan rules`: when a person takes over, and what such callers say, or such calls are like."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from agent.people.escalation import NAMES, WATCHES, in_order, priority
from pipelines.cli.errors import no_language
from pipelines.packs.reader import DialogueConfig, load
from pipelines.settings import Settings

_EXAMPLES = 3
# What a call is like in which a rule that looks at no words says so.
_CALLS: Mapping[str, str] = {
    "policy_says_so": "(wants 'sim', which the table's flows name)",
    "valued_customer": "(the back office answers verify with segment 'gold')",
    "amount_above_limit": '(the bill is 450.00 EUR, and over = { EUR = "300.00" })',
    "calls_again": "(the third call from the number in seven days)",
    "identity_not_verified": "(types a wrong code, and again, and again)",
    "back_office_unavailable": "(a balance cannot be looked up, nor at the next try)",
    "language_model_failing": "(two questions that only the language model could answer get none)",
    "language_not_spoken": "(goes on in Wolof after being told that it is not spoken here)",
    "hard_to_hear": "(three turns on a bad line, heard with confidence 0.2)",
    "misunderstood_repeatedly": "(four turns of which nothing can be made)",
}


def rules(language: str, as_json: bool) -> None:
    """Every rule, those that are on in the order in which they are asked; others have no queue."""
    config = load(Settings().prompts, Settings().languages)
    if language not in config.packs:
        no_language(language, config.packs, Settings().prompts)
    rows = list(_rows(language, config))
    if as_json:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
        return
    table = Table("priority", "rule", "when", "after", "queue", "such callers say")
    for row in rows:
        examples = "\n".join(row["examples"])
        table.add_row(
            str(row["priority"]),
            row["rule"],
            row["when"],
            str(row["after"] or "off"),
            row["queue"],
            examples,
        )
    Console(markup=False).print(table)


def _rows(language: str, config: DialogueConfig) -> Iterator[dict[str, Any]]:
    intents = config.packs[language].language.intents
    for name in in_order(config.policy):
        setting = config.policy.rules.get(name)
        intent = intents.get(WATCHES.get(name, ""))
        yield {
            "rule": name,
            "when": (NAMES[name].__doc__ or "").strip(),
            "priority": priority(name, config.policy),
            "after": setting.after if setting else 0,
            "queue": setting.queue if setting else "",
            "examples": list(intent.say[:_EXAMPLES]) if intent else [_CALLS[name]],
        }
