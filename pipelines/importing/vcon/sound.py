"""Which parties are heard in which channel of a recording."""

import struct

from pipelines.importing.vcon.values import Heard

_RIFF, _WAVE, _FORMAT = b"RIFF", b"WAVE", b"fmt "


def channels_of(heard: Heard, sound: bytes | None) -> tuple[tuple[int, ...], ...]:
    """One entry a channel.

    A flat list of parties is a mix of them in one channel, or a channel for each: only the
    recording tells. Where it is no WAV, more than one party in a flat list counts as a mix.
    """
    count = len(heard.channels)
    if not heard.flat or count < 2 or wav_channels(sound or b"") == count:
        return heard.channels
    return (heard.parties,)


def wav_channels(data: bytes) -> int:
    """How many channels a WAV has by its header, 0 if it is none.

    The library that reads sound is not asked: it knows too many formats for a stranger's bytes.
    """
    if data[:4] != _RIFF or data[8:12] != _WAVE:
        return 0
    at = 12
    while at + 12 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == _FORMAT:
            return int(struct.unpack_from("<H", data, at + 10)[0])
        at += 8 + size + size % 2
    return 0
