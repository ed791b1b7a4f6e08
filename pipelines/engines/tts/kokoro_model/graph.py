"""A part of an ONNX graph as a graph of its own, cut at named tensors.

Kokoro's export is one graph. Its first half plans a sentence (which frames belong to which
phoneme, melody, loudness) and takes a thirtieth of the time; its second half makes the sound.
Apart, the plan is made for a whole sentence and the sound for the piece of it that is needed next.
The two together give the same samples as the whole.

The file is protobuf, of which little is needed here, so this reads and writes the wire format
itself (https://protobuf.dev/programming-guides/encoding/) rather than depend on the onnx package.
Weights are copied and never interpreted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

FLOAT, INT64 = 1, 7  # onnx.TensorProto.DataType

# Field numbers of onnx.proto: ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto
_GRAPH = 7
_NODE, _INITIALIZER, _INPUT, _OUTPUT, _VALUE_INFO = 1, 5, 11, 12, 13
_NODE_INPUT, _NODE_OUTPUT = 1, 2
_TENSOR_NAME = 8

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5  # wire types


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input or output. `shape` has numbers, and names where the size is open."""

    kind: int  # FLOAT or INT64
    shape: tuple[int | str, ...]


def part(model: bytes, inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor]) -> bytes:
    """The model that computes `outputs`, given `inputs`, which may be tensors inside the graph.

    Raises:
        ValueError: it is no ONNX file, or has no tensor of a name.
    """
    around: list[bytes] = []
    graph = memoryview(b"")
    for number, value, raw in _fields(memoryview(model)):
        if number == _GRAPH:
            graph = value
        else:
            around.append(bytes(raw))
    found = _Graph(graph)
    kept = found.needed(inputs, outputs)
    kept += [_field(_INPUT, _value_info(name, tensor)) for name, tensor in inputs.items()]
    kept += [_field(_OUTPUT, _value_info(name, tensor)) for name, tensor in outputs.items()]
    return b"".join(around) + _field(_GRAPH, b"".join(kept))


class _Graph:
    """A graph's nodes and weights, by the names of what they make."""

    def __init__(self, graph: memoryview) -> None:
        self._nodes: list[tuple[list[str], memoryview]] = []  # what each reads; itself
        self._made_by: dict[str, int] = {}
        self._weights: dict[str, memoryview] = {}
        self._rest: list[bytes] = []
        for number, value, raw in _fields(graph):
            if number == _NODE:
                for name in _texts(value, _NODE_OUTPUT):
                    self._made_by[name] = len(self._nodes)
                self._nodes.append((_texts(value, _NODE_INPUT), raw))
            elif number == _INITIALIZER:
                self._weights[_texts(value, _TENSOR_NAME)[0]] = raw
            elif number not in (_INPUT, _OUTPUT, _VALUE_INFO):
                self._rest.append(bytes(raw))

    def needed(self, given: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> list[bytes]:
        """The nodes and weights that make `wanted` of `given`, in the file's order."""
        nodes: set[int] = set()
        weights: dict[str, None] = {}
        open_names = list(wanted)
        while open_names:
            name = open_names.pop()
            if name in given or not name:  # "" stands for an input that is left out
                continue
            if name in self._weights:
                weights[name] = None
            elif name not in self._made_by:
                raise ValueError(f"the graph has no tensor '{name}'")
            elif self._made_by[name] not in nodes:
                nodes.add(self._made_by[name])
                open_names += self._nodes[self._made_by[name]][0]
        kept = [bytes(self._nodes[number][1]) for number in sorted(nodes)]
        return kept + [bytes(self._weights[name]) for name in weights] + self._rest


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview, memoryview]]:
    """Of a message, each field's number, value and all of it; empty values but for bytes."""
    at = 0
    while at < len(data):
        start = at
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        value = data[:0]
        if wire == _LENGTH:
            length, at = _varint(data, at)
            value = data[at : at + length]
            at += length
        elif wire == _VARINT:
            _, at = _varint(data, at)
        elif wire in (_FIXED64, _FIXED32):
            at += 8 if wire == _FIXED64 else 4
        else:
            raise ValueError("this is no ONNX file")
        if at > len(data):
            raise ValueError("this ONNX file is cut short")
        yield number, value, data[start:at]


def _texts(message: memoryview, number: int) -> list[str]:
    return [bytes(value).decode() for field, value, _ in _fields(message) if field == number]


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at
    raise ValueError("this ONNX file is cut short")


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return _number(number << 3 | _VARINT) + _number(value)
    return _number(number << 3 | _LENGTH) + _number(len(value)) + value


def _value_info(name: str, tensor: Tensor) -> bytes:
    sizes = b"".join(
        _field(1, _field(2, size.encode()) if isinstance(size, str) else _field(1, size))
        for size in tensor.shape
    )
    kind = _field(1, _field(1, tensor.kind) + _field(2, sizes))
    return _field(1, name.encode()) + _field(2, kind)
