"""Nothing leaves the machine: a whole call, in processes that may reach nobody but themselves."""

import os
import subprocess
import sys
from pathlib import Path

from pipelines.packs.reader import PROMPTS
from tests.fakes import PATIENCE

# Python's audit hooks (PEP 578) see every attempt of the interpreter; installed by `site` at start,
# so in worker processes too. What is not this machine is written down and refused.
GUARD = """
import os, sys

def guard(event, arguments):
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host)
    if host not in ("127.0.0.1", "::1", "localhost", "None", ""):
        with open(os.environ["ATTEMPTS"], "a") as attempts:
            print(event, host, file=attempts)
        raise PermissionError(f"{event} to {host}")

sys.addaudithook(guard)
"""


def call(folder: Path, cache: Path, **settings: str) -> tuple[str, list[str]]:
    """What a synthetic call printed, and who was to be reached during it."""
    (folder / "sitecustomize.py").write_text(GUARD)
    attempts = folder / "attempts"
    attempts.touch()
    ran = subprocess.run(
        [sys.executable, "-m", "pipelines", "call", "--say", "what is my balance"],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(folder), str(PROMPTS.parent)]),
            "ATTEMPTS": str(attempts),
            "WAXTAAN_CACHE": str(cache),
            "WAXTAAN_MODELS": str(folder / "models"),
            **{f"WAXTAAN_{k.upper()}": v for k, v in settings.items()},
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout, attempts.read_text().splitlines()


def test_a_whole_call_asks_nobody_but_the_hub_for_missing_weights(
    tmp_path: Path, cache: Path
) -> None:
    told, attempts = call(tmp_path, cache, asr="auto", tts="auto", hub="http://hub.invalid")
    assert "about your balance" in told
    assert set(attempts) == {"socket.getaddrinfo hub.invalid"}
