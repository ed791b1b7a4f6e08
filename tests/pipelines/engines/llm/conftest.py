"""Two stand-ins, and a language model that asks the first and then the second."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from pipelines.engines.llm.engine import Passage, Question
from pipelines.engines.llm.prompt import Prompts
from pipelines.engines.llm.vllm import Vllm
from pipelines.packs.reader import PROMPTS, load
from tests.fakes import PATIENCE
from tests.pipelines.engines.llm.standin import StandIn

FLOWS = ("balance", "bill", "outage", "sim")
PASSAGE = Passage("en/roaming.md#prices", "Roaming in Europe costs 3.5 euros a day.", 9.0, "en")
BILL = Question("my bill is too high", "en", "", FLOWS)


@pytest.fixture(scope="session")
def prompts() -> Prompts:
    return Prompts.read(PROMPTS / "llm", load(PROMPTS).languages, FLOWS)


@pytest.fixture
async def first() -> AsyncIterator[StandIn]:
    async with StandIn() as server:
        yield server


@pytest.fixture
async def second() -> AsyncIterator[StandIn]:
    async with StandIn() as server:
        yield server


class Asking:
    """Makes language models with patience for a busy machine, and closes them."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts
        self.made: list[Vllm] = []

    def __call__(self, *servers: StandIn | str, **settings: Any) -> Vllm:
        urls = [s if isinstance(s, str) else s.url for s in servers]
        patience = dict.fromkeys(("first_token", "deadline", "between"), PATIENCE)
        self.made.append(Vllm(self._prompts, urls, **{**patience, **settings}))
        return self.made[-1]


@pytest.fixture
async def asking(prompts: Prompts) -> AsyncIterator[Asking]:
    maker = Asking(prompts)
    yield maker
    for model in maker.made:
        await model.close()
        await model.close()
