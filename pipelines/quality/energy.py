"""What a call took: processor time, and energy where the operator's settings tell a core's power.

Energy is the processor time of the call at that power, and what the language model's server says it
used. Memory, disks, fans, the telephone network and a GPU that a recogniser or voice runs on are
not in it; nor is what the machine takes while nobody calls.
"""

from collections.abc import Iterable

from pipelines.quality.turns import Turn
from pipelines.store.recorder_note import RecorderNote


def energy(
    turns: Iterable[Turn], resolved: bool, recorder: RecorderNote
) -> dict[str, tuple[float, float]]:
    """Figures of a call: seconds a call, watt-hours per resolved call; none that is not known."""
    if recorder.cpu_seconds is None:
        return {}
    found = {"cpu_seconds": (recorder.cpu_seconds, 1.0)}
    if recorder.cpu_watts:
        joules = recorder.cpu_seconds * recorder.cpu_watts
        joules += sum(turn.joules for turn in turns if turn.joules is not None)
        found["watt_hours"] = (joules / 3600, float(resolved))
    return found
