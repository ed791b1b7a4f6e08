"""The authenticator by the clock: sessions that end, addresses that wait and are forgiven."""

from collections import Counter

import pytest

from pipelines.desk.authentication import COOKIE, Authenticator, BusyError, bearer

TOKEN = "open sesame, and quietly"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def authenticator(clock: Clock) -> Authenticator:
    return Authenticator(TOKEN, 3600.0, Counter(), clock)


def test_a_session_lasts_and_ends(authenticator: Authenticator, clock: Clock) -> None:
    name = authenticator.open_session()
    clock.now = 3599.0
    assert authenticator.seconds_left({COOKIE: name}) == 1.0
    assert authenticator.seconds_left({COOKIE: name[:-1]}) == 0.0
    assert authenticator.seconds_left({}) == 0.0
    other = authenticator.open_session()
    clock.now = 3600.0
    assert authenticator.seconds_left({COOKIE: name}) == 0.0
    authenticator.close_session(other)
    assert authenticator.seconds_left({COOKIE: other}) == 0.0


async def test_an_address_that_guesses_is_turned_away_and_forgiven(
    authenticator: Authenticator, clock: Clock
) -> None:
    for again in (0.0, 0.5, 1.5, 3.0, 5.0, 7.5, 10.5, 14.0, 18.0, 22.5, 27.5, 32.5):
        clock.now = again  # when it need not wait
        assert not await authenticator.is_token("guess", "192.0.2.1")
    clock.now = 27.4
    with pytest.raises(BusyError):
        await authenticator.is_token(TOKEN, "192.0.2.1")
    assert await authenticator.is_token(TOKEN, "192.0.2.2")  # others do not wait for it
    clock.now = 37.5
    assert await authenticator.is_token(TOKEN, "192.0.2.1")
    clock.now = 37.6
    assert not await authenticator.is_token("guess", "192.0.2.1")
    clock.now = 38.1  # the right token made it a stranger again
    assert await authenticator.is_token(TOKEN, "192.0.2.1")


async def test_many_guesses_at_once_are_paid_for(
    authenticator: Authenticator, clock: Clock
) -> None:
    for _ in range(100):
        authenticator.note_wrong_token("192.0.2.1")
    clock.now = 400.0
    with pytest.raises(BusyError):
        await authenticator.is_token(TOKEN, "192.0.2.1")
    clock.now = 600.0
    assert await authenticator.is_token(TOKEN, "192.0.2.1")


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (f"Bearer {TOKEN}", TOKEN),
        ("bearer  x ", "x"),
        ("Basic x", None),
        ("", None),
        ("Bearer", ""),
    ],
)
def test_the_header(header: str, token: str | None) -> None:
    assert bearer(header) == token
