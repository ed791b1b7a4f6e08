"""multilingual-e5-small in a worker process, shared by all calls: `python -m ... FILE`.

    {"do": "embed", "texts": [...]} -> {"dimensions": n} and a row of float32 for each text

It keeps nothing of what it is asked.
"""

import sys
from pathlib import Path

from pipelines.engines.embeddings.e5_encoder import Encoder
from pipelines.engines.worker_protocol import Header, Send, serve


def main() -> None:
    """Serve until standard input ends."""
    path = Path(sys.argv[1])
    try:
        encoder = Encoder(path)
    except (OSError, ValueError) as error:
        raise SystemExit(f"{path}: {error}") from error

    def answer(header: Header, _: bytes, send: Send) -> None:
        send({"dimensions": encoder.shape.width}, encoder.embed(header["texts"]).tobytes())

    encoder.embed(["query: the first takes longer; let it be nobody's"])
    serve(answer, {"version": encoder.version})


if __name__ == "__main__":
    main()
