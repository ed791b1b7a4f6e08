"""People over Asterisk, for one call: a bridge that its channel joins; see `people.py`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from loguru import logger

from agent.actions import Transfer
from agent.policy import Policy
from pipelines.lines.telephony.asterisk.ari import Ari, AriError
from pipelines.lines.telephony.asterisk.people import Order, Person, bring_in, reach, until_apart
from pipelines.lines.telephony.connection import TelephoneConnection
from pipelines.lines.telephony.transfers import TelephoneTransfers
from pipelines.lines.telephony.whisper_announcements import WhisperAnnouncements


@dataclass(frozen=True, slots=True)
class Pbx:
    """What all calls of a PBX share."""

    ari: Ari
    whispers: WhisperAnnouncements
    policy: Policy
    accept_seconds: float
    record: bool
    desk_endpoint: str = "PJSIP/{person}"
    waiting: Counter[str] = field(default_factory=Counter)  # callers for whom a queue is rung

    async def about(self, call: str) -> dict[str, str]:
        """What the PBX knows of the caller whose dialplan talks to us under this call's id.

        {"from", "did"}, as far as it is known; {} where they are not found.
        """
        for channel in await self.ari.channels():
            if call in str(channel.get("dialplan", {}).get("app_data", "")):
                number = str(channel["id"])
                did = await self.ari.variable(number, "WAXTAAN_DID")
                return {"from": str(channel["caller"]["number"]), "did": did}
        return {}


class AsteriskTransfers(TelephoneTransfers[Person, str]):
    """One call's. `call` is its id at the PBX; the caller's channel is known once they join."""

    def __init__(self, pbx: Pbx, connection: TelephoneConnection, call: str) -> None:
        super().__init__(pbx, connection, call)
        self._pbx = pbx
        self._times = 0

    @property
    def possible(self) -> bool:
        """Whether people can be rung now."""
        return self._pbx.ari.connected.is_set()

    def _whom(self, order: Transfer) -> Sequence[str]:
        """Somebody at the desk gave an extension and no dial string."""
        if order.target:
            return (self._pbx.desk_endpoint.replace("{person}", order.target),)
        return self._pbx.policy.queue(order.queue).ring

    async def _reach(self, order: Order) -> Person:
        return await reach(self._pbx.ari, self._pbx.whispers, order)

    async def _bring_in(self, person: Person) -> str:
        try:
            return await bring_in(self._pbx.ari, person, self._call, self._connection.let_go)
        except BaseException:
            await self._pbx.ari.hang_up(person.channel)
            await self._pbx.ari.dissolve(person.bridge)
            raise

    async def _together(self, person: Person, caller: str) -> str:
        self._times += 1
        if self._pbx.record:
            try:
                await self._pbx.ari.record(person.bridge, self._recording)
            except AriError as error:
                logger.warning("what is said with a person is not recorded: {}", error)
        return await until_apart(self._pbx.ari, person, caller, self._back)

    @property
    def _recording(self) -> str:
        return f"waxtaan-{self._call}-{self._times}"

    async def _apart(self, person: Person, caller: str, ended: str) -> None:
        assert self._told is not None, "the call has begun"
        ari = self._pbx.ari
        await ari.dissolve(person.bridge)
        await ari.hang_up(person.channel)
        there = ended != "caller" and await self._send_on(caller, ended)
        if self._pbx.record:
            try:
                self._told.keep(f"person-{self._times}.wav", await ari.recorded(self._recording))
            except AriError as error:
                logger.warning("what was said with a person was not fetched: {}", error)
        if there:
            self._told.left(back=ended == "back")
        else:
            self._connection.gone("caller hung up")

    async def _send_on(self, caller: str, ended: str) -> bool:
        """The caller's channel goes on in the dialplan; False where it is not there any more."""
        try:
            await self._pbx.ari.tell(caller, "WAXTAAN_NEXT", "back" if ended == "back" else "end")
            await self._pbx.ari.go_on(caller)
            if ended == "back":
                await self._connection.back()
        except (AriError, TimeoutError) as error:
            logger.warning("a caller was not given back: {}", error or type(error).__name__)
            return False
        return True
