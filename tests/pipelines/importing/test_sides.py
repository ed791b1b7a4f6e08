"""Pairs, one side alone, and both sides in one channel."""

import json
from pathlib import Path

import numpy as np
import pytest

from pipelines.importing.names import side, slug, speaker
from pipelines.importing.sides import merged
from pipelines.importing.write import Wishes
from pipelines.store.recorded import AGENT, CALLER, TRANSCRIPT
from tests.pipelines.importing.sounds import (
    alike,
    call,
    heard,
    imported,
    kinds,
    one,
    source,
    speech,
    written,
)

SAID = "speaker,text,start,end\nagent,Hello,0.3,2\ncaller,Hi,2.5,4\nagent,Bye,4.5,5.5\n"


@pytest.mark.parametrize(
    ("caller", "agent"),
    [
        ("x-caller.wav", "x-agent.wav"),
        ("x_customer.wav", "x_rep.wav"),
        ("x.client.flac", "x.Operator.wav"),
        ("x-in.wav", "x-out.wav"),
        ("x/caller.wav", "x/agent.wav"),
    ],
)
def test_pairs_by_name(tmp_path: Path, caller: str, agent: str) -> None:
    samples = call()
    written(tmp_path / "calls" / caller, samples[:, 0])
    written(tmp_path / "calls" / agent, samples[:-800, 1])
    outcome = one(tmp_path / "calls", into=tmp_path / "in")
    assert outcome.id.startswith("x-")
    assert kinds(outcome) == ["lengths"]
    assert "6.00 s, the agent's 5.90 s: filled up with silence" in outcome.problems[0].told
    folder = tmp_path / "in" / outcome.id
    assert alike(heard(folder, CALLER)[1], samples[:, 0]) > 0.99
    assert len(heard(folder, AGENT)[1]) == len(samples)
    names = {f"calls/{caller}", f"calls/{agent}"}
    assert {each.name for each in source(tmp_path / "in", outcome).originals} == names


def test_a_pair_exchanged(tmp_path: Path) -> None:
    samples = call()
    written(tmp_path / "x-caller.wav", samples[:, 1])
    written(tmp_path / "x-agent.wav", samples[:, 0])
    outcome = one(tmp_path, into=tmp_path / "in", wishes=Wishes(swap=True))
    assert alike(heard(tmp_path / "in" / outcome.id, CALLER)[1], samples[:, 0]) > 0.99


def test_a_pair_of_which_one_is_broken(tmp_path: Path) -> None:
    written(tmp_path / "x-caller.wav", call()[:, 0])
    (tmp_path / "x-agent.wav").write_bytes(b"nonsense")
    outcome = one(tmp_path, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome), outcome.lost) == ("imported", ["unreadable"], True)
    names = sorted(path.name for path in (tmp_path / "in" / outcome.id).iterdir())
    assert names == ["caller.wav", "source.json"]


def test_a_pair_of_the_same_sound(tmp_path: Path) -> None:
    for name in ("x-caller.wav", "x-agent.flac"):
        written(tmp_path / name, call().sum(axis=1))
    outcome = one(tmp_path, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("left out", ["mixed"])


def test_a_side_that_is_there_twice(tmp_path: Path) -> None:
    written(tmp_path / "x-caller.wav", call()[:, 0])
    written(tmp_path / "x-customer.wav", call()[:, 0])
    outcomes = imported(tmp_path, into=tmp_path / "in")
    assert sorted(each.state for each in outcomes) == ["imported", "left out"]
    assert ["ambiguous"] in [kinds(each) for each in outcomes]


def test_one_side_alone(tmp_path: Path) -> None:
    outcome = one(written(tmp_path / "x-caller.wav", call()[:, 0]), into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("imported", [])
    assert not (tmp_path / "in" / outcome.id / AGENT).exists()


def test_a_stereo_call_whose_name_ends_in_customer(tmp_path: Path) -> None:
    outcome = one(written(tmp_path / "happy-customer.wav", call()), into=tmp_path / "in")
    assert (tmp_path / "in" / outcome.id / AGENT).exists()


def test_a_direction_without_its_other_is_no_side(tmp_path: Path) -> None:
    outcome = one(written(tmp_path / "check-in.wav", call()[:, 0]), into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("left out", ["mixed"])


@pytest.mark.parametrize("channels", [1, 2])
def test_both_sides_in_one_channel_are_parted_by_a_transcript(
    tmp_path: Path, channels: int
) -> None:
    samples = call().sum(axis=1)
    written(tmp_path / "x.wav", samples if channels == 1 else np.stack([samples] * 2, axis=1))
    (tmp_path / "x.csv").write_text(SAID, encoding="utf-8")
    outcome = one(tmp_path, into=tmp_path / "in")
    assert outcome.state == "imported"
    assert kinds(outcome) == ([] if channels == 1 else ["mixed"])
    _, caller = heard(tmp_path / "in" / outcome.id, CALLER)
    _, agent = heard(tmp_path / "in" / outcome.id, AGENT)
    spoken = slice(20000, 32000)
    assert not caller[:20000].any()
    assert not caller[32000:].any()
    assert alike(caller[spoken], samples[spoken]) > 0.99
    assert not agent[spoken].any()
    assert agent[:20000].any()


@pytest.mark.parametrize("channels", [1, 2])
def test_both_sides_in_one_channel_are_left_out(tmp_path: Path, channels: int) -> None:
    samples = call().sum(axis=1)
    path = tmp_path / "x.wav"
    written(path, samples if channels == 1 else np.stack([samples, samples / 2], axis=1))
    outcome = one(path, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("left out", ["mixed"])
    assert "caller_segments" in outcome.problems[0].told


def test_a_transcript_goes_on_without_its_sound(tmp_path: Path) -> None:
    written(tmp_path / "x.wav", call().sum(axis=1))
    (tmp_path / "x.csv").write_text("speaker,text\ncaller,Hi\nagent,Hello\n", encoding="utf-8")
    outcome = one(tmp_path, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome), outcome.lost) == ("imported", ["mixed"], True)
    names = sorted(path.name for path in (tmp_path / "in" / outcome.id).iterdir())
    assert names == ["source.json", TRANSCRIPT]


def test_segments_from_a_manifest(tmp_path: Path) -> None:
    written(tmp_path / "calls/x.wav", call().sum(axis=1))
    row = {"audio": "calls/x.wav", "caller_segments": [[3, 4], [2.5, 3.2]], "intent": "balance"}
    (tmp_path / "all.jsonl").write_text(json.dumps(row), encoding="utf-8")
    outcome = one(tmp_path, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("imported", [])
    _, caller = heard(tmp_path / "in" / outcome.id, CALLER)
    assert [bool(caller[at].any()) for at in (slice(20000), slice(20000, 32000))] == [False, True]
    assert source(tmp_path / "in", outcome).labels == {"intent": "balance"}


def test_overlapping_segments_are_one() -> None:
    assert merged(((5, 4), (3, 4), (1, 2), (2, 2.5), (3.5, 3.6))) == [(1, 2.5), (3, 4)]


def test_a_pair_of_different_rates_begins_together(tmp_path: Path) -> None:
    written(tmp_path / "x-caller.wav", call()[:, 0])
    written(tmp_path / "x-agent.wav", speech([(0.3, 2)], 6, 48000, 3), 48000)
    outcome = one(tmp_path, into=tmp_path / "in")
    assert kinds(outcome) == []
    rates = [heard(tmp_path / "in" / outcome.id, name)[0] for name in (CALLER, AGENT)]
    assert rates == [8000, 48000]


def test_names() -> None:
    assert side("2026-03_caller") == ("2026-03", "caller", "by name")
    assert side("agent") == ("", "agent", "by name")
    assert side("x-out") == ("x", "agent", "by direction")
    assert side("in") is None
    assert side("welcome") is None
    assert [speaker(name) for name in ("AGENT_1", " Customer ", "Bot:", "Awa", "")] == [
        "agent",
        "caller",
        "agent",
        None,
        None,
    ]
    assert slug("Appel n° 7 / é") == "Appel-n-7-e"
    assert slug("وو") == "recording"


@pytest.mark.parametrize("swap", [False, True])
def test_a_transcript_knows_better_who_speaks_first(tmp_path: Path, swap: bool) -> None:
    samples = call()[:, ::-1]  # a call that the agent made: the caller says hello
    written(tmp_path / "x.wav", samples)
    (tmp_path / "x.csv").write_text(
        "speaker,text,start,end\ncaller,Hello?,0.3,2\nagent,Hi,2.5,4\n", encoding="utf-8"
    )
    outcome = one(tmp_path, into=tmp_path / "in", wishes=Wishes(swap=swap))
    assert kinds(outcome) == (["swapped"] if swap else [])
    assert not swap or "of 3.2 s in which the transcript" in outcome.problems[0].told
