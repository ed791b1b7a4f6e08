"""Mutated headers and bytes at random: every file is imported or named, and none is changed."""

import random
from pathlib import Path

import pytest

from pipelines.importing.readers import TRANSCRIPTS
from pipelines.importing.sound import HEADERLESS, OTHERS, SUFFIXES
from tests.pipelines.importing.sounds import call, imported, written
from tests.pipelines.importing.test_transcripts import FILES

ROUNDS = 12  # of each kind of file
HEAD = 120  # bytes in which headers are
MANIFESTS = {
    "calls.csv": "id,audio,language,caller_segments,speakers\n7,7.wav,fr,[[0;1]],Awa=agent\n",
    "calls.jsonl": '{"audio": "1.wav", "caller_segments": [[0, 1.5]], "speakers": {"A": "bot"}}\n',
}


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, mostly in the header; now and then cut, doubled or grown."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 2, 4, 16))):
        within = min(len(changed), HEAD if chance.random() < 0.8 else len(changed))
        changed[chance.randrange(within)] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, *range(256)))
    match chance.randrange(6):
        case 0:
            del changed[chance.randrange(len(changed)) :]
        case 1:
            at = chance.randrange(len(changed))
            changed[at:at] = chance.randbytes(chance.randrange(64))
    return bytes(changed)


def originals(folder: Path) -> dict[str, bytes]:
    """Good files, one of each kind."""
    samples = call(8000, 3.0)
    kinds = [("PCM_16", ".wav"), ("ULAW", ".wav"), ("FLOAT", ".wav"), ("PCM_24", ".wav")]
    kinds += [("", ".mp3"), ("OPUS", ".opus"), ("", ".flac"), ("PCM_16", ".aiff"), ("", ".au")]
    good = {}
    for codec, suffix in kinds:
        path = written(folder / f"a{codec}{suffix}", samples, 8000, codec or None)
        good[path.name] = path.read_bytes()
    return good | {name: text.encode() for name, text in (FILES | MANIFESTS).items()}


def check(folder: Path, into: Path, files: dict[str, bytes]) -> None:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    outcomes = imported(folder, into=into)
    assert len(outcomes) >= len(files)  # of a manifest, one for each line
    for outcome in outcomes:
        assert outcome.state == "imported" or outcome.problems or outcome.state == "already there"
        assert not [each for each in outcome.problems if "unforeseen" in each.told]
        assert (into / outcome.id / "source.json").exists() or outcome.state == "left out"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_mutated_files(tmp_path: Path, seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(seed)
    good = originals(tmp_path / "good")
    bad = {f"{number}-{name}": mutated(good[name], chance) for number, name in enumerate(good)}
    check(tmp_path / "bad", tmp_path / "in", bad)
    assert "Traceback" not in capfd.readouterr().err


def test_bytes_at_random(tmp_path: Path) -> None:
    chance = random.Random(1)
    suffixes = sorted(SUFFIXES | OTHERS | {*HEADERLESS, *TRANSCRIPTS})
    magics = (b"", b"RIFF\xff\xff\xff\xffWAVEfmt ", b"OggS", b"fLaC", b"ID3", b"\xff\xfb\x90", b"{")
    files = {
        f"{number}{suffix}": magics[number % len(magics)] + chance.randbytes(4000)
        for number, suffix in enumerate(suffixes)
    }
    check(tmp_path / "bad", tmp_path / "in", files)
