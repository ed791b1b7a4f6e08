"""vCons among the files that are imported: exported by us, broken, and what is none."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipelines.importing.shapes import CannotImportError
from pipelines.importing.vcon.writer import VERSIONS, Version, write_vcon
from pipelines.importing.vcon_files import is_vcon, read_vcon_file
from pipelines.store.recorded import find_recorded, in_folder

CALLS = Path(__file__).parents[2] / "calls"


def recording(folder: Path) -> Path:
    place = folder / "one"
    place.mkdir()
    (place / "log.jsonl").write_bytes((CALLS / "en-bill.jsonl").read_bytes())
    for side, level in (("caller", 0.2), ("agent", 0.4)):
        soundfile.write(place / f"{side}.wav", np.full(800, level), 8000, subtype="PCM_16")
    return place


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_exported_is_imported(tmp_path: Path, version: Version) -> None:
    path = tmp_path / "one.vcon.json"
    text = write_vcon(in_folder(recording(tmp_path)), version, inline_audio=True)
    path.write_text(text, encoding="utf-8")
    assert is_vcon(path)
    (found,) = read_vcon_file(path, "fr")
    assert (found.name, found.language) == ("one", "en")
    assert found.labels["vcon"] == version
    assert found.caller is not None
    assert found.agent is not None
    assert found.caller.file != found.agent.file
    assert [u.text for u in found.utterances if u.speaker == "caller"][:2] == [
        "why is my bill so high",
        "yes",
    ]


def test_one_channel_with_both_sides(tmp_path: Path) -> None:
    """As the package `vcon` on PyPI writes a mono recording: its caller is found by the words."""
    sound = tmp_path / "mono.wav"
    soundfile.write(sound, np.full(8000, 0.2), 8000, subtype="PCM_16")
    start = "2026-11-29T19:07:39+00:00"
    both = {"start": start, "parties": [0, 1]}
    body = base64.urlsafe_b64encode(sound.read_bytes()).decode()
    recording = {"type": "recording", "mimetype": "audio/x-wav", "encoding": "base64url"}
    path = tmp_path / "peer.vcon"
    told = {
        "vcon": "0.0.1",
        "parties": [{"role": "customer"}, {"role": "agent"}],
        "dialog": [
            {**both, "type": "text", "parties": [0], "mimetype": "text/plain", "body": "hello"},
            {**both, **recording, "body": body},
        ],
    }
    path.write_text(json.dumps(told), encoding="utf-8")
    (found,) = read_vcon_file(path, "")
    assert found.both is not None
    assert found.caller_channel is None
    assert found.problems == ()


def test_a_transcript_alone(tmp_path: Path) -> None:
    path = tmp_path / "bill.vcon"
    (recorded,) = find_recorded([CALLS / "en-bill.jsonl"])
    path.write_text(write_vcon(recorded, "0.4.0", inline_audio=False), encoding="utf-8")
    (found,) = read_vcon_file(path, "")
    assert (found.caller, found.agent, found.both) == (None, None, None)
    assert found.utterances


def test_what_is_none(tmp_path: Path) -> None:
    for name, content, is_one in (
        ("a.json", '{"vcon": "0.4.0"}', True),
        ("b.json", '{"video": 1}', False),
        ("c.vcon", "nonsense", True),
        ("d.csv", '{"vcon": "0.4.0"}', False),
    ):
        (tmp_path / name).write_text(content, encoding="utf-8")
        assert is_vcon(tmp_path / name) is is_one, name
    assert not is_vcon(tmp_path / "gone.json")
    with pytest.raises(CannotImportError):
        read_vcon_file(tmp_path / "c.vcon", "en")
    with pytest.raises(CannotImportError):
        read_vcon_file(tmp_path / "gone.vcon", "en")


def test_a_second_sound_of_a_side_is_told(tmp_path: Path) -> None:
    text = write_vcon(in_folder(recording(tmp_path)), "0.4.0", inline_audio=True)
    vcon = json.loads(text)
    vcon["dialog"].append(vcon["dialog"][0])
    path = tmp_path / "twice.vcon"
    path.write_text(json.dumps(vcon), encoding="utf-8")
    (found,) = read_vcon_file(path, "en")
    assert "ambiguous" in [problem.kind for problem in found.problems]
