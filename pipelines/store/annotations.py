"""What people say of recorded calls: `annotations.jsonl`, beside the log, a line an annotation.

Lines are added and never changed: who says otherwise later adds another line, which counts in the
place of their earlier one. Whoever has a recording deleted has these deleted with it.
"""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.store.recorded import ANNOTATIONS, LOG, SOURCE, Recorded

About: TypeAlias = Literal[
    "transcript", "intent", "slot", "language", "escalation", "outcome", "comment"
]
LONGEST = 4000  # letters of what somebody writes
_LANGUAGE = re.compile("[a-z]{2,3}(-[a-z0-9]{2,8})*")
NONE = "none"  # the right intent or rule, where there is none


class AnnotationError(ValueError):
    """An annotation, or a line of the file, cannot be used: says which and why."""


class Annotation(BaseModel):
    """One person's word on one thing.

    `turn` counts the call's turns from 0, the greeting; None is the whole call. `value` is what is
    right: the words, the intent, "slot=value", the language spoken (a lower-case BCP 47 code), the
    escalation rule that should have called, NONE for none of these; `right` is whether what the
    agent made of it was. `when` is local, ISO.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    who: str = Field(min_length=1, max_length=100)
    when: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
    about: About
    turn: int | None = Field(default=None, ge=0)
    value: str = Field(default="", max_length=LONGEST)
    right: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Annotation":
        if self.right is None and not self.value:
            raise ValueError("it says nothing: give a value, or whether it was right")
        if self.about in ("transcript", "intent", "slot") and self.turn is None:
            raise ValueError(f"{self.about}: of which turn?")
        if self.about == "slot" and self.value and "=" not in self.value:
            raise ValueError("a slot is given as slot=value")
        if self.about == "language" and self.value and not _LANGUAGE.fullmatch(self.value):
            raise ValueError("a language is given by its code: fr")
        return self

    @property
    def key(self) -> tuple[str, int | None, str, str]:
        """What a later line of the same person replaces."""
        slot = self.value.partition("=")[0] if self.about == "slot" else ""
        return self.who, self.turn, self.about, slot


def annotations_of(recorded: Recorded) -> Path:
    """Where they lie, or would."""
    one = recorded.log or recorded.source
    if one is None:
        raise AnnotationError(f"{recorded.id}: neither a log nor a source to lie beside")
    if one.name in (LOG, SOURCE):
        return one.with_name(ANNOTATIONS)
    return one.with_name(f"{one.stem}.{ANNOTATIONS}")


def annotate(path: Path, annotation: Annotation) -> None:
    """Add one. It is on disk when this returns."""
    with path.open("a", encoding="utf-8") as file:
        file.write(annotation.model_dump_json(exclude_defaults=True) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_annotations(path: Path) -> list[Annotation]:
    """Those that count, in the order in which they were first made; none where there is no file.

    Raises:
        AnnotationError: naming the line.
    """
    if not path.is_file():
        return []
    found: dict[tuple[str, int | None, str, str], Annotation] = {}
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        if not line.endswith("\n"):
            break  # cut short while it was written
        try:
            each = Annotation.model_validate_json(line)
        except ValidationError as error:
            raise AnnotationError(f"{path}: line {number}: {told(error)}") from error
        # Comments stand beside each other.
        found[each.key if each.about != "comment" else (*each.key[:3], each.when)] = each
    return list(found.values())


def told(error: ValidationError) -> str:
    """What is wrong, in a line."""
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where} {first['msg']}".strip()


def pairs(
    each: Iterable[Sequence[Annotation]], about: About
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """What two people said of the same things: (who, who) -> what each of them said, in pairs.

    `each` are the annotations of one call after another.
    """
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for call in each:
        by_place: dict[tuple[int | None, str], list[Annotation]] = {}
        for one in call:
            if one.about == about:
                by_place.setdefault((one.turn, one.key[3]), []).append(one)
        for same in by_place.values():
            ordered = sorted(same, key=lambda one: one.who)
            for i, one in enumerate(ordered):
                for other in ordered[i + 1 :]:
                    found.setdefault((one.who, other.who), []).append((_said(one), _said(other)))
    return found


def _said(one: Annotation) -> str:
    return one.value or ("right" if one.right else "wrong")
