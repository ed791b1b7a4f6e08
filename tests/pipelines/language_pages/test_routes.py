"""A language reviewed over HTTP: approved, corrected, refused, changed meanwhile; who is let in."""

import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipelines.language_pages.app import create_app
from pipelines.language_pages.folder import LanguageFolder
from pipelines.packs.entries import entries
from pipelines.packs.fixed_wording import example
from pipelines.packs.language_files import load_packs
from pipelines.packs.review_file import read_marks
from tests.pipelines.language_pages.conftest import CODE, TODAY, Voice

HERE = "127.0.0.1:8091"
GREET, BALANCE = ("phrases", ("greet",)), ("intents", ("balance", "say"))


def client_of(folder: LanguageFolder, voice: Voice | None = None, day: date = TODAY) -> TestClient:
    app = create_app(folder, voice or Voice(), HERE, lambda: day)
    return TestClient(app, base_url=f"http://{HERE}")


@pytest.fixture
def client(reviewed_by: Callable[[str], LanguageFolder]) -> Iterator[TestClient]:
    with client_of(reviewed_by("A. N.")) as opened:
        yield opened


def line(client: TestClient, file: str, place: tuple[str, ...]) -> dict[str, Any]:
    (found,) = [
        each
        for each in client.get("/language.json").json()["entries"]
        if (each["file"], tuple(each["place"])) == (file, place)
    ]
    return dict(found)


def post(client: TestClient, where: str, entry: dict[str, Any], **given: Any) -> Any:
    at = {
        key: entry[key] for key in ("file", "place", "seen") if where != "listen" or key != "seen"
    }
    return client.post(f"/{where}", json={**at, **given})


def test_a_language_beside_english(client: TestClient) -> None:
    data = client.get("/language.json").json()
    assert (data["code"], data["name"], data["reviewer"]) == (CODE, "Deutsch", "A. N.")
    assert data["files"][:3] == ["phrases", "intents", "yes_no"]
    assert "ein Euro 50" in data["doubts"]
    greet = line(client, *GREET)
    assert greet["source"] == ["How can I help you?"]
    assert (greet["state"], greet["mark"]) == ("new", None)
    assert any(each["doubted"] for each in data["entries"])
    assert not all(each["doubted"] for each in data["entries"])


def test_a_line_is_approved_and_grows_stale(client: TestClient, prompts: Path) -> None:
    kept = post(client, "mark", line(client, *GREET)).json()["entry"]
    assert (kept["state"], kept["mark"]["by"], kept["mark"]["on"]) == (
        "approved",
        "A. N.",
        "2026-11-30",
    )
    english = prompts / "en" / "phrases.toml"
    text = english.read_text(encoding="utf-8")
    new = text.replace('"greet" = ["How can I help you?"]', '"greet" = ["What can I do for you?"]')
    english.write_text(new, encoding="utf-8")
    stale = line(client, *GREET)
    assert (stale["state"], stale["mark"]["changed"]) == ("stale", ["English"])
    doubtful = post(client, "mark", stale, doubt="too stiff").json()["entry"]
    assert (doubtful["state"], doubtful["mark"]["doubt"]) == ("doubtful", "too stiff")


def test_a_line_is_corrected(client: TestClient, prompts: Path) -> None:
    path = prompts / CODE / "phrases.toml"
    before = path.read_text(encoding="utf-8").splitlines()
    answer = post(client, "correct", line(client, *GREET), sentences=["Was darf ich für Sie tun?"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["entry"]["state"] == "approved"
    after = path.read_text(encoding="utf-8").splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed == ['"greet" = ["Was darf ich für Sie tun?"]']
    assert read_marks(prompts / CODE)["phrases"]["greet"].by == "A. N."
    language = load_packs(prompts, languages=("en", CODE))[CODE].language
    assert language.sentences("greet") == ("Was darf ich für Sie tun?",)


def test_a_value_that_is_left_out_is_told(client: TestClient) -> None:
    entry = line(client, "phrases", ("confirm.line",))
    answer = post(client, "correct", entry, sentences=["Geht es um diese Nummer?"])
    assert answer.json()["warnings"] == ["without {value}, which English says"]


@pytest.mark.parametrize(
    ("place", "sentences", "told"),
    [
        (("greet",), [], "empty"),
        (("greet",), ["  "], "a line is empty"),
        (("greet",), ["Ja?", "Ja?"], "twice: 'Ja?'"),
        (("greet",), ["Wie heißt {name}?"], "unknown value {name}; there are none"),
        (("confirm.line",), ["Die {valeu:pairs}?"], "unknown value {valeu}; there are {value}"),
        (("confirm.line",), ["Die {value:pears}?"], "{value:pears}: values are not spoken so"),
        (("confirm.line",), ["Die {value!r}?"], "{value!r}: values are not spoken so"),
        (("confirm.line",), ["Die {value?"], "a brace stands alone"),
        (("greet",), ["x" * 1001], "longer than 1000"),
        (("greet",), ["a\u202eb"], "cannot be seen"),
        (("greet.disclosure",), ["Hallo.", "Ich bin eine Maschine."], "must be one sentence"),
    ],
)
def test_wording_that_is_refused(
    client: TestClient, prompts: Path, place: tuple[str, ...], sentences: list[str], told: str
) -> None:
    before = (prompts / CODE / "phrases.toml").read_bytes()
    answer = post(client, "correct", line(client, "phrases", place), sentences=sentences)
    assert answer.status_code == 422
    assert any(told in fault for fault in answer.json()["faults"]), answer.text
    assert (prompts / CODE / "phrases.toml").read_bytes() == before
    assert not (prompts / CODE / "review.toml").exists()


def test_a_sample_is_added(client: TestClient, prompts: Path) -> None:
    entry = line(client, *BALANCE)
    answer = post(client, "correct", entry, sentences=[*entry["own"], "wieviel kohle hab ich noch"])
    assert answer.status_code == 200, answer.text
    intents = tomllib.loads((prompts / CODE / "intents.toml").read_text(encoding="utf-8"))
    assert intents["balance"]["say"] == [*entry["own"], "wieviel kohle hab ich noch"]
    assert intents["balance"]["kind"] == "flow"


def test_samples_that_are_refused(client: TestClient) -> None:
    say, must = line(client, *BALANCE), line(client, "intents", ("balance", "must"))
    bill = line(client, "intents", ("bill", "say"))
    given = [*say["own"], bill["own"][0].upper()]
    (both,) = post(client, "correct", say, sentences=given).json()["faults"]
    assert "is a sample of [bill]" in both
    (taught,) = post(client, "correct", must, sentences=[say["own"][0]]).json()["faults"]
    assert "`must` tests what `say` has not taught" in taught
    (untold,) = post(client, "correct", must, sentences=["xyzzy"]).json()["faults"]
    assert untold.startswith("'xyzzy', which has to be [balance], would be taken for [nothing]")


def test_what_the_loader_refuses(client: TestClient) -> None:
    months = line(client, "language", ("months",))
    answer = post(client, "correct", months, sentences=months["own"][:-1])
    assert answer.status_code == 422
    assert "prompts/de/language.toml: months" in answer.json()["error"]


def test_what_was_changed_meanwhile_is_not_overwritten(
    client: TestClient, reviewed_by: Callable[[str], LanguageFolder], prompts: Path
) -> None:
    seen = line(client, *GREET)
    with client_of(reviewed_by("B. O.")) as other:
        assert post(other, "correct", seen, sentences=["Ja, bitte?"]).status_code == 200
    answer = post(client, "correct", seen, sentences=["Was gibt es?"])
    assert answer.status_code == 409
    there = answer.json()["entry"]
    assert (there["own"], there["mark"]["by"]) == (["Ja, bitte?"], "B. O.")
    assert post(client, "mark", seen).status_code == 409
    assert read_marks(prompts / CODE)["phrases"]["greet"].by == "B. O."
    assert post(client, "correct", there, sentences=["Was gibt es?"]).status_code == 200


def test_what_is_listened_to(reviewed_by: Callable[[str], LanguageFolder]) -> None:
    voice = Voice()
    with client_of(reviewed_by("A. N."), voice) as client:
        for place, typed in (
            (("confirm.line",), []),
            (("date",), []),
            (("greet",), ["Na?", "Ja?"]),
        ):
            heard = post(client, "listen", line(client, "phrases", place), sentences=typed)
            assert (heard.status_code, heard.content) == (200, b"RIFF"), heard.text
        wrong = post(client, "listen", line(client, *GREET), sentences=["{name}"])
        assert "unknown value {name}" in wrong.json()["error"]
        sentences = ["a" * 1000, "b" * 1000, "c"]
        long = post(client, "listen", line(client, *GREET), sentences=sentences)
        assert "can be listened to" in long.json()["error"]
        voice.fault = "no voice"
        assert post(client, "listen", line(client, *GREET)).status_code == 503
    assert voice.said == [
        "Geht es um die Nummer 7 7, 0 0 0, 1 2, 3 4?",
        "5. Januar",
        "Na? Ja?",
    ]


def test_every_wording_can_be_listened_to(reviewed_by: Callable[[str], LanguageFolder]) -> None:
    folder = reviewed_by("A. N.")
    language = folder.config.packs[CODE].language
    for entry in entries(folder.prompts, CODE):
        if entry.file == "phrases":
            for sentence in entry.own:
                assert "{" not in example(language, sentence)


def test_sentences_that_are_fought_over(client: TestClient) -> None:
    found = client.get("/conflicts.json").json()["conflicts"]
    assert found
    assert all(each["intent"] != each["taken_for"] for each in found)
    assert [each["score"] for each in found] == sorted((e["score"] for e in found), reverse=True)


def test_other_sites_are_not_let_in(client: TestClient, prompts: Path) -> None:
    entry = line(client, *GREET)
    body = {key: entry[key] for key in ("file", "place", "seen")}
    foreign = {"Origin": "https://elsewhere.example"}
    for where in ("mark", "correct", "listen"):
        assert client.post(f"/{where}", json=body, headers=foreign).status_code == 403
    for where in ("language.json", "conflicts.json"):
        assert client.get(f"/{where}", headers=foreign).status_code == 403
    assert client.get("/language.json", headers={"Host": "elsewhere.example"}).status_code == 421
    assert not (prompts / CODE / "review.toml").exists()


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ('{"file": "../en/phrases", "place": ["greet"], "seen": ""}', 404, "there is no line"),
        ('{"file": "phrases", "place": ["nothing"], "seen": ""}', 404, "there is no line"),
        ('{"file": "phrases", "place": ["greet"]}', 422, "seen"),
        ('{"file": "phrases", "place": ["greet"], "seen": "", "by": "x"}', 422, "by"),
        ("nonsense", 422, "JSON"),
        ("x" * 300_000, 413, "more than"),
    ],
)
def test_what_strangers_post(client: TestClient, body: str, status: int, told: str) -> None:
    answer = client.post("/mark", content=body)
    assert answer.status_code == status
    assert told in answer.json()["error"]


def test_parts_of_the_page(client: TestClient) -> None:
    assert "review.js" in client.get("/").text
    for name in ("review.js", "line.js", "dom.js", "theme.css", "review.css"):
        assert client.get(f"/{name}").status_code == 200
    for name in ("review.html", "report.js", "..%2Ffolder.py"):
        assert client.get(f"/{name}").status_code == 404


def test_a_folder_that_cannot_be_read(client: TestClient, prompts: Path) -> None:
    entry = line(client, *GREET)
    (prompts / CODE / "review.toml").write_text("[phrases\n", encoding="utf-8")
    for answer in (client.get("/language.json"), post(client, "mark", entry)):
        assert answer.status_code == 500
        assert "review.toml" in answer.json()["error"]
