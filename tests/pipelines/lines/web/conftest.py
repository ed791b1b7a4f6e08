"""One server for all calls of these tests, and the machine's own browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.lines.web.served import Served, served

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def missing(what: str) -> None:
    """Skip for want of a program; where CI forgot to install it, fail."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The agent's fixed wording, synthesised once for all servers of these tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Served]:
    """The server, in English unless a caller says otherwise."""
    with served(tmp_path_factory.mktemp("served"), cache) as found:
        yield found
    assert found.complaints == []


@pytest.fixture(scope="session")
def executable() -> str:
    """Where Chromium is."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        missing("no Chromium on this machine. On Debian and Ubuntu: sudo apt-get install chromium")
    return str(found)
