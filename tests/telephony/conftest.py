"""A server per test, as for calls from the page."""

import pytest

from tests.pipelines.conftest import Open, cache, open_assistant, quiet, speech
from tests.telephony.transferred import Calls, calling_with

__all__ = ["cache", "calls", "open_assistant", "quiet", "speech"]


@pytest.fixture
def calls(open_assistant: Open) -> Calls:
    """`calls(**settings)`: an account, an assistant and a caller who asks for a person."""
    return calling_with(open_assistant)
