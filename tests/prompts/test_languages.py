"""Which languages calls are answered in, and how their nouns agree with numbers."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from agent.commands import ChangeLanguage, Command
from agent.ladder.turn import Turn
from agent.ladder.understanding import understand
from agent.languages.language import words
from agent.languages.wording import word
from agent.numbers.digits import all_digits
from agent.question import OpenQuestion
from agent.slots.moment import Clock, moment
from pipelines.call.typed import typed
from pipelines.errors import ConfigurationError
from pipelines.packs.fixed_wording import sentences
from pipelines.packs.language_files import EVERY, load_packs
from pipelines.packs.plurals import plurals
from pipelines.packs.policy_file import load_policy
from pipelines.packs.reader import PROMPTS

ESCALATION = PROMPTS / "escalation.toml"


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    """English, and a draft of Polish that has little of its own."""
    folder = tmp_path / "prompts"
    shutil.copytree(PROMPTS / "en", folder / "en")
    shutil.copy(PROMPTS / "escalation.toml", folder)
    own = folder / "pl"
    own.mkdir()
    about = (folder / "en" / "language.toml").read_text(encoding="utf-8")
    (own / "language.toml").write_text(f'draft = true\nfallback = "en"\n{about}', encoding="utf-8")
    (own / "intents.toml").write_text("", encoding="utf-8")
    lines = {
        "days.one": "{n} dzień",
        "days.few": "{n} dni",
        "days.many": "{n} dni",
        "days.other": "{n} dnia",
        "money.PLN": "{units} złotego {cents}",
        "money.PLN.round": "{units} złotego",
        "money.PLN.round.one": "{units} złoty",
        "money.PLN.round.few": "{units} złote",
        "money.PLN.round.many": "{units} złotych",
        "bundle": "{days:days}, {price:money}",
    }
    text = "".join(f'"{name}" = ["{said}"]\n' for name, said in lines.items())
    (own / "phrases.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_draft_is_taken_where_it_is_named(prompts: Path) -> None:
    assert list(load_packs(prompts)) == ["en"]
    assert list(load_packs(prompts, languages=("pl", "en"))) == ["en", "pl"]
    assert list(load_packs(prompts, languages=("pl",))) == ["pl"]
    every = load_packs(prompts, languages=(EVERY,))
    assert [code for code, pack in every.items() if pack.draft] == ["pl"]


def test_a_language_that_there_is_not(prompts: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no language 'xx' in .*; there are en, pl"):
        load_packs(prompts, languages=("en", "xx"))


@pytest.mark.parametrize(
    ("days", "price", "told"),
    [
        ("1", "1.00", "1 dzień, 1 złoty"),
        ("3", "22.00", "3 dni, 22 złote"),
        ("5", "112.00", "5 dni, 112 złotych"),
        ("2.5", "0.00", "2.5 dnia, 0 złotych"),
        ("ten", "1.50", "ten dnia, 1 złotego 50"),
    ],
)
def test_nouns_agree_with_their_numbers(prompts: Path, days: str, price: str, told: str) -> None:
    language = load_packs(prompts, languages=("pl",))["pl"].language
    values = {"days": days, "price": f"{price} PLN"}
    assert [said.text for said in word(language, "bundle", values)] == [told]


def test_a_language_s_own_form_goes_before_another_s_exact_one(prompts: Path) -> None:
    language = load_packs(prompts, languages=("pl",))["pl"].language
    assert "1 euro" in word(language, "amount", {"amount": "1.00 EUR"})[0].text  # English's
    assert language.sentences("days.1") == ("1 day",)
    assert word(language, "bundle", {"days": "1", "price": "1.00 PLN"})[0].text.startswith("1 dz")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("pl", "5 grudnia o 10"),
        ("cs", "5. prosince v 10 hodin"),
        ("de", "am 5. Dezember um 10 Uhr"),
    ],
)
def test_a_month_beside_a_day_is_heard(code: str, text: str) -> None:
    language = load_packs(PROMPTS, languages=(code,))[code].language
    clock = Clock(datetime(2026, 11, 29, 10, 0), load_policy(ESCALATION, {}).queue("general").hours)
    assert moment(text, language.moments, clock) == "2026-12-05T10:00"


def test_what_is_asked_for_another_language(prompts: Path) -> None:
    (prompts / "pl" / "languages.toml").write_text('en = ["po angielsku"]\nfr = ["po francusku"]\n')
    packs = load_packs(prompts, languages=("en", "pl"))
    policy = load_policy(prompts / "escalation.toml", {})

    def asked(code: str, text: str) -> tuple[Command, ...]:
        turn = Turn(text, OpenQuestion("open"), packs[code].language)
        return understand(turn, {}, policy).commands

    assert asked("pl", "poproszę po angielsku") == (ChangeLanguage("en"),)
    assert ChangeLanguage("fr") not in asked("pl", "po francusku")  # no call is answered in it
    english = packs["en"].language
    assert asked("en", "hello can we speak polish") == (ChangeLanguage("pl"),)
    assert ChangeLanguage("pl") not in asked("en", "my bill was sent to my polish neighbour again")
    said = sentences(english)
    assert "Would you like to go on in Polish?" in said
    assert "Would you like to go on in French?" not in said


def test_a_language_that_nobody_counts_in() -> None:
    assert plurals("qqq")("1") == "other"
    assert plurals("no-such-code-at-all")("1") == "other"
    assert [plurals("ar")(n) for n in ("0", "1", "2", "3", "11")] == [
        *("zero", "one", "two", "few", "many"),
    ]


@pytest.mark.parametrize(
    ("language", "text", "kept"),
    [
        ("sr", "Колико имам на рачуну? Њушкају, Џаба!", "Koliko imam na računu? Njuškaju, Džaba!"),
        ("bs", "двадесет и пет", "dvadeset i pet"),
        ("mk", "колку пари имам", "колку пари имам"),
        ("sr", "Koliko imam", "Koliko imam"),
    ],
)
def test_serbian_in_cyrillic_letters_is_heard_as_in_latin_ones(
    language: str, text: str, kept: str
) -> None:
    assert typed(1.0, text, language)[1].text == kept


def test_cyrillic_letters_tell_that_a_turn_is_serbian() -> None:
    assert typed(1.0, "Колико имам", "en", (("sr", 0.9), ("mk", 0.1)))[1].text == "Koliko imam"
    assert typed(1.0, "Колку имам", "en", (("mk", 0.9), ("sr", 0.1)))[1].text == "Колку имам"


def test_a_turkish_capital_is_one_letter() -> None:
    assert words("İnternetim İPTAL edilsin") == "internetim iptal edilsin"
    says = load_packs(PROMPTS, languages=("tr",))["tr"].language.digit_words
    assert all_digits("İki üç", says) == "23"
