"""Calls whose process is gone: who is left alone in a bridge of ours is hung up on.

A person and a caller who talk go on talking when Waxtaan dies; when one of them leaves then, nobody
else would end the other's call.
"""

from collections.abc import Callable

from pipelines.lines.telephony.asterisk.ari import Ari


class Orphans:
    """One PBX's."""

    def __init__(self, ari: Ari) -> None:
        self._ari = ari

    async def run(self, owned: Callable[[str], bool]) -> None:
        """Until cancelled. `owned(call)` is whether a call of that id goes on here."""
        async with self._ari.listening("*") as events:
            while True:
                event = await events.get()
                if event.get("type") == "ChannelLeftBridge":
                    await self._left(event.get("bridge", {}), owned)

    async def _left(self, bridge: dict[str, object], owned: Callable[[str], bool]) -> None:
        name = str(bridge.get("name", ""))
        channels = bridge.get("channels")
        if not name.startswith("waxtaan-") or owned(name.removeprefix("waxtaan-")):
            return
        if isinstance(channels, list) and len(channels) == 1:
            await self._ari.hang_up(str(channels[0]))
            await self._ari.dissolve(str(bridge.get("id", "")))
