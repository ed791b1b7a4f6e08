"""A folder of packs of each test's own, and the machine's own browser."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import EngineError
from pipelines.language_pages.folder import LanguageFolder
from pipelines.packs.reader import PROMPTS, load
from tests.pipelines.quality.conftest import chromium, executable

__all__ = ["chromium", "executable"]

TODAY = date(2026, 11, 30)
CODE = "de"


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    place = tmp_path / "prompts"
    place.mkdir()
    for each in PROMPTS.iterdir():
        if each.is_dir() and each.name in ("en", CODE, "llm"):
            shutil.copytree(each, place / each.name)
        elif each.is_file():
            shutil.copy(each, place)
    return place


@pytest.fixture
def reviewed_by(prompts: Path) -> Callable[[str], LanguageFolder]:
    return lambda name: LanguageFolder(prompts, CODE, name, load(PROMPTS, ("en", CODE)))


class Voice:
    """Speaks no sound: what it was asked to say."""

    def __init__(self, fault: str = "") -> None:
        self.said: list[str] = []
        self.fault = fault

    async def wav(self, text: str) -> bytes:
        if self.fault:
            raise EngineError(self.fault)
        self.said.append(text)
        return b"RIFF"
