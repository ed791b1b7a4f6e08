"""`escalation.toml`: what an operator may say of rules, and what is said where it is wrong."""

from decimal import Decimal
from pathlib import Path

import pytest

from agent.hours import spans
from agent.policy import RuleSetting
from pipelines.errors import ConfigurationError
from pipelines.packs.policy_file import load_policy

FLOWS = ("balance", "bill", "sim")


def rule(tmp_path: Path, name: str, *lines: str) -> RuleSetting:
    """The setting that a table of these lines makes."""
    path = tmp_path / "escalation.toml"
    path.write_text("\n".join((f"[rules.{name}]", *lines, "[dialogue]")), encoding="utf-8")
    return load_policy(path, FLOWS).rules[name]


def test_what_a_table_may_hold(tmp_path: Path) -> None:
    found = rule(
        tmp_path,
        "policy_says_so",
        'flows = ["sim", "bill"]',
        'queue = "care"',
        "priority = 15",
        'hours = { mon = "09:00-12:00" }',
    )
    assert (found.flows, found.queue, found.priority) == (frozenset({"sim", "bill"}), "care", 15)
    assert found.hours.week == (spans("09:00-12:00"), (), (), (), (), (), ())
    found = rule(tmp_path, "amount_above_limit", 'over = { XOF = "200000" }', 'queue = "care"')
    assert found.over == {"XOF": Decimal(200000)}
    found = rule(tmp_path, "calls_again", "after = 3", "days = 7", 'queue = "care"')
    assert (found.after, found.days) == (3, 7)
    found = rule(tmp_path, "valued_customer", 'segments = ["gold"]', 'queue = "care"')
    assert found.segments == {"gold"}
    found = rule(tmp_path, "hard_to_hear", "after = 2", "below = 0.4", "of_last = 5", 'queue = "a"')
    assert (found.below, found.of_last) == (0.4, 5)


def test_the_country_is_among_the_dialogues_numbers(tmp_path: Path) -> None:
    path = tmp_path / "escalation.toml"
    path.write_text('[rules]\n[dialogue]\nregion = "FR"\nsilence = 6', encoding="utf-8")
    found = load_policy(path)
    assert (found.region, found.silence) == ("FR", 6)
    path.write_text("[rules]\n[dialogue]", encoding="utf-8")
    assert load_policy(path).region == "SN"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('region = "fr"', "dialogue.region: Value error, 'fr' is no country's code in capitals"),
        ('region = "France"', "dialogue.region: Value error, 'France' is no country's code"),
        ("region = 33", "dialogue.region: Input should be a valid string"),
        ('silence = "long"', "dialogue.silence"),
        ("silense = 6", "[dialogue] "),
    ],
)
def test_what_is_wrong_with_the_dialogue_is_named(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "escalation.toml"
    path.write_text(f"[rules]\n[dialogue]\n{line}", encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        load_policy(path)
    assert f"{path}: {told}" in str(error.value)


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        ("angri", "", ": there is no such rule; there are emergency, in_distress, "),
        ("angry", 'queue = ""', ".queue: String should have at least 1 character"),
        ("angry", "priority = 0", ".priority: Input should be greater than or equal to 1"),
        ("angry", "priority = 1000", ".priority: Input should be less than or equal to 999"),
        ("angry", "below = 0.3", ".below: Extra inputs are not permitted"),
        ("angry", 'hours = { mon = "9-5" }', ".hours.mon: Value error, '9-5' is not of the form"),
        ("hard_to_hear", "below = 1.3", ".below: Input should be less than 1"),
        ("hard_to_hear", "", ".below: Field required"),
        ("hard_to_hear", "below = 0.3\nof_last = 11", ".of_last: Input should be less than"),
        ("hard_to_hear", "below = 0.3\nof_last = 1", ": Value error, after = 2 cannot be among"),
        ("calls_again", "days = 0", ".days: Input should be greater than or equal to 1"),
        ("calls_again", "", ".days: Field required"),
        ("calls_again", "after = 1\ndays = 7", ".after: Input should be greater than or equal"),
        ("valued_customer", "after = 1\nsegments = []", ".segments: "),
        ("valued_customer", 'segments = ["gold"]', ".after: Input should be less than or equal"),
        ("amount_above_limit", 'over = { euro = "9" }', ".over: Value error, 'euro' is no curren"),
        ("amount_above_limit", "over = { EUR = 9 }", ".over: Value error, EUR = 9 is no amount in"),
        (
            "amount_above_limit",
            'over = { EUR = "9,5" }',
            ".over: Value error, EUR = '9,5' is no am",
        ),
        ("amount_above_limit", "after = 1\nover = {}", ".over: "),
        (
            "policy_says_so",
            'after = 1\nflows = ["simm"]',
            ".flows: no use case is called 'simm'; there are balance, bill, sim",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, name: str, line: str, told: str) -> None:
    counts = "after" in line or name == "amount_above_limit"
    lines = [*line.split("\n"), *([] if counts else ["after = 2"])]
    lines += [] if "queue" in line else ['queue = "care"']
    with pytest.raises(ConfigurationError) as error:
        rule(tmp_path, name, *lines)
    assert str(error.value).startswith(f"{tmp_path / 'escalation.toml'}: rules.{name}{told}")
