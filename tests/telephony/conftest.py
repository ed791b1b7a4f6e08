"""A server per test, as for calls from the page."""

import pytest

from tests.pipelines.conftest import Open, cache, open_house, quiet, speech
from tests.telephony.transferred import Calls, calling_with

__all__ = ["cache", "calls", "open_house", "quiet", "speech"]


@pytest.fixture
def calls(open_house: Open) -> Calls:
    """`calls(**settings)`: an account, a house and a caller who asks for a person."""
    return calling_with(open_house)
