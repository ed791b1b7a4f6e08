"""`waxtaan judge`: a language model's opinion of recorded calls."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from pipelines.circuit_breaker import Breaker
from pipelines.cli.errors import MISSING, fail
from pipelines.cli.found import recordings
from pipelines.engines.llm.endpoint import Endpoint
from pipelines.engines.llm.engine import EngineError
from pipelines.quality.calls import Call, read_calls
from pipelines.quality.llm_judge import Rubric, judge, read_rubric
from pipelines.settings import Settings
from pipelines.store.annotations import annotate, annotations_of


def judge_calls(paths: list[Path], rubric: Path | None) -> None:
    """Ends with 1 if a call could not be judged."""
    settings = Settings()
    if settings.llm == "none":
        fail("no language model is configured: set WAXTAAN_LLM=vllm and WAXTAAN_LLM_URLS", MISSING)
    asked = read_rubric(rubric or settings.prompts / "llm" / "rubric.toml")
    calls = read_calls(
        recordings(paths), settings.prompts, sound=False, languages=settings.languages
    )
    failed = asyncio.run(_judge(calls, asked, settings))
    judged = sum(not call.left_out for call in calls) - failed
    print(f"{judged} of {len(calls)} calls judged; waxtaan annotations show tells how it agrees")
    if judged < len(calls):
        raise SystemExit(1)


async def _judge(calls: Sequence[Call], rubric: Rubric, settings: Settings) -> int:
    """How many could not be."""
    failed = 0
    key = settings.llm_key.get_secret_value()
    endpoint = Endpoint(settings.llm_urls[0], key, Breaker(settings.llm_breaker_failures, 1.0))
    shown = Console(stderr=True, markup=False)
    try:
        await endpoint.models(within=settings.llm_patience)
        for call in track(calls, "Judging", console=shown, transient=True):
            if call.left_out:
                print(f"waxtaan: {call.recorded.id}: left out: {call.left_out}", file=sys.stderr)
                continue
            try:
                found = await judge(call, rubric, endpoint, settings.llm_model)
            except EngineError as error:
                failed += 1
                print(f"waxtaan: {call.recorded.id}: {error}", file=sys.stderr)
                continue
            for each in found:
                annotate(annotations_of(call.recorded), each)
    finally:
        await endpoint.close()
    return failed
