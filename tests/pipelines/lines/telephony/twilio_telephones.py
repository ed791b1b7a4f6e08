"""The two telephones of a transfer, at Twilio: the caller's, and that of a person who is rung."""

from collections.abc import Awaitable, Callable
from xml.etree import ElementTree as ET

from tests.pipelines.lines.telephony.twilio_network import Call, Network
from tests.pipelines.lines.telephony.twilio_phone import Phone
from tests.pipelines.lines.telephony.twilio_stream import PUBLIC


class Person(Call):
    """Whose telephone our request rings. `request` is what was asked for."""

    def __init__(self, network: Network, request: dict[str, list[str]]) -> None:
        self.request = {name: values[-1] for name, values in request.items()}
        self.events = request.get("StatusCallbackEvent", [])
        super().__init__(
            network,
            {"From": self.request["From"], "To": self.request["To"], "Direction": "outbound-api"},
        )
        self.answered = False

    async def status(self, event: str, status: str) -> None:
        """Tell how the call goes, where that was asked for."""
        if event in self.events:
            answer = await self.ask(self.request["StatusCallback"], CallStatus=status)
            assert answer.status_code == 204, answer

    async def answer(self) -> None:
        """The telephone is at the ear."""
        self.answered = True
        self.carry_out(self.document(self.request["Url"]))
        await self.status("answered", "in-progress")

    def press(self, key: str) -> None:
        self.keys.put_nowait(key)

    async def over(self, status: str = "completed") -> None:
        """Hang up, or do not answer: "busy", "no-answer", "failed", "canceled"."""
        first = not self.done.is_set()
        await super().over(status)
        if first:
            await self.status("completed", status)


class Caller(Call):
    """A telephone whose sound is streamed."""

    def __init__(self, network: Network, phone: Phone) -> None:
        super().__init__(network, phone.form)
        self.phone = phone
        self.vanishes = False  # hangs up between the stream and what comes next
        self.meanwhile: Callable[[], Awaitable[None]] | None = None  # what else happens there

    def ring(self) -> None:
        """Call the number that leads to the agent."""
        self.carry_out(self.document(f"{PUBLIC}/telephony/twilio", CallStatus="ringing"))

    async def _connect(self, verb: ET.Element) -> None:
        url = str(verb[0].get("url"))
        async with self.phone.streaming(url):
            await self.phone.ended.wait()

    async def _redirect(self, verb: ET.Element) -> ET.Element:
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.vanishes:
            return ET.fromstring("<Response><Hangup/></Response>")
        return await super()._redirect(verb)

    async def hang_up(self) -> None:
        """The caller has had enough."""
        await self.over()
