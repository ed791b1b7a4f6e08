"""A program that stands in for llama-server, and for a Python with vLLM.

What it does, its model says: a GGUF, or a config.json's `does`, holds one of `DOES`. It
notes its process, and one that it starts, in the file that STANDIN_NOTES names.
"""

import asyncio
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.pipelines.engines.llm.standin import Says, StandIn, proposal

DOES = ("answers", "merges", "babbles", "is silent", "ends", "hangs")
SENTENCE = "In the main shop a colleague speaks sign language."
ROOT = Path(__file__).parents[3]


def program(path: Path) -> Path:
    """Write it there."""
    path.write_text(
        f'#!/bin/sh\n[ "$1" = -c ] && exit 0\nPYTHONPATH={ROOT} exec {sys.executable} '
        f'-m tests.pipelines.weights.llama_standin "$@"\n'
    )
    path.chmod(0o755)
    return path


class Llama(StandIn):
    """Answers as the word says."""

    does: str = "answers"

    async def _chat(
        self, raw: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        body: dict[str, Any] = json.loads(raw)
        self.usual = Says(SENTENCE if self.does != "is silent" else "NOTFOUND")
        if "response_format" in body:
            self.usual = proposal({"command": "start_flow", "flow": "bill"})
            if self.does == "babbles":
                self.usual = Says("Well, let me think")
        plain = body["messages"][0]["role"] == "user" and "chat_template_kwargs" not in body
        if self.does == "merges" and not plain:
            self.usual = Says(status=400)
        await super()._chat(raw, reader, writer)


async def serve(port: int, does: str) -> None:
    server = Llama(port=port, models=["added"])
    server.does = does
    async with server:
        await asyncio.Event().wait()


def main() -> None:
    order = sys.argv[1:]
    given = {name: value for name, value in itertools.pairwise(order) if name[0] == "-"}
    if "--model" in given:
        does = json.loads((Path(given["--model"]) / "config.json").read_text())["does"]
    else:
        does = Path(given["-m"]).read_text()
    assert given["--host"] == "127.0.0.1"
    child = subprocess.Popen(["sleep", "600"])
    if notes := os.environ.get("STANDIN_NOTES"):
        Path(notes).write_text(json.dumps([os.getpid(), child.pid, order, dict(os.environ)]))
    if does == "ends":
        print("loading\nerror: the model is cut short\nbye", file=sys.stderr)
        sys.exit(1)
    if does == "hangs":
        child.wait()
    asyncio.run(serve(int(given["--port"]), does))


if __name__ == "__main__":
    main()
