"""The machine's own browser, as the page's other tests have it."""

from tests.pipelines.lines.web.conftest import executable

__all__ = ["executable"]
