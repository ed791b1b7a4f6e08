"""Waxtaan as an operator starts it, in the PBX's namespace."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.actions import Action
from agent.events import Event
from agent.log import read
from tests.pbx import lab

PORT = 8080


@dataclass
class Waxtaan:
    """A running `waxtaan serve`. `folder` holds its recordings and log."""

    folder: Path
    cache: Path
    settings: dict[str, str] = field(default_factory=dict)
    module: str = "pipelines"  # what is run
    process: subprocess.Popen[bytes] | None = None

    def start(self, patience: float = lab.HANG) -> None:
        """Start it, and wait until it answers."""
        with suppress(OSError):
            self.get("/healthz")
            raise RuntimeError(f"port {PORT} is another Waxtaan's")
        self.folder.mkdir(parents=True, exist_ok=True)
        given = {
            "HUB": "",
            "MODELS": str(self.folder / "no-models"),
            "PORT": str(PORT),
            "CALLS": str(self.folder / "calls"),
            "CACHE": str(self.cache),
            "ASTERISK_PASSWORD": lab.SECRET,
            "BRIDGES": "asterisk,audiosocket",
            "ARI_URL": "http://127.0.0.1:8088",
            "ARI_PASSWORD": lab.SECRET,
            **self.settings,
        }
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", lab.PBX, sys.executable, "-m", self.module, "serve"],
                env={**os.environ, **{f"WAXTAAN_{k}": v for k, v in given.items()}},
                cwd=lab.ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                self.get("/healthz")
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"Waxtaan does not start:\n{self.log()[-2000:]}")

    def get(
        self,
        path: str,
        method: str = "GET",
        body: Mapping[str, str] | None = None,
        **headers: str,
    ) -> Any:
        """What it answers over HTTP; `body` goes as JSON."""
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(
            f"http://127.0.0.1:{PORT}{path}",
            json.dumps(body).encode() if body is not None else None,
            method=method,
            headers=headers,
        )
        with lab.inside(lab.PBX), urllib.request.urlopen(request, timeout=lab.HANG) as answer:
            return json.loads(answer.read() or b"null")

    def fetch(self, path: str) -> bytes:
        """A file that it hands out."""
        url = f"http://127.0.0.1:{PORT}{path}"
        with lab.inside(lab.PBX), urllib.request.urlopen(url, timeout=lab.HANG) as answer:
            return bytes(answer.read())

    @property
    def counters(self) -> dict[str, int]:
        """What it counted."""
        found: dict[str, int] = self.get("/healthz")["counters"]
        return found

    @property
    def calls(self) -> list[Path]:
        """The folders of recorded calls, oldest first."""
        return sorted((self.folder / "calls").glob("2*"), key=lambda path: path.stat().st_ctime)

    def entries(self, call: Path) -> list[Event | Action]:
        """A call's log."""
        with (call / "log.jsonl").open(encoding="utf-8") as lines:
            return list(read(lines))

    def log(self) -> str:
        """What it printed."""
        return (self.folder / "serve.log").read_text(errors="replace")

    def kill(self) -> None:
        """As a crash would, and the out-of-memory killer."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As an operator would."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        os.killpg(self.process.pid, how)
        try:
            self.process.wait(lab.HANG)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None
