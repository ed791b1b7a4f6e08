"""What is asked in one request, and what an answer to it holds."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pipelines.engines.llm.chat import Ask
from pipelines.engines.llm.engine import EngineError
from pipelines.engines.llm.prompt import Messages
from pipelines.translating.checks import Target
from pipelines.translating.items import MOST, Item, Part

_ANSWER = TypeAdapter(dict[str, list[str]])
_LETTERS = 4  # of an English text that are about one token
_PER_LETTER = 1.5  # tokens of an answer for a letter of the source: scripts that models know little
_PER_LINE = 12  # tokens of an answer around each line
_LEAST = 256  # tokens that an answer may always have
_LONGEST = 400  # letters a line may have by the schema; the longest of the source has 150


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part to ask for; `refused`: what was drafted before, and why that would not do."""

    item: Item
    part: Part
    place: int  # of the part in its item
    refused: Mapping[str, str] = field(default_factory=dict)


class Unusable(EngineError):  # noqa: N818
    """The server answered, and not with what was asked for."""


class Brief:
    """What the model is told beside the lines: instructions, and what an entry is for.

    Raises:
        EngineError: a file of `prompts/llm` is missing or cannot be used.
    """

    def __init__(self, folder: Path, target: Target) -> None:
        try:
            template = Template((folder / "translate.md").read_text(encoding="utf-8").strip())
            notes = (folder / "translate.toml").read_text(encoding="utf-8")
            self._notes: Mapping[str, Mapping[str, str]] = tomllib.loads(notes)
            names = {"language": target.english, "name": target.name}
            self.instructions = template.substitute(names)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise EngineError(f"{folder}: instructions for translating: {error}") from error
        except (KeyError, ValueError) as error:
            raise EngineError(
                f"{folder / 'translate.md'}: placeholder {error}; there are $language and $name, "
                "and a dollar sign is written $$"
            ) from error

    def note(self, file: str, name: str) -> str:
        """What an entry is for: what is told of the longest beginning of its name."""
        notes = self._notes.get(file, {})
        fitting = [begins for begins in notes if name.startswith(begins)]
        return notes[max(fitting, key=len)] if fitting else ""

    def ask(self, batch: Sequence[Wanted], glossary: Mapping[str, str], model: str) -> Ask:
        """One request for all of a batch."""
        data: dict[str, Any] = {"parts": [self._told(str(n), w) for n, w in enumerate(batch, 1)]}
        if glossary:
            data["glossary"] = dict(glossary)
        shown = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
        messages: Messages = [
            {"role": "system", "content": self.instructions},
            {"role": "user", "content": f"<data>{shown}</data>"},
        ]
        return Ask(messages, answer_tokens(batch), model, _schema(batch))

    def _told(self, number: str, wanted: Wanted) -> dict[str, Any]:
        part = wanted.part
        told: dict[str, Any] = {
            "id": number,
            "name": part.name,
            "for": self.note(wanted.item.file, part.name),
            "how": part.how,
            "lines": list(part.lines),
        }
        if part.stands_for:
            told["stands_for"] = part.stands_for
        if part.how == "ways":
            told |= {"fewest": part.fewest, "most": part.most}
        if wanted.refused:
            told["refused"] = dict(wanted.refused)
        return told


def batches(wanted: Sequence[Wanted]) -> Iterator[list[Wanted]]:
    """In order, of one file each, some `MOST` lines together."""
    batch: list[Wanted] = []
    for each in wanted:
        lines = sum(w.part.most for w in batch) + each.part.most
        if batch and (lines > MOST or batch[0].item.file != each.item.file):
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch


def answer_tokens(batch: Sequence[Wanted]) -> int:
    """How many an answer may have: the lines in scripts that take a token for a letter."""
    letters = sum(_letters(wanted.part) for wanted in batch)
    lines = sum(wanted.part.most for wanted in batch)
    return max(_LEAST, round(_PER_LETTER * letters) + _PER_LINE * lines)


def prompt_tokens(ask: Ask) -> int:
    """About how many a request has: nobody knows before the server counts them."""
    return sum(len(message["content"]) for message in ask.messages) // _LETTERS


def _letters(part: Part) -> int:
    """Of the lines that are asked for, were they as long as those of the source."""
    there = sum(map(len, part.lines))
    return there * part.most // max(1, len(part.lines))


def _schema(batch: Sequence[Wanted]) -> dict[str, Any]:
    line = {"type": "string", "minLength": 1, "maxLength": _LONGEST}
    lists = {
        str(number): {
            "type": "array",
            "items": line,
            "minItems": wanted.part.most if wanted.part.how == "lines" else wanted.part.fewest,
            "maxItems": wanted.part.most,
        }
        for number, wanted in enumerate(batch, 1)
    }
    return {
        "type": "object",
        "properties": lists,
        "required": list(lists),
        "additionalProperties": False,
    }


def parse(text: str, batch: Sequence[Wanted]) -> list[list[str]]:
    """Of each part what was drafted, [] where the answer lacks it.

    Raises:
        Unusable: it is not the JSON that was asked for.
    """
    try:
        found = _ANSWER.validate_json(text)
    except ValidationError:
        raise Unusable("its answer was not the JSON that was asked for") from None
    return [found.get(str(number), []) for number in range(1, len(batch) + 1)]
