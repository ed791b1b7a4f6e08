"""Real calls on real audio, measured at the caller's ear: response, barge-in, our own share."""

import asyncio
from collections.abc import Iterator

from pipelines.bench.row import Row
from pipelines.bench.server import running
from pipelines.packs.reader import load
from pipelines.settings import Settings
from pipelines.synthetic_caller.caller import Heard, Step, SyntheticCaller
from pipelines.synthetic_caller.voice import CallerVoice

# Turns whose answers are scripted, over every kind of open question; "what can you do" is answered
# at length, so that the turn after it can interrupt.
_ROUND = (
    ("what is my balance", False),
    ("yes", False),
    ("cancel", False),
    ("i have no internet", False),
    ("yes", False),
    ("cancel", False),
    ("what can you do", False),
    ("why is my bill so high", True),
    ("yes", False),
    ("what can you do", False),
    ("cancel", True),
)
_ROUNDS = 9
_BASELINE_ROUNDS = 2


def run(settings: Settings) -> Iterator[Row]:
    """The rows."""
    ours = _call(settings, _ROUNDS)
    waiting = _call(settings, _BASELINE_ROUNDS, quick_pauses="false")
    baseline = sorted(waiting.latencies)[len(waiting.latencies) // 2]
    own = [m["since_decision"] for m in ours.messages if m["type"] == "latency"]
    yield Row(
        "caller's last sound to agent's first sound",
        ours.latencies,
        "s",
        baseline,
        "without quick pauses",
        "p50 0.5, p95 1.0",
    )
    yield Row("end of turn decided to first audio out", own, "s", wanted="p99 0.06")
    yield Row("barge-in: caller's first sound to silence", ours.barge_ins, "s", wanted="p95 0.35")
    understood = [m for m in ours.messages if m["type"] == "decided"]
    right = [1.0 for m in understood if m["rung"] != "none"]
    share = 100 * len(right) / max(1, len(understood))
    yield Row("turns understood (synthetic caller)", [share], "%")


def _call(settings: Settings, rounds: int, **server_settings: str) -> Heard:
    async def call(url: str) -> Heard:
        pack = load(settings.prompts, settings.languages).packs["en"]
        async with CallerVoice(settings, pack) as voice:
            steps = [
                Step(pcm=await voice.say(text), interrupt=interrupt)
                for _ in range(rounds)
                for text, interrupt in _ROUND
            ]
        return await SyntheticCaller(steps, lambda _: None).call(url)

    with running(**server_settings) as server:
        return asyncio.run(call(f"{server.url}?language=en"))
