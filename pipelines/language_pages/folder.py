"""A language's folder as it is reviewed: read anew for every look, written line by line.

Whoever changes a line says what it was when they saw it. If it is something else by then, in
another tab or in an editor, nothing is written: `ChangedError` has what stands there now. What
would not pass `waxtaan check --language` is refused before anything is written (`RefusedError`).
"""

import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from agent.languages.language import Language
from agent.languages.wording import WordingError
from pipelines.errors import ConfigurationError
from pipelines.language_pages.conflicts import conflicts
from pipelines.language_pages.doubts import doubted, doubts_of, quoted
from pipelines.language_pages.wording_checks import faults, warnings
from pipelines.packs.coverage import SOURCE
from pipelines.packs.entries import FILES, Entry, entries, states
from pipelines.packs.fixed_wording import example
from pipelines.packs.language_files import load_packs
from pipelines.packs.must_sentences import misunderstood
from pipelines.packs.reader import DialogueConfig
from pipelines.packs.review_file import read_marks, with_mark
from pipelines.packs.review_state import (
    REVIEW,
    Mark,
    Marks,
    State,
    changed_since,
    fingerprint,
)
from pipelines.packs.toml_lists import Place, with_list, write_whole

DOUBTS = "REVIEW.md"


class RefusedError(Exception):
    """It cannot stand there; `faults` say why, for whoever wrote it."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(faults))


class ChangedError(Exception):
    """Somebody else has changed the line since it was looked at; `entry` is what stands there."""

    def __init__(self, entry: dict[str, Any]) -> None:
        self.entry = entry
        super().__init__("it was changed meanwhile, in another tab or in an editor")


class UnknownError(Exception):
    """There is no such line."""


@dataclass
class LanguageFolder:
    """Of one language and one reviewer. Blocks: to be called from a thread.

    Args:
        config: the language and English, as they were when the review began.
    """

    prompts: Path
    code: str
    reviewer: str
    config: DialogueConfig
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def data(self) -> dict[str, Any]:
        """All that the page shows, but for `conflicts`.

        Raises:
            ConfigurationError: a file cannot be read, naming file and key.
        """
        language = self._language(self.prompts)
        found, marks = entries(self.prompts, self.code), read_marks(self._folder)
        doubts = self._doubts()
        wanted = quoted(doubts)
        return {
            "code": self.code,
            "name": language.name,
            "reviewer": self.reviewer,
            "doubts": doubts,
            "files": [file for file in FILES if any(each.file == file for each in found)],
            "entries": [
                _data(entry, marks, now, doubted(entry.own, wanted))
                for entry, now in zip(found, states(found, marks), strict=True)
            ],
        }

    def conflicts(self) -> list[dict[str, Any]]:
        """Samples that two intents fight over. Takes a second or two."""
        return [asdict(each) for each in conflicts(self._language(self.prompts).intents)]

    def mark(
        self, at: tuple[str, Place], seen: str, today: date, doubt: str = ""
    ) -> dict[str, Any]:
        """Approve a line as it was seen, or say what is doubtful about it; the line then.

        Raises:
            UnknownError, ChangedError: see there.
            OSError: it cannot be written.
        """
        with self._lock:
            entry = self._seen(at, seen)
            self._keep_mark(entry, today, doubt)
            return self._shown(at)

    def correct(
        self, at: tuple[str, Place], seen: str, sentences: Sequence[str], today: date
    ) -> dict[str, Any]:
        """Write a line, which approves it; the line then, with `warnings`.

        Raises:
            UnknownError, ChangedError, RefusedError: see there.
            ConfigurationError: what lies there cannot be read.
            OSError: it cannot be written.
        """
        with self._lock:
            entry = self._seen(at, seen)
            language = self._language(self.prompts)
            if found := faults(entry, sentences, language):
                raise RefusedError(found)
            path = self._folder / f"{entry.file}.toml"
            text = path.read_bytes().decode("utf-8") if path.exists() else ""
            intent = language.intents.get(entry.place[0])
            kind = {"kind": intent.kind} if entry.file == "intents" and intent else {}
            changed = with_list(text, entry.place, sentences, kind)
            if found := self._refused(path, changed, language if kind else None):
                raise RefusedError(found)
            write_whole(path, changed)
            written = Entry(entry.file, entry.place, entry.section, entry.source, tuple(sentences))
            self._keep_mark(written, today, "")
            return {**self._shown(at), "warnings": warnings(written, sentences)}

    def spoken(self, at: tuple[str, Place], sentences: Sequence[str]) -> str:
        """Sentences of a wording, those typed or else those kept, as they may be heard.

        Raises:
            UnknownError: there is no such line.
            RefusedError: a value in it cannot be spoken.
        """
        entry = self._entry(at)
        language = self._language(self.prompts)
        if found := faults(entry, sentences or entry.own or entry.source, language):
            raise RefusedError(found)
        try:
            said = [example(language, each) for each in sentences or entry.own]
        except (WordingError, ValueError, IndexError) as error:
            raise RefusedError([f"it cannot be spoken: {error}"]) from error
        return " ".join(said)

    @property
    def _folder(self) -> Path:
        return self.prompts / self.code

    def _language(self, prompts: Path) -> Language:
        wanted = tuple(dict.fromkeys((SOURCE, self.code)))
        return load_packs(prompts, self.config.policy.region, wanted)[self.code].language

    def _doubts(self) -> str:
        path = self.prompts / DOUBTS
        return doubts_of(path.read_text(encoding="utf-8"), self.code) if path.is_file() else ""

    def _entry(self, at: tuple[str, Place]) -> Entry:
        for each in entries(self.prompts, self.code):
            if (each.file, each.place) == at:
                return each
        raise UnknownError(f"there is no line {'.'.join(at[1])} in {at[0]}; load the page again")

    def _seen(self, at: tuple[str, Place], seen: str) -> Entry:
        entry = self._entry(at)
        if fingerprint(entry.source, entry.own) != seen:
            raise ChangedError(self._shown(at))
        return entry

    def _shown(self, at: tuple[str, Place]) -> dict[str, Any]:
        entry, marks = self._entry(at), read_marks(self._folder)
        (now,) = states([entry], marks)
        return _data(entry, marks, now, doubted(entry.own, quoted(self._doubts())))

    def _keep_mark(self, entry: Entry, today: date, doubt: str) -> None:
        path = self._folder / REVIEW
        text = path.read_bytes().decode("utf-8") if path.exists() else _BEGIN
        of = fingerprint(entry.source, entry.own)
        mark = Mark(by=self.reviewer, on=today, of=of, doubt=doubt)
        write_whole(path, with_mark(text, entry.file, entry.key, mark))

    def _refused(self, path: Path, text: str, before: Language | None) -> list[str]:
        """What the folder would be refused for with this text; of intents, `before` it."""
        with tempfile.TemporaryDirectory() as place:
            prompts = Path(place)
            for each in self.prompts.iterdir():
                if each.name != self.code:
                    (prompts / each.name).symlink_to(each.resolve())
            (prompts / self.code).mkdir()
            for each in self._folder.iterdir():
                if each.name != path.name:
                    (prompts / self.code / each.name).symlink_to(each.resolve())
            (prompts / self.code / path.name).write_text(text, encoding="utf-8", newline="")
            try:
                after = self._language(prompts)
            except ConfigurationError as error:
                return [str(error).replace(place, "prompts")]
        if before is None:
            return []
        flows, policy = self.config.flows, self.config.policy
        known = {(m.intent, m.sentence) for m in misunderstood(before, flows, policy)}
        return [
            f"'{m.sentence}', which has to be [{m.intent}], would be taken for "
            f"[{m.taken_for or 'nothing'}]: add more ways to say it to `say`, or take it away"
            for m in misunderstood(after, flows, policy)
            if (m.intent, m.sentence) not in known
        ]


_BEGIN = (
    "# Who looked at what; `of` tells whether it was changed since. Written by the review page.\n"
)


def _data(entry: Entry, marks: Marks, now: State, of_writer: bool) -> dict[str, Any]:
    mark = marks.get(entry.file, {}).get(entry.key)
    return {
        "file": entry.file,
        "place": entry.place,
        "section": entry.section,
        "source": entry.source,
        "own": entry.own,
        "seen": fingerprint(entry.source, entry.own),
        "state": now,
        "doubted": of_writer,
        "mark": mark
        and {
            "by": mark.by,
            "on": mark.on.isoformat(),
            "doubt": mark.doubt,
            "changed": changed_since(mark, entry.source, entry.own),
        },
    }
