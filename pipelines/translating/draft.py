"""A language's pack, drafted: what is wanted, asked for in batches, checked, written."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from pipelines.packs.skeleton import skeleton
from pipelines.packs.toml_files import read_toml
from pipelines.translating.batches import Unusable, Wanted, batches
from pipelines.translating.checks import Target
from pipelines.translating.derived import Place, derived
from pipelines.translating.folder import Folder
from pipelines.translating.forms import plural_items, source_language_item
from pipelines.translating.items import FILES, LEFT, Item, items_of
from pipelines.translating.judging import Judged, enough, judged

# Names whose wording other sentences use: told with each request, so that one word stays one word.
_GLOSSARY = ("service.", "item.", "flow.", "queue.", "alternative.")


class Drafting(Protocol):
    """What drafts (asking.py)."""

    async def draft(self, batch: Sequence[Wanted], glossary: Mapping[str, str]) -> list[list[str]]:
        """The lines of each part."""
        ...


@dataclass(slots=True)
class Outcome:
    """What has become of it: `refused` are names and why, `derived` what libraries knew."""

    drafted: int = 0  # lines
    derived: int = 0  # entries
    refused: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # to the speaker


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done in a folder.

    `known` are values that libraries tell, `wanted` what the model is asked for.
    """

    target: Target
    folder: Folder
    known: Mapping[Place, Any]
    wanted: tuple[Item, ...]
    left: tuple[str, ...]

    @property
    def batches(self) -> list[list[Wanted]]:
        """What each request asks for."""
        each = (Wanted(item, part, n) for item in self.wanted for n, part in enumerate(item.parts))
        return list(batches(list(each)))


def plan(
    prompts: Path,
    target: Target,
    source: str,
    only: Collection[str] = FILES,
    stale: Collection[str] | None = None,
) -> Plan:
    """What `prompts/<code>` lacks; with `stale` these alone ("phrases ask.open"), there or not.

    Nothing is written: where there is no folder yet it is planned from the skeleton.

    Raises:
        ConfigurationError: a file of either language cannot be read.
    """
    before = {name: read_toml(prompts / source / f"{name}.toml") for name in FILES}
    path = prompts / target.code
    begun = (path / "language.toml").exists()
    texts = {} if begun else skeleton(prompts, target.code, source, target.name)
    folder = Folder(path, texts, source, before)
    own = folder.there("phrases")
    items = [
        # Before the wording that they are forms of: where that is there, they were asked for.
        *(plural_items(target.code, before["phrases"], own) if "phrases" in only else ()),
        *items_of(prompts / source, [name for name in FILES if name in only]),
        *(source_language_item(source, before) if "languages" in only else ()),
    ]
    if stale is not None:
        chosen = [each for each in items if f"{each.file} {each.key or each.table}" in stale]
        return Plan(target, folder, {}, tuple(chosen), ())
    codes = sorted({p.parent.name for p in prompts.glob("*/language.toml")} | {target.code})
    values = derived(target.code, codes)
    values.setdefault(("phrases", "", f"language_name.{target.code}"), [target.name])
    values["spelling", "domains", ""] = before["spelling"].get("domains", {})  # services' names
    known = {
        place: value
        for place, value in values.items()
        if place[0] in only and not folder.has(*place)
    }
    wanted = [
        item
        for item in items
        if (item.file, item.table, item.key) not in known
        and not (item.file == "languages" and item.key == target.code)
        and folder.wants(item)
    ]
    return Plan(target, folder, known, tuple(wanted), tuple(_left(folder, known, only)))


def _left(folder: Folder, known: Mapping[Place, Any], only: Collection[str]) -> Iterator[str]:
    """What neither a library nor a model is trusted with, where it is not there."""
    for file, names in LEFT.items():
        for name in names if file in only else ():
            table, _, keys = name.removeprefix("[").partition("]")
            each = [(file, table, key.strip()) for key in keys.split(",")]
            if not any(place in known or folder.has(*place) for place in each):
                yield f"{file}.toml {name}"


async def draft(
    made: Plan,
    model: Drafting,
    note: Callable[[], str],
    told: Callable[[], None] = lambda: None,
) -> Outcome:
    """Carry a plan out; each item is written as soon as all its parts are there.

    `note` is the comment that a line gets which is put among reviewed ones, "" for none; `told` is
    called after each batch.

    Raises:
        EngineError: no server answers; what was drafted before is written.
    """
    done = Outcome(left=list(made.left))
    for place, value in made.known.items():
        made.folder.put(place, value)
        done.derived += 1
    made.folder.save()
    parts: dict[str, dict[int, tuple[Wanted, Judged]]] = {}
    for batch in made.batches:
        for wanted, found in zip(batch, await _batch(made, batch, model), strict=True):
            there = parts.setdefault(wanted.item.name, {})
            there[wanted.place] = (wanted, found)
            if len(there) == len(wanted.item.parts):
                drafted = [there[n] for n in range(len(there))]
                _write(made.folder, wanted.item, drafted, note(), done)
        made.folder.save()
        told()
    return done


async def _batch(made: Plan, batch: Sequence[Wanted], model: Drafting) -> list[Judged]:
    """What of a batch stands, after what does not was asked for once more."""
    glossary = _glossary(made.folder)
    found = await _asked(made, batch, model, glossary, [None] * len(batch))
    again = [n for n, each in enumerate(found) if not enough(each, batch[n].part)]
    if again:
        faulty = [replace(batch[n], refused=found[n].faults) for n in again]
        second = await _asked(made, faulty, model, glossary, [found[n] for n in again])
        for n, each in zip(again, second, strict=True):
            found[n] = each
    return found


async def _asked(
    made: Plan,
    batch: Sequence[Wanted],
    model: Drafting,
    glossary: Mapping[str, str],
    before: Sequence[Judged | None],
) -> list[Judged]:
    try:
        answers = await model.draft(batch, glossary)
    except Unusable as error:
        taken = [each.taken if each else () for each in before]
        return [Judged(lines, {"": str(error)}) for lines in taken]
    return [
        judged(lines, wanted.part, made.target, first)
        for lines, wanted, first in zip(answers, batch, before, strict=True)
    ]


def _write(
    folder: Folder,
    item: Item,
    drafted: Sequence[tuple[Wanted, Judged]],
    note: str,
    done: Outcome,
) -> None:
    lacking = [
        f"{wanted.part.stands_for}: {found.why}" if wanted.part.stands_for else found.why
        for wanted, found in drafted
        if found.faults
    ]
    done.refused += [(item.name, why) for why in lacking]
    lines = [found.taken for _, found in drafted]
    if (
        item.file == "intents"
        and item.key != "say"
        and not folder.has("intents", item.table, "say")
    ):
        reason = "'say' is not drafted, and no intent can be read without"
        done.refused.append((item.name, reason))
        folder.refuse(item, [reason])
    elif any(lines):
        folder.put((item.file, item.table, item.key), item.build(lines), lacking, note)
        done.drafted += sum(map(len, lines))
    else:
        folder.refuse(item, lacking)


def _glossary(folder: Folder) -> dict[str, str]:
    own = folder.there("phrases")
    return {
        " ".join(said): " ".join(own[name])
        for name, said in folder.translated("phrases")
        if name.startswith(_GLOSSARY)
    }
