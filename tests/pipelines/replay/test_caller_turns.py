"""What a log tells of the caller, and when it is played to today's agent."""

from agent.actions import Expecting, Listen
from agent.events import (
    CallEnded,
    CallStarted,
    Hypothesis,
    KeyPressed,
    LanguageChosen,
    SpeechEnded,
    SpeechStarted,
    TurnEnded,
    TurnStarted,
)
from pipelines.replay.caller_channel import STEP, AgentState, CallerChannel, Step
from pipelines.replay.caller_turns import CallerTurn, caller_turns

RATE = 1000


def asks(question: str) -> Listen:
    return Listen("en", question, Expecting())


LOG = (
    CallStarted(0.0, "web", None, "en"),
    asks("open"),
    SpeechStarted(0.1, 1),
    SpeechEnded(1.0, 1, "hello", False),
    TurnStarted(1.6, 0.1),
    TurnEnded(2.5, 0.3),
    asks("line"),
    SpeechStarted(2.6, 2),
    SpeechEnded(3.0, 2, "your number", False),
    SpeechStarted(3.1, 3),
    TurnStarted(3.6, 0.1),
    SpeechEnded(3.7, 3, "please", True),
    KeyPressed(3.9, "7"),
    TurnEnded(4.5, 0.2),
    KeyPressed(4.8, "•"),
    CallEnded(6.0, "line closed"),
)
TURNS = [
    CallerTurn(1.5, 2.2, "ended", 1, 0.5, "open"),
    CallerTurn(3.5, 4.3, "started", 2, 0.4, "line", ((3.9, "7"),)),
    CallerTurn(4.8, 4.8, "previous", 0, 0.5, "line", ((4.8, "•"),)),
    CallerTurn(6.0, 6.0, "previous", 0, 1.2, "line", hangs_up=True),
]


def test_what_the_caller_did_and_what_they_reacted_to() -> None:
    assert caller_turns(LOG, 6.0) == TURNS


def test_what_was_typed_or_chosen_has_no_sound() -> None:
    log = (
        LanguageChosen(1.0, "fr"),
        TurnStarted(2.0),
        Hypothesis(2.0, "mon solde", "fr", 1.0, 1.0, final=True),
        TurnEnded(2.0),
        CallEnded(3.0, "transferred"),
    )
    chosen, typed, over = caller_turns(log, 3.0)
    assert (chosen.chosen, typed.typed) == ("fr", "mon solde")
    assert (over.hangs_up, over.after, over.offset) == (True, "ended", 5.0)


def test_a_log_that_breaks_off_ends_with_the_sound() -> None:
    assert caller_turns(LOG[:6], 9.0)[-1] == CallerTurn(
        9.0, 9.0, "previous", 0, 6.8, "open", hangs_up=True
    )


def sound(lasts: float) -> bytes:
    """Each sample is the hundredth of a second it stands for."""
    return b"".join((n // (RATE // 100)).to_bytes(2, "little") for n in range(round(lasts * RATE)))


def place(step: Step) -> float:
    """Seconds of the recording that a step begins with."""
    return int.from_bytes(step.pcm[:2], "little") / 100


def until(channel: CallerChannel, agent: AgentState, at: float) -> list[Step]:
    steps = []
    while channel.at < at - STEP / 2 and (step := channel.step(agent)) is not None:
        steps.append(step)
    return steps


def says(agent: AgentState, *utterances: int, ends: bool = True) -> None:
    for utterance in utterances:
        agent.told({"type": "speaking", "utterance": utterance})
        if ends:
            agent.told({"type": "said", "who": "agent", "final": True, "utterance": utterance})
    agent.told({"type": "state", "listening": ends})


def test_without_a_log_all_is_played_at_its_time() -> None:
    channel = CallerChannel(sound(1.0), RATE)
    steps = until(channel, AgentState(), 5.0)
    assert [place(step) for step in steps] == [round(n * STEP, 2) for n in range(50)]
    assert channel.step(AgentState()) is None


def test_a_turn_waits_for_an_agent_that_says_more() -> None:
    channel, agent = CallerChannel(sound(6.0), RATE, TURNS), AgentState()
    says(agent, 1, ends=False)
    before = until(channel, agent, 3.0)
    assert place(before[59]) == 1.18  # the pause, up to the turn's beginning
    assert all(not any(step.pcm) for step in before[60:])
    says(agent, 1, 2)
    after = until(channel, agent, 5.0)
    at = [place(step) for step in after]
    assert round(3.0 + at.index(1.5) * STEP, 2) == 3.48  # half a second after it fell silent
    assert channel.played[0].at == 3.48


def test_a_turn_comes_earlier_where_the_agent_says_less() -> None:
    channel, agent = CallerChannel(sound(6.0), RATE, TURNS), AgentState()
    until(channel, agent, 0.2)
    says(agent, 1)
    until(channel, agent, 1.0)
    assert channel.played[0].at == 0.68


def test_a_barge_in_waits_for_what_it_interrupted() -> None:
    channel, agent = CallerChannel(sound(6.0), RATE, TURNS), AgentState()
    says(agent, 1)
    until(channel, agent, 4.0)
    says(agent, 2)
    says(agent, 3, ends=False)
    steps = until(channel, agent, 5.0)
    assert channel.played[1].at == 4.38
    assert [step.keys for step in steps if step.keys] == [("7",)]


def test_an_agent_that_says_less_than_expected_is_answered_after_a_while() -> None:
    channel, agent = CallerChannel(sound(6.0), RATE, TURNS[1:]), AgentState()
    agent.told({"type": "state", "listening": True})
    until(channel, agent, 10.0)
    assert 3.0 <= channel.played[0].at <= 3.4


def test_the_caller_hangs_up_in_the_end() -> None:
    channel, agent = CallerChannel(sound(6.0), RATE, TURNS[2:]), AgentState()
    steps = until(channel, agent, 60.0)
    assert [step.keys for step in steps if step.keys] == [("•",)]
    assert channel.at < 3.0


def test_at_recorded_times_the_agent_is_not_waited_for() -> None:
    channel = CallerChannel(sound(6.0), RATE, TURNS, aligned=False)
    steps = until(channel, AgentState(), 60.0)
    assert [place(step) for step in steps[:250]] == [round(n * STEP, 2) for n in range(250)]
    assert [round(played.at, 1) for played in channel.played] == [1.5, 3.5, 4.8, 6.0]
