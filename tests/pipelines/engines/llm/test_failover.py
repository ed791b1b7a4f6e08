"""Servers that fail: the other one takes over, and what was said stays said."""

import asyncio
import socket
from typing import Any

import pytest

from pipelines.engines.llm.engine import EngineError, Late
from pipelines.engines.llm.vllm import Vllm
from tests.fakes import PATIENCE
from tests.pipelines.engines.llm.conftest import BILL, PASSAGE, Asking
from tests.pipelines.engines.llm.standin import Says, StandIn, proposal

YES = proposal({"command": "affirm"})
ASKED = "how much is roaming"


async def answer(model: Vllm) -> list[str]:
    return [sentence async for sentence in model.compose(ASKED, "en", [PASSAGE])]


def nobody() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


@pytest.mark.parametrize(
    "trouble",
    [
        Says(status=500),
        Says(status=503),
        Says(status=429),
        Says("a b c", wrong="stall"),
        Says("a b c", after=1, wrong="stall"),
        Says("a b c", wrong="cut"),
        Says("a b c", after=2, wrong="cut"),
        Says("a b c", after=1, wrong='data: {"error": {"type": "InternalServerError"}}\n\n'),
        Says("a b c", after=1, wrong="data: <html>\n\n"),
        Says("a b c", after=1, wrong="data: [DONE]\n\n"),
    ],
)
async def test_the_second_server_answers(
    trouble: Says, first: StandIn, second: StandIn, asking: Asking
) -> None:
    first.says(trouble)
    second.says(YES)
    short = {"first_token": 1.0, "between": 1.0} if trouble.wrong == "stall" else {}
    proposed = await asking(first, second, **short).interpret(BILL)
    assert proposed.commands == ({"command": "affirm"},)


async def test_nobody_listens_at_the_first(second: StandIn, asking: Asking) -> None:
    second.says(YES)
    assert (await asking(nobody(), second).interpret(BILL)).commands


async def test_an_answer_goes_on_at_the_second_server(
    first: StandIn, second: StandIn, asking: Asking
) -> None:
    first.says(Says("It costs 3.5 euros. You only pay", after=6, wrong="cut"))
    second.says("You only pay on days of use.")
    assert await answer(asking(first, second)) == [
        "It costs 3.5 euros.",
        "You only pay on days of use.",
    ]
    (body,) = second.bodies
    assert body["messages"][-1] == {"role": "assistant", "content": "It costs 3.5 euros."}
    assert body["continue_final_message"] is True


async def test_a_server_that_begins_anew_repeats_nothing(
    first: StandIn, second: StandIn, asking: Asking
) -> None:
    first.says(Says("It costs 3.5 euros. You only pay", after=6, wrong="cut"))
    second.says("It costs 3.5 euros. On days of use.")
    assert await answer(asking(first, second)) == ["It costs 3.5 euros.", "On days of use."]


async def test_a_server_killed_in_the_middle_is_known_at_once(
    first: StandIn, asking: Asking
) -> None:
    first.says(Says("One. Two. Three four five six", pace=0.01, after=4, wrong="stall"))
    sentences = asking(first).compose(ASKED, "en", [PASSAGE])
    assert await anext(sentences) == "One."
    assert await anext(sentences) == "Two."
    await first.die()
    with pytest.raises(EngineError, match="broke off"):  # and not that patience has ended
        await anext(sentences)


async def test_a_killed_server_delays_the_next_words_little(
    first: StandIn, second: StandIn, asking: Asking
) -> None:
    first.says(Says("One. Two three", after=3, wrong="stall"))
    second.says("And so on.")
    sentences = asking(first, second).compose(ASKED, "en", [PASSAGE])
    assert await anext(sentences) == "One."
    await first.die()
    async with asyncio.timeout(PATIENCE / 2):  # the first one's patience is not waited for
        assert await anext(sentences) == "And so on."


async def test_nobody_is_left(first: StandIn, asking: Asking) -> None:
    first.says(Says(status=500))
    with pytest.raises(EngineError, match=f"{nobody().rsplit(':', 1)[0]}.*"):
        await asking(first, nobody()).interpret(BILL)


async def test_too_late(first: StandIn, asking: Asking) -> None:
    first.says(Says("a", wrong="stall"))
    with pytest.raises(Late, match=r"first words took more than 0\.1 s"):
        await asking(first, first_token=0.1).interpret(BILL)


async def test_the_whole_answer_has_a_deadline(first: StandIn, asking: Asking) -> None:
    first.says(Says("a " * 1000, pace=0.02))
    with pytest.raises(Late, match=r"whole answer took more than 0\.3 s"):
        await asking(first, deadline=0.3).interpret(BILL)


async def test_a_listener_who_takes_time_is_not_the_servers_fault(
    first: StandIn, asking: Asking
) -> None:
    first.says("One. Two. Three.")
    heard = []
    async for sentence in asking(first, deadline=1.0).compose(ASKED, "en", [PASSAGE]):
        heard.append(sentence)
        await asyncio.sleep(0.4)
    assert heard == ["One.", "Two.", "Three."]


async def test_a_request_that_is_wrong_is_asked_once(
    first: StandIn, second: StandIn, asking: Asking
) -> None:
    first.says(YES, Says(status=400))
    model = asking(first, second)
    await model.interpret(BILL)  # from now on it is known what the server takes
    with pytest.raises(EngineError, match=r"refused the request as wrong \(HTTP 400\)"):
        await model.interpret(BILL)
    assert (len(first.bodies), len(second.bodies)) == (2, 0)
    assert not model.resting


@pytest.mark.parametrize("refusals", [1, 2])
async def test_what_a_server_takes_is_found_out_once(
    refusals: int, first: StandIn, asking: Asking
) -> None:
    """Mistral's formats take no template arguments, old templates no system message."""
    first.says(*[Says(status=400)] * refusals, YES, YES)
    model = asking(first)
    for _ in range(2):
        assert (await model.interpret(BILL)).commands
    assert len(first.bodies) == refusals + 2
    assert "chat_template_kwargs" in first.bodies[0]
    for body in first.bodies[-2:]:
        assert "chat_template_kwargs" not in body
        roles = [message["role"] for message in body["messages"]]
        assert roles == (["system", "user"] if refusals == 1 else ["user"])
        assert "You read what a caller" in body["messages"][0]["content"]
        assert BILL.text in body["messages"][-1]["content"]


async def test_what_no_server_takes_is_refused(first: StandIn, asking: Asking) -> None:
    first.usual = Says(status=400)
    with pytest.raises(EngineError, match=r"refused the request as wrong \(HTTP 400\)"):
        await asking(first).interpret(BILL)
    assert len(first.bodies) == 3


@pytest.mark.parametrize(("settings", "what"), [({"model": "gone"}, "llm_model"), ({}, "llm_key")])
async def test_what_an_operator_can_mend_is_named(
    settings: dict[str, Any], what: str, first: StandIn, asking: Asking
) -> None:
    first.key = "" if settings else "sesame"
    with pytest.raises(EngineError, match=what):
        await asking(first, **settings).interpret(BILL)


async def test_the_key_is_sent_and_never_told(first: StandIn, asking: Asking) -> None:
    first.key = "sesame"
    first.says(YES)
    assert (await asking(first, key="sesame").interpret(BILL)).commands
    with pytest.raises(EngineError) as caught:
        await asking(first, key="abracadabra").interpret(BILL)
    assert "abracadabra" not in str(caught.value)


async def test_a_failing_server_is_left_alone(
    first: StandIn, second: StandIn, asking: Asking
) -> None:
    first.says(*[Says(status=500)] * 3)
    second.usual = YES
    model = asking(first, second, failures=3)
    for _ in range(5):
        await model.interpret(BILL)
    assert len(first.bodies) == 3
    assert model.resting == (first.url,)


async def test_all_servers_rest(first: StandIn, asking: Asking) -> None:
    first.says(Says(status=500))
    model = asking(first, failures=1)
    with pytest.raises(EngineError, match="500"):
        await model.interpret(BILL)
    with pytest.raises(EngineError, match="left alone"):
        await model.interpret(BILL)
    assert len(first.bodies) == 1


async def test_callers_who_hang_up_do_not_count_as_failures(first: StandIn, asking: Asking) -> None:
    first.usual = Says("One. " * 100, pace=0.001)
    model = asking(first, failures=1)
    for _ in range(3):
        sentences = model.compose(ASKED, "en", [PASSAGE])
        await anext(sentences)
        await sentences.aclose()
    assert model.resting == ()
