"""A language's folder while it is drafted: what is there, what is not, and how a draft is put in.

Every file is replaced as a whole by one that reads as TOML, so that whoever stops the command finds
a folder that can be read, and nothing that stood there is lost.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.errors import ConfigurationError
from pipelines.packs import sources
from pipelines.translating.derived import Place
from pipelines.translating.document import Document
from pipelines.translating.items import Item

# Where a name that is neither there nor waits as a comment is new in the source language; in other
# files a speaker may have found that the language has no such thing.
_GROWING = frozenset({"phrases", "intents", "languages", "callers", "llm"})


class Folder:
    """`prompts/<code>`.

    Args:
        path: the folder; it need not be there while nothing is saved.
        texts: what its files hold that are not there, by name.
        source: the language it is translated from.
        before: what the folder of that language holds, by file.

    Raises:
        ConfigurationError: a file is no TOML.
    """

    def __init__(
        self,
        path: Path,
        texts: Mapping[str, str],
        source: str,
        before: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self.path = path
        self._source, self._before = source, before
        self._documents = {
            name: Document(_text(path / f"{name}.toml", texts.get(name, ""))) for name in before
        }
        self._data = {name: self._parsed(name) for name in before}
        self._changed: set[str] = set()
        self._recorded: dict[str, dict[str, str]] = sources.read(path)[1]

    def there(self, file: str) -> Mapping[str, Any]:
        """What a file holds now."""
        return self._data[file]

    def translated(self, file: str) -> list[tuple[str, Any]]:
        """Names that both languages have, with what the source says."""
        return [
            (name, said) for name, said in self._before[file].items() if name in self._data[file]
        ]

    def has(self, file: str, table: str, key: str) -> bool:
        """Whether something of its own stands there."""
        found = self._at(self._data[file], table, key)
        if (file, table, key) == ("language", "", "months"):  # which no pack can be read without
            return bool(found) and found != self._before[file][key]
        return bool(found)

    def wants(self, item: Item) -> bool:
        """Whether it is not there, and to be drafted."""
        if self.has(item.file, item.table, item.key):
            return False
        waits = self._documents[item.file].waits(item.table, item.key)
        return waits or item.file in _GROWING or item.key == "months"

    def put(self, place: Place, value: Any, lacking: Sequence[str] = (), note: str = "") -> None:
        """Write a value, and above it what of it is `lacking` and why; `note` is a comment."""
        file, table, key = place
        document = self._documents[file]
        if file == "intents":
            self._put_kind(document, table)
        if key:
            document.put(table, key, value, note)
            if lacking:
                document.refuse(table, key, lacking)
        else:
            document.put_table(table, value, lacking)
        self._set(file, table, key, value)
        self._record(file, key or table)

    def refuse(self, item: Item, reasons: Sequence[str]) -> None:
        """Leave it as it is, with why beside it."""
        self._documents[item.file].refuse(item.table, item.key, reasons)
        self._changed.add(item.file)

    def begin(self) -> None:
        """Make the folder where it is not there; what is there stays."""
        self.path.mkdir(parents=True, exist_ok=True)
        lacking = {name for name in self._documents if not (self.path / f"{name}.toml").exists()}
        self._changed |= {name for name in lacking if self._documents[name].text}
        self.save()

    def save(self) -> None:
        """Write what was put and refused since. A folder without a language.toml is no language
        yet, so that one comes last.

        Raises:
            ConfigurationError: a file would not be read again as what was put into it.
        """
        for file in sorted(self._changed, key=lambda name: (name == "language", name)):
            self._data[file] = self._parsed(file)
            beside = self.path / f".{file}.toml.new"
            beside.write_text(self._documents[file].text, encoding="utf-8")
            beside.replace(self.path / f"{file}.toml")
        if self._changed & set(sources.RECORDED) and self._recorded:
            sources.write(self.path, self._source, self._recorded)
        self._changed.clear()

    def _put_kind(self, document: Document, intent: str) -> None:
        if not self._at(self._data["intents"], intent, "kind"):
            kind = self._before["intents"][intent]["kind"]
            document.put(intent, "kind", kind)
            self._set("intents", intent, "kind", kind)

    def _set(self, file: str, table: str, key: str, value: Any) -> None:
        *above, last = _names(table, key)
        at = self._data[file]
        for name in above:
            at = at.setdefault(name, {})
        at[last] = value
        self._changed.add(file)

    def _record(self, file: str, name: str) -> None:
        said = self._before.get(file, {}).get(name)
        if file in sources.RECORDED and said is not None:
            self._recorded.setdefault(file, {})[name] = sources.hashed(said)

    def _parsed(self, file: str) -> dict[str, Any]:
        try:
            return tomllib.loads(self._documents[file].text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(
                f"{self.path / f'{file}.toml'}: {error}; mend it, then go on with the same command"
            ) from error

    @staticmethod
    def _at(data: Mapping[str, Any], table: str, key: str) -> Any:
        found: Any = data
        for name in _names(table, key):
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


def _names(table: str, key: str) -> list[str]:
    return [name for name in (*table.split("."), key) if name]


def _text(path: Path, otherwise: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return otherwise
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: {error}; save it as UTF-8") from error
