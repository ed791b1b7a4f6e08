"""Figures in words: what is written on the left is said as on the right."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.engines.tts.normalisation import LANGUAGES, gaps, spoken
from pipelines.engines.tts.normalisation.cardinals import cardinal
from pipelines.engines.tts.normalisation.nouns import NOUNS, noun, table

EUROPE = sorted(set(LANGUAGES) - {"wo", "ff"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("You have 3.5 GB left.", "You have three point five gigabytes left."),
        ("It costs €12.50.", "It costs twelve euros fifty."),
        ("It costs 12 euros 50.", "It costs twelve euros fifty."),
        ("1 € or 0.90 €", "one euro or ninety cents"),
        ("due on 2026-12-05", "due on the fifth of December twenty twenty-six"),
        ("due on 5 December, 6 of them", "due on the fifth of December, six of them"),
        ("the 3rd of each month", "the third of each month"),
        ("at 18:30, 8:05 and 8:00", "at six thirty p.m., eight oh five a.m. and eight a.m."),
        ("20 000 towns, 1,000,000", "twenty thousand towns, one million"),
        ("12% more, -5", "twelve percent more, minus five"),
        ("300 Mbit/s", "three hundred megabits per second"),
        ("5G and 4G", "five G and four G"),
        ("Dial *123#.", "Dial star one two three hash."),
        ("7 7, 0 0, 1 2", "seven seven, zero zero, one two"),
        ("code: 1, 2, 3, 4.", "code: one, two, three, four."),
        ("0612", "zero six one two"),
        ("20-25 euros", "twenty to twenty-five euros"),
        ("Mr Diop, e.g. 7", "Mister Diop, for example seven"),
        ("+33 6 12 34 56 78", "plus, three three, six, one two, three four, five six, seven eight"),
        ("no figures at all", "no figures at all"),
        ("9" * 13, " ".join(["nine"] * 13)),
    ],
)
def test_english(text: str, said: str) -> None:
    assert spoken(text, "en") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("12,50 € par mois", "douze euros cinquante par mois"),
        ("3 500 FCFA", "trois mille cinq cents francs CFA"),
        ("71, 80, 81, 91", "soixante et onze, quatre-vingts, quatre-vingt-un, quatre-vingt-onze"),
        ("21 h, 1 min, 1 €", "vingt et une heures, une minute, un euro"),
        ("à 18 h 30, à 8h05", "à dix-huit heures trente, à huit heures cinq"),
        ("le 1er mars", "le premier mars"),
        ("le 2026-03-01", "le premier mars deux mille vingt-six"),
        ("06 12 34 56 78", "zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit"),
        ("0612345678", "zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit"),
        ("33 800 12 34", "trente-trois, huit cents, douze, trente-quatre"),
        ("80 %, 5 Go", "quatre-vingts pour cent, cinq gigaoctets"),
        ("0,05 %", "zéro virgule zéro cinq pour cent"),
        ("*123#", "étoile un deux trois dièse"),
        ("M. Diop et Mme Sarr", "monsieur Diop et madame Sarr"),
    ],
)
def test_french(text: str, said: str) -> None:
    assert spoken(text, "fr") == said


# The amounts and times of day that WolBanking's voice bot says (lexicons/responses.csv), in the
# spelling of the Kallaama lexicon. Money is counted in fives: a dërëm is five francs.
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1000 FCFA", "ñaari téeméer"),
        ("2000 FCFA", "ñeenti téeméer"),
        ("3000 F CFA", "juróom-benni téeméer"),
        ("4000 XOF", "juróom-ñetti téeméer"),
        ("5000 FCFA", "junni"),
        ("6000 FCFA", "junni ak ñaari téeméer"),
        ("9 000 FCFA", "junni ak juróom-ñetti téeméer"),
        ("10.000 FCFA", "ñaari junni"),
        ("50000 FCFA", "fukki junni"),
        ("60000 FCFA", "fukki junni ak ñaar"),
        ("90000 FCFA", "fukki junni ak juróom-ñett"),
        ("100000 FCFA", "ñaar-fukki junni"),
        ("50 FCFA", "fukki dërëm"),
        ("275 FCFA", "juróom-fukki dërëm ak juróom"),
        ("7:00", "juróom-ñaari waxtu"),
        ("10:00", "fukki waxtu"),
        ("11:00", "fukki waxtu ak benn"),
        ("20:00", "ñaar-fukki waxtu"),
        ("7:35", "juróom-ñaari waxtu yu teg fanweeri simili ak juróom"),
        ("25", "ñaar-fukk ak juróom"),
        ("103 FCFA", "téeméer ak ñett francs CFA"),  # no multiple of five
    ],
)
def test_wolof(text: str, said: str) -> None:
    assert spoken(text, "wo") == said


# Numbers that the Pulaar texts of Kallaama give in words and in figures; 2,400 mbuuɗu are 12 000 F.
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("62", "capanɗe jeegom e ɗiɗi"),
        ("76", "capanɗe jeeɗiɗi e jeegom"),
        ("1953", "ujunere e teemedde jeenayi e capanɗe joyi e tati"),
        ("1 379", "ujunere e teemedde tati e capanɗe jeeɗiɗi e jeenayi"),
        ("12 000 FCFA", "ujunnaaje ɗiɗi e teemedde nayi mbuuɗu"),
    ],
)
def test_pulaar(text: str, said: str) -> None:
    assert spoken(text, "ff") == said


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("bg", "12,50 €", "дванайсет евро петдесет"),
        ("cs", "2 GB, 5 GB", "dva gigabajty, pět gigabajtů"),
        ("da", "60, 50", "tres, halvtreds"),
        ("de", "1 €, 1 h, 101000", "ein Euro, eine Stunde, einhunderteintausend"),
        ("de", "0171 2345678", "null eins sieben eins, zwei drei vier fünf sechs sieben acht"),
        ("el", "13000", "δεκατρείς χιλιάδες"),
        ("es", "21 €, 21000", "veintiún euros, veintiún mil"),
        ("et", "12,50 €", "kaksteist eurot viiskümmend"),
        ("fi", "121", "satakaksikymmentäyksi"),
        ("ga", "18, 21000", "a hocht déag, fiche is aon mhíle"),
        ("hr", "22 GB, 2000", "dvadeset i dva gigabajta, dvije tisuće"),
        ("hu", "102", "százkettő"),
        ("it", "118, 23", "centodiciotto, ventitré"),
        ("lt", "21 €, 12,50 €", "dvidešimt vienas euras, dvylika eurų penkiasdešimt"),
        ("lv", "11 €", "vienpadsmit eiro"),
        ("mt", "12.50 €, 11000", "tnax-il ewro u ħamsin ċenteżmu, ħdax-il elf"),
        ("nl", "18:30", "achttien uur dertig"),
        ("pl", "5 GB, 22 GB", "pięć gigabajtów, dwadzieścia dwa gigabajty"),
        ("pt", "16 €", "dezasseis euros"),
        ("ro", "20 GB", "douăzeci de gigabyți"),
        ("sk", "2 €", "dve eurá"),
        ("sl", "2 GB", "dva gigabajta"),
        ("sq", "2500", "dy mijë e pesëqind"),
        ("sv", "1040", "ettusenfyrtio"),
    ],
)
def test_other_languages(language: str, text: str, said: str) -> None:
    assert spoken(text, language) == said


@pytest.mark.parametrize("language", EUROPE)
def test_every_language_of_the_union_says_any_number(language: str) -> None:
    for n in [*range(130), 200, 999, 1000, 1001, 2500, 11_000, 21_121, 100_000, 999_999]:
        words = cardinal(n, language)
        assert words is not None
        assert not any(c.isdigit() for c in words), (n, words)
    assert len({cardinal(n, language) for n in range(250)}) == 250


def test_a_language_we_have_no_words_for_keeps_its_figures() -> None:
    assert spoken("12 TL, 18:30", "xx") == "12 TL, 18:30"
    assert spoken("12", "en-gb") == "twelve"


def test_gaps_are_told() -> None:
    assert "en" not in gaps()
    assert "the word for TB" in gaps()["wo"]
    for language, missing in gaps().items():
        for name in NOUNS:
            assert (f"the word for {name}" in missing) == (not noun(name, 2, language))


def test_the_table_is_whole() -> None:
    assert set(LANGUAGES) <= set(table())
    assert len(EUROPE) == 24 + 6  # all languages of the Union, and six neighbours
    for language in LANGUAGES:
        assert len(table()[language].get("months", ())) in (0, 12)
        assert noun("EUR", 5, language)


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(st.sampled_from("0123456789 .,:-/+*#%€hGB²½٣a\n"), max_size=40)
    | st.text(max_size=40),
    language=st.sampled_from([*LANGUAGES, "xx"]),
)
def test_whatever_is_written(text: str, language: str) -> None:
    spoken(text, language)
