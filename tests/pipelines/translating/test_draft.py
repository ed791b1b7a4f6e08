"""A pack as it is drafted: what is asked, what is written, and what is left when it stops."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pipelines.packs import sources
from pipelines.packs.language_files import load_packs
from pipelines.packs.reader import PROMPTS
from pipelines.packs.toml_files import read_toml
from pipelines.translating.batches import Brief, Unusable, Wanted, batches
from pipelines.translating.checks import Target
from pipelines.translating.derived import called, derived
from pipelines.translating.draft import Outcome, Plan, draft, plan
from pipelines.translating.items import FILES, MOST, items_of
from tests.pipelines.translating.translator import ended

QAA = Target("qaa", "Qaaish", "Qaaish")


class Drafter:
    """Ends every word, but what `says` otherwise; stops at a request that is not to be."""

    def __init__(self, says: Mapping[str, str] | None = None, stops: int = 10_000) -> None:
        self.says = says or {}
        self.stops = stops
        self.asked: list[Sequence[Wanted]] = []
        self.glossaries: list[Mapping[str, str]] = []

    @property
    def names(self) -> list[str]:
        return [wanted.part.name for batch in self.asked for wanted in batch]

    async def draft(self, batch: Sequence[Wanted], glossary: Mapping[str, str]) -> list[list[str]]:
        if len(self.asked) == self.stops:
            raise KeyboardInterrupt
        self.asked.append(batch)
        self.glossaries.append(glossary)
        return [
            [self.says.get(line, ended(line)) for line in wanted.part.lines][: wanted.part.most]
            for wanted in batch
        ]


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    for name in ("en", "llm"):
        shutil.copytree(PROMPTS / name, tmp_path / name)
    return tmp_path


async def drafted(prompts: Path, model: Drafter, *only: str, stale: bool = False) -> Outcome:
    chosen = sources.stale_of(prompts, "qaa") if stale else None
    made = planned(prompts, *only, stale=chosen)
    made.folder.begin()
    return await draft(made, model, lambda: "")


def planned(prompts: Path, *only: str, stale: Sequence[str] | None = None) -> Plan:
    return plan(prompts, QAA, "en", only or FILES, stale)


def half_written(prompts: Path) -> list[Path]:
    return list(prompts.rglob(".*"))


async def test_from_nothing_to_a_pack(prompts: Path) -> None:
    model = Drafter()
    outcome = await drafted(prompts, model)
    assert outcome.refused == []
    assert outcome.drafted > 4000
    assert "language.toml [digits]" in outcome.left
    pack = load_packs(prompts, languages=("qaa",))["qaa"]
    assert pack.draft
    language = pack.language
    assert language.phrases["goodbye"] == ("Thankou youou forou callingou. Goodbyeou.",)
    assert language.intents["bill"].say[0] == "whyou isou myou billou soou highou"
    assert language.months[0] == "Januaryou"
    assert dict(language.moments.weekdays)["mondayou"] == 0
    assert not planned(prompts).wanted
    assert sources.read(prompts / "qaa")[1] == sources.now_of(prompts / "en")
    assert model.glossaries[-1]["your bill"] == "yourou billou"
    assert max(sum(w.part.most for w in batch) for batch in model.asked) <= MOST


async def test_it_goes_on_where_it_stopped(prompts: Path) -> None:
    first = Drafter(stops=7)
    with pytest.raises(KeyboardInterrupt):
        await drafted(prompts, first, "phrases")
    assert load_packs(prompts, languages=("qaa",))["qaa"].language.has("notice.voice")
    there = read_toml(prompts / "qaa" / "phrases.toml")
    assert len(there) > 60
    second = Drafter()
    await drafted(prompts, second, "phrases")
    assert not set(first.names) & set(second.names)
    assert read_toml(prompts / "qaa" / "phrases.toml").items() >= there.items()
    assert half_written(prompts) == []


async def test_a_line_that_stays_wrong_is_left_with_the_reason(prompts: Path) -> None:
    source = "Please switch your phone to airplane mode for ten seconds, and back."
    name = "inform.advice_mobile"
    model = Drafter({source: "Noou {x}.", "You can choose by key.": "You can choose by key."})
    outcome = await drafted(prompts, model, "phrases")
    reason = "'Noou {x}.' must have exactly these placeholders, unchanged: none"
    assert (f"phrases.toml {name}", reason) in outcome.refused
    assert [n for n, _ in outcome.refused] == [f"phrases.toml {name}", "phrases.toml menu"]
    assert model.names.count(name) == 2
    (again,) = [w for batch in model.asked for w in batch if w.part.name == name and w.refused]
    assert again.refused == {"Noou {x}.": reason.partition("' ")[2]}
    text = (prompts / "qaa" / "phrases.toml").read_text(encoding="utf-8")
    assert f'# not drafted: {reason}\n# "{name}" = [' in text
    assert name in load_packs(prompts, languages=("en", "qaa"))["qaa"].language.gaps
    mended = await drafted(prompts, third := Drafter(), "phrases")
    assert (sorted(third.names), mended.refused) == ([name, "menu"], [])
    assert "not drafted" not in (prompts / "qaa" / "phrases.toml").read_text(encoding="utf-8")


async def test_a_table_lacks_what_was_refused_and_says_so(prompts: Path) -> None:
    model = Drafter({"tomorrow": "завтра"})
    outcome = await drafted(prompts, model, "language")
    assert [name for name, _ in outcome.refused] == ["language.toml [moments.days]"]
    days = read_toml(prompts / "qaa" / "language.toml")["moments"]["days"]
    assert set(days.values()) == {0, 2}
    text = (prompts / "qaa" / "language.toml").read_text(encoding="utf-8")
    assert "[moments.days] # from today\n# not drafted: 1: 'завтра' is written in Cyrillic" in text


async def test_without_ways_to_say_it_an_intent_waits(prompts: Path) -> None:
    said = read_toml(prompts / "en" / "intents.toml")["fraud"]["say"]
    outcome = await drafted(prompts, Drafter(dict.fromkeys(said, "что")), "intents")
    names = [name for name, _ in outcome.refused]
    assert names == [f"intents.toml [fraud] {key}" for key in ("say", "must", "words")]
    assert "fraud" not in read_toml(prompts / "qaa" / "intents.toml")
    assert (
        load_packs(prompts, languages=("qaa",))["qaa"].language.intents["fraud"].say[0] == said[0]
    )


async def test_an_answer_that_is_none_costs_its_lines_alone(prompts: Path) -> None:
    class Broken(Drafter):
        async def draft(
            self, batch: Sequence[Wanted], glossary: Mapping[str, str]
        ) -> list[list[str]]:
            found = await super().draft(batch, glossary)
            if any(w.part.name == "greet" for w in batch):
                raise Unusable("its answer was not the JSON that was asked for")
            return found

    outcome = await drafted(prompts, Broken(), "phrases")
    assert 0 < len(outcome.refused) <= MOST
    assert {why for _, why in outcome.refused} == {"its answer was not the JSON that was asked for"}


async def test_stale_lines_alone_are_drafted_anew(prompts: Path) -> None:
    await drafted(prompts, Drafter(), "phrases", "callers")
    path = prompts / "en" / "phrases.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Thank you for calling. Goodbye.", "So long."), encoding="utf-8")
    own = prompts / "qaa" / "phrases.toml"
    kept = own.read_text(encoding="utf-8") + "# a speaker's remark\n"
    own.write_text(kept, encoding="utf-8")
    model = Drafter()
    await drafted(prompts, model, stale=True)
    assert model.names == ["goodbye"]
    old, new = "Thankou youou forou callingou. Goodbyeou.", "Soou longou."
    assert own.read_text(encoding="utf-8") == kept.replace(old, new)
    assert sources.stale_of(prompts, "qaa") == ()


async def test_what_joins_a_reviewed_pack_says_who_wrote_it(prompts: Path) -> None:
    shutil.copytree(PROMPTS / "fr", prompts / "fr")
    own = prompts / "fr" / "phrases.toml"
    text = own.read_text(encoding="utf-8")
    (line,) = [each for each in text.splitlines(True) if each.startswith('"taken_over"')]
    own.write_text(text.replace(line, ""), encoding="utf-8")
    made = plan(prompts, Target("fr", "Français", "French"), "en", ["phrases"])
    assert [item.key for item in made.wanted] == ["taken_over"]
    said = "A colleague of mine is taking over now."
    model = Drafter({said: "Un collègue prend le relais."})
    await draft(made, model, lambda: "machine-drafted, awaiting review by a speaker")
    added = own.read_text(encoding="utf-8").removeprefix(text.replace(line, ""))
    assert "# machine-drafted, awaiting review by a speaker\n" in own.read_text(encoding="utf-8")
    assert added.count("\n") <= 2


def test_what_libraries_know() -> None:
    known = derived("uk", ("en", "uk"))
    assert known["language", "", "months"][0] == "січень"
    assert known["language", "", "months_in_dates"][0] == "січня"
    assert known["language", "moments.weekdays", ""]["понеділок"] == 0
    assert known["language", "", "decimal_point"] == ","
    assert known["language", "digits", ""]["сім"] == "7"
    assert known["gate", "numbers", "words"]["двадцять"] == 20
    assert known["phrases", "", "language_name.en"] == ["англійська"]
    assert known["phrases", "", "time"] == ["{hour}:{minute}"]
    assert ("phrases", "", "time") not in derived("en", ())
    assert ("language", "digits", "") not in derived("ka", ("ka",))
    assert derived("qaa", ("en",)) == {}
    assert called("ka") == ("ქართული", "Georgian")
    assert called("qaa") == ("", "")


def test_forms_that_the_source_has_not_are_asked_for(prompts: Path) -> None:
    made = plan(prompts, Target("uk", "Українська", "Ukrainian"), "en", ["phrases"])
    keys = {item.key for item in made.wanted}
    assert {"days.one", "days.few", "days.many", "money.EUR.few"} <= keys
    assert "time" not in keys
    assert "length.9" in keys


def test_every_entry_has_a_note_that_says_what_it_is_for() -> None:
    brief = Brief(PROMPTS / "llm", QAA)
    items = items_of(PROMPTS / "en")
    assert {item.file for item in items} == set(FILES)
    parts = [(item.file, part.name) for item in items for part in item.parts]
    assert [each for each in parts if not brief.note(*each)] == []
    assert brief.note("phrases", "ask.line.again").startswith("A question. After .again")
    wanted = [Wanted(item, part, n) for item in items for n, part in enumerate(item.parts)]
    for batch in batches(wanted):
        ask = brief.ask(batch, {}, "m")
        assert ask.schema is not None
        assert len(ask.schema["required"]) == len(batch)
        assert "Qaaish" in ask.messages[0]["content"]
