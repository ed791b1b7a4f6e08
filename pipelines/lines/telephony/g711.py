"""G.711: 8-bit telephone samples to 16-bit ones and back, by table. Source: ITU-T G.711.

Python's own `audioop` is gone since 3.13; a table is as fast, and needs no library.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

_Table = npt.NDArray[np.int16]
_Codes = npt.NDArray[np.uint8]


def from_mulaw(data: bytes) -> bytes:
    """16-bit little-endian samples of mu-law ones."""
    return bytes(_mulaw()[np.frombuffer(data, np.uint8)].astype("<i2").tobytes())


def to_mulaw(pcm: bytes) -> bytes:
    """Mu-law samples of 16-bit little-endian ones."""
    return bytes(_inverse("mulaw")[np.frombuffer(pcm, "<u2")].tobytes())


def from_alaw(data: bytes) -> bytes:
    """16-bit little-endian samples of A-law ones."""
    return bytes(_alaw()[np.frombuffer(data, np.uint8)].astype("<i2").tobytes())


def to_alaw(pcm: bytes) -> bytes:
    """A-law samples of 16-bit little-endian ones."""
    return bytes(_inverse("alaw")[np.frombuffer(pcm, "<u2")].tobytes())


@cache
def _mulaw() -> _Table:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent, mantissa = code >> 4 & 7, code & 15
    size = (((mantissa << 3) + 0x84) << exponent) - 0x84
    return np.where(code & 0x80, -size, size).astype(np.int16)


@cache
def _alaw() -> _Table:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = code >> 4 & 7, code & 15
    size = np.where(
        exponent == 0,
        (mantissa << 4) + 8,
        ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0),
    )
    return np.where(code & 0x80, size, -size).astype(np.int16)


@cache
def _inverse(law: str) -> _Codes:
    """The code nearest to each of the 65,536 samples, in the order of their unsigned values."""
    values = (_mulaw() if law == "mulaw" else _alaw()).astype(np.int32)
    # Two codes of mu-law mean 0; the positive one, 0xFF, is what networks send as silence.
    order = np.lexsort((np.arange(256), values))
    ordered = values[order]
    samples = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32)
    above = np.clip(np.searchsorted(ordered, samples, side="right"), 1, 255)
    lower = samples - ordered[above - 1] <= ordered[above] - samples
    found: _Codes = order[np.where(lower, above - 1, above)].astype(np.uint8)
    return found
