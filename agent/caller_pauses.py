"""How long this caller pauses within what they say, beside others: learnt as the call goes on.

Somebody who goes on right after we took the turn for ended was cut off; who paused within a turn
for nearly as long as ends one will be cut off next. Both are waited for longer from then on.
"""

from agent.events import TurnEnded, TurnStarted
from agent.state import Conversation

_CUT_OFF = 1.0  # s: who speaks again so soon did not hear us out, and had not finished
_LONGER = 1.3  # times
_MOST = 2.5  # times
_ROOM = 0.2  # s by which a pause that is known has to fit


def after_start(c: Conversation, event: TurnStarted) -> float:
    """`Conversation.slowness` once the caller has begun to speak."""
    since = event.at - event.noticed - c.turn_ended
    cut_off = c.turn_ended >= 0 and since < _CUT_OFF
    return min(_MOST, round(c.slowness * _LONGER, 3)) if cut_off else c.slowness


def after_end(c: Conversation, event: TurnEnded) -> float:
    """The same once they have finished."""
    needed = max(event.pauses, default=0.0) + _ROOM
    return min(_MOST, max(c.slowness, round(needed / c.expecting.pause, 3)))
