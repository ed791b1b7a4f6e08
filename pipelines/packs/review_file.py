"""A language's `review.toml`, read and written; what stands in it is review_state.py's."""

from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from pipelines.errors import ConfigurationError
from pipelines.packs.review_state import REVIEW, Mark
from pipelines.packs.toml_files import read_toml, validated


def read_marks(folder: Path) -> dict[str, dict[str, Mark]]:
    """Of a language's folder; none where nobody has looked at it.

    Raises:
        ConfigurationError: the file is no TOML, or a mark in it is none; names file and key.
    """
    path = folder / REVIEW
    if not path.exists():
        return {}
    found: dict[str, dict[str, Mark]] = {}
    for file, table in read_toml(path).items():
        if not isinstance(table, dict):
            raise ConfigurationError(f"{path}: {file}: expected a table, [{file}]")
        found[file] = {
            key: validated(Mark, mark, path, f"{file}.{key}") for key, mark in table.items()
        }
    return found


def with_mark(text: str, file: str, key: str, mark: Mark | None) -> str:
    """The text of a review.toml with this mark in place of what was there; None takes it away.

    Raises:
        ConfigurationError: the text is no TOML.
    """
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise ConfigurationError(f"{REVIEW}: no TOML: {error}; mend it first") from error
    table = document.get(file)
    if table is None:
        table = tomlkit.table()
        if document.body:
            document.add(tomlkit.nl())
        document.add(file, table)
    if mark is None:
        table.pop(key, None)
    else:
        line = tomlkit.inline_table()
        line.update({"by": mark.by, "on": mark.on, "of": mark.of})
        if mark.doubt:
            line["doubt"] = mark.doubt
        quoted = tomlkit.items.SingleKey(key, tomlkit.items.KeyType.Basic)
        table[key if key in table else quoted] = line
    return tomlkit.dumps(document)
