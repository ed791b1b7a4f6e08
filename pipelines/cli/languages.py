"""`waxtaan languages`: how complete each is, who looked at it, what hears and speaks it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from agent.languages.language import Language
from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.engine_choice import choose
from pipelines.engine_choice.asr import open_recogniser
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.errors import ConfigurationError
from pipelines.language_pages.matrix import write_matrix
from pipelines.packs.coverage import Part, coverage
from pipelines.packs.entries import entries, tallies
from pipelines.packs.language_files import EVERY
from pipelines.packs.pack import Pack
from pipelines.packs.reader import DialogueConfig, load
from pipelines.packs.review_file import read_marks
from pipelines.packs.review_state import Tally
from pipelines.settings import Settings
from pipelines.weights.hub import Weights, asked_once, offer

_OUT = Console(highlight=False, markup=False)
_LACKING = "missing in"
_HEADS = ("language", "calls", "complete", _LACKING, "approved", "hears", "speaks")
_SHOWN = 12  # names of what is missing of a part; --json has all


@dataclass(frozen=True, slots=True)
class _Row:
    """One language."""

    pack: Pack
    served: bool
    parts: tuple[Part, ...]
    recogniser: str  # the engine, "" where it does not serve it
    serves: str  # how well
    voice: str  # the engine and the voice, "" where there is none
    reviewed: Mapping[str, Tally]  # by file, of what people have looked at

    @property
    def looked_at(self) -> Tally:
        """Of all files."""
        return sum(self.reviewed.values(), Tally())

    @property
    def lacking(self) -> list[str]:
        """What is missing, by part: "gate 3"."""
        return [f"{part.name} {len(part.missing)}" for part in self.parts if part.missing]

    @property
    def share(self) -> float:
        """How much of the coverage list is there, each item counted alike."""
        wanted = sum(part.wanted for part in self.parts)
        return 1 - sum(len(part.missing) for part in self.parts) / wanted


def languages(code: str, as_json: bool, page: Path | None = None) -> None:
    """All of them, or with a code what that one is missing; as a `page`, too."""
    settings = Settings()
    try:
        config = load(settings.prompts, (EVERY,))
        served = tuple(load(settings.prompts, settings.languages).packs)
    except ConfigurationError as error:
        fail(str(error), WRONG_USAGE)
    if code and code not in config.packs:
        meant = "".join(f" (is it '{own}'?)" for own in _named(code, config))
        fail(f"no language '{code}'{meant}; there are {', '.join(config.packs)}", WRONG_USAGE)
    try:
        rows = _rows(settings, config, served, [code] if code else list(config.packs))
    except ConfigurationError as error:
        fail(str(error), WRONG_USAGE)
    if page is not None:
        _write(page, rows)
    elif as_json:
        print(json.dumps([_data(row) for row in rows], ensure_ascii=False, indent=1))
    elif code:
        _one(rows[0])
    else:
        _all(rows)


def _named(name: str, config: DialogueConfig) -> list[str]:
    """The codes of languages that call themselves so, or that English calls so."""
    english = config.packs["en"].language.phrases if "en" in config.packs else {}
    return [
        code
        for code, pack in config.packs.items()
        if name.casefold()
        in {
            each.casefold()
            for each in (pack.language.name, *english.get(f"language_name.{code}", ()))
        }
    ]


def _rows(
    settings: Settings, config: DialogueConfig, served: Sequence[str], codes: Sequence[str]
) -> list[_Row]:
    def get(weights: Weights) -> Path:
        return offer(weights, settings.models, settings.hub, settings.hub_patience)

    choices = choose(settings, config, asked_once(get))
    recogniser = open_recogniser(choices.asr, settings, EspeakSynthesiser().phonemes, config.packs)
    found = []
    for code in codes:
        voice = choices.voices[code]
        serves = recogniser.serves(code)
        found.append(
            _Row(
                config.packs[code],
                code in served,
                coverage(settings.prompts, code, tuple(config.packs)),
                (choices.asr.engine if recogniser.dictates(code) else "pocketsphinx")
                if serves
                else "",
                serves or "",
                f"{voice.speakers[0].engine} {voice.name}" if voice.speakers else "",
                tallies(entries(settings.prompts, code), read_marks(settings.prompts / code)),
            )
        )
    return found


def chain(language: Language) -> str:
    """Where its wording falls back to: "ff → fr → en"."""
    codes = [language.code]
    while language.fallback is not None:
        language = language.fallback
        codes.append(language.code)
    return " → ".join(codes)


def _all(rows: Sequence[_Row]) -> None:
    lacking = any(row.lacking for row in rows)
    table = Table(*(head for head in _HEADS if lacking or head != _LACKING), box=box.SIMPLE)
    for row in rows:
        cells = zip(_HEADS, _cells(row), strict=True)
        table.add_row(*(cell for head, cell in cells if lacking or head != _LACKING))
    _OUT.print(table)
    _OUT.print(_summary(rows), soft_wrap=True)


def _write(page: Path, rows: Sequence[_Row]) -> None:
    try:
        write_matrix(page, _HEADS, [_cells(row) for row in rows], _summary(rows), date.today())
    except OSError as error:
        fail(f"{page}: {error.strerror}: name a file in a folder that can be written", WRONG_USAGE)
    _OUT.print(f"{page}: {len(rows)} languages", soft_wrap=True)


def _cells(row: _Row) -> list[str]:
    """One language, as `_HEADS` names it."""
    language, looked = row.pack.language, row.looked_at
    status = "answered" if row.served else "draft" if row.pack.draft else "not asked for"
    return [
        f"{language.code} {language.name}",
        status,
        f"{row.share:.0%}" if row.lacking else "100%",
        ", ".join(row.lacking),
        f"{looked.approved} of {looked.lines}" + f", {looked.stale} stale" * bool(looked.stale),
        row.recogniser or "keypad",
        row.voice or "nothing",
    ]


def _summary(rows: Sequence[_Row]) -> str:
    whole = sum(not row.lacking for row in rows)
    return (
        f"{len(rows)} languages, {whole} complete to the coverage list, "
        f"{sum(not row.pack.draft for row in rows)} that are no drafts. "
        "Calls are answered in those that WAXTAAN_LANGUAGES names; unset: in all that are no "
        "drafts. What one is missing, and how well it is heard: waxtaan languages CODE"
    )


def _one(row: _Row) -> None:
    language = row.pack.language
    _OUT.print(f"{language.code} {language.name}: {row.pack.review}; falls back: {chain(language)}")
    _OUT.print(f"Recogniser: {row.recogniser or 'none'}: {row.serves or 'keypad and a person'}")
    _OUT.print(f"Voice: {row.voice or 'none'}")
    found = row.looked_at
    _OUT.print(
        f"Looked at: stale: {found.stale}, doubtful: {found.doubtful}, "
        f"approved: {found.approved} of {found.lines} "
        f"({', '.join(f'{file} {t.approved} of {t.lines}' for file, t in row.reviewed.items())}); "
        f"'waxtaan languages {language.code} --review --as NAME' goes on",
        soft_wrap=True,
    )
    table = Table("part", "there", "missing")
    for part in row.parts:
        there = f"{part.wanted - len(part.missing)} of {part.wanted}"
        rest = len(part.missing) - _SHOWN
        missing = ", ".join(part.missing[:_SHOWN])
        table.add_row(part.name, there, f"{missing} and {rest} more" if rest > 0 else missing)
    _OUT.print(table)


def _data(row: _Row) -> dict[str, Any]:
    return {
        "code": row.pack.language.code,
        "name": row.pack.language.name,
        "served": row.served,
        "draft": row.pack.draft,
        "review": row.pack.review,
        "falls_back": chain(row.pack.language).split(" → ")[1:],
        "recogniser": row.recogniser,
        "serves": row.serves,
        "voice": row.voice,
        "complete": round(row.share, 4),
        "lines": _counts(row.looked_at)
        | {"files": {file: _counts(each) for file, each in row.reviewed.items()}},
        "parts": [
            {"name": part.name, "wanted": part.wanted, "missing": list(part.missing)}
            for part in row.parts
        ],
    }


def _counts(found: Tally) -> dict[str, Any]:
    return {
        "all": found.lines,
        "approved": found.approved,
        "stale": found.stale,
        "doubtful": found.doubtful,
    }
