"""What an engine of sentence embeddings promises."""

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Kind: TypeAlias = Literal["query", "passage"]  # what is asked, or alike to it; what may answer it


class Embedder(Protocol):
    """Makes vectors of texts. Their product is how alike two are meant, at most 1."""

    @property
    def name(self) -> str:
        """As in the setting `embeddings`."""
        ...

    @property
    def version(self) -> str:
        """Grows when the vectors change; "" before `start`."""
        ...

    async def start(self) -> None:
        """Load. Raises EngineError saying what to do."""
        ...

    async def embed(self, texts: Sequence[str], kind: Kind = "query") -> Floats:
        """A row of length 1 for each text, float32. Raises EngineError."""
        ...

    async def close(self) -> None:
        """End. Safe to call twice."""
        ...
