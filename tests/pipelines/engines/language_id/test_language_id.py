"""Which language: by the letters of the shipped table, and with what the recogniser says."""

import json
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest

from agent.languages.language_routing import Memory, route
from pipelines.bench import language_id as bench
from pipelines.cli import language_id as cli
from pipelines.engines.language_id.evidence import combine, evidence
from pipelines.engines.language_id.identify import TABLE, identify, languages, load, save
from pipelines.engines.language_id.letters import bare, respelt, runs, words
from pipelines.engines.language_id.training import corpora, mozilla, transcripts
from pipelines.engines.language_id.training.train import Recipe, train
from pipelines.errors import EngineError
from pipelines.settings import Settings

# Written by a machine for this test, in the manner of callers; no text that the table has seen.
SAID = {
    "ar": "أريد أن أتحدث مع موظف لأن الإنترنت لا يعمل",
    "bg": "от вчера нямам интернет и искам да говоря с някого",
    "cs": "od včerejška mi nefunguje internet a chci s někým mluvit",
    "da": "jeg har ikke haft internet siden i går og vil gerne tale med nogen",
    "de": "seit gestern geht mein internet nicht und ich möchte mit jemandem sprechen",
    "el": "από χθες δεν έχω ίντερνετ και θέλω να μιλήσω με κάποιον",
    "en": "my internet has not worked since yesterday and i want to talk to someone",
    "es": "desde ayer no tengo internet y quiero hablar con alguien",
    "et": "mul ei ole eilsest saadik internetti ja ma tahan kellegagi rääkida",
    "ff": "mi yiɗi anndude hol ko heddii e konte am",
    "fi": "minulla ei ole ollut nettiä eilisestä ja haluan puhua jonkun kanssa",
    "fr": "je n'ai plus internet depuis hier et je voudrais parler à quelqu'un",
    "ga": "níl aon idirlíon agam ó inné agus ba mhaith liom labhairt le duine éigin",
    "hr": "od jučer nemam internet i htio bih razgovarati s nekim",
    "hu": "tegnap óta nincs internetem és szeretnék beszélni valakivel",
    "it": "da ieri non ho più internet e vorrei parlare con qualcuno",
    "lt": "nuo vakar neturiu interneto ir noriu su kuo nors pakalbėti",
    "lv": "kopš vakardienas man nav interneta un es gribu ar kādu parunāt",
    "mt": "m'għandix internet mill-bieraħ u nixtieq nitkellem ma' xi ħadd",
    "nl": "ik heb sinds gisteren geen internet en wil graag met iemand praten",
    "pl": "od wczoraj nie mam internetu i chcę z kimś porozmawiać",
    "pt": "desde ontem não tenho internet e gostava de falar com alguém",
    "ro": "de ieri nu am internet și aș vrea să vorbesc cu cineva",
    "ru": "со вчерашнего дня нет интернета и я хочу поговорить с человеком",
    "sk": "od včera mi nefunguje internet a chcem s niekým hovoriť",
    "sl": "od včeraj nimam interneta in bi rad govoril z nekom",
    "sq": "nuk kam internet që nga dje dhe dua të flas me dikë",
    "sv": "jag har inte haft internet sedan igår och vill prata med någon",
    "tr": "dünden beri internetim yok ve biriyle konuşmak istiyorum",
    "uk": "від учора немає інтернету і я хочу поговорити з людиною",
    "wo": "dama bëgg a xam ñaata moo des ci sama kont",
}


@pytest.mark.parametrize("language", SAID)
def test_a_sentence_is_of_its_language(language: str) -> None:
    best, probability = identify(SAID[language])[0]
    assert best == language
    assert probability > 0.8


def test_every_language_of_the_table_is_tried() -> None:
    assert set(SAID) == set(languages())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("DAMA BËGG WAX AK NIT", "wo"),
        ("dama begg wax ak nit", "wo"),  # without accents
        ("dama beug wakh ak nit ci sama facture", "wo"),  # in French spelling, with a French word
        ("nanga def", "wo"),
        ("merci beaucoup au revoir", "fr"),
        ("i would like to pay my bill", "en"),
        ("ich möchte bezahlen", "de"),
    ],
)
def test_what_recognisers_and_people_write_is_read_too(text: str, language: str) -> None:
    assert identify(text)[0][0] == language


@pytest.mark.parametrize("text", ["", "  ", "12 34", "?!", "我想说话", "...7"])
def test_nothing_to_read_is_no_language(text: str) -> None:
    assert identify(text) == ()


def test_probabilities_are_of_the_languages_asked_for_and_sum_to_one() -> None:
    found = identify(SAID["sk"], among=("cs", "sk", "xx"))
    assert [code for code, _ in found] == ["sk", "cs"]
    assert sum(share for _, share in found) == pytest.approx(1)
    assert identify(SAID["sk"], among=()) == ()


def test_one_word_is_less_certain_than_ten() -> None:
    assert identify("internet")[0][1] < 0.9 < identify(SAID["lt"])[0][1]


def test_words_are_without_figures_points_and_capitals() -> None:
    assert words("C’est  l'ÉTÉ_2026, «non» ?") == ["c'est", "l'été", "non"]
    assert words("été") == words("e\u0301te\u0301")


def test_runs_reach_over_spaces() -> None:
    assert {" i h", "i", " i "} <= set(runs(["i", "have"]))
    assert "    " not in set(runs(["a", "b"]))
    assert (bare("bëgg"), respelt("xam"), respelt("ñuul")) == ("begg", "kham", "gnoul")


# The sound and the text

WOLOF = (("wo", 0.95), ("ff", 0.04), ("fr", 0.01))
FRENCH = (("fr", 0.97), ("wo", 0.02), ("ff", 0.01))


def test_both_in_agreement_are_surer_than_either() -> None:
    sound = (("fr", 0.9), ("en", 0.1))
    best, probability = combine(sound, FRENCH)[0]
    assert best == "fr"
    assert probability > 0.97


@pytest.mark.parametrize(
    "sound",
    [
        (("sq", 0.4), ("fr", 0.2), ("so", 0.2), ("ht", 0.2)),  # Whisper's doubt
        (("sq", 0.9), ("fr", 0.1)),  # Whisper's certainty, of a language the letters exclude
        (("sn", 0.8), ("fr", 0.2)),  # of one the letters do not know
        (),
    ],
)
def test_what_the_ears_cannot_name_is_named_by_the_letters(
    sound: tuple[tuple[str, float], ...],
) -> None:
    assert combine(sound, WOLOF, expected=("fr", "wo"))[0][0] == "wo"


def test_what_the_letters_cannot_name_is_named_by_the_ears() -> None:
    assert combine((("ja", 0.98), ("zh", 0.02)), (("fr", 0.4), ("it", 0.3)))[0][0] == "ja"
    assert combine((("ja", 0.98), ("zh", 0.02)), ())[0][0] == "ja"


def test_a_doubting_ear_does_not_speak_against_french_that_is_well_written() -> None:
    assert combine((("fr", 0.5), ("wo", 0.0), ("ca", 0.3)), FRENCH)[0][0] == "fr"


def test_a_text_in_the_language_that_was_told_counts_little() -> None:
    english = (("en", 0.9), ("fr", 0.1))
    french = (("fr", 0.99), ("wo", 0.006), ("en", 0.004))
    assert combine(english, french)[0][0] == "fr"
    assert combine(english, french, told="fr")[0][0] == "en"
    assert combine((), FRENCH, told="fr")[0][1] < 0.9
    assert combine(english, WOLOF, told="fr")[0][0] == "wo"  # written in spite of it


def test_without_witnesses_nothing_is_said() -> None:
    assert combine((), (), expected=("fr",)) == ()


def test_an_expected_language_is_preferred() -> None:
    torn = (("sk", 0.5), ("cs", 0.5))
    assert combine((), torn, expected=("cs",))[0][0] == "cs"


def test_a_wolof_sentence_changes_a_french_call() -> None:
    seen = evidence(SAID["wo"], told="fr", expected=("fr", "wo"))
    assert route("fr", seen, Memory(), ("fr", "wo")).kind == "switch"


def test_numbers_in_another_language_do_not() -> None:
    seen = evidence("deux deux sept", numbers={"deux", "sept"})
    assert route("wo", seen, Memory(), ("fr", "wo")).reason == "too short to tell"


# The table and its making


def test_the_table_names_its_sources() -> None:
    notice = load().notice
    assert "CC BY-SA 4.0" in notice
    assert "Kallaama" in notice
    assert TABLE.stat().st_size < 1_500_000


def test_a_table_that_is_none_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "letters.npz"
    with pytest.raises(EngineError, match="train-language-id"):
        load(broken)
    broken.write_bytes(b"nonsense")
    with pytest.raises(EngineError, match=r"letters\.npz"):
        load(broken)
    np.savez(broken, languages=np.array("a b"))
    with pytest.raises(EngineError, match=r"letters\.npz"):
        load(broken)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two made-up languages as NTREX has them, and a programme of Wolof talk."""
    chance = random.Random(1)
    folder = tmp_path / "ntrex" / "NTREX-128"
    folder.mkdir(parents=True)
    for code, vocabulary in (("ita", "pala lupo nina sole mare"), ("pol", "szcz brzd kwicz trzt")):
        lines = [" ".join(chance.choices(vocabulary.split(), k=9)) for _ in range(1997)]
        path = folder / f"newstest2019-ref.{code}.txt"
        path.write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_the_same_texts_make_the_same_table(data: Path, tmp_path: Path) -> None:
    recipe = Recipe(windows=256, runs=100, fewest=2, rounds=1, batch=64)
    parts = corpora.texts("train", data), corpora.texts("tune", data)
    for name in ("one.npz", "two.npz"):
        save(tmp_path / name, train(*parts, recipe=recipe))
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    table = load(tmp_path / "one.npz")
    assert table.identify("lupo sole")[0][0] == "it"
    assert table.identify("brzd kwicz")[0][0] == "pl"


def test_no_sentence_is_in_two_parts(data: Path) -> None:
    count = sum(
        len(text.sentences)
        for part in ("train", "tune", "test")
        for text in corpora.texts(part, data)
    )
    assert count == 2 * 1997


def test_transcripts_tell_whose_words_they_are(tmp_path: Path) -> None:
    lines = (
        ";; a comment",
        "wol_1 1 excluded_region 0.0 1.0 <o,,unknown> ignore_time_segment_in_scoring",
        "wol_1 1 locuteur_1 1.0 2.0 <o,f1,male> [b] parce :fra que:fra jiw bi %hum * baax :wolof",
    )
    (tmp_path / "wol_12345.stm").write_text("\n".join(lines), encoding="utf-8")
    parts = {p: list(transcripts.segments(tmp_path, p)) for p in ("train", "tune", "test")}
    assert [s for found in parts.values() for s in found] == [
        [("parce", "fr"), ("que", "fr"), ("jiw", ""), ("bi", ""), ("baax", "")]
    ]


def test_language_packs_give_their_sentences(tmp_path: Path) -> None:
    fluent = "# a note\nopen = Hap një skedë të re\nname = Firefox\nleft = You are not signed in\n"
    for code, text in (("sq", fluent), ("en-GB", "left = You are not signed in\n")):
        with zipfile.ZipFile(tmp_path / f"langpack-{code}@firefox.xpi", "w") as pack:
            pack.writestr("browser/a.ftl", text)
            pack.writestr(
                "b.properties", "x=S’ka lidhje me %S internetin\n" if code == "sq" else ""
            )
    assert mozilla.interface_texts(tmp_path) == {
        "en": ["You are not signed in"],
        "sq": ["Hap një skedë të re", "S’ka lidhje me internetin"],
    }
    with pytest.raises(EngineError, match="l10n"):
        mozilla.interface_texts(tmp_path / "nothing")


def test_without_texts_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="WAXTAAN_DATA"):
        corpora.texts("train", tmp_path)
    (row,) = bench.run(Settings(data=tmp_path))
    assert row.values == []
    assert "WAXTAAN_DATA" in row.note


def test_the_command_tells_the_languages_of_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    cli.identify(SAID["wo"], json=True)
    assert next(iter(json.loads(capsys.readouterr().out))) == "wo"
    cli.identify("12", json=False)
    assert "No letters" in capsys.readouterr().out
