"""What is learnt once for all tests here: five minutes of a core."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where vectors and models are kept; the first test that wants them fills it."""
    return tmp_path_factory.mktemp("learnt")
