"""Files beside a vCon: what may be read, and whether it is the file that was meant."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.importing.vcon.reader import read_vcon
from pipelines.importing.vcon.references import files_beside
from tests.pipelines.importing.vcon.examples import SOUND, base64url, recording, sha, vcon

GOOD = {"content_hash": sha(SOUND)}


class Beside:
    """Remembers what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, name: str) -> bytes:
        self.asked.append(name)
        if name != "sounds/call.wav":
            raise FileNotFoundError(name)
        return SOUND


def read(beside: Any, **members: Any) -> tuple[bytes | None, tuple[str, ...]]:
    found = read_vcon(json.dumps(vcon(dialog=[recording(**members)])), beside)
    return found.dialogs[0].sound, found.problems


@pytest.mark.parametrize(
    "url",
    [
        *("sounds/call.wav", "./sounds/call.wav", "sounds//call.wav", "sounds/./call%2Ewav"),
        *("file:sounds/call.wav", "file://sounds/call.wav", "file://./sounds/call.wav"),
    ],
)
def test_a_file_beside_is_read(url: str) -> None:
    beside = Beside()
    assert read(beside, url=url, **GOOD) == (SOUND, ())
    assert beside.asked == ["sounds/call.wav"]


@pytest.mark.parametrize(
    "url",
    [
        *("../../etc/passwd", "sounds/../../call.wav", "/etc/passwd", "file:///etc/passwd"),
        *("..", ".", "//host/call.wav", "file:../call.wav", "file://../call.wav"),
        *("%2e%2e/call.wav", "%252e%252e/call.wav", "..%2fcall.wav", "a/%2e%2e/%2e%2e/b"),
        *("..\\call.wav", "C:\\call.wav", "C:call.wav", "~/call.wav", "~root", "call\0.wav"),
        *("call.wav\n", "file://[::1/call.wav", "javascript:alert(1)", "file:", "file://"),
    ],
)
def test_what_leads_elsewhere_is_refused(url: str) -> None:
    beside = Beside()
    sound, problems = read(beside, url=url, **GOOD)
    assert (sound, beside.asked) == (None, [])
    assert problems == ("dialog 0: 'url' does not name a file beside the vCon and is refused",)


@pytest.mark.parametrize("url", ["https://example.com/call.wav", "HTTP://x/y", "s3://bucket/call"])
def test_nothing_is_fetched(url: str) -> None:
    beside = Beside()
    assert read(beside, url=url, **GOOD) == (
        None,
        ("dialog 0: the file is elsewhere on a network and is missing: nothing is fetched",),
    )
    assert beside.asked == []


def test_a_file_that_is_not_there_is_named() -> None:
    missing = "dialog 0: the file beside the vCon is missing (FileNotFoundError)"
    assert read(Beside(), url="other.wav", **GOOD) == (None, (missing,))
    not_looked = "dialog 0: the file that 'url' names was not looked for"
    assert read(None, url="call.wav", **GOOD) == (None, (not_looked,))


@pytest.mark.parametrize(
    "told",
    [
        {"content_hash": sha(SOUND)},
        {"content_hash": sha(SOUND, "sha256")},
        {"content_hash": ["blake9-abc", sha(SOUND, "sha384"), sha(SOUND)]},
        {"content_hash": f"sha256-{hashlib.sha256(SOUND).hexdigest()}"},
        {"content_hash": sha(SOUND) + "=="},
        {"alg": "SHA-512", "signature": base64url(hashlib.sha512(SOUND).digest())},
        {"alg": "SHA-256", "signature": base64url(hashlib.sha256(SOUND).digest())},
    ],
)
def test_a_hash_of_any_version_is_checked(told: dict[str, Any]) -> None:
    assert read(Beside(), url="sounds/call.wav", **told) == (SOUND, ())
    altered = json.loads(json.dumps(told).replace(sha(SOUND).partition("-")[2][:5], "AAAAA"))
    if altered != told:
        [problem] = read(Beside(), url="sounds/call.wav", **altered)[1]
        assert problem == ("dialog 0: the file's sha512 is not the one in the vCon: it is left out")


def test_another_file_than_was_meant_is_left_out() -> None:
    other = sha(b"other", "sha256")
    left_out = "dialog 0: the file's sha256 is not the one in the vCon: it is left out"
    told = {"content_hash": [sha(SOUND), other]}
    assert read(Beside(), url="sounds/call.wav", **told) == (None, (left_out,))


@pytest.mark.parametrize("told", [{}, {"content_hash": "blake9-abc"}, {"content_hash": "abc"}])
def test_a_file_without_a_hash_is_taken(told: dict[str, Any]) -> None:
    unchecked = "dialog 0: the file has no hash that can be checked"
    assert read(Beside(), url="sounds/call.wav", **told) == (SOUND, (unchecked,))


def test_the_folder_is_not_left_by_links_either(tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(b"secret")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "call.wav").write_bytes(SOUND)
    (folder / "link.wav").symlink_to(tmp_path / "secret.wav")
    beside = files_beside(folder / "some.vcon")
    assert read(beside, url="call.wav", **GOOD) == (SOUND, ())
    assert beside("call.wav") == SOUND
    for name in ("link.wav", "../secret.wav", "none.wav", ".", str(tmp_path / "secret.wav")):
        with pytest.raises(OSError, match="no file beside"):
            beside(name)


def test_transcripts_and_attachments_may_lie_beside_too() -> None:
    files = {"said.json": b'[{"party": 1, "text": "Hello."}]', "note.txt": b"hi"}
    made = vcon(
        dialog=[recording()],
        analysis=[
            {
                "type": "transcript",
                "dialog": 0,
                "vendor": "x",
                "url": "said.json",
                "mediatype": "application/json",
                "content_hash": sha(files["said.json"]),
            }
        ],
        attachments=[{"type": "note", "url": "note.txt", "content_hash": sha(b"hi")}],
    )
    found = read_vcon(json.dumps(made), files.__getitem__)
    assert [(each.speaker, each.text) for each in found.utterances] == [("agent", "Hello.")]
    assert found.attachments[0].content == "hi"
    assert found.problems == ()
