"""Whatever stands in a vCon, reading it ends in a conversation or in this room's own error."""

import copy
import gzip
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from pipelines.importing.vcon.conversation import VconError
from pipelines.importing.vcon.reader import read_vcon
from pipelines.store.transcript import lines, read_transcript
from tests.pipelines.importing.vcon import examples

Path = tuple[str | int, ...]

WEIRD: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        10**30,
        -(10**400),
        0.5,
        -0.0,
        1e308,
        float("inf"),
        float("nan"),
    ),
    *("", "x", "\ud800", "\0", "9" * 50, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"),
    *("1:2:3:4", "1e999", "Mon, 32 Foo", "https://[", "../..", "é" * 40, "A" * 5, "WEBVTT --> 1"),
    *([], {}, [[]], [{}], [None], [-1], [[0], 1], ["a"], {"a": []}, {"": None}, {"\ud800": 1}),
    *([[[[[[[]]]]]]], {"results": {"channels": [1, {"alternatives": [{"words": [1, {}]}]}]}}),
    *({"segments": {"segments": {"segments": []}}}, [0] * 300),
]


def places(value: Any, at: Path = ()) -> Iterator[Path]:
    yield at
    if isinstance(value, dict | list):
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(each, (*at, name))


def put(tree: Any, at: Path, value: Any) -> Any:
    if not at:
        return value
    changed = tree.copy()
    changed[at[0]] = put(tree[at[0]], at[1:], value)
    return changed


def survives(text: str | bytes) -> bool:
    """Reads it; what was said can be written and read again, or there is a plain error."""
    try:
        found = read_vcon(text, {"call.wav": examples.SOUND}.__getitem__)
    except VconError:
        return False
    written = lines(found.utterances).encode("utf-8").decode("utf-8")
    assert list(read_transcript(written.splitlines())) == list(found.utterances)
    assert len("\n".join(found.problems).encode("utf-8")) < 100_000
    return True


ALL = {**examples.FULL, "group": [{"uuid": "x"}], "amended": {"uuid": "y"}}


def test_wrong_types_in_every_member() -> None:
    """A third of the values in each place, so that neighbours get the others."""
    cases = [
        (at, value) for number, at in enumerate(places(ALL)) for value in WEIRD[number % 3 :: 3]
    ]
    read = sum(survives(json.dumps(put(ALL, at, value))) for at, value in cases)
    assert read > len(cases) * 0.9


@pytest.mark.parametrize("base", [ALL, examples.SYNTHETIC, examples.signed(examples.FULL)])
def test_several_mutations_at_once(base: Any) -> None:
    chance = random.Random(20261129)
    for _ in range(300):
        tree = base
        for _ in range(chance.randint(1, 6)):
            at = chance.choice(list(places(tree)))
            other = chance.choice(list(places(tree)))
            value: Any = tree
            for step in other:
                value = value[step]
            tree = put(tree, at, chance.choice([chance.choice(WEIRD), copy.deepcopy(value)]))
        survives(json.dumps(tree))


@pytest.mark.parametrize("compressed", [False, True])
def test_changed_bytes(compressed: bool) -> None:
    chance = random.Random(7)
    text = json.dumps(ALL).encode()
    data = gzip.compress(text, mtime=0) if compressed else text
    for _ in range(600):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 8)):
            start = chance.randrange(len(changed))
            changed[start : start + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        survives(bytes(changed))
        survives(bytes(changed[: chance.randrange(len(changed))]))


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "null", "[]", "{}", '"vcon"', "3", '{"parties": 1}', "{", "\ufeff{}", "\ud800"),
        *("[" * 100_000, '{"parties": ' * 100_000, '{"dialog": [' + "9" * 5000 + "]}"),
        *(b"", b"\xff\xfe", b"\x1f\x8b", b"\x1f\x8b" + bytes(40), gzip.compress(b"[]", mtime=0)),
        *('{"payload": "e30", "signatures": []}', '{"payload": 3, "signature": 4}'),
    ],
    ids=lambda value: repr(value[:12]),
)
def test_no_vcon_at_all(text: str | bytes) -> None:
    assert not survives(text)


def test_nested_deeply_inside() -> None:
    deep: Any = "Agent: hi"
    for _ in range(400):
        deep = {"segments": [deep], "results": deep} if len(str(deep)) < 5000 else [deep]
    body = {"type": "transcript", "vendor": "x", "dialog": 0, "body": deep}
    survives(json.dumps(examples.vcon(analysis=[body], attachments=[{"body": deep}])))
    for text in ("[" * 5000, '{"a":' * 5000, "[" * 900 + "]" * 900):
        inner = {**body, "body": text, "encoding": "json"}
        assert survives(json.dumps(examples.vcon(analysis=[inner])))


def test_long_texts_take_no_long_time() -> None:
    """Each of these took minutes, were any pattern here of quadratic cost."""
    for text in ("<" * 10**6, "<v " * 10**6, "1" * 10**6 + " --> ", "a: " * 10**6, "=" * 10**6):
        body = {"type": "transcript", "vendor": "x", "body": text + " --> ", "encoding": "none"}
        survives(json.dumps(examples.vcon(analysis=[body, {**body, "body": text}])))
    words = [{"word": "w", "speaker": 0}] * 10**5
    channels = {"channels": [{"alternatives": [{"words": words}]}]}
    spoken = {"type": "transcript", "vendor": "x", "body": {"results": channels}}
    assert survives(json.dumps(examples.vcon(analysis=[spoken])))
