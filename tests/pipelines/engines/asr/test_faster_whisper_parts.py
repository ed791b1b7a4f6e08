"""The parts that decide for the Whisper engine: values in, values out."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipelines.engines.asr.engine import Expected
from pipelines.engines.asr.faster_whisper import FasterWhisper
from pipelines.engines.asr.whisper.answers import answer
from pipelines.engines.asr.whisper.checkpoint import Checkpoint, multilingual
from pipelines.engines.asr.whisper.confidence import confidence
from pipelines.engines.asr.whisper.guards import Decoded, Guards
from pipelines.engines.asr.whisper.languages import language_of, token_of
from pipelines.engines.asr.whisper.local_agreement import LocalAgreement
from pipelines.engines.asr.whisper.loudness import Loudness
from pipelines.engines.asr.whisper.queue import DecodeQueue, DecodeRequest, Priority
from pipelines.engines.asr.whisper.turn import Listening, Turn, TurnSettings
from pipelines.engines.asr.whisper.windows import (
    FULL,
    MARGIN,
    RATE,
    SHORTEST,
    Windows,
    fitted,
    most_tokens,
)
from pipelines.errors import EngineError
from tests.pipelines.engines.asr.speech import BYTES_PER_SECOND, noise, pieces, say

SENTENCE = "I want to pay my bill"


# -- agreement ---------------------------------------------------------------------------------


def test_what_two_hypotheses_agree_on_is_stable() -> None:
    agreement = LocalAgreement()
    assert agreement.take(["I", "want", "a"]) == "I want a"
    assert not agreement.stable
    assert agreement.take(["I", "want", "to", "play"]) == "I want to play"
    assert list(agreement.stable) == ["I", "want"]
    agreement.take(["I", "want", "to", "pay", "my"])
    assert list(agreement.stable) == ["I", "want", "to"]


def test_stable_words_never_change() -> None:
    agreement = LocalAgreement()
    for _ in range(2):
        agreement.take(["my", "bill"])
    assert agreement.take(["my", "hill", "is", "high"]) == "my bill is high"
    assert agreement.stable == ("my", "bill")
    agreement.take([])
    assert agreement.take(["my"]) == "my bill"


def test_case_and_punctuation_are_no_disagreement() -> None:
    agreement = LocalAgreement()
    agreement.take(["hello.", "I"])
    agreement.take(["Hello,", "i", "want"])
    assert agreement.stable == ("Hello,", "i")


# -- loudness ----------------------------------------------------------------------------------


async def test_speech_ends_where_it_ends_however_it_is_cut_up() -> None:
    speech = await say(SENTENCE)
    found = []
    for size in (640, 333, len(speech)):
        loudness = Loudness()
        for piece in pieces(speech + bytes(BYTES_PER_SECOND), size):
            loudness.hear(piece)
        found.append((loudness.end, loudness.loud))
    assert len(set(found)) == 1
    length = len(speech) / BYTES_PER_SECOND
    assert length - 0.6 < found[0][0] < length - 0.2  # say() adds 0.3 s


async def test_the_lines_noise_is_quiet_and_speech_over_it_is_not() -> None:
    random = np.random.default_rng(3)
    speech = np.frombuffer(await say(SENTENCE), "<i2").astype(float)
    hiss = random.normal(0, 120, len(speech) + 32000)  # 40 dB below full scale
    hiss[8000 : 8000 + len(speech)] += speech
    loudness = Loudness()
    loudness.hear(np.clip(hiss, -32768, 32767).astype("<i2").tobytes())
    assert 0.8 < loudness.quiet < 2.0


def test_steady_noise_never_seems_to_end() -> None:
    loudness = Loudness()
    loudness.hear(noise(3))
    assert loudness.quiet == 0


def test_silence_has_nothing_loud() -> None:
    loudness = Loudness()
    loudness.hear(bytes(BYTES_PER_SECOND))
    assert loudness.loud == 0
    assert loudness.heard == pytest.approx(1)


# -- checkpoints -------------------------------------------------------------------------------


@pytest.mark.parametrize(("tokens", "languages"), [(51_864, False), (51_865, True), (51_866, True)])
def test_an_english_only_checkpoint_is_known_by_its_vocabulary(
    tmp_path: Path, tokens: int, languages: bool
) -> None:
    (tmp_path / "vocabulary.json").write_text(json.dumps(["a"] * tokens))
    assert multilingual(tmp_path) is languages
    assert (FasterWhisper(Checkpoint(tmp_path)).serves("fr") is not None) is languages
    assert FasterWhisper(Checkpoint(tmp_path)).serves("en") is not None


def test_a_vocabulary_in_lines_is_counted_too_and_who_asks_for_more_is_told_why(
    tmp_path: Path,
) -> None:
    """As Whisper tiny.en's is: a token a line."""
    (tmp_path / "vocabulary.txt").write_text("\n".join(["a"] * 51_864) + "\n")
    engine = FasterWhisper(Checkpoint(tmp_path))
    assert engine.serves("fr") is None
    assert engine.serves("en-GB") is not None
    with pytest.raises(EngineError, match=f"'fr': {tmp_path.name} knows English only"):
        engine.listening("fr")
    with pytest.raises(EngineError, match="'wo': Whisper does not know it"):
        engine.listening("wo")


# -- windows -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0.1, 0.5, 1, 2.4, 4, 11, 26])
def test_a_window_holds_the_turn_and_its_margin(seconds: float) -> None:
    assert MARGIN <= fitted(seconds, 0) - seconds * RATE < MARGIN + 65


def test_no_window_is_shorter_than_the_checkpoint_hears_well_in() -> None:
    assert fitted(0.5) == SHORTEST
    assert fitted(0.5, 384) == 384
    assert fitted(11, 384) > 11 * RATE + MARGIN - 1


def test_no_window_is_longer_than_whispers_own() -> None:
    assert fitted(29.9) == fitted(60) == FULL


def test_tokens_are_bounded_by_time_and_by_the_limit() -> None:
    assert most_tokens(1, 224) == 20
    assert most_tokens(30, 224) == 224


# -- guards ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "logprob", "no_speech", "reason"),
    [
        ("I want to pay my bill.", -0.2, 0.01, ""),
        ("I want to pay my bill.", -0.2, 0.9, ""),  # sure of its words: someone spoke
        ("Thank you for watching.", -1.4, 0.9, "silence"),
        ("I want to pay my bill.", -1.4, 0.01, "doubt"),
        ("zero zero zero zero seven", -0.2, 0.01, ""),
        ("no no no no no no no", -0.2, 0.01, "repetition"),
        ("I am, I am, I am I am, I am", -0.2, 0.01, "repetition"),
        ("and so on and so on and so on", -0.2, 0.01, ""),
        ("one two three four five six seven eight nine ten a b c d e f g h i", -0.2, 0.01, "speed"),
        ("my bill is " * 30, -0.2, 0.01, "compression"),
        ("", -0.2, 0.01, ""),
        ("...", -0.2, 0.01, "silence"),
        ("♪ ♪", -0.2, 0.01, "silence"),
        ("yes yes", -0.2, 0.01, ""),
    ],
)
def test_what_is_not_believed(text: str, logprob: float, no_speech: float, reason: str) -> None:
    assert Guards().reason(Decoded(text, logprob, no_speech), 2.0) == reason


def test_what_there_was_no_time_to_say_twice_was_said_once() -> None:
    thanks = Decoded("Thank you. Thank you.", -0.1, 0.01)
    assert Guards().reason(thanks, 0.5) == "repetition"
    assert Guards().reason(thanks, 1.5) == ""
    assert Guards().reason(Decoded("Yes. Yes. Yes.", -0.1, 0.01), 0.3) == "repetition"


# -- which hearing is taken --------------------------------------------------------------------

SEVEN = {"seven": "7", "four": "4", "two": "2"}


def digits(text: str) -> str:
    words = text.lower().replace(",", " ").split()
    return "".join(w if w.isdigit() else SEVEN.get(w, "") for w in words)


YES_OR_NO = Expected(answers=lambda text: text.lower() in ("yes.", "no."), digits=digits)
THREE = Expected(
    answers=lambda text: len(digits(text)) == 3, digits=digits, number_words=tuple(SEVEN)
)


def heard(*alternatives: tuple[str, float], numbers: tuple[tuple[str, float], ...] = ()) -> Decoded:
    return Decoded(alternatives[0][0], -0.5, 0.1, alternatives=tuple(alternatives), numbers=numbers)


def test_what_answers_the_question_is_taken_where_it_is_nearly_as_probable() -> None:
    taken = answer(heard(("Guess.", -2.0), ("Yes.", -3.0)), YES_OR_NO)
    assert (taken.text, taken.words) == ("Yes.", ())
    assert taken.logprob < -0.5  # and it is less sure
    assert answer(heard(("Guess.", -2.0), ("Yes.", -6.0)), YES_OR_NO).text == "Guess."
    assert answer(heard(("No.", -2.0), ("Yes.", -2.1)), YES_OR_NO).text == "No."


def test_what_is_said_once_among_the_hypotheses_was_said_once() -> None:
    assert (
        answer(heard(("Skip it. Skip it.", -2.0), ("Skip it.", -5)), Expected()).text == "Skip it."
    )
    assert answer(heard(("Seven seven", -2.0), ("Seven", -3)), THREE).text == "Seven seven"


def test_a_number_is_what_the_readings_share_most() -> None:
    readings = (("seven four two", -1.0), ("seven two two", -2.0), ("7 2 2", -0.5), ("7 4", -0.1))
    taken = answer(heard(("Heaven four two", -3.0), numbers=readings), THREE)
    assert taken.text == "722"  # in words and in figures
    assert confidence(taken, "en", 1.0, 1.0) > 0.8
    unsure = answer(heard(("Heaven four two", -3.0), numbers=(("7 4 2", -4.0),)), THREE)
    assert confidence(unsure, "en", 1.0, 1.0) < 0.5


def test_who_says_no_number_is_given_none() -> None:
    said = heard(("I have not got it here", -1.0), numbers=(("seven four two", -0.1),))
    assert answer(said, THREE).text == "I have not got it here"


def test_confidence_falls_with_the_words_the_rate_and_another_language() -> None:
    words = (("yes", 0.0, 0.3, 0.9),)
    sure = Decoded("Yes.", -0.3, 0.1, words, (("en", 0.9), ("fr", 0.05)))
    assert 0.8 < confidence(sure, "en", 0.5, 0.5) < 1
    assert confidence(sure, "fr", 0.5, 0.5) < confidence(sure, "en", 0.5, 0.5)
    assert confidence(replace(sure, logprob=-1.6), "en", 0.5, 0.5) < 0.5
    assert confidence(replace(sure, text="Yes. " * 5), "en", 0.5, 0.5) < 0.4


# -- the queue ---------------------------------------------------------------------------------


def request(
    call: int, priority: Priority, due: float = 0.0, window: int = 320, model: int = 0
) -> DecodeRequest:
    return DecodeRequest(call, priority, model, window, due)


def order(queue: DecodeQueue) -> list[list[int]]:
    """The calls, batch by batch, until nobody waits."""
    batches = []
    while batch := queue.take():
        batches.append([request.call for request in batch])
    return batches


def test_finals_go_before_likely_ones_and_those_before_partials() -> None:
    queue = DecodeQueue(together=1)
    for call, priority in enumerate((Priority.PARTIAL, Priority.FINAL, Priority.LIKELY)):
        queue.put(request(call, priority))
    assert order(queue) == [[1], [2], [0]]


def test_the_final_that_is_due_first_and_the_partial_served_longest_ago() -> None:
    queue = DecodeQueue(together=1)
    queue.put(request(1, Priority.FINAL, due=12.0))
    queue.put(request(2, Priority.FINAL, due=11.0))
    queue.put(request(3, Priority.PARTIAL, due=9.0))
    queue.put(request(4, Priority.PARTIAL, due=8.0))
    assert order(queue) == [[2], [1], [4], [3]]


def test_a_call_waits_once() -> None:
    queue = DecodeQueue(together=4)
    for _ in range(3):
        queue.put(request(1, Priority.PARTIAL))
    queue.put(request(1, Priority.FINAL))
    assert order(queue) == [[1]]


def test_calls_are_decoded_together_where_windows_and_models_are_alike() -> None:
    queue = DecodeQueue(together=4)
    queue.put(request(1, Priority.FINAL, 1, window=320))
    queue.put(request(2, Priority.FINAL, 2, window=1500))
    queue.put(request(3, Priority.FINAL, 3, window=448))
    queue.put(request(4, Priority.FINAL, 4, model=1))
    queue.put(request(5, Priority.FINAL, 5, window=256))  # not beside 448
    queue.put(request(6, Priority.PARTIAL, 6))
    assert order(queue) == [[1, 3], [2], [4], [5], [6]]


def test_partials_come_in_half_batches_and_not_when_the_worker_is_to_rest() -> None:
    queue = DecodeQueue(together=4)
    for call in range(5):
        queue.put(request(call, Priority.PARTIAL, due=call))
    assert queue.take(partials=False) == []
    assert order(queue) == [[0, 1], [2, 3], [4]]


def test_what_failed_in_company_is_tried_alone() -> None:
    queue = DecodeQueue(together=4)
    queue.put(DecodeRequest(1, Priority.FINAL, 0, 320, 1.0, alone=True))
    queue.put(request(2, Priority.FINAL, 2.0))
    queue.put(DecodeRequest(3, Priority.FINAL, 0, 320, 3.0, alone=True))
    assert order(queue) == [[1], [2], [3]]


def test_finals_that_cannot_be_ready_are_taken_out() -> None:
    queue = DecodeQueue(together=4)
    queue.put(request(1, Priority.FINAL, due=10.0))
    queue.put(request(2, Priority.FINAL, due=10.5))
    queue.put(request(3, Priority.PARTIAL, due=1.0))
    assert [late.call for late in queue.late(10.2)] == [1]
    assert order(queue) == [[2], [3]]


# -- a turn ------------------------------------------------------------------------------------


def turn(windows: Windows = "fitted_then_full", own: bool = True) -> Turn:
    settings = TurnSettings(1.5, 0.3, 30.0, 224, windows, Guards())
    return Turn(1, Listening("fr", 0, "fr", own), settings)


async def test_a_decoding_made_in_the_pause_is_the_final_one() -> None:
    heard = turn()
    pcm = await say(SENTENCE)
    end = 0
    for piece in pieces(pcm):
        heard.hear(piece)
        end += len(piece)
        if heard.whole_wanted and end > len(pcm) - BYTES_PER_SECOND // 2:
            break
    decode_input = heard.decode_input(Priority.LIKELY)
    assert (decode_input.whole, heard.ready()) == (True, None)
    words = (("pay", 0.1, 0.4, 0.9),)
    decoded = Decoded("I want to pay", -0.1, 0.0, words, (("jw", 0.7), ("fr", 0.2)))
    assert heard.take(decode_input, decoded)
    heard.hear(pcm[end:])
    result = heard.ready()
    assert result is not None
    assert (result.text, result.final, result.words[0].end) == ("I want to pay", True, 0.4)
    assert result.languages == (("jv", 0.7), ("fr", 0.2))
    heard.hear(pcm)  # the caller goes on
    assert heard.ready() is None


async def test_a_borrowed_language_token_tells_nothing_of_the_language() -> None:
    heard = turn(own=False)
    heard.hear(await say(SENTENCE))
    heard.take(heard.decode_input(Priority.FINAL), Decoded("a", -0.1, 0.0, (), (("fr", 1.0),)))
    result = heard.ready()
    assert result is not None
    assert result.languages == ()


@pytest.mark.parametrize(
    ("windows", "again"), [("fitted_then_full", True), ("fitted", False), ("full", False)]
)
async def test_what_is_not_believed_is_heard_again_in_the_full_window(
    windows: Windows, again: bool
) -> None:
    heard = turn(windows)
    heard.hear(await say(SENTENCE))
    heard.take(heard.decode_input(Priority.FINAL), Decoded("no " * 9, -0.1, 0.0))
    assert heard.heard_again is again
    if again:
        assert heard.ready() is None
        decode_input = heard.decode_input(Priority.FINAL)
        assert decode_input.window == FULL
        heard.take(decode_input, Decoded("no " * 9, -0.1, 0.0))
    result = heard.ready()
    assert result is not None
    assert (result.text, result.rejected) == ("", "repetition")


async def test_long_quiet_that_the_voice_detector_called_speech_is_decoded() -> None:
    heard = turn()
    pcm = await say(SENTENCE)
    heard.hear(pcm)
    assert len(heard.pcm(Priority.FINAL)) < len(pcm)
    heard.hear(bytes(BYTES_PER_SECOND))
    assert len(heard.pcm(Priority.FINAL)) == len(pcm) + BYTES_PER_SECOND


# -- languages ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "token"),
    [("fr", "fr"), ("fr-CA", "fr"), ("jv", "jw"), ("nb", "no"), ("wo", None), ("ga", None)],
)
def test_whispers_tokens(language: str, token: str | None) -> None:
    assert token_of(language) == token


def test_tokens_become_languages_again() -> None:
    assert [language_of(token) for token in ("jw", "sq", "tl")] == ["jv", "sq", "tl"]


async def test_a_final_that_is_late_is_what_was_believed_last() -> None:
    heard, pcm = turn(), await say(SENTENCE)
    assert heard.late().rejected == "overloaded"
    heard.hear(pcm[: len(pcm) // 2])
    heard.take(heard.decode_input(Priority.PARTIAL), Decoded("I want", 0.0, 0.0))
    heard.hear(pcm[len(pcm) // 2 :])
    late = heard.late()
    assert (late.text, late.final, late.rejected) == ("I want", True, "")
    assert 0.2 < late.confidence < 0.8  # the rest of the turn says something else, perhaps
    heard.take(heard.decode_input(Priority.FINAL), Decoded("I want to pay my bill", 0.0, 0.0))
    assert heard.late() == heard.ready()


async def test_what_was_not_believed_is_no_late_final_either() -> None:
    heard = turn()
    heard.hear(await say(SENTENCE))
    heard.take(heard.decode_input(Priority.PARTIAL), Decoded("no " * 9, -0.1, 0.0))
    assert (heard.late().text, heard.late().rejected) == ("", "overloaded")


@pytest.mark.parametrize(
    ("french", "again"), [(0.95, True), (0.6, False)], ids=["surely", "perhaps"]
)
async def test_a_turn_in_another_language_is_heard_in_it(french: float, again: bool) -> None:
    settings = TurnSettings(1.5, 0.3, 30.0, 224, "fitted", Guards())
    others = {"fr": Listening("fr", 0, "fr", own=True)}
    turn = Turn(1, Listening("en", 0, "en", own=True, others=others), settings)
    turn.hear(await say(SENTENCE))
    sounds = (("fr", french), ("en", 1 - french))
    turn.take(turn.decode_input(Priority.FINAL), Decoded("Sevu dray", -0.7, 0.0, (), sounds))
    assert turn.heard_again is again
    if again:
        assert turn.ready() is None
        decode_input = turn.decode_input(Priority.FINAL)
        assert decode_input.listening.language == "fr"
        turn.take(decode_input, Decoded("Je voudrais", -0.2, 0.0, (), sounds))
    result = turn.ready()
    assert result is not None
    assert (result.text, result.language, result.language_confidence) == (
        ("Je voudrais", "fr", french) if again else ("Sevu dray", "en", 1.0)
    )


async def test_what_is_worse_in_the_other_language_stays_as_it_was() -> None:
    settings = TurnSettings(1.5, 0.3, 30.0, 224, "fitted", Guards())
    others = {"fr": Listening("fr", 0, "fr", own=True)}
    turn = Turn(1, Listening("en", 0, "en", own=True, others=others), settings)
    turn.hear(await say(SENTENCE))
    for text, logprob in (("My bill", -0.2), ("Maille bile", -1.3)):
        sounds = (("fr", 0.95),)
        turn.take(turn.decode_input(Priority.FINAL), Decoded(text, logprob, 0.0, (), sounds))
    result = turn.ready()
    assert result is not None
    assert (result.text, result.language) == ("My bill", "en")


async def test_a_soft_voice_is_heard_like_a_loud_one() -> None:
    speech = np.frombuffer(await say(SENTENCE), "<i2").astype(float)
    found = []
    for gain in (1.0, 0.01):  # 40 dB
        noise = np.random.default_rng(3).normal(0, 1, len(speech))
        loudness = Loudness()
        loudness.hear((speech * gain + noise).round().astype("<i2").tobytes())
        found.append((loudness.loud, loudness.end))
    assert found[1][0] > 0.6 * found[0][0]
    assert found[1][1] == pytest.approx(found[0][1], abs=0.15)
