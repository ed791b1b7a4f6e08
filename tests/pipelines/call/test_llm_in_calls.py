"""Calls with a language model: the client and the knowledge base are real, the server stands in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from agent.events import Composed, Interpreted, Retrieved
from pipelines.knowledge import Knowledge
from pipelines.knowledge.grounded_model import GroundedModel, open_grounded_model
from pipelines.packs.reader import PROMPTS, load
from pipelines.settings import Settings
from tests.pipelines.engines.llm.standin import Says, StandIn, proposal
from tests.pipelines.server import PATIENCE, Guest, Server, config, serving

ODD = "me money gone where"  # nothing in the language pack is like it
OPENING = "so when could I come to one of your shops on sunday"


@asynccontextmanager
async def thinking(calls: Path, cache: Path, *urls: str) -> AsyncIterator[Server]:
    settings = Settings(llm="vllm", llm_urls=urls, llm_patience=PATIENCE)
    grounded_model = await open_grounded_model(settings, load())
    assert isinstance(grounded_model, GroundedModel)
    async with serving(
        calls, cache, grounded_model=grounded_model, llm_patience=PATIENCE, offering=config()
    ) as server:
        yield server
    await grounded_model.model.close()


async def test_a_turn_that_nobody_else_understands(tmp_path: Path, cache: Path) -> None:
    async with StandIn() as llm, thinking(tmp_path, cache, llm.url) as server:
        llm.says(proposal({"command": "start_flow", "flow": "balance"}))
        async with Guest.calling(server) as guest:
            await guest.state("open")
            await guest.type(ODD)
            await guest.agent_says("This is about your balance")
            await guest.state("confirm:flow:balance")
        assert ODD in llm.bodies[-1]["messages"][-1]["content"]


async def test_what_a_rule_understands_asks_no_language_model(tmp_path: Path, cache: Path) -> None:
    async with StandIn() as llm, thinking(tmp_path, cache, llm.url) as server:
        async with Guest.calling(server) as guest:
            await guest.state("open")
            await guest.type("what is my balance")
            await guest.state("line")
        assert llm.bodies == []


async def test_an_answer_from_the_pages_with_its_sources_in_the_log(
    tmp_path: Path, cache: Path
) -> None:
    async with StandIn() as llm, thinking(tmp_path, cache, llm.url) as server:
        llm.says(proposal({"command": "ask_knowledge"}), "Our shops are closed on Sunday.")
        async with Guest.calling(server) as guest:
            await guest.state("open")
            await guest.type(OPENING)
            await guest.agent_says("closed on Sunday")
            await guest.state("more")
            call = guest.id
        await server.idle()
        (found,) = [e for e in server.log(call) if isinstance(e, Retrieved)]
        assert found.passages[0].source.startswith("en/opening-hours.md")
        used = [
            entry.usage
            for entry in server.log(call)
            if isinstance(entry, (Interpreted, Composed)) and entry.usage
        ]
        assert [(usage.model, usage.prompt_tokens > 100) for usage in used] == [("toy", True)] * 2
        assert server.differences(call) == []


async def test_an_invented_price_is_not_said(tmp_path: Path, cache: Path) -> None:
    async with StandIn() as llm, thinking(tmp_path, cache, llm.url) as server:
        llm.says(proposal({"command": "ask_knowledge"}), "Come on Sunday, it costs 99 euros.")
        async with Guest.calling(server) as guest:
            await guest.state("open")
            await guest.type(OPENING)
            await guest.agent_says("I do not know that")
            await guest.state("more")
            assert not [text for text in guest.said() if "99" in text]


async def test_a_question_that_is_not_in_the_pages(tmp_path: Path, cache: Path) -> None:
    async with StandIn() as llm, thinking(tmp_path, cache, llm.url) as server:
        llm.says(proposal({"command": "ask_knowledge"}))
        async with Guest.calling(server) as guest:
            await guest.state("open")
            await guest.type("do you happen to breed penguins over there in winter")
            await guest.agent_says("I do not know that")
            await guest.state("more")
        assert len(llm.bodies) == 1


async def test_a_server_that_dies_amid_an_answer_is_replaced(tmp_path: Path, cache: Path) -> None:
    async with (
        StandIn() as first,
        StandIn() as second,
        thinking(tmp_path, cache, first.url, second.url) as server,
    ):
        first.says(
            proposal({"command": "ask_knowledge"}),
            Says("Our shops open in the morning. They are closed on", wrong="cut", after=9),
        )
        second.says("They are closed on Sunday.")
        async with Guest.calling(server) as guest:
            await guest.state("open")
            await guest.type(OPENING)
            await guest.agent_says("closed on Sunday")
            await guest.state("more")
            call = guest.id
        await server.idle()
        told = [e.text for e in server.log(call) if isinstance(e, Composed) and e.text]
        assert told == ["Our shops open in the morning.", "They are closed on Sunday."]


async def test_without_any_server_the_next_rung_answers(tmp_path: Path, cache: Path) -> None:
    async with StandIn() as llm:
        gone = llm.url
    async with thinking(tmp_path, cache, gone) as server, Guest.calling(server) as guest:
        await guest.state("open")
        await guest.type(ODD)
        await guest.agent_says("I cannot find that out right now")
        await guest.state("confirm:signal:person")


async def test_who_words_answers_is_told(tmp_path: Path, cache: Path) -> None:
    async with (
        StandIn() as llm,
        serving(tmp_path, cache, llm="vllm", llm_urls=(llm.url,)) as server,
        httpx.AsyncClient() as client,
    ):
        told = (await client.get(f"http://127.0.0.1:{server.port}/models")).json()["languages"]
        assert [sheet["language"] for sheet in told] == ["en", "fr"]
        assert told[0]["endpoints"] == [llm.url]


async def test_pages_answer_with_no_language_model(tmp_path: Path, cache: Path) -> None:
    pages = Knowledge.read(Path(), PROMPTS, own=False)
    async with (
        serving(tmp_path, cache, knowledge=pages) as server,
        Guest.calling(server) as guest,
    ):
        await guest.state("open")
        for question, answer in (
            ("what does a paper bill cost", "A paper bill costs 2 euros per month."),
            ("are your shops open on sunday", "They are closed on Sundays"),
            ("how do i listen to my voicemail", "Dial 888 to listen to your voicemail."),
        ):
            await guest.type(question)
            await guest.agent_says(answer)
            await guest.state("more")
        call = guest.id
    await server.idle()
    assert server.differences(call) == []


async def test_a_typed_turn_in_french_goes_on_in_french(tmp_path: Path, cache: Path) -> None:
    async with serving(tmp_path, cache) as server, Guest.calling(server) as guest:
        await guest.state("open")
        await guest.type("bonjour je voudrais savoir combien il me reste sur mon compte")
        await guest.agent_says("Nous continuons en français")
        await guest.state("line")
