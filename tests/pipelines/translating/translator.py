"""A stand-in that drafts: each word of the source with an ending, and what goes wrong on order."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from tests.pipelines.engines.llm.standin import Says, StandIn

_WORD = re.compile(r"\{[^}]*\}|[^\W\d_]+")
Spoil = Callable[[str, dict[str, Any]], str]  # (line as drafted, part) -> line as answered


def ended(line: str) -> str:
    """ "my bill {x:money}" -> "myou billou {x:money}"."""
    return _WORD.sub(lambda found: found[0] + ("" if found[0][0] == "{" else "ou"), line)


def honest(line: str, _: dict[str, Any]) -> str:
    return line


class Translator(StandIn):
    """Answers from what it is asked; what stands in `script` comes first."""

    def __init__(self, spoil: Spoil = honest) -> None:
        super().__init__()
        self.spoil = spoil

    @property
    def parts(self) -> list[dict[str, Any]]:
        """Of all requests so far."""
        return [part for body in self.bodies for part in parts_of(body)]

    async def _chat(
        self, raw: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.usual = Says(json.dumps({p["id"]: self._lines(p) for p in parts_of(json.loads(raw))}))
        await super()._chat(raw, reader, writer)

    def _lines(self, part: dict[str, Any]) -> list[str]:
        most = part.get("most", len(part["lines"]))
        return [self.spoil(ended(line), part) for line in part["lines"]][:most]


def parts_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    told = body["messages"][-1]["content"]
    found: list[dict[str, Any]] = json.loads(told.rpartition("<data>")[2].partition("</data>")[0])[
        "parts"
    ]
    return found
