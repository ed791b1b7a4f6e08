"""Valid messages, spoilt: what a broken or hostile network might send. Seeded: it repeats."""

import json
import random
from typing import Any

_ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    10**18,
    10**400,
    1e308,
    float("nan"),
    "",
    "\x00",
    "\ud800",
    "ڪﷺ🙂" * 9,
    "9" * 5000,
    "not base64!",
    "AAA",
    [],
    {},
    [[]],
    {"payload": []},
]


def spoilt(chance: random.Random, message: str | bytes) -> str | bytes:
    """One message with one to three things wrong; text may become bytes and the reverse."""
    for _ in range(chance.randint(1, 3)):
        ways = [_bits, _cut, _doubled, _noise]
        if isinstance(message, str):
            ways += [_field] * 4 + [_deep]
        message = chance.choice(ways)(chance, message)
    if chance.random() < 0.05:
        message = message.encode("utf-8", "surrogatepass") if isinstance(message, str) else message
    return message


def _bits(chance: random.Random, message: str | bytes) -> str | bytes:
    data = bytearray(_bytes(message))
    for _ in range(chance.randint(1, 4)):
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return _like(message, bytes(data))


def _cut(chance: random.Random, message: str | bytes) -> str | bytes:
    data = _bytes(message)
    at, to = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return _like(message, data[:at] + data[to:])


def _doubled(chance: random.Random, message: str | bytes) -> str | bytes:
    data = _bytes(message)
    at = chance.randrange(len(data) + 1)
    return _like(message, data[:at] + data[at // 2 : at] + data[at:])


def _noise(chance: random.Random, message: str | bytes) -> str | bytes:
    data = _bytes(message)
    at = chance.randrange(len(data) + 1)
    return _like(message, data[:at] + chance.randbytes(chance.randint(1, 8)) + data[at:])


def _deep(chance: random.Random, message: str | bytes) -> str:
    depth = chance.choice((50, 900, 990, 5_000, 100_000))
    before, after = chance.choice((("[", "]"), ('{"media":', "}")))
    return before * depth + str(message) + after * depth


def _field(chance: random.Random, message: str | bytes) -> str | bytes:
    """Another value in some place of the object, or none."""
    try:
        data = json.loads(message)
    except (ValueError, RecursionError):
        return message
    place = data
    while isinstance(place, dict) and place:
        key = chance.choice(sorted(place))
        if isinstance(place[key], dict) and place[key] and chance.random() < 0.7:
            place = place[key]
            continue
        if chance.random() < 0.2:
            del place[key]
        else:
            place[key] = chance.choice(_ODD)
        break
    try:
        return json.dumps(data)
    except (ValueError, RecursionError):  # a number that Python itself does not write
        return message


def _bytes(message: str | bytes) -> bytes:
    return message.encode("utf-8", "surrogatepass") if isinstance(message, str) else message


def _like(message: str | bytes, data: bytes) -> str | bytes:
    return data.decode("utf-8", "replace") if isinstance(message, str) else data
