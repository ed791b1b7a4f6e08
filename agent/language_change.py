"""Saying that a call goes on in another language."""

from agent.floor import Floor


def say_language_changed(floor: Floor) -> None:
    """In the language that is spoken now, and once in each that we are a machine.

    Whoever asks for another language may not have understood it in the one that we greeted in.
    """
    if floor.conversation.language not in floor.conversation.disclosed:
        floor.say("greet.disclosure", interruptible=False)
    floor.say("language_changed")
