"""What is refused of a draft, and why; the packs that are there are hardly ever."""

import pytest

from pipelines.packs.reader import PROMPTS
from pipelines.packs.toml_files import read_toml
from pipelines.translating.checks import Target, fault, spoken
from pipelines.translating.items import Part, items_of
from pipelines.translating.judging import Judged, enough, judged

KA = Target("ka", "ქართული", "Georgian")
DE = Target("de", "Deutsch", "German")
JA = Target("ja", "日本語", "Japanese")
CODES = sorted(path.parent.name for path in PROMPTS.glob("*/language.toml"))


@pytest.mark.parametrize(
    ("line", "source", "why"),
    [
        ("ჩვენ გადავდივართ {x:flow}.", "We go to {x:flow}.", ""),
        ("{x:flow} {x:flow}", "{x:flow}", "exactly these placeholders, unchanged: {x:flow}"),
        ("ჩვენ {x:date}", "We {x:flow}", "exactly these placeholders"),
        ("ჩვენ {x}", "We {x:flow}", "exactly these placeholders"),
        ("ჩვენ {x:flow", "We {x:flow}", "a brace that belongs to no"),
        ("ჩვენ {n}", "We", "placeholders, unchanged: none"),
        ("", "We", "is empty"),
        ("ჩვენ\x00", "We", "control character"),
        ("We go on now", "We go on now", "unchanged, not a translation"),
        ("internet", "internet", "give it again if that is the word"),
        ("SIM", "SIM", ""),
        ("{day} {month}", "{day} {month}", ""),
        ("We speak of a bill", "We speak of an invoice", "in Latin letters; ქართული is not"),
        ("SIM ბარათი", "SIM card", ""),
        ("мы говорим", "We speak", "in Cyrillic letters"),
        ("კი", "Please unplug your box and wait", "is too short (2 letters for 31)"),
        ("კი " * 40, "Please wait", "is too long"),
    ],
)
def test_a_line(line: str, source: str, why: str) -> None:
    found = fault(line, source, Part("a", (source,)), KA)
    assert why in found
    assert bool(found) == bool(why)


def test_another_language_that_the_table_knows() -> None:
    source = "I am putting you through to a colleague who can help you."
    french = "Je vous passe un collègue qui peut vous aider tout de suite."
    german = "Ich verbinde Sie mit einem Kollegen, der Ihnen helfen kann."
    part = Part("handoff", (source,))
    assert fault(french, source, part, DE) == "reads as 'fr', not as 'de'"
    assert fault(german, source, part, DE) == ""


def test_japanese_has_three_scripts() -> None:
    part = Part("a", ("Please wait a moment.",))
    assert fault("少々お待ちください。", part.lines[0], part, JA) == ""
    assert "Hangul" in fault("잠시 기다려 주세요.", part.lines[0], part, JA)


def test_what_callers_say_is_as_recognisers_write_it() -> None:
    assert spoken("  Meine  Rechnung? ", DE) == "meine rechnung"
    assert spoken("IŞIK İçin", Target("tr", "Türkçe", "Turkish")) == "ışık için"


def test_ways_are_enough_or_asked_for_again() -> None:
    part = Part("[bill] say", ("my bill", "the bill", "bill"), "ways", 2)
    first = judged(["Meine Rechnung", "my bill", "meine rechnung"], part, DE)
    assert first.taken == ("meine rechnung",)
    assert "unchanged" in first.faults["my bill"]
    assert not enough(first, part)
    second = judged(["die rechnung"], part, DE, first)
    assert second == Judged(("meine rechnung", "die rechnung"))
    assert judged(["bill", "my bill", "rechnung"], part, DE).taken == ("rechnung",)
    assert judged([], part, DE).why == "needs at least 2 different ones, has 0"


def test_one_word_that_is_the_same_is_believed_when_it_is_insisted_on() -> None:
    part = Part("service.internet", ("internet",))
    first = judged(["internet"], part, DE)
    assert not enough(first, part)
    assert judged(["internet"], part, DE, first) == Judged(("internet",))


def test_lines_are_as_many_as_those_of_the_source() -> None:
    part = Part("a", ("Yes, I am here.", "Tell me."))
    assert judged(["Ja, ich bin da."], part, DE).why == "needs exactly 2 lines, has 1"
    half = judged(["Ja, ich bin da.", "Tell me."], part, DE)
    assert (half.taken, list(half.faults)) == ((), ["Tell me."])


def test_patterns_of_the_gate_have_signs_of_their_own() -> None:
    part = Part("[phrases] promises", ("i|we * refund",), "ways", 1, pattern=True)
    assert judged(["ich|wir * erstatt-"], part, DE).taken == ("ich|wir * erstatt-",)
    assert "a sign that is none of" in judged(["(ich|wir).*"], part, DE).why


@pytest.mark.parametrize("code", [code for code in CODES if code != "en"])
def test_the_wording_that_is_there_would_be_taken(code: str) -> None:
    target = Target(code, read_toml(PROMPTS / code / "language.toml")["name"], "")
    own = read_toml(PROMPTS / code / "phrases.toml")
    items = items_of(PROMPTS / "en", ["phrases"])
    pairs = [
        (said, item.parts[0].lines[n], item.parts[0])
        for item in items
        if item.key in own
        for n, said in enumerate(own[item.key])
        if n < len(item.parts[0].lines)
    ]
    refused = [said for said, line, part in pairs if fault(said, line, part, target, insists=True)]
    assert len(pairs) > 450
    assert len(refused) <= 0.01 * len(pairs), refused
