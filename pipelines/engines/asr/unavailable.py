"""A stream for a call that no recogniser can take: it hears nothing, and says why.

The call goes on with the keys of the telephone, and a person stays one key away.
"""

from collections.abc import Sequence

from pipelines.engines.asr.engine import ANYTHING, Expected, Recognised


class UnavailableStream:
    """A `RecogniserStream`."""

    def __init__(self, language: str) -> None:
        self._language = language

    def expect(self, language: str, phrases: Sequence[str], expected: Expected = ANYTHING) -> None:
        """Any language is heard equally little."""
        self._language = language

    def begin(self) -> None:
        """Nothing begins."""

    def hear(self, pcm: bytes) -> None:
        """Nothing is kept."""

    async def finish(self) -> Recognised:
        """That we cannot listen."""
        return Recognised("", self._language, 0.0, 0.0, final=True, rejected="overloaded")

    async def close(self) -> None:
        """Nothing to give back."""
