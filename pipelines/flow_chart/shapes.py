"""What a back office may answer: values in the shape of a question's model, that differ in all that
a use case can look at.

Made from the JSON schema of the models in `pipelines/backoffice/questions.py`: both truths, each
word of a closed list, 0 and 1, nothing where that is allowed, lists with none, one and two, amounts
that are zero, small and large, dates gone by and to come.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice, product
from math import prod
from typing import Any

from pipelines.backoffice.questions import QUESTIONS
from pipelines.errors import ConfigurationError

NOW = "2026-11-24T10:00:00"  # when the call is thought to take place
NOT_FOUND = {"not_found": True}
_MOST = 600  # answers of one question; of more only every pair of fields is varied
_ALONE = 1  # what stands in lists is varied field by field

AMOUNTS = ("0.00", "10.00", "20.00")
DATES = ("2026-12-05", "2026-11-10")
_ANY = "an example"
# The first of these that fit a text's pattern stand for it, all in a row that belong together.
_TEXTS: Sequence[Sequence[str]] = (
    AMOUNTS,
    ("3.2",),
    DATES,
    ("2026-12-05T10:00", "2026-11-10T10:00"),
    ("2026-12-05T10:00:00",),
    ("2026-11",),
    ("18:30",),
    ("EUR",),
    *(("7700012345678901"[:length],) for length in range(1, 17)),
    (_ANY,),
    ("example",),
    ("EX1",),
    ("EX-1234",),
    ("a@example.org",),
    ("+221770001234",),
)
EXAMPLES = frozenset(text for row in _TEXTS for text in row)  # none of them is a closed list's


def shapes(question: str) -> list[dict[str, Any]]:
    """Answers to a question of the protocol, NOT_FOUND the last.

    Raises:
        ConfigurationError: there is no such question, or nothing is known to fit one of its fields.
    """
    if question not in QUESTIONS:
        raise ConfigurationError(
            f"no back-office question '{question}' in pipelines/backoffice/questions.py; there are "
            f"{', '.join(QUESTIONS)}"
        )
    schema = QUESTIONS[question][1].json_schema()
    found = values(schema, schema.get("$defs", {}), question)
    return [*found, NOT_FOUND]


def values(
    schema: Mapping[str, Any], defs: Mapping[str, Any], where: str, most: int = _MOST
) -> list[Any]:
    """What may stand there; `where` names it in errors, an object has no more than `most`."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return values(defs[name], defs, where, most)
    if "const" in schema:
        return [schema["const"]]
    if "enum" in schema:
        return list(schema["enum"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return [value for one in schema[several] for value in values(one, defs, where, most)]
    match schema.get("type"):
        case "null":
            return [None]
        case "boolean":
            return [True, False]
        case "integer" | "number":
            return _numbers(schema)
        case "string":
            return _texts(schema, where)
        case "array":
            items = values(schema.get("items", {"type": "string"}), defs, where, _ALONE)
            lists = [[], *([item] for item in items), [items[0], items[-1]]]
            least, most = schema.get("minItems", 0), schema.get("maxItems", 2)
            return [one for one in lists if least <= len(one) <= most]
        case "object":
            return list(_objects(schema, defs, where, most))
    raise ConfigurationError(
        f"back-office answer {where}: a field of a kind that is not drawn; give it a type in "
        "pipelines/backoffice/, or say in pipelines/flow_chart/shapes.py what to try"
    )


def _numbers(schema: Mapping[str, Any]) -> list[int]:
    least = int(schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1))
    most = int(schema.get("maximum", least + 1))
    return [number for number in (least, least + 1) if number <= most]


def _texts(schema: Mapping[str, Any], where: str) -> list[str]:
    pattern = schema.get("pattern")
    if pattern is None:
        return [_ANY]
    for row in _TEXTS:
        fitting = [text for text in row if re.search(pattern, text)]
        if fitting:
            return fitting
    raise ConfigurationError(
        f"back-office answer {where}: no example fits the pattern {pattern}; add one to _TEXTS in "
        "pipelines/flow_chart/shapes.py"
    )


def _objects(
    schema: Mapping[str, Any], defs: Mapping[str, Any], where: str, most: int
) -> Iterator[dict[str, Any]]:
    fields: dict[str, list[Any]] = {}
    for name, inner in schema.get("properties", {}).items():
        fields[name] = values(inner, defs, f"{where}.{name}")
        if "default" in inner and inner["default"] not in fields[name]:
            fields[name].append(inner["default"])
    count = prod(map(len, fields.values()))
    first = {name: tried[0] for name, tried in fields.items()}
    rows: Iterable[dict[str, Any]]
    if count <= most:
        rows = (dict(zip(fields, row, strict=True)) for row in product(*fields.values()))
    elif most == _ALONE:
        rows = ({**first, name: value} for name, tried in fields.items() for value in tried)
    else:
        rows = (
            {**first, one: a, other: b}
            for one, other in combinations(fields, 2)
            for a, b in product(fields[one], fields[other])
        )
    yield from islice(_different(rows), _MOST)


def _different(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    seen = set()
    for row in rows:
        if (text := repr(row)) not in seen:
            seen.add(text)
            yield row
