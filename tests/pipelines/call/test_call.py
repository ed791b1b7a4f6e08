"""Whole calls over a real socket: what is heard, told, written down, and how things end."""

import wave
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from agent.actions import HangUp, Speak, Transfer
from agent.acts import Act
from agent.events import Failed, Hypothesis, SpeechEnded, Tick, TurnEnded
from agent.flow import Known
from pipelines.audio import AGENT_RATE
from pipelines.backoffice.protocol import Unavailable
from pipelines.engine_choice.few_choices import MOST
from pipelines.engines.asr.engine import EngineError
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.packs.reader import load
from pipelines.store.recorder_note import RECORDER, read_recorder_note
from pipelines.synthetic_caller.caller import Step, SyntheticCaller
from tests.pipelines.conftest import Open
from tests.pipelines.server import PATIENCE, Guest, Server, config, eventually, rtvi

LINE, PIN = "770001234", "4821"


def sound(server: Server, call_id: str, name: str) -> tuple[bytes, int]:
    with wave.open(str(server.folder(call_id) / name)) as file:
        return file.readframes(file.getnframes()), file.getframerate()


def lengths(server: Server, call_id: str) -> list[float]:
    found = []
    for name in ("caller.wav", "agent.wav"):
        pcm, rate = sound(server, call_id, name)
        found.append(len(pcm) / 2 / rate)
    return found


async def test_a_whole_call(open_assistant: Open, speech: Mapping[str, bytes]) -> None:
    server = await open_assistant(
        texts=("what is my balance", "yes", "i want to speak to an agent", "yes")
    )
    caller = SyntheticCaller(
        [
            Step(speech["what is my balance"]),
            Step(keys=LINE),
            Step(keys=PIN),
            Step(speech["yes"]),  # there is something else
            Step(speech["i want to speak to an agent"]),
        ],
        lambda message: None,
    )
    heard = await caller.call(server.url, patience=PATIENCE)
    await server.idle()

    told = heard.messages
    agent = [m["text"] for m in told if m["type"] == "said" and m["who"] == "agent" and "text" in m]
    assert agent[0] == "Hello, you are talking to an automated assistant."
    assert "You have 12 euros 50 left." in agent
    assert [m["reason"] for m in told if m["type"] == "handoff"] == ["asked_for_person"]
    assert told[0]["type"] == "call"
    ended = next(m for m in told if m["type"] == "ended")
    assert ended["reason"] == "transferred"
    assert ended is told[-1]
    assert set(ended["downloads"]) == {"caller", "agent", "log"}
    call_id = ended["id"]

    assert server.differences(call_id) == []
    caller_seconds, agent_seconds = lengths(server, call_id)
    assert agent_seconds == pytest.approx(caller_seconds, abs=0.1)
    note = read_recorder_note(server.folder(call_id) / RECORDER)
    assert note.version
    assert (note.cpu_seconds or 0.0) > 0.01

    latencies = [m["seconds"] for m in told if m["type"] == "latency"]
    assert latencies
    assert all(seconds > 0.1 for seconds in latencies)
    assert list(server.assistant.latencies) == pytest.approx(latencies, abs=0.001)
    assert heard.latencies
    assert server.counters["calls"] == server.counters["ended.transferred"] == 1
    assert server.counters["handoff.asked_for_person"] == 1
    assert server.counters["rung.keypad"] == 2  # a number and a code
    assert server.complaints == []


async def test_what_was_heard_before_an_interruption(
    open_assistant: Open, speech: Mapping[str, bytes]
) -> None:
    # slowly: there must be time to talk over it
    server = await open_assistant(texts=("yes",), offering=config(pace=250))
    async with Guest.calling(server) as guest:
        await guest.sounds(1)
        await guest.type("what can you do")  # the disclosure cannot be talked over
        asked = await guest.agent_says("I can tell you your balance")
        await guest.sounds(asked["utterance"])
        guest.say(bytes(16_000) + speech["yes"])  # half a second into it
        cut = await guest.until(lambda m: m.get("interrupted") is True)
        await guest.tell("hang-up")
        await guest.end()
    await server.idle()
    texts = {e.utterance: e.text for e in server.log(guest.id) if isinstance(e, Speak)}
    ends = [e for e in server.log(guest.id) if isinstance(e, SpeechEnded)]
    assert ends[0] == replace(ends[0], utterance=1, heard=texts[1], interrupted=False)
    assert cut["utterance"] == asked["utterance"]
    assert texts[cut["utterance"]].startswith(cut["heard"])
    assert 0 < len(cut["heard"]) < len(asked["text"])
    assert asked["text"][len(cut["heard"])] in " ,"  # it ends where a word does
    assert server.differences(guest.id) == []


async def test_an_emergency_is_put_through_over_what_both_are_saying(
    open_assistant: Open, speech: Mapping[str, bytes]
) -> None:
    text = "there is a gas leak in my kitchen"
    server = await open_assistant(texts=(text,), offering=config(pace=250))
    server.scripted.partial = text
    async with Guest.calling(server) as guest:
        await guest.sounds(1)  # the disclosure, which nothing else interrupts
        guest.say(speech["i want to speak to an agent"] * 2)
        await guest.agent_says("our emergency desk")
        await guest.end()
    await server.idle()
    log = server.log(guest.id)
    heard = next(i for i, e in enumerate(log) if isinstance(e, Hypothesis) and e.text == text)
    spoken = next(i for i, e in enumerate(log) if isinstance(e, Speak) and "emergency" in e.act)
    assert not [e for e in log[:spoken] if isinstance(e, TurnEnded)]
    assert not [e for e in log[heard + 1 : spoken] if hasattr(e, "at")]  # the same moment
    assert next(e for e in log if isinstance(e, SpeechEnded)).interrupted
    (transfer,) = (e for e in log if isinstance(e, Transfer))
    assert transfer.reason == "emergency"
    assert {"who": "caller", "text": text} in transfer.packet["transcript"]
    assert server.differences(guest.id) == []


async def test_a_secret_is_never_written_down(open_assistant: Open) -> None:
    server = await open_assistant()
    async with Guest.calling(server) as guest:
        await guest.state("open")
        await guest.type("my sim card is blocked")
        await guest.state("line")
        await guest.press("770005678")
        await guest.state("pin")
        await guest.press("3140")
        await guest.state("ready")
        await guest.type("yes")
        secret = await guest.agent_says("Your unlocking code is")
        await guest.sounds(secret["utterance"])
        begun = len(guest.agent)
        await guest.until(
            lambda m: (m.get("utterance"), m.get("final")) == (secret["utterance"], True)
        )
        spoken = bytes(guest.agent[begun:])
        await guest.state("more")
        await guest.tell("hang-up")
        await guest.end()
    await server.idle()

    assert any(spoken)  # the caller hears it
    everything = repr(guest.messages) + (server.folder(guest.id) / "log.jsonl").read_text()
    for digits in ("56781234", "5 6 7 8", "3140"):
        assert digits not in everything
    assert "•" in secret["text"]
    ends = {e.utterance: e for e in server.log(guest.id) if isinstance(e, SpeechEnded)}
    assert "•" in ends[secret["utterance"]].heard
    before = ends[secret["utterance"] - 1].at
    after = ends[secret["utterance"]].at
    pcm, rate = sound(server, guest.id, "agent.wav")
    assert not any(pcm[int((before + 0.2) * rate) * 2 : int((after - 0.2) * rate) * 2])
    assert any(pcm[int(after * rate) * 2 :])  # and what came after it is there
    assert server.differences(guest.id) == []


def _is_over(utterance: int, message: dict[str, Any]) -> bool:
    return (message.get("utterance"), message.get("final")) == (utterance, True)


async def test_who_asks_for_it_slower_hears_it_slower(open_assistant: Open) -> None:
    server = await open_assistant(slow_rate=0.5)
    lasted = []  # bytes: on a machine that stands still, the call's clock tells less than was heard
    async with Guest.calling(server) as guest:
        await guest.state("open")
        for text in ("what is my balance", "you speak too fast"):
            await guest.type(text)
            said = (await guest.agent_says("nine digits"))["utterance"]
            before = len(guest.agent)
            await guest.until(partial(_is_over, said))
            lasted.append(len(guest.agent) - before)
        await guest.tell("hang-up")
        await guest.end()
    await server.idle()
    usual, slow = lasted
    assert slow > 1.1 * usual
    assert [e.pace for e in server.log(guest.id) if isinstance(e, Speak)] == ["normal"] * 3 + [
        "slow"
    ] * 2
    assert server.differences(guest.id) == []


async def test_typing_choosing_a_language_hanging_up(open_assistant: Open) -> None:
    server = await open_assistant()
    async with Guest.calling(server, "?language=en&caller=%2B770001234") as guest:
        await guest.state("open")
        await guest.tell("language", {"language": "fr"})
        changed = await guest.until(lambda m: m["type"] == "state" and m["language"] == "fr")
        assert changed["language"] == "fr"
        await guest.state("open")
        await guest.tell("language", {"language": "xx"})  # ignored
        await guest.type("quel est mon solde")
        state = await guest.state()
        assert state["flow"] == "balance"
        assert state["question"] == "confirm:line:770001234"
        await guest.tell("hang-up")
        ended = await guest.until(lambda m: m["type"] == "ended")
        assert (await guest.end())[0] == 1000
    await server.idle()
    assert ended["reason"] == "caller hung up"
    assert server.counters["ended.caller hung up"] == 1
    assert server.differences(guest.id) == []
    assert server.complaints == []


async def test_hanging_up_does_not_wait_for_the_end_of_a_sentence(open_assistant: Open) -> None:
    server = await open_assistant(offering=config(pace=150))
    async with Guest.calling(server) as guest:
        await guest.type("what can you do")
        asked = await guest.agent_says("I can tell you your balance")
        await guest.sounds(asked["utterance"])
        await guest.tell("hang-up")
        assert (await guest.end())[0] == 1000
    await server.idle()
    ends = {e.utterance: e for e in server.log(guest.id) if isinstance(e, SpeechEnded)}
    assert asked["utterance"] not in ends or ends[asked["utterance"]].interrupted
    assert [m["reason"] for m in guest.messages if m["type"] == "ended"] == ["caller hung up"]


async def test_send_text_interrupts(open_assistant: Open) -> None:
    server = await open_assistant(offering=config(pace=250))
    async with Guest.calling(server) as guest:
        await guest.sounds(2)
        await guest.line.send(rtvi("send-text", {"content": "what can you do"}))
        asked = await guest.agent_says("I can tell you your balance")
        cut = await guest.until(lambda m: m.get("interrupted") is True)
        assert cut["utterance"] == 2
        await guest.sounds(asked["utterance"])
    await server.idle()
    assert server.differences(guest.id) == []


async def test_a_language_the_ears_do_not_know_leaves_the_keypad(open_assistant: Open) -> None:
    server = await open_assistant()
    server.scripted.unserved = {"fr"}
    async with Guest.calling(server, "?language=fr") as guest:
        await guest.agent_says("assistant automatique")
        await guest.agent_says("Vous pouvez choisir avec les touches.")
        await guest.state("open")
        await guest.press("11")
        await guest.state("line")
        assert server.scripted.expected[-1] == ("en", ())  # nothing is taken for what it is not
    await server.idle()
    assert server.counters["failed"] == 0


async def test_where_nobody_measured_the_ears_they_expect_little_and_keys_are_said(
    open_assistant: Open,
) -> None:
    spoken = load(languages=("wo", "fr", "en"))
    server = await open_assistant(offering=spoken)
    async with Guest.calling(server, "?language=wo") as guest:
        await guest.agent_says(" ".join(spoken.packs["wo"].language.sentences("menu")))
        await guest.state("open")
        language, phrases = server.scripted.expected[-1]
        assert language == "wo"
        assert 0 < len(phrases) <= MOST
        assert spoken.packs["wo"].language.intents["balance"].say[0] in phrases
        await guest.press("11")
        await guest.state("line")
    await server.idle()
    assert server.differences(guest.id) == []


async def test_broken_ears_leave_the_keypad(
    open_assistant: Open, speech: Mapping[str, bytes]
) -> None:
    server = await open_assistant()
    server.scripted.broken = True
    async with Guest.calling(server) as guest:
        await guest.state("open")
        guest.say(speech["what is my balance"])
        await guest.agent_says("did not understand")
        await guest.state("open")
        await guest.press("11")
        await guest.state("line")
        await guest.press(LINE)
        await guest.state("pin")
        await guest.press(PIN)
        await guest.agent_says("You have 12 euros 50 left.")
    await server.idle()
    assert server.differences(guest.id) == []


class Mute(EspeakSynthesiser):
    """A voice whose engine dies on everything it is given."""

    def synthesise(self, text: str, voice: Any) -> Any:
        async def nothing() -> Any:
            raise EngineError("the voice is broken")
            yield b""

        return nothing()


async def test_a_broken_voice_does_not_hang_the_call(open_assistant: Open, tmp_path: Any) -> None:
    mute = Mute()
    server = await open_assistant(synthesiser=mute)
    mute.version = "mute"  # nothing of its is in the cache
    async with Guest.calling(server) as guest:
        await guest.state("open")
        await guest.type("i want to speak to an agent")
        ended = await guest.until(lambda m: m["type"] == "ended")
        await guest.end()
    await server.idle()
    assert ended["reason"] == "transferred"
    ends = [e for e in server.log(guest.id) if isinstance(e, SpeechEnded)]
    assert {e.heard for e in ends} == {""}
    assert not any(guest.agent)


class Down:
    """A back office that answers nothing."""

    async def fetch(self, name: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        raise Unavailable("the back office is down")

    async def close(self) -> None: ...


async def balance(guest: Guest) -> None:
    await guest.state("open")
    await guest.type("what is my balance")
    await guest.state("line")
    await guest.press(LINE)
    await guest.state("pin")
    await guest.press(PIN)


async def test_a_back_office_that_is_down_means_a_person(open_assistant: Open) -> None:
    server = await open_assistant(back_office=Down())
    async with Guest.calling(server) as guest:
        await balance(guest)
        handoff = await guest.until(lambda m: m["type"] == "handoff")
        await guest.end()
    await server.idle()
    assert handoff["reason"] == "back_office_unavailable"
    log = server.log(guest.id)
    assert [e.reason for e in log if isinstance(e, Failed)] == ["the back office is down"] * 2
    assert [type(e) for e in log if isinstance(e, (Transfer, HangUp))] == [Transfer, HangUp]


def buggy(known: Known) -> Act | None:
    raise ZeroDivisionError("a bug in a use case")


async def test_a_bug_is_apologised_for(open_assistant: Open) -> None:
    flows = config().flows
    flows = {**flows, "balance": replace(flows["balance"], next_act=buggy)}
    server = await open_assistant(offering=replace(config(), flows=flows))
    async with Guest.calling(server) as guest:
        await guest.state("open")
        heard = len(guest.agent)
        await guest.type("what is my balance")
        ended = await guest.until(lambda m: m["type"] == "ended")
        await guest.end()
    await server.idle()
    assert ended["reason"] == "internal error"
    assert len(guest.agent) - heard > AGENT_RATE // 2  # a quarter of a second at this pace
    assert any("the dialogue failed" in complaint for complaint in server.complaints)
    assert server.counters["ended.internal error"] == 1


async def test_a_client_that_sends_no_sound_is_hung_up_on(open_assistant: Open) -> None:
    server = await open_assistant(offering=config(silence=0.4, silences=2))
    async with Guest.calling(server, microphone=False, ready=False) as guest:
        await guest.end()
    await server.idle()
    assert "Are you still there?" in guest.said()
    assert guest.said()[-1].endswith("Goodbye.")
    assert [m["reason"] for m in guest.messages if m["type"] == "ended"] == ["silent"]
    log = server.log(guest.id)
    assert [e for e in log if isinstance(e, Tick)]
    assert not [e for e in log if isinstance(e, Hypothesis)]
    assert server.differences(guest.id) == []
    assert lengths(server, guest.id)[0] > 2


async def test_no_call_goes_on_for_ever(open_assistant: Open) -> None:
    server = await open_assistant(max_call_seconds=1.5)
    async with Guest.calling(server) as guest:
        assert await guest.end() == (1001, "calls end after 2 s")
    await server.idle()
    assert server.counters["closed.too_long"] == 1
    assert server.differences(guest.id) == []


async def test_a_caller_who_just_leaves(open_assistant: Open) -> None:
    server = await open_assistant()
    async with Guest.calling(server) as guest:
        await guest.sounds(1)
    await eventually(lambda: server.assistant.calls == 0)
    assert server.differences(guest.id) == []
    assert server.counters == {"calls": 1, "connection.1000": 1, "ended.line closed": 1}
    assert server.scripted.open_streams == 0
    assert server.complaints == []
