"""Trains the classifier of intents in a process that ends afterwards: `python -m ...`.

{"do": "train", "texts": bytes of JSON, "written": bool, "left_out": bool}
and these bytes: [texts, labels], then a row of float32 for each text, or none
-> {"model": bytes} and these bytes; with `left_out` a row of float32 for each text after them
"""

import json
import os

import numpy as np

from pipelines.engines.worker_protocol import Header, Send, serve


def main() -> None:
    """Serve until standard input ends."""
    os.nice(10)  # calls go first, before scikit-learn's import, too
    from pipelines.intents.training import train

    def answer(header: Header, payload: bytes, send: Send) -> None:
        texts, labels = json.loads(payload[: header["texts"]])
        rows = np.frombuffer(payload[header["texts"] :], np.float32).reshape(len(texts), -1)
        trained = train(texts, rows, labels, header["written"])
        model = trained.model.to_bytes()
        left_out = trained.left_out.tobytes() if header["left_out"] else b""
        send({"model": len(model)}, model + left_out)

    serve(answer)


if __name__ == "__main__":
    main()
