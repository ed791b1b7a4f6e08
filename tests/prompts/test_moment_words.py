"""Dates and times of day in every language: what is written and spoken is understood."""

from datetime import date, datetime

import pytest

from agent.hours import Hours
from agent.languages.wording import fill
from agent.slots.moment import Clock, moment
from pipelines.engines.tts.normalisation import spoken
from pipelines.packs.language_files import EVERY
from pipelines.packs.reader import PROMPTS, load

PACKS = load(PROMPTS, (EVERY,)).packs
CLOCK = Clock(datetime(2026, 11, 30, 8, 0), Hours())
DAYS = [date(2026 + n // 12, n % 12 + 1, day) for n, day in enumerate((5, 21, 1, 30, 8), start=11)]
DAYS += [date(2027, month, 3 * month - 7) for month in range(5, 12)]
TIMES = ("09:00", "10:00", "11:45", "12:00", "14:00", "15:30", "18:15", "20:00")
LED = {"el": "στις "}  # the other languages' wording of a time needs no word before it


def written(language: str, day: str, time: str) -> str:
    pack = PACKS[language].language
    said = fill(pack, "{day:date}, {led}{time:time}", {"day": day, "time": time, "led": ""})
    return said.replace(", ", f", {LED.get(language, '')}")


@pytest.mark.parametrize("language", PACKS)
def test_a_day_is_understood_as_it_is_written_and_spoken(language: str) -> None:
    words = PACKS[language].language.moments
    for day in map(str, DAYS):
        text = written(language, day, "10:00")
        assert moment(text, words, CLOCK) == f"{day}T10:00", text
        said = spoken(text, language)
        assert moment(said, words, CLOCK) == f"{day}T10:00", said


@pytest.mark.parametrize("language", PACKS)
def test_a_time_is_understood_as_it_is_written_and_spoken(language: str) -> None:
    words = PACKS[language].language.moments
    for time in TIMES:
        text = written(language, "2026-12-05", time)
        assert moment(text, words, CLOCK) == f"2026-12-05T{time}", text
        said = spoken(text, language)
        if (language, time[:2]) != ("mt", "15"):  # "it-tlieta" is Tuesday, too
            assert moment(said, words, CLOCK) == f"2026-12-05T{time}", said


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("lv", "piektajā decembrī pulksten 10"),
        ("lv", "5. decembris pulksten 10"),
        ("lt", "gruodžio 5 dieną 10 valandą"),
        ("el", "στις 5 Δεκέμβρη στις 10"),
        ("el", "στις 5 δεκεμβριου στις 10"),
        ("uk", "5-го грудня о 10"),
        ("hr", "5. prosinca u 10 sati i 0 minuta"),
        ("hu", "december 5-én 10 órakor"),
        ("ga", "an 5 de mhí na Nollag ar a 10 a chlog"),
        ("fr", "le 5 decembre a 10 heures"),
    ],
)
def test_a_month_in_its_other_forms(language: str, text: str) -> None:
    assert moment(text, PACKS[language].language.moments, CLOCK) == "2026-12-05T10:00"


@pytest.mark.parametrize(
    ("language", "text", "minutes"),
    [
        ("de", "um halb sechs", "30"),
        ("de", "um viertel nach fünf", "15"),
        ("de", "um viertel vor sechs", "45"),
        ("nl", "om half zes", "30"),
        ("nl", "om kwart over vijf", "15"),
        ("nl", "om kwart voor zes", "45"),
        ("sv", "halv sex", "30"),
        ("sv", "kvart över fem", "15"),
        ("sv", "kvart i sex", "45"),
        ("da", "klokken halv seks", "30"),
        ("da", "kvart over fem", "15"),
        ("da", "kvart i seks", "45"),
        ("fi", "puoli kuusi", "30"),
        ("fi", "puoli kuudelta", "30"),
        ("fi", "vartin yli viisi", "15"),
        ("fi", "varttia vaille kuusi", "45"),
        ("et", "kell pool kuus", "30"),
        ("et", "veerand kuus", "15"),
        ("et", "kolmveerand kuus", "45"),
        ("cs", "v půl šesté", "30"),
        ("cs", "ve čtvrt na šest", "15"),
        ("cs", "ve tři čtvrtě na šest", "45"),
        ("sk", "o pol šiestej", "30"),
        ("sk", "o štvrť na šesť", "15"),
        ("sk", "o trištvrte na šesť", "45"),
        ("sl", "ob pol šestih", "30"),
        ("sl", "pol šest", "30"),
        ("sl", "četrt čez pet", "15"),
        ("sl", "petnajst do šestih", "45"),
        ("hr", "u pola šest", "30"),
        ("hr", "u pol šest", "30"),
        ("hr", "u pet i pol", "30"),
        ("hr", "u pet i petnaest", "15"),
        ("hr", "petnaest do šest", "45"),
        ("sr", "u pola šest", "30"),
        ("sr", "u pet i petnaest", "15"),
        ("sr", "petnaest do šest", "45"),
        ("bs", "u pola šest", "30"),
        ("bs", "u pet i petnaest", "15"),
        ("bs", "petnaest do šest", "45"),
        ("pl", "o wpół do szóstej", "30"),
        ("pl", "kwadrans po piątej", "15"),
        ("pl", "za kwadrans szósta", "45"),
        ("hu", "fél hatkor", "30"),
        ("hu", "negyed hatkor", "15"),
        ("hu", "háromnegyed hatkor", "45"),
        ("lt", "pusę šešių", "30"),
        ("lt", "pusė šešių", "30"),
        ("lt", "penkiolika po penkių", "15"),
        ("lt", "be penkiolikos šešios", "45"),
        ("lv", "pussešos", "30"),
        ("lv", "pusseši", "30"),
        ("lv", "piecpadsmit pāri pieciem", "15"),
        ("lv", "bez piecpadsmit sešos", "45"),
        ("uk", "о пів на шосту", "30"),
        ("uk", "пів на шосту", "30"),
        ("uk", "чверть на шосту", "15"),
        ("uk", "за чверть шоста", "45"),
        ("bg", "в пет и половина", "30"),
        ("bg", "в пет и петнайсет", "15"),
        ("bg", "в шест без петнайсет", "45"),
        ("mk", "во пет и пол", "30"),
        ("mk", "во пет и петнаесет", "15"),
        ("mk", "во петнаесет до шест", "45"),
        ("ro", "la cinci și jumătate", "30"),
        ("ro", "la cinci și un sfert", "15"),
        ("ro", "la șase fără un sfert", "45"),
        ("it", "alle cinque e mezza", "30"),
        ("it", "alle cinque e un quarto", "15"),
        ("it", "alle sei meno un quarto", "45"),
        ("es", "a las cinco y media", "30"),
        ("es", "a las cinco y cuarto", "15"),
        ("es", "a las seis menos cuarto", "45"),
        ("pt", "às cinco e meia", "30"),
        ("pt", "às cinco e um quarto", "15"),
        ("pt", "um quarto para as seis", "45"),
        ("pt", "às seis menos um quarto", "45"),
        ("fr", "à cinq heures et demie", "30"),
        ("fr", "à cinq heures et quart", "15"),
        ("fr", "à six heures moins le quart", "45"),
        ("el", "στις πέντε και μισή", "30"),
        ("el", "στις πέντε και τέταρτο", "15"),
        ("el", "στις έξι παρά τέταρτο", "45"),
        ("mt", "fil-ħamsa u nofs", "30"),
        ("mt", "fil-ħamsa u kwart", "15"),
        ("mt", "fis-sitta neqsin kwart", "45"),
        ("ga", "leathuair tar éis a cúig", "30"),
        ("ga", "ceathrú tar éis a cúig", "15"),
        ("ga", "ceathrú chun a sé", "45"),
        ("sq", "në pesë e gjysmë", "30"),
        ("sq", "në pesë e një çerek", "15"),
        ("sq", "në gjashtë pa një çerek", "45"),
        ("tr", "beş buçukta", "30"),
        ("tr", "beş buçuk", "30"),
        ("tr", "beşi çeyrek geçe", "15"),
        ("tr", "altıya çeyrek kala", "45"),
        ("wo", "juróomi waxtu ak genn wàll", "30"),
        ("wo", "juróomi waxtu teg na fukki simili ak juróom", "15"),
        ("ff", "waktuuji joy e feccere", "30"),
        ("en", "half past five", "30"),
        ("en", "quarter past five", "15"),
        ("en", "quarter to six", "45"),
    ],
)
def test_halves_and_quarters_of_an_hour(language: str, text: str, minutes: str) -> None:
    words = PACKS[language].language.moments
    assert moment(text, words, CLOCK) == f"2026-11-30T17:{minutes}"
