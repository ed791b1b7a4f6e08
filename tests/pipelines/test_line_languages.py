"""Which languages a greeting offers."""

import pytest

from pipelines.assistant import Assistant
from pipelines.errors import ConfigurationError
from pipelines.packs.line_languages import offered
from pipelines.settings import Settings


@pytest.mark.parametrize(
    ("greeting", "languages", "found"),
    [
        ((), (), ()),
        ((), ("fr", "wo"), ("fr", "wo")),
        ((), ("all",), ()),
        (("fr", "wo"), ("all",), ("fr", "wo")),
        (("none",), ("fr", "wo"), ()),
    ],
)
def test_those_that_are_named_or_those_of_the_line(
    greeting: tuple[str, ...], languages: tuple[str, ...], found: tuple[str, ...]
) -> None:
    assert offered(greeting, languages) == found


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        (Settings(language="xx"), "language"),
        (Settings(greeting_languages=("fr", "xx")), "greeting_languages"),
    ],
)
async def test_a_language_that_calls_are_not_answered_in(settings: Settings, setting: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        await Assistant.open(settings)
    assert f"setting {setting}: no pack 'xx' is in use; there are en, fr" in str(told.value)
