"""The machine's own browser, as the report's tests have it."""

from tests.pipelines.quality.conftest import chromium, executable

__all__ = ["chromium", "executable"]
