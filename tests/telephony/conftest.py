"""A server per test, as for calls from the page."""

from tests.pipelines.conftest import cache, open_house, quiet, speech

__all__ = ["cache", "open_house", "quiet", "speech"]
