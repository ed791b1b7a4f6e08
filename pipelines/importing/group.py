"""Sounds and transcripts that are of one conversation by their names."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.importing import names
from pipelines.importing.shapes import CannotImportError, Foreign, Problem, Sound
from pipelines.importing.sound import opened
from pipelines.importing.transcripts import Conversation
from pipelines.importing.walk import File
from pipelines.store.transcript import Speaker

_Key = tuple[Path, str]  # folder, stem without a side


@dataclass(slots=True)
class _Group:
    both: list[File] = field(default_factory=list)
    sides: dict[Speaker, File] = field(default_factory=dict)
    transcripts: list[tuple[File, Conversation]] = field(default_factory=list)


class Groups:
    """Files that are sound or transcripts, in any order; then `foreign` puts them together."""

    def __init__(self) -> None:
        self._sounds: list[File] = []
        self._transcripts: list[tuple[File, list[Conversation]]] = []

    def add_sound(self, file: File) -> None:
        """A sound, of one side or both."""
        self._sounds.append(file)

    def add_conversations(self, file: File, conversations: list[Conversation]) -> None:
        """What a transcript holds."""
        self._transcripts.append((file, conversations))

    def foreign(self, language: str) -> Iterator[Foreign | Problem]:
        """The conversations, and what could not be put to one."""
        groups: dict[_Key, _Group] = {}
        yield from self._sides(groups)
        for file, conversations in self._transcripts:
            yield from _assigned(file, conversations, groups)
        for (folder, stem), group in groups.items():
            yield from _together(stem or folder.resolve().name, group, language)

    def _sides(self, groups: dict[_Key, _Group]) -> Iterator[Problem]:
        directions: dict[_Key, set[Speaker]] = {}
        sides = {file: names.side(file.path.stem) for file in self._sounds}
        for file, side in sides.items():
            if side and side[2] == "by direction":
                directions.setdefault((file.path.parent, side[0]), set()).add(side[1])
        for file, side in sides.items():
            key = (file.path.parent, side[0] if side else "")
            if side is None or (side[2] == "by direction" and len(directions[key]) < 2):
                groups.setdefault((key[0], file.path.stem), _Group()).both.append(file)
                continue
            group = groups.setdefault(key, _Group())
            if side[1] in group.sides:
                told = f"{group.sides[side[1]].told} is the {side[1]}'s side of it already"
                yield Problem(kind="ambiguous", told=told, where=file.told)
            else:
                group.sides[side[1]] = file


def _assigned(
    file: File, conversations: list[Conversation], groups: dict[_Key, _Group]
) -> Iterator[Problem]:
    """Puts each conversation to its sound, or to a group of its own."""
    folder, stem = file.path.parent, file.path.stem
    for each in conversations:
        if each.left_out:
            yield _within(file, each.left_out, each.id)
            continue
        own = (folder, each.id) if each.id else (folder, stem)
        places = [own]
        if len(conversations) == 1:
            places += [(folder, stem), *([(folder, "")] if stem == "transcript" else [])]
        key = next((place for place in places if place in groups), own)
        groups.setdefault(key, _Group()).transcripts.append((file, each))


def _together(name: str, group: _Group, language: str) -> Iterator[Foreign | Problem]:
    file, said = group.transcripts[0] if group.transcripts else (None, Conversation(""))
    for other, _ in group.transcripts[1:]:
        told = f"{file.told if file else name} is the transcript of {name!r} already"
        yield Problem(kind="ambiguous", told=told, where=other.told)
    texts = {file.told: file.path} if file else {}
    problems = tuple(_within(file, each, said.id) for each in said.problems) if file else ()

    def foreign(files: list[File], **sounds: Sound) -> Foreign:
        return Foreign(
            name=name,
            originals={each.told: each.path for each in files} | texts,
            utterances=tuple(said.utterances),
            language=language,
            problems=problems,
            caller=sounds.get("caller"),
            agent=sounds.get("agent"),
            both=sounds.get("both"),
        )

    for each in group.both:
        yield foreign([each], both=Sound(each.path, each.told))
    if group.sides:
        sides = {who: Sound(each.path, each.told) for who, each in group.sides.items()}
        only = next(iter(sides.values()))
        if len(sides) == 1 and _channels(only) == 2:  # "a-happy-customer.wav" is a call
            yield foreign(list(group.sides.values()), both=only)
        else:
            yield foreign(list(group.sides.values()), **sides)
    if file and not group.both and not group.sides:
        yield foreign([])


def _channels(sound: Sound) -> int:
    try:
        with opened(sound) as reading:
            return reading.channels
    except CannotImportError:
        return 0  # told when it is imported


def _within(file: File, problem: Problem, id: str) -> Problem:
    places = filter(None, (file.told, f"conversation {id}" if id else "", problem.where))
    return problem.model_copy(update={"where": ", ".join(places)})
