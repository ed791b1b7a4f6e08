"""What people say of calls: kept, counted, compared, and put to use."""

import io
import json
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sklearn.metrics import cohen_kappa_score

from agent.log import read
from pipelines.packs.reader import load
from pipelines.quality.agreement import agreements, kappa
from pipelines.quality.annotated import Annotated, confusion
from pipelines.quality.calls import read_calls, read_log
from pipelines.quality.exports import escalation_cases, golden, samples, table, training_pairs
from pipelines.quality.sampling import How, doubt, sample
from pipelines.quality.turns import turns
from pipelines.store.annotations import (
    About,
    Annotation,
    AnnotationError,
    annotate,
    annotations_of,
    read_annotations,
)
from pipelines.store.recorded import Recorded, find_recorded
from tests.pipelines.quality.planted import AS_IT_IS, CALLS


def said(
    who: str,
    about: About,
    value: str = "",
    turn: int | None = 1,
    *,
    right: bool | None = None,
    when: str = "2026-11-29T10:00:00",
) -> Annotation:
    return Annotation(who=who, when=when, about=about, turn=turn, value=value, right=right)


def annotated(*annotations: Annotation, name: str = "en-bill") -> Annotated:
    return Annotated(name, turns(read_log(CALLS / f"{name}.jsonl")), annotations)


def test_they_are_kept_and_the_last_word_counts(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes((CALLS / "en-bill.jsonl").read_bytes())
    (recorded,) = find_recorded([tmp_path])
    path = annotations_of(recorded)
    first = said("awa", "intent", "bill")
    for each in (first, said("ibou", "intent", "balance"), said("awa", "comment", "Odd."),
                 said("awa", "intent", "pay_bill", when="2026-11-29T11:00:00"),
                 said("awa", "comment", "Very.", when="2026-11-29T11:00:00")):  # fmt: skip
        annotate(path, each)
    found = read_annotations(path)
    assert [(a.who, a.about, a.value) for a in found] == [
        ("awa", "intent", "pay_bill"),
        ("ibou", "intent", "balance"),
        ("awa", "comment", "Odd."),
        ("awa", "comment", "Very."),
    ]
    assert find_recorded([tmp_path]) == [recorded]  # and are no recording themselves
    with path.open("a", encoding="utf-8") as file:
        file.write('{"who": "awa", "wh')  # the process was killed
    assert read_annotations(path) == found


def test_beside_a_log_that_stands_alone(tmp_path: Path) -> None:
    log = tmp_path / "one.jsonl"
    log.write_bytes((CALLS / "en-bill.jsonl").read_bytes())
    annotate(annotations_of(Recorded("one", log=log)), said("awa", "intent", "bill"))
    assert [each.id for each in find_recorded([tmp_path])] == ["one"]
    assert read_annotations(tmp_path / "one.annotations.jsonl")
    assert read_annotations(tmp_path / "none.jsonl") == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"about": "intent"}, "it says nothing"),
        ({"about": "intent", "value": "x", "turn": None}, "of which turn"),
        ({"about": "slot", "value": "770"}, "slot=value"),
        ({"about": "mood", "value": "x"}, "about"),
        ({"about": "intent", "value": "x", "when": "yesterday"}, "when"),
        ({"about": "intent", "value": "x", "who": ""}, "who"),
        ({"about": "comment", "value": "x" * 5000}, "value"),
    ],
)
def test_mistakes_are_named(fields: dict[str, object], told: str, tmp_path: Path) -> None:
    plain = {"who": "awa", "when": "2026-11-29T10:00", "turn": 1}
    path = tmp_path / "annotations.jsonl"
    path.write_text(json.dumps(plain | fields) + "\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match="line 1") as raised:
        read_annotations(path)
    assert told in str(raised.value)


def test_kappa_is_cohens() -> None:
    random = np.random.default_rng(1)
    one = random.choice(["a", "b", "c"], 60)
    other = np.where(random.random(60) < 0.7, one, random.choice(["a", "b", "c"], 60))
    found = kappa(list(zip(one.tolist(), other.tolist(), strict=True)))
    assert found == pytest.approx(cohen_kappa_score(one, other))
    assert kappa([]) is None
    assert kappa([("a", "a")]) is None


def test_two_annotators_agree_as_far_as_they_do() -> None:
    calls = [
        (said("awa", "escalation", "angry"), said("ibou", "escalation", "angry")),
        (said("awa", "escalation", right=True), said("ibou", "escalation", right=False)),
        (said("awa", "slot", "line=1"), said("ibou", "slot", "pin=2")),
        (said("awa", "transcript", "a"), said("ibou", "transcript", "b")),
    ]
    found = agreements(calls)
    assert [(a.about, a.who, a.n, a.same) for a in found] == [("escalation", ("awa", "ibou"), 2, 1)]


def test_samples_and_cases_are_what_both_say() -> None:
    call = annotated(
        said("awa", "transcript", "why is my phone bill so high"),
        said("awa", "intent", "bill"),
        said("ibou", "intent", "bill"),
        said("awa", "escalation", "angry"),
        said("awa", "intent", "bill", turn=2),
        said("ibou", "intent", "balance", turn=2),
        said("awa", "intent", "bill", turn=99),
    )
    assert list(samples([call])) == [("en", "why is my phone bill so high", "bill")]
    assert call.undecided("intent") == 1
    assert list(escalation_cases([call])) == [("en", "why is my phone bill so high", "angry")]
    assert table(("a", "b"), [("x\ty", "z\n")]) == "a\tb\nx y\tz\n"


def test_rules_that_called_rightly_and_wrongly() -> None:
    calls = [
        annotated(said("awa", "escalation", "none", None)),
        annotated(said("awa", "escalation", "angry", 1)),
        annotated(said("awa", "escalation", "asked_for_person", None), name="en-tour"),
        annotated(said("awa", "escalation", "none", None), name="en-tour"),
        annotated(name="en-tour"),
    ]
    assert confusion(calls) == {
        ("none", "none"): 1,
        ("angry", "none"): 1,
        ("asked_for_person", "asked_for_person"): 1,
        ("none", "asked_for_person"): 1,
    }


def test_a_corrected_call_is_a_golden_one() -> None:
    config = load()
    entries = read_log(CALLS / "en-bill.jsonl")
    assert golden(annotated(said("awa", "intent", "bill")), entries, config) is None
    text = golden(annotated(said("awa", "transcript", "what is my balance")), entries, config)
    assert text is not None
    found = turns(read(text.splitlines(keepends=True)))
    assert (found[1].said, found[1].intent) == ("what is my balance", "balance")
    assert found[2].said == "yes"  # as it was: it was not corrected


def test_training_pairs_are_the_sound_of_their_words(tmp_path: Path) -> None:
    call = annotated(said("awa", "transcript", "why is my bill so high"))
    turn = call.turns[1]
    assert turn.ended is not None
    rate = 8000
    sound = np.zeros(int(40 * rate))
    sound[int(turn.at * rate) : int((turn.ended - turn.paused) * rate)] = 0.5
    soundfile.write(tmp_path / "caller.wav", sound, rate, subtype="PCM_16")
    (pair,) = training_pairs([replace(call, caller=tmp_path / "caller.wav")])
    assert (pair.name, pair.text, pair.language) == (
        "en-bill-1.wav",
        "why is my bill so high",
        "en",
    )
    with wave.open(io.BytesIO(pair.wav)) as file:
        piece = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        assert file.getframerate() == rate
    assert (piece > 0).sum() == (sound > 0).sum()
    assert piece[0] == piece[-1] == 0
    assert list(training_pairs([call])) == []


@pytest.mark.parametrize("how", ["random", "stratified", "doubt"])
def test_a_sample_is_the_same_every_time(how: How) -> None:
    calls = read_calls(find_recorded([CALLS]), AS_IT_IS, sound=False, processes=1)
    first = [call.recorded.id for call in sample(calls, 4, how, 1)]
    assert [call.recorded.id for call in sample(calls[::-1], 4, how, 1)] == first
    assert len(set(first)) == 4
    assert len(sample(calls, 99, how, 1)) == 11


def test_what_was_not_understood_is_most_doubtful() -> None:
    calls = read_calls(find_recorded([CALLS]), AS_IT_IS, sound=False, processes=1)
    doubtful = sample(calls, 1, "doubt", 0)[0]
    assert not all(turn.understood for turn in doubtful.turns if turn.rung)
    assert doubt(doubtful) == 1.0
    strata = [
        (c.figures.language, c.figures.outcome, *c.figures.wishes)
        for c in sample(calls, 10, "stratified", 0)
    ]
    assert len(set(strata)) == 10


def test_words_heard_wrongly_are_counted(tmp_path: Path) -> None:
    log = tmp_path / "a" / "log.jsonl"
    log.parent.mkdir()
    log.write_bytes((CALLS / "en-bill.jsonl").read_bytes())
    (recorded,) = find_recorded([tmp_path])
    annotate(annotations_of(recorded), said("awa", "transcript", "Why is my phone bill so high?"))
    annotate(annotations_of(recorded), said("awa", "transcript", "Yes.", 2))
    (call,) = read_calls([recorded], AS_IT_IS, processes=1)
    assert call.figures.counts["word_errors"] == (1.0, 8.0)
    annotate(annotations_of(recorded), said("ibou", "transcript", "No.", 2))  # they differ
    (call,) = read_calls([recorded], AS_IT_IS, processes=1)
    assert call.figures.counts["word_errors"] == (1.0, 7.0)
