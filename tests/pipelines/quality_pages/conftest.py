"""The machine's own browser, as the demo page's tests find it."""

from tests.pipelines.lines.web.conftest import executable

__all__ = ["executable"]
