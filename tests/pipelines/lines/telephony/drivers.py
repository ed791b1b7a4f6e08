"""What must hold of any codec, whatever it is sent: a driver that only watches the events."""

from pipelines.lines.telephony.leg import (
    KEYS,
    Audio,
    Bad,
    Codec,
    FlowControl,
    Key,
    LegEvent,
    Mark,
    Start,
    Stop,
)


class Driver:
    """Feeds a codec and checks each event. `waits`: no sound
    comes before `Start`, which settles the rate."""

    def __init__(self, codec: Codec, *, waits: bool) -> None:
        self.codec = codec
        self.events: list[LegEvent] = []
        self._waits = waits
        self._rate: int | None = None

    def send(self, message: str | bytes) -> None:
        for event in self.codec.decode(message):
            self._check(event)
            self.events.append(event)
        if self._rate is not None:
            assert self.codec.rate == self._rate, "the rate changed in a call"
        self._speak()

    def _check(self, event: LegEvent) -> None:
        match event:
            case Start(about):
                if self._waits:
                    self._rate = self._rate or self.codec.rate
                for key, value in about.items():
                    assert isinstance(key, str)
                    assert isinstance(value, str)
                    value.encode()  # it can be written down
            case Audio(pcm):
                assert pcm
                assert len(pcm) % 2 == 0
                if self._waits:
                    assert any(isinstance(e, Start) for e in self.events), "sound before the start"
                self._rate = self._rate or self.codec.rate
            case Key(key):
                assert key in KEYS
            case Mark(name):
                assert isinstance(name, str)
            case FlowControl() | Stop() | Bad():
                pass
            case _:
                raise AssertionError(f"{event!r} is no event")

    def _speak(self) -> None:
        """We can always say something, and end it."""
        assert self.codec.audio(bytes(round(self.codec.rate * 0.02) * 2))
        self.codec.mark("w1")
        self.codec.clear()
        self.codec.hang_up()
