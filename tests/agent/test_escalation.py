"""Each escalation rule: it says so, it does not just below, and it tells why."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from agent.actions import Action, Explain, Speak, Transfer
from agent.dialogue import Dialogue
from agent.events import (
    NOT_KNOWN,
    CallStarted,
    Failed,
    Hypothesis,
    Tick,
    TransferFailed,
    TurnEnded,
    TurnStarted,
)
from agent.hours import Hours, spans
from agent.people.escalation import NAMES, WATCHES, escalate, in_order
from agent.policy import Policy, RuleSetting
from agent.state import Conversation, Filled
from tests.agent.talk import CATALOG, LINE, PIN, VERIFIED, Talk, acts, ending, questions

BILL = {
    "total": "300.01",
    "currency": "EUR",
    "due": "2026-12-05",
    "month": "2026-10",
    "previous_total": "900.00",
    "items": [],
}
BALANCES = {"en": "what is my balance", "fr": "quel est mon solde"}
TUESDAY, SUNDAY = "2026-11-24T10:00:00", "2026-11-29T10:00:00"
WEEK = Hours((spans("08:00-18:00"),) * 5 + ((), ()))


def with_rule(name: str, **setting: Any) -> Policy:
    policy = CATALOG.policy
    return replace(policy, rules={**policy.rules, name: RuleSetting(**setting)})


def decided(actions: list[Action]) -> tuple[str, tuple[str, ...]] | None:
    """(rule, evidence) where a rule calls for a person in these actions."""
    found = (a for a in actions if isinstance(a, Explain) and a.rung == "escalation")
    return next(((a.intent, a.why) for a in found), None)


def queue(actions: list[Action]) -> str:
    return next((a.queue for a in actions if isinstance(a, Transfer)), "")


def verified(talk: Talk, language: str = "en") -> list[Action]:
    talk.hear(BALANCES[language])
    talk.press(LINE)
    return talk.press(PIN)


# How the caller is heard


@pytest.mark.parametrize("language", ["en", "fr"])
def test_turns_in_a_row_that_are_hard_to_hear(language: str) -> None:
    talk = Talk(language=language)
    text = BALANCES[language]
    assert decided(talk.hear(text, 0.29)) is decided(talk.hear(text, 0.2)) is None
    found = decided(talk.hear(text, 0.1))
    assert found == (
        "hard_to_hear",
        ("heard with confidence 0.29, 0.20, 0.10, below 0.30",),
    )


@pytest.mark.parametrize("confidences", [(0.2, 0.3, 0.2, 0.2), (0.2, 0.2, 1.0), (0.3, 0.3, 0.3)])
def test_turns_that_can_be_heard(confidences: tuple[float, ...]) -> None:
    talk = Talk()
    assert not any(decided(talk.hear("what is my balance", sure)) for sure in confidences)


def test_hard_to_hear_among_the_last_turns() -> None:
    policy = with_rule("hard_to_hear", after=2, below=0.3, of_last=3)
    talk = Talk(policy=policy)
    for sure in (0.2, 0.9, 0.9):
        assert decided(talk.hear("what is my balance", sure)) is None
    assert decided(talk.hear("what is my balance", 0.2)) is None  # the first is too long ago
    talk.hear("what is my balance", 0.9)
    assert decided(talk.hear("what is my balance", 0.1)) == (
        "hard_to_hear",
        ("heard with confidence 0.20, 0.10, below 0.30",),
    )


def speaks(talk: Talk, language: str, text: str = "mangi bëgg xam sama solde") -> list[Action]:
    """A turn in a language, surely."""
    talk.at += 1.0
    talk.happen(TurnStarted(talk.at))
    scores = ((language, 0.999), ("en", 0.001))
    talk.happen(Hypothesis(talk.at, text, language, 1.0, 1.0, True, languages=scores))
    talk.at += 1.0
    return talk.happen(TurnEnded(talk.at))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_who_goes_on_in_a_language_that_is_not_spoken(language: str) -> None:
    talk = Talk(language=language)
    assert decided(speaks(talk, "wo")) is None
    assert acts(speaks(talk, "wo"))[0] == "language_unknown"
    told = speaks(talk, "wo")
    assert decided(told) == ("language_not_spoken", ("spoke 'wo' in 2 turns",))
    assert ending(told) == ("language_not_spoken", "transferred")


def test_who_goes_on_in_a_language_that_is_spoken() -> None:
    talk = Talk()
    speaks(talk, "wo")
    speaks(talk, "wo")
    assert decided(speaks(talk, "en", "all right what is my balance then")) is None
    assert decided(speaks(talk, "wo")) is None
    assert decided(speaks(talk, "wo")) is None


def test_the_first_turn_in_it_may_be_enough() -> None:
    talk = Talk(policy=with_rule("language_not_spoken", after=1, queue="care"))
    speaks(talk, "wo")
    told = speaks(talk, "wo")
    assert decided(told) == ("language_not_spoken", ("spoke 'wo' in 1 turns",))
    assert queue(told) == "care"


# What is known of the caller


@pytest.mark.parametrize(("before", "calls"), [(2, True), (1, False), (0, False)])
def test_a_number_that_calls_again(before: int, calls: bool) -> None:
    policy = with_rule("calls_again", after=3, days=7, queue="complaints")
    talk = Talk(policy=policy)
    talk.dialogue = Dialogue(CATALOG.languages, CATALOG.flows, policy)
    talk.happen(CallStarted(0.0, "telephone", "+221770001234", "en", calls_before=before))
    assert decided(talk.hear("colourless green ideas")) is None  # about what?
    told = talk.hear("my bill is too high")
    assert decided(told) == (("calls_again", ("call 3 within 7 days",)) if calls else None)
    assert queue(told) == ("complaints" if calls else "")


def test_calls_are_no_reason_where_the_operator_says_nothing() -> None:
    talk = Talk()
    talk.dialogue = Dialogue(CATALOG.languages, CATALOG.flows, CATALOG.policy)
    talk.happen(CallStarted(0.0, "telephone", "+221770001234", "en", calls_before=99))
    assert decided(talk.hear("my bill is too high")) is None


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_valued_customer(language: str) -> None:
    policy = with_rule("valued_customer", segments=frozenset({"gold"}), queue="retention")
    gold = {"verify": {**VERIFIED, "segment": "gold"}}
    told = verified(Talk(gold, policy=policy, language=language), language)
    assert decided(told) == ("valued_customer", ("segment 'gold' in the back office",))
    assert queue(told) == "retention"


def test_other_customers() -> None:
    policy = with_rule("valued_customer", segments=frozenset({"gold"}), queue="retention")
    silver = {"verify": {**VERIFIED, "segment": "silver"}}
    assert decided(verified(Talk(silver, policy=policy))) is None
    assert decided(verified(Talk(policy=policy))) is None
    gold = {"verify": {**VERIFIED, "segment": "gold"}}
    assert decided(verified(Talk(gold))) is None


def with_limit(limit: str, currency: str = "EUR") -> Policy:
    return with_rule("amount_above_limit", over={currency: Decimal(limit)}, queue="complaints")


def test_a_bill_above_the_limit() -> None:
    talk = Talk({"bill": BILL}, policy=with_limit("300.00"))
    talk.hear("my bill is too high")
    talk.press(LINE)
    told = talk.press(PIN)
    assert decided(told) == (
        "amount_above_limit",
        ("bill total 300.01 EUR, above 300.00 EUR",),
    )
    assert queue(told) == "complaints"


@pytest.mark.parametrize(("limit", "currency"), [("300.01", "EUR"), ("1", "XOF")])
def test_a_bill_up_to_the_limit(limit: str, currency: str) -> None:
    talk = Talk({"bill": BILL}, policy=with_limit(limit, currency))
    talk.hear("my bill is too high")
    talk.press(LINE)
    assert decided(talk.press(PIN)) is None  # nor does last month's 900 count


def test_a_balance_above_the_limit_and_its_gigabytes() -> None:
    assert decided(verified(Talk(policy=with_limit("12.50")))) is None
    assert decided(verified(Talk(policy=with_limit("12.49")))) == (
        "amount_above_limit",
        ("balance amount 12.50 EUR, above 12.49 EUR",),
    )


def test_what_stays_so_calls_for_a_person_once() -> None:
    talk = Talk(people=True, now=TUESDAY, policy=with_limit("10.00"))
    assert decided(verified(talk)) is not None
    told = talk.happen(TransferFailed(talk.at, talk.state.transfer.request, "no_answer"))
    assert decided(told) is decided(talk.hear("go on")) is None
    assert decided(talk.hear("what is my balance")) is None


@pytest.mark.parametrize(
    ("language", "text"), [("en", "my sim card is blocked"), ("fr", "ma carte sim est bloquée")]
)
def test_what_is_for_a_person_by_policy(language: str, text: str) -> None:
    policy = with_rule("policy_says_so", flows=frozenset({"sim"}), queue="technical")
    told = Talk(policy=policy, language=language).hear(text)
    assert decided(told) == ("policy_says_so", ("wants 'sim', which is for a person",))
    assert queue(told) == "technical"
    assert decided(Talk(policy=policy, language=language).hear(BALANCES[language])) is None


def test_a_wish_that_is_not_certain_is_asked_back_first() -> None:
    policy = with_rule("policy_says_so", flows=frozenset({"sim"}), queue="technical")
    talk = Talk(policy=policy)
    assert questions(talk.hear("my sim card is blocked", 0.6)) == ["confirm:flow:sim"]
    assert decided(talk.hear("yes")) is not None


def test_a_rule_holds_in_its_hours() -> None:
    policy = with_rule("policy_says_so", flows=frozenset({"sim"}), queue="technical", hours=WEEK)
    assert decided(Talk(policy=policy, now=TUESDAY).hear("my sim card is blocked")) is not None
    assert decided(Talk(policy=policy, now=SUNDAY).hear("my sim card is blocked")) is None
    assert decided(Talk(policy=policy).hear("my sim card is blocked")) is not None  # no clock


# What does not work


def asks(talk: Talk, text: str = "colourless green ideas") -> int:
    """A turn that only the language model can make something of: the request's number."""
    talk.hear(text)
    number = talk.state.pending[-1].request
    assert isinstance(number, int)
    return number


def test_a_language_model_that_fails() -> None:
    talk = Talk(language_model=True)
    first = talk.happen(Failed(talk.at, asks(talk), "unavailable"))
    assert decided(first) is None
    assert questions(first) == ["confirm:signal:person"]
    talk.hear("no")
    told = talk.happen(Failed(talk.at, asks(talk), "unavailable"))
    assert decided(told) == ("language_model_failing", ("language model late or failed 2 times",))
    assert ending(told) == ("language_model_failing", "transferred")


def test_a_language_model_that_is_late() -> None:
    talk = Talk(language_model=True)
    for _ in range(2):
        asks(talk)
        told: list[Action] = []
        while talk.state.pending:
            talk.at = max(talk.at, talk.dialogue.deadline or 0.0)
            told = talk.happen(Tick(talk.at))
        if not talk.state.ended:
            talk.hear("no")
    assert decided(told) == ("language_model_failing", ("language model late or failed 2 times",))


def test_what_the_knowledge_base_does_not_have_is_no_failure() -> None:
    talk = Talk(language_model=True)
    for _ in range(3):
        talk.happen(Failed(talk.at, asks(talk), NOT_KNOWN))
    assert talk.state.model_failures == 0


# All of them


def test_the_order_is_that_of_the_list_or_the_operators() -> None:
    assert in_order(CATALOG.policy) == list(NAMES)
    first = with_rule("threatens_to_leave", queue="retention", priority=65)
    order = in_order(first)
    assert order.index("threatens_to_leave") == order.index("asked_for_person") - 1


@pytest.mark.parametrize(
    ("priority", "reason"), [(0, "valued_customer"), (5, "amount_above_limit")]
)
def test_the_operators_order_decides_between_two_rules(priority: int, reason: str) -> None:
    gold = RuleSetting(segments=frozenset({"gold"}), queue="care")
    amount = RuleSetting(over={"EUR": Decimal(1)}, priority=priority)
    rules = {"amount_above_limit": amount, "valued_customer": gold}
    facts: dict[str, dict[str, Any]] = {
        "verify line=770001234": {**VERIFIED, "segment": "gold"},
        "balance line=770001234": {"amount": "12.50", "currency": "EUR"},
    }
    handoff = escalate(Conversation(facts=facts), replace(CATALOG.policy, rules=rules))
    assert handoff is not None
    assert handoff.reason == reason


@pytest.mark.parametrize("code", ["en", "fr"])
def test_every_reason_can_be_told_to_a_person(code: str) -> None:
    language = CATALOG.languages[code]
    assert [name for name in NAMES if not language.has(f"reason.{name}")] == []


def test_every_signal_is_taught_in_every_language() -> None:
    for language in CATALOG.languages.values():
        assert set(WATCHES.values()) <= set(language.intents)


def test_the_caller_is_told_why_in_words_of_their_own() -> None:
    talk = Talk()
    for _ in range(3):
        told = talk.hear("what is my balance", 0.1)
    spoken = next(a for a in told if isinstance(a, Speak))
    assert spoken.text.startswith("I cannot hear you well on this line.")


# What calls for help, in words that were taught as no sample


@pytest.mark.parametrize(
    ("language", "text", "rule"),
    [
        ("en", "my father is not breathing", "emergency"),
        ("en", "i think he's having a stroke", "emergency"),
        ("en", "somebody is breaking in and i am upstairs", "emergency"),
        ("en", "we can smell gas in the stairwell", "emergency"),
        ("en", "my little girl my daughter is missing", "emergency"),
        ("en", "she's fallen in the river", "emergency"),
        ("en", "the line is for the medical alarm of my aunt", "in_distress"),
        ("en", "my partner hits me and reads what i write", "in_distress"),
        ("en", "some days i want to die", "in_distress"),
        ("en", "mother has dementia and rings everybody", "in_distress"),
        ("fr", "mon père ne respire plus", "emergency"),
        ("fr", "je crois qu'il fait un avc", "emergency"),
        ("fr", "y a le feu dans l'escalier", "emergency"),
        ("fr", "ça sent le gaz chez la voisine", "emergency"),
        ("fr", "mon fils a disparu depuis midi", "emergency"),
        ("fr", "la téléalarme de ma tante passe par la ligne", "in_distress"),
        ("fr", "mon mari me frappe quand je téléphone", "in_distress"),
        ("fr", "j'ai envie de mourir", "in_distress"),
        ("fr", "maman a l'alzheimer et elle appelle tout le monde", "in_distress"),
    ],
)
def test_a_cry_for_help(language: str, text: str, rule: str) -> None:
    assert decided(Talk(language=language).hear(text)) == (rule, (f"said: {text}",))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "this bill nearly gave me a heart attack"),
        ("en", "how do i get the emergency credit"),
        ("en", "it is not an emergency my bill is too high"),
        ("en", "the film stops at the heart attack it keeps freezing"),
        ("en", "my fire stick does not connect"),
        ("fr", "ce n'est pas une urgence c'est pour ma facture"),
        ("fr", "ma facture a failli me faire faire une crise cardiaque"),
        ("fr", "l'épisode se fige pendant l'incendie"),
    ],
)
def test_what_only_looks_like_a_cry_for_help(language: str, text: str) -> None:
    found = decided(Talk(language=language).hear(text))
    assert found is None or found[0] not in ("emergency", "in_distress")


@pytest.mark.parametrize(("value", "calls"), [("80.00", False), ("80.01", True)])
def test_an_amount_that_the_caller_names(value: str, calls: bool) -> None:
    setting = RuleSetting(over={"EUR": Decimal(80)})
    c = Conversation(
        facts={"bill line=770001234": {"total": "12.00", "currency": "EUR"}},
        slots={"amount": Filled(value, True, "pay_bill")},
    )
    found = escalate(c, replace(CATALOG.policy, rules={"amount_above_limit": setting}))
    assert (found is not None) is calls
    unsure = replace(c, slots={"amount": Filled("900.00", False, "pay_bill")})
    assert escalate(unsure, replace(CATALOG.policy, rules={"amount_above_limit": setting})) is None
