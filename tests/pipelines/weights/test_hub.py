"""Weights from a folder or from a hub: a small one of our own that speaks the hub's protocol."""

import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response

from pipelines.errors import EngineError
from pipelines.weights.hub import UnreachableError, Weights, asked_once, fetch, offer

REPOSITORY = "someone/whisper-toy"
FILES = {"config.json": b"{}", "model.bin": bytes(range(256)) * 48_000, "README.md": b"no"}
TOY = Weights("whisper/toy", REPOSITORY, ("*.json", "*.bin"), ("model.bin",), "MIT", 1)
COMMIT = "1" * 40


class Hub:
    """Serves one repository; `breaks_at` cuts the next download of model.bin short, in bytes."""

    def __init__(self) -> None:
        self.ranges: list[str] = []
        self.breaks_at = 0
        self.lies = False
        self.app = FastAPI()
        self.app.get("/api/models/{owner}/{name}")(self.about)
        self.app.get("/api/models/{owner}/{name}/revision/{revision}")(self.about)
        self.app.api_route(
            "/{owner}/{name}/resolve/{revision}/{path:path}", methods=["GET", "HEAD"]
        )(self.file)

    def about(self) -> dict[str, object]:
        files = []
        for name, data in FILES.items():
            file: dict[str, object] = {"rfilename": name, "size": len(data), "blobId": "0" * 40}
            if name.endswith(".bin"):
                digest = hashlib.sha256(data + b"x" * self.lies).hexdigest()
                file["lfs"] = {"sha256": digest, "size": len(data), "pointerSize": 130}
            files.append(file)
        return {"id": REPOSITORY, "modelId": REPOSITORY, "sha": COMMIT, "siblings": files}

    def file(self, path: str, request: Request) -> Response:
        data = FILES[path]
        headers = {"etag": f'"{hashlib.sha256(data).hexdigest()}"', "x-repo-commit": COMMIT}
        if request.method == "HEAD":
            return Response(headers={**headers, "content-length": str(len(data))})
        wanted = request.headers.get("range")
        start = 0
        if wanted:
            self.ranges.append(wanted)
            start = int(wanted.removeprefix("bytes=").split("-")[0])
        if path == "model.bin" and self.breaks_at:
            cut, self.breaks_at = self.breaks_at, 0
            response = Response(data[:cut], headers=headers)
            response.headers["content-length"] = str(len(data))
            return response
        if start:
            headers["content-range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        return Response(data[start:], 206 if start else 200, headers=headers)


@contextmanager
def serving(hub: Hub) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(hub.app, log_level="critical"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def ignore(_: str) -> None:
    """Nobody reads along."""


def test_missing_weights_are_fetched_and_checked_and_then_there(tmp_path: Path) -> None:
    told: list[str] = []
    with serving(Hub()) as hub:
        folder = fetch(TOY, tmp_path, hub, 2.0, told.append)
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert not (folder / "README.md").exists()
    (line,) = told
    assert "12 MB" in line
    assert "licence MIT" in line
    assert fetch(TOY, tmp_path, "http://127.0.0.1:1", 2.0, told.append) == folder
    assert len(told) == 1


def test_a_download_that_breaks_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    hub = Hub()
    hub.breaks_at = 11_000_000  # the library keeps what came in pieces of 10 MiB
    with serving(hub) as address:
        fetch(TOY, tmp_path, address, 2.0, ignore)
    assert hub.ranges == ["bytes=10485760-"]
    assert (tmp_path / "whisper/toy/model.bin").read_bytes() == FILES["model.bin"]


def test_what_is_not_what_the_hub_promised_is_not_used(tmp_path: Path) -> None:
    hub = Hub()
    hub.lies = True
    with serving(hub) as address, pytest.raises(EngineError, match=r"model\.bin is not what"):
        fetch(TOY, tmp_path, address, 2.0, ignore)
    assert TOY.present(tmp_path) is None


def test_a_hub_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(EngineError, match=f"{address} did not answer within 0.2 s"):
            fetch(TOY, tmp_path, address, 0.2, ignore)


def test_no_hub_is_never_asked(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no hub is set to ask"):
        fetch(TOY, tmp_path, "", 2.0, ignore)


def test_a_silent_hub_is_waited_for_once(tmp_path: Path) -> None:
    asked = []

    def silent(weights: Weights) -> Path:
        asked.append(weights)
        raise UnreachableError("nobody there")

    get = asked_once(silent)
    for _ in range(2):
        with pytest.raises(EngineError, match="nobody there"):
            get(TOY)
    assert asked == [TOY]


def test_what_a_start_would_fetch_is_told_without_fetching(tmp_path: Path) -> None:
    with serving(Hub()) as hub, pytest.raises(EngineError, match="would fetch 12 MB"):
        offer(TOY, tmp_path, hub, 2.0)
    assert list(tmp_path.iterdir()) == []
