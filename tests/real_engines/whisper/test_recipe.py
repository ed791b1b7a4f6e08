"""What the small Whisper is made of: its tokens, its speech, what a training step sees."""

from pathlib import Path

import numpy as np
import pytest
from faster_whisper.tokenizer import Tokenizer

from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.engines.asr.word_errors import word_errors
from tests.real_engines.whisper import recipe
from tests.real_engines.whisper.acoustics import take, telephone, without_speech
from tests.real_engines.whisper.batches import IGNORED, POSITION, batch, samples
from tests.real_engines.whisper.sentences import DIGITS, LANGUAGES, commands, digits
from tests.real_engines.whisper.synthesis import Sound, join
from tests.real_engines.whisper.tokens import Vocabulary

SENTENCES = [text for code in LANGUAGES for text in (*commands(code), *DIGITS[code])]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(SENTENCES)


def tone(seconds: float) -> Sound:
    turns = np.arange(int(seconds * SAMPLE_RATE)) * (1000 / SAMPLE_RATE)
    sound: Sound = (0.1 * np.sin(2 * np.pi * turns)).astype(np.float32)
    return sound


TONES = {("en", word): [tone(0.3)] for word in DIGITS["en"]}


def test_every_sentence_is_written_with_tokens_that_faster_whisper_allows(
    vocabulary: Vocabulary,
) -> None:
    reader = Tokenizer(vocabulary.tokenizer, True, task="transcribe", language="en")
    for sentence in SENTENCES:
        tokens = vocabulary.text(sentence)
        assert reader.decode(tokens) == f" {sentence}"
        assert not {*reader.non_speech_tokens, vocabulary.number("Ġ")} & {*tokens}
        assert max(tokens) < vocabulary.spare


def test_special_tokens_have_whispers_numbers(vocabulary: Vocabulary) -> None:
    named = {"<|endoftext|>": 50257, "<|startoftranscript|>": 50258, "<|transcribe|>": 50359}
    named |= {"<|nospeech|>": 50362, "<|notimestamps|>": 50363, "<|30.00|>": 51864}
    assert {token: vocabulary.number(token) for token in named} == named
    assert vocabulary.row("<|30.00|>") == vocabulary.rows - 1
    assert len(vocabulary.languages()) == 99


def test_joined_digits_are_where_they_are_said_to_be() -> None:
    said = join(TONES, "en", np.random.default_rng(3))
    assert len(said.spans) == len(said.sentence.text.split())
    loud = np.zeros(len(said.sound), bool)
    for begin, end in said.spans:
        loud[round(begin * SAMPLE_RATE) : round(end * SAMPLE_RATE)] = True
    assert np.abs(said.sound[~loud]).max(initial=0) == 0
    assert np.abs(said.sound[loud]).mean() > 0.05


def test_a_take_knows_where_its_speech_is() -> None:
    chance = np.random.default_rng(4)
    for _ in range(20):
        one = take(join(TONES, "en", chance), chance)
        assert 0 < one.begins < one.ends < len(one.sound) / SAMPLE_RATE
        assert np.abs(one.sound).max() <= 1


def test_a_telephone_loses_what_is_outside_its_band() -> None:
    turns = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    left = [
        float(np.std(telephone((0.1 * np.sin(2 * np.pi * hertz * turns)).astype(np.float32))))
        for hertz in (100, 1000, 6000)
    ]
    assert left[1] > 0.06
    assert max(left[0], left[2]) < 0.005


def test_a_step_sees_each_token_ahead_of_what_was_said(vocabulary: Vocabulary) -> None:
    chance = np.random.default_rng(5)
    taken = take(join(TONES, "en", chance), chance)
    for _ in range(20):  # with and without time stamps and previous text
        given = batch(samples([taken]), vocabulary, chance, 800)
        assert given.mel.shape == (1, 80, 800)
        inputs, targets = given.inputs[0], given.targets[0]
        known = targets[:-1] != IGNORED
        started = int(np.flatnonzero(inputs == vocabulary.sot)[0])
        assert not known[:started].any()
        assert (targets[:-1] == inputs[1:])[known].all()
        assert targets[started] == vocabulary.language("en")
        assert targets[-1] == vocabulary.eot
        assert [targets[token] for _, token, _, _ in given.aligned] == list(given.texts[0])
        assert taken.utterance is not None
        for (begin, _), (_, _, first, _) in zip(taken.utterance.spans, given.aligned, strict=False):
            assert abs(first * POSITION - taken.begins - begin) <= POSITION


def test_without_speech_there_is_no_language_and_no_text(vocabulary: Vocabulary) -> None:
    chance = np.random.default_rng(6)
    given = batch(samples([without_speech(chance)]), vocabulary, chance, 800)
    said = given.targets[0][given.targets[0] != IGNORED]
    assert said[0] == vocabulary.no_speech
    assert said[-1] == vocabulary.eot
    assert list(given.texts) == [[]]


@pytest.mark.parametrize(
    ("heard", "errors"),
    [
        ("one two three", 0),
        ("one three", 1),
        ("one too three", 1),
        ("one two two three", 1),
        ("", 3),
    ],
)
def test_word_errors(heard: str, errors: int) -> None:
    assert word_errors(["one", "two", "three"], heard.split()) == errors


def test_digits_are_drawn_by_the_seed_alone() -> None:
    once, again = (digits(np.random.default_rng(7), "fr") for _ in range(2))
    assert once == again


def test_a_model_is_current_until_the_recipe_changes(tmp_path: Path) -> None:
    made_of = recipe.digest(tmp_path)
    assert not recipe.current(tmp_path, made_of)
    (tmp_path / "model.bin").touch()
    recipe.remember(tmp_path, made_of)
    assert recipe.current(tmp_path, recipe.digest(tmp_path))
    assert not recipe.current(tmp_path, recipe.digest(tmp_path, minutes=1))  # another training
    (tmp_path / "fsdd" / "recordings").mkdir(parents=True)  # people to learn from
    assert not recipe.current(tmp_path, recipe.digest(tmp_path))
