"""The circuit breaker against a clock that the test turns."""

import pytest

from pipelines.circuit_breaker import Breaker


class AudioClock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> AudioClock:
    return AudioClock()


def opened(clock: AudioClock) -> Breaker:
    breaker = Breaker(failures=5, rest=10.0, clock=clock)
    for _ in range(5):
        assert breaker.admits()
        breaker.failed()
    return breaker


def test_five_failures_in_a_row_open_it(clock: AudioClock) -> None:
    breaker = opened(clock)
    assert breaker.open
    assert not breaker.admits()


def test_a_success_in_between_starts_the_count_again(clock: AudioClock) -> None:
    breaker = Breaker(failures=2, clock=clock)
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.admits()


def test_after_the_rest_one_trial_is_let_through(clock: AudioClock) -> None:
    breaker = opened(clock)
    clock.now += 9.9
    assert not breaker.admits()
    clock.now += 0.1
    assert [breaker.admits(), breaker.admits()] == [True, False]


def test_a_trial_that_succeeds_closes_it(clock: AudioClock) -> None:
    breaker = opened(clock)
    clock.now += 10
    assert breaker.admits()
    breaker.succeeded()
    assert not breaker.open
    assert breaker.admits()


def test_a_trial_that_fails_opens_it_for_another_rest(clock: AudioClock) -> None:
    breaker = opened(clock)
    clock.now += 10
    assert breaker.admits()
    clock.now += 3
    breaker.failed()
    clock.now += 9
    assert not breaker.admits()
    clock.now += 1
    assert breaker.admits()


def test_a_trial_that_never_ends_blocks_for_one_rest_only(clock: AudioClock) -> None:
    breaker = opened(clock)
    clock.now += 10
    assert breaker.admits()
    clock.now += 10
    assert breaker.admits()
