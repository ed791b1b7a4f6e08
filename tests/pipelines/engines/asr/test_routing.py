"""Two recognisers as one: each language by the engine that hears it, in one call."""

from collections.abc import Callable

import pytest

from pipelines.engines.asr.engine import Band, EngineError, Recognised
from pipelines.engines.asr.routing import RoutedRecogniser
from tests.fakes import ScriptedRecogniser


class Engine(ScriptedRecogniser):
    """Serves some languages; hears the name of the language that it listens in."""

    def __init__(self, name: str, *languages: str, any_words: bool) -> None:
        super().__init__([f"{name} {n}" for n in range(9)])
        self.name, self.languages, self.any_words = name, languages, any_words
        self.fails = False

    def serves(self, language: str) -> str | None:
        return self.name if language in self.languages else None

    def dictates(self, language: str) -> bool:
        return self.any_words

    async def start(self) -> None:
        if self.fails:
            raise EngineError(f"{self.name} is missing")


def heard(_: Recognised) -> None:
    """Nothing is done with it."""


@pytest.fixture
def engines() -> tuple[Engine, Engine]:
    first = Engine("first", "en", "fr", any_words=True)
    return first, Engine("second", "en", "wo", any_words=False)


async def turn(stream: object, language: str) -> str:
    stream.expect(language, ["waaw"])  # type: ignore[attr-defined]
    stream.begin()  # type: ignore[attr-defined]
    stream.hear(bytes(3200))  # type: ignore[attr-defined]
    return (await stream.finish()).text  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("begun", ["fr", "wo"])
async def test_a_call_that_changes_its_language_changes_its_engine(
    begun: str, engines: tuple[Engine, Engine]
) -> None:
    first, second = engines
    routed = RoutedRecogniser(first, second, ["wo"])
    await routed.start()
    stream = await routed.open(begun, "wide", heard)
    said = [await turn(stream, language) for language in ("fr", "wo", "en")]
    assert said == ["first 0", "second 0", "first 1"]
    assert [language for language, _ in second.expected] == ["wo"]
    await stream.close()
    assert first.open_streams == second.open_streams == 0
    await routed.close()


async def test_what_it_says_of_a_language_is_its_engines_word(
    engines: tuple[Engine, Engine],
) -> None:
    routed = RoutedRecogniser(*engines, ["wo"])
    assert [routed.serves(code) for code in ("en", "wo", "ff")] == ["first", "second", None]
    assert [routed.dictates(code) for code in ("en", "wo")] == [True, False]
    assert (routed.name, routed.capacity) == ("first", 0)
    assert "second" in routed.version


async def test_without_the_second_its_languages_have_the_keypad(
    engines: tuple[Engine, Engine],
) -> None:
    first, second = engines
    second.fails = True
    routed = RoutedRecogniser(first, second, ["wo"])
    await routed.start()
    assert routed.serves("wo") is None
    stream = await routed.open("fr", "wide", heard)
    assert await turn(stream, "fr") == "first 0"
    await stream.close()


async def test_a_stream_is_given_back_where_the_other_cannot_be_had(
    engines: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = engines

    async def full(
        self: Engine, language: str, band: Band, on_partial: Callable[[Recognised], None]
    ) -> None:
        raise EngineError("no room")

    routed = RoutedRecogniser(first, second, ["wo"])
    monkeypatch.setattr(first, "open", full.__get__(first))
    with pytest.raises(EngineError, match="no room"):
        await routed.open("wo", "wide", heard)
    assert second.open_streams == 0
