"""`waxtaan identify` and `waxtaan train-language-id`: the table that tells languages by letters."""

import json as json_module
from pathlib import Path

from rich.console import Console

from pipelines.settings import Settings

_OUT = Console(highlight=False, markup=False)
_SHOWN = 5  # languages of a text


def identify(text: str, json: bool) -> None:
    """The languages a text may be in."""
    from pipelines.engines.language_id.identify import identify as by_letters

    found = by_letters(text)[:_SHOWN]
    if json:
        print(json_module.dumps(dict(found)))
    elif found:
        _OUT.print("  ".join(f"{code} {share:.3f}" for code, share in found))
    else:
        _OUT.print("No letters that tell a language.")


def train(packs: Path | None, out: Path | None) -> None:
    """Make the table anew from the texts under WAXTAAN_DATA and Mozilla's language packs."""
    from pipelines.engines.language_id.identify import TABLE, save
    from pipelines.engines.language_id.training import corpora
    from pipelines.engines.language_id.training import train as training

    data = Settings().data
    packs = packs or _if_there(data / "mozilla")
    if packs is None:
        _OUT.print(
            "No Mozilla language packs (--packs): Albanian, Turkish, Ukrainian, Russian and Arabic "
            "are taught only where NTREX has them."
        )
    texts = corpora.texts("train", data, packs)
    table = training.train(texts, corpora.texts("tune", data, packs), _OUT.print)
    path = out or TABLE
    save(path, table)
    _OUT.print(f"Wrote {path}: {' '.join(table.languages)}. Measure it: waxtaan bench languages")


def _if_there(folder: Path) -> Path | None:
    return folder if folder.is_dir() else None
