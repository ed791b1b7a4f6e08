"""What a published Whisper tells of itself: the language token it was trained with, its licence."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from babel import Locale

from pipelines.engines.asr.whisper.languages import TOKENS
from pipelines.errors import EngineError
from pipelines.weights.merge_source import read

_TOKEN = re.compile(r"(?:<\|)?([a-z]{2,3})(?:\|>)?")
UNKNOWN = "unknown"


def spelled(token: str) -> str:
    """ "fr" of "fr" or "<|fr|>". Raises EngineError where it is neither."""
    found = _TOKEN.fullmatch(token.strip())
    if found is None:
        raise EngineError(f"'{token}' is no language token: write --token fr, or --token '<|fr|>'")
    return found[1]


def token_in(folders: Iterable[Path]) -> str:
    """The language token that the settings in the first of the folders name; "" where none do.

    They stand under `language` or `forced_decoder_ids`, in generation_config.json or, of older
    fine-tunes, config.json; a tokenizer or processor may have a language, too.
    """
    for folder in folders:
        for file in ("generation_config.json", "config.json", "tokenizer_config.json"):
            about = read(folder / file)
            if token := _language(about.get("language")) or _forced(about, folder):
                return token
    return ""


def _language(stated: Any) -> str:
    """Of "fr", "<|fr|>", "french"; "" of anything else."""
    if not isinstance(stated, str) or not stated.strip():
        return ""
    word = stated.strip().lower()
    if (found := _TOKEN.fullmatch(word)) is not None:
        return found[1]
    named = {name.lower(): code for code, name in Locale("en").languages.items()}
    code = str(named.get(word, ""))
    return code if code in TOKENS else ""


def _forced(about: dict[str, Any], folder: Path) -> str:
    """The token that forced_decoder_ids put at the first place."""
    forced = about.get("forced_decoder_ids")
    for pair in forced if isinstance(forced, list) else ():
        if isinstance(pair, list) and len(pair) == 2 and pair[0] == 1 and isinstance(pair[1], int):
            found = _TOKEN.fullmatch(_tokens(folder).get(pair[1], ""))
            return found[1] if found else ""
    return ""


def _tokens(folder: Path) -> dict[int, str]:
    """Language tokens by number, from wherever a folder has them."""
    known = read(folder / "generation_config.json").get("lang_to_id")
    numbered: dict[Any, Any] = dict(known) if isinstance(known, dict) else {}
    numbered |= read(folder / "added_tokens.json")
    added = read(folder / "tokenizer.json").get("added_tokens")
    for each in added if isinstance(added, list) else ():
        if isinstance(each, dict):
            numbered[each.get("content")] = each.get("id")
    return {n: str(token) for token, n in numbered.items() if isinstance(n, int)}


def licence_of(folder: Path) -> str:
    """What the head of its README.md says; "unknown" where it says nothing."""
    try:
        text = (folder / "README.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return UNKNOWN
    head = re.match(r"---\s*\n(.*?)\n---", text, re.DOTALL)
    stated = re.search(r"(?m)^license:\s*[\"']?([^\"'\n]+?)[\"']?\s*$", head[1]) if head else None
    name = (
        re.search(r"(?m)^license_name:\s*[\"']?([^\"'\n]+?)[\"']?\s*$", head[1]) if head else None
    )
    if name and stated and stated[1] == "other":
        stated = name
    return stated[1].strip() if stated else UNKNOWN
