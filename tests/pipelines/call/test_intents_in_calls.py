"""Calls in which a turn's meaning is judged: it is in the log, and a replay needs no model."""

from pathlib import Path

from agent.events import TurnEnded
from pipelines.intents.classifier import IntentClassifier
from tests.pipelines.intents.test_intents import Words, learnt
from tests.pipelines.server import Guest, config, serving

ODD = "on my account the balance what is it then would it be"


async def test_what_a_turn_means_arrives_in_its_event(tmp_path: Path, cache: Path) -> None:
    async with serving(tmp_path, cache, offering=config()) as server:
        intents = await learnt(Words(), tmp_path / "vectors")
        assert isinstance(intents, IntentClassifier)
        server.assistant.intents = intents
        async with Guest.calling(server) as guest:
            await guest.state("open")
            await guest.type(ODD)
            await guest.state("line")
            call = guest.id
        await server.idle()
        ended = [e for e in server.log(call) if isinstance(e, TurnEnded)]
        assert ended[0].intents[0][0] == "balance"
        assert server.differences(call) == []


async def test_a_secret_is_shown_to_no_classifier(tmp_path: Path, cache: Path) -> None:
    embedder = Words()
    async with serving(tmp_path, cache, offering=config()) as server:
        server.assistant.intents = await learnt(embedder, tmp_path / "vectors")
        async with Guest.calling(server) as guest:
            await guest.state("open")
            await guest.type("what is my balance")
            await guest.state("line")
            await guest.type("770001234")
            await guest.state("pin")
            embedder.asked.clear()
            await guest.type("four eight two two")
            await guest.agent_says("code")
        await server.idle()
    assert not [text for text in embedder.asked if "four" in text]
