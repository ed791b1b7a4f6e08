"""Killed in the middle of an answer. The last file by name: nobody uses the server after it."""

import itertools
import signal
import time
from typing import Any

import pytest

from pipelines.engines.llm.engine import EngineError
from pipelines.engines.llm.vllm import Vllm
from tests.pipelines.engines.llm.standin import Says, StandIn
from tests.real_engines.llm import lessons
from tests.real_engines.llm.conftest import RealServer
from tests.real_engines.llm.lessons import ENDLESS, ROAMING


async def test_a_killed_server_is_known_at_once_and_the_other_goes_on(
    server: RealServer, long_answers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    alike = itertools.count()  # the toy says the same again and again, which ends an answer
    monkeypatch.setattr("pipelines.engines.llm.vllm.words", lambda text: f"{text} {next(alike)}")
    patient: dict[str, Any] = {"first_token": 30.0, "deadline": 60.0, "between": 10.0}
    async with StandIn(usual=Says("And that is all.")) as other:
        model = Vllm(lessons.prompts(), [server.url, other.url], model="toy", **patient)
        sentences = model.compose(ENDLESS, "en", [ROAMING])
        first = await anext(sentences)
        server.signal(signal.SIGKILL)
        began = time.monotonic()
        rest = [sentence async for sentence in sentences]
        # By the connection that broke, long before anybody would wait no more.
        assert time.monotonic() - began < patient["between"] / 4
        assert rest[-1] == "And that is all."
        assert other.bodies[0]["messages"][-1]["content"].startswith(first)
        await model.close()
        alone = Vllm(lessons.prompts(), [server.url], model="toy")
        with pytest.raises(EngineError, match="does the server run"):
            await anext(alone.compose(ENDLESS, "en", [ROAMING]))
        await alone.close()
