"""Which language the call is held in: votes in, decisions out."""

from dataclasses import replace

import pytest

from agent.languages.language_routing import (
    Decision,
    Evidence,
    Memory,
    Thresholds,
    route,
    stated,
    telling,
)

SERVED = ("en", "fr", "wo")


def seems(language: str, probability: float = 0.9, words: int = 5, rest: str = "it") -> Evidence:
    return Evidence(((language, probability), (rest, 1 - probability)), words)


NEW = Memory()
SURELY_WOLOF = seems("wo", 0.995)
OK = Evidence((("fr", 0.92), ("hu", 0.02)), 1)
UNCLEAR = Evidence((("wo", 0.5), ("fr", 0.4)), 4)


def routes(current: str, *turns: Evidence, memory: Memory = NEW) -> list[tuple[str, str]]:
    """(kind, language) of each turn, a switch being followed."""
    found: list[tuple[str, str]] = []
    for evidence in turns:
        decision = route(current, evidence, memory, SERVED)
        memory = decision.memory
        if decision.kind == "switch":
            current = decision.language
        found.append((decision.kind, decision.language))
    return found


STAY = ("stay", "fr")


def test_the_language_in_hand_is_kept() -> None:
    assert routes("fr", seems("fr"), seems("fr")) == [STAY, STAY]


def test_one_turn_that_is_sure_and_long_enough_is_followed() -> None:
    assert routes("fr", SURELY_WOLOF) == [("switch", "wo")]


def test_two_turns_in_a_row_that_are_likely_are_followed() -> None:
    assert routes("fr", seems("wo"), seems("wo")) == [STAY, ("switch", "wo")]


def test_a_turn_that_was_heard_in_it_is_followed_if_it_reads_like_it() -> None:
    heard = replace(seems("wo", 0.9, words=2), heard="wo")
    assert routes("fr", heard) == [("switch", "wo")]
    assert routes("fr", replace(OK, heard="wo")) == [STAY]  # reads like French
    assert routes("fr", replace(heard, words=1)) == [STAY]  # "waaw"
    assert routes("fr", replace(seems("en", 0.9, words=4), heard="wo")) == [STAY]


def test_a_short_sure_turn_is_only_likely() -> None:
    short = seems("wo", 0.999, words=3)
    assert routes("fr", short, short) == [STAY, ("switch", "wo")]


def test_a_turn_in_the_language_in_hand_takes_the_votes_back() -> None:
    assert routes("fr", seems("wo"), seems("fr"), seems("wo")) == [STAY, STAY, STAY]


def test_votes_for_different_languages_do_not_add_up() -> None:
    assert routes("fr", seems("wo"), seems("en"), seems("wo")) == [STAY, STAY, STAY]


@pytest.mark.parametrize("nothing", [OK, UNCLEAR, Evidence(), Evidence((), 7)])
def test_what_tells_nothing_neither_gives_votes_nor_takes_them(nothing: Evidence) -> None:
    assert routes("fr", seems("wo"), nothing, seems("wo")) == [STAY, STAY, ("switch", "wo")]


def test_short_words_never_switch() -> None:
    assert routes("wo", *[OK] * 20) == [("stay", "wo")] * 20


def test_twins_share_the_evidence() -> None:
    close = Evidence((("wo", 0.8), ("fr", 0.2)), 6)  # no more than four times as probable
    assert routes("fr", *[seems("wo", 0.8, rest="it")] * 2)[1] == ("switch", "wo")
    thresholds = Thresholds(ahead=5)
    assert route("fr", close, Memory(), SERVED, thresholds).reason.startswith("unclear")


def test_after_a_switch_the_way_back_is_as_long() -> None:
    turns = (SURELY_WOLOF, seems("fr"), seems("fr"))
    assert routes("fr", *turns) == [("switch", "wo"), ("stay", "wo"), ("switch", "fr")]


def test_a_language_that_is_not_served_is_told_once() -> None:
    albanian = seems("sq", 0.995)
    assert routes("fr", *[albanian] * 5) == [STAY, ("unsupported", "sq"), STAY, STAY, STAY]


def test_what_is_not_served_needs_more_than_a_switch_does() -> None:
    assert routes("fr", seems("sq"), seems("sq")) == [STAY, STAY]


def test_a_language_asked_for_is_never_left_by_itself() -> None:
    asked = stated(Memory(), "fr")
    turns = routes("fr", *[SURELY_WOLOF] * 6, memory=asked)
    assert turns == [STAY, ("offer", "wo"), STAY, STAY, STAY, STAY]


def test_a_caller_who_asks_for_another_language_is_believed_at_once() -> None:
    decision = route("fr", SURELY_WOLOF, stated(Memory(), "fr"), SERVED)
    memory = stated(decision.memory, "wo")
    assert (memory.stated, memory.votes) == ("wo", 0)


def test_a_language_asked_for_can_still_turn_out_not_to_be_spoken() -> None:
    turns = routes("fr", *[seems("sq", 0.995)] * 2, memory=stated(Memory(), "fr"))
    assert turns == [STAY, ("unsupported", "sq")]


def test_the_reason_tells_the_language_and_the_votes() -> None:
    decision = route("fr", seems("wo"), Memory(), SERVED)
    assert decision == Decision(
        "stay", "fr", "not yet: wo 0.90 in 5 words, 1 votes", Memory(rival="wo", votes=1)
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("oui", 1),
        ("oui, oui, oui", 1),
        ("7 7 0, 12", 0),
        ("deux deux sept", 0),
        ("c'est ma facture", 3),
        ("", 0),
        ("нямам интернет", 2),
    ],
)
def test_words_that_tell_are_counted_once_and_numbers_not(text: str, count: int) -> None:
    assert telling(text, {"deux", "sept"}) == count
