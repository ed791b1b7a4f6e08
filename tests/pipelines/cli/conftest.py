"""The command line, in a folder of each test's own."""

from pathlib import Path

import pytest

from tests.pipelines.cli.shell import Shell


@pytest.fixture
def waxtaan(tmp_path: Path, cache: Path) -> Shell:
    return Shell(tmp_path, cache)
