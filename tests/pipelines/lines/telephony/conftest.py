"""An account, its server and a caller."""

import pytest

from tests.pipelines.conftest import Open
from tests.pipelines.lines.telephony.transferred import Calls, calling_with


@pytest.fixture
def calls(open_assistant: Open) -> Calls:
    """`calls(**settings)`: an account, an assistant and a caller who asks for a person."""
    return calling_with(open_assistant)
