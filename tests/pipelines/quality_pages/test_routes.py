"""The live pages: data, sound, annotations, and who is let in."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
import soundfile
from fastapi.testclient import TestClient

from pipelines.quality.data import unpacked
from pipelines.quality.history import Past
from pipelines.quality_pages.app import create_app
from pipelines.quality_pages.review import Review, Reviewed
from tests.pipelines.quality.planted import AS_IT_IS, CALLS

HERE = "127.0.0.1:8090"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "calls" / "one call"
    place.mkdir(parents=True)
    (place / "log.jsonl").write_bytes((CALLS / "en-bill.jsonl").read_bytes())
    for side in ("caller", "agent"):
        soundfile.write(place / f"{side}.wav", np.full(8000, 0.2), 8000, subtype="PCM_16")
    return place


@pytest.fixture
def client(folder: Path) -> Iterator[TestClient]:
    review = Review(Reviewed([folder.parent]), AS_IT_IS)
    with TestClient(create_app(review, HERE), base_url=f"http://{HERE}") as opened:
        yield opened


def shown(client: TestClient) -> dict[str, Any]:
    data: dict[str, Any] = client.get("/report.json").json()
    return data | {"details": [each for piece in data["pieces"] for each in unpacked(piece)]}


def test_a_call_with_its_sound(client: TestClient) -> None:
    data = shown(client)
    assert data["live"] is True
    assert data["calls"]["id"] == ["one call"]
    side = data["details"][0]["candidate"]
    assert side["caller"] == "sound/candidate/one call/caller.wav"
    sound = client.get(f"/{quote(side['caller'])}", headers={"Range": "bytes=0-3"})
    assert (sound.status_code, sound.content) == (206, b"RIFF")
    assert client.get("/sound/candidate/other/caller.wav").status_code == 404
    assert client.get("/sound/baseline/one%20call/caller.wav").status_code == 404
    assert client.get("/sound/candidate/one%20call/log.wav").status_code == 404
    assert client.get("/sound/candidate/..%2F..%2Fone%20call/caller.wav").status_code == 404


def test_what_is_annotated_is_in_the_next_report(client: TestClient, folder: Path) -> None:
    shown(client)
    word = {"who": "awa", "about": "intent", "turn": 1, "value": "pay_bill"}
    answer = client.post("/annotations/candidate/one%20call", json=word)
    assert answer.status_code == 200, answer.text
    (kept,) = answer.json()["annotations"]
    assert (kept["value"], kept["when"][:2]) == ("pay_bill", "20")
    assert (folder / "annotations.jsonl").is_file()
    side = shown(client)["details"][0]["candidate"]
    assert [a["value"] for a in side["annotations"]] == ["pay_bill"]


@pytest.mark.parametrize(
    ("path", "content", "status", "told"),
    [
        (
            "candidate/other",
            '{"who": "awa", "about": "comment", "value": "x"}',
            404,
            "no recording",
        ),
        ("other/one%20call", "{}", 404, "a side is one of"),
        ("candidate/one%20call", '{"who": "awa", "about": "mood", "value": "x"}', 422, "about"),
        ("candidate/one%20call", "nonsense", 404, "Expecting value"),
        ("candidate/one%20call", "[]", 404, "expected an object"),
        ("candidate/one%20call", "x" * 20_000, 413, "more than"),
    ],
)
def test_what_cannot_be_annotated(
    client: TestClient, folder: Path, path: str, content: str, status: int, told: str
) -> None:
    shown(client)
    answer = client.post(f"/annotations/{path}", content=content)
    assert answer.status_code == status
    assert told in answer.json()["error"]
    assert not (folder / "annotations.jsonl").exists()


def test_other_sites_are_not_let_in(client: TestClient, folder: Path) -> None:
    shown(client)
    word = json.dumps({"who": "awa", "about": "comment", "value": "x"})
    foreign = {"Origin": "https://elsewhere.example"}
    path = "/annotations/candidate/one%20call"
    assert client.post(path, content=word, headers=foreign).status_code == 403
    assert client.get("/report.json", headers=foreign).status_code == 403
    assert client.get("/report.json", headers={"Host": "elsewhere.example"}).status_code == 421
    assert not (folder / "annotations.jsonl").exists()


def test_only_what_is_new_is_read(client: TestClient, folder: Path) -> None:
    shown(client)
    other = folder.parent / "two"
    other.mkdir()
    (other / "log.jsonl").write_bytes((CALLS / "fr-bill.jsonl").read_bytes())
    assert shown(client)["calls"]["id"] == ["one call", "two"]
    (folder / "log.jsonl").write_text("nonsense\n", encoding="utf-8")
    data = shown(client)
    assert data["calls"]["id"] == ["two"]
    assert data["left_out"][0][0] == "one call"


def test_reports_before_stand_beside_this_one(folder: Path, tmp_path: Path) -> None:
    history = tmp_path / "history.jsonl"
    figures = {"turns": (4.0, 3.0, 5.0, 9.0)}
    past = Past(made="2026-11-01T12:00:00", version="1", of="calls", figures=figures)
    history.write_text(past.model_dump_json() + "\n", encoding="utf-8")
    review = Review(Reviewed([folder.parent], history=history), AS_IT_IS)
    with TestClient(create_app(review, HERE), base_url=f"http://{HERE}") as client:
        (told,) = shown(client)["history"]
        assert told["made"] == "2026-11-01T12:00:00"
        assert history.read_text(encoding="utf-8").count("\n") == 1
        history.write_text("nonsense\n", encoding="utf-8")
        answer = client.get("/report.json")
        assert answer.status_code == 500
        assert "history.jsonl: line 1" in answer.json()["error"]


def test_the_page_and_its_parts_and_nothing_else(client: TestClient) -> None:
    page = client.get("/").text
    for part in re.findall(r'(?:href|src)="([a-z]+\.(?:css|js))"', page):
        assert client.get(f"/{part}").status_code == 200, part
    assert client.get("/report.js").headers["Content-Type"].startswith("text/javascript")
    for none in ("report.html", "html.py", "..%2Fhtml.py", "other.js"):
        assert client.get(f"/{none}").status_code == 404, none
