"""What is said about the talk itself: while listening, before speaking on, when leaving."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TurnTakingWords:
    """Phrases as `agent.languages.language.words` reduces them."""

    backchannels: tuple[str, ...] = ()  # said while listening: "mm-hm", "I see"
    hesitations: tuple[str, ...] = ()  # "uh", "how do you say"
    hold: tuple[str, ...] = ()  # "wait", "one moment"
    farewells: tuple[str, ...] = ()  # and answers to one: "you too"
    thanks: tuple[str, ...] = ()
    unfinished: tuple[
        str, ...
    ] = ()  # with which no sentence ends: "and", "because", "my number is"
