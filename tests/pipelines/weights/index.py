"""A package index on a loopback port: pages for pip and npm, archives that can break off."""

import asyncio
import hashlib
import io
import json
import socket
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI, Request, Response


def wheel(package: str, files: Mapping[str, bytes]) -> bytes:
    """A wheel with these files and what makes it one."""
    name = package.replace("-", "_")
    about = f"{name}-1.0.0.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0.0\n"
    tag = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    whole = {**files, f"{about}/METADATA": metadata.encode(), f"{about}/WHEEL": tag.encode()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in {**whole, f"{about}/RECORD": b""}.items():
            archive.writestr(zipfile.ZipInfo(path), data)
    return buffer.getvalue()


def tarball(files: Mapping[str, bytes]) -> bytes:
    """An npm package."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, data in files.items():
            entry = tarfile.TarInfo(f"package/{path}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


class Index:
    """Serves archives by file name; `breaks_at` cuts the next one short after so many bytes."""

    def __init__(self) -> None:
        self.archives: dict[str, bytes] = {}
        self.ranges: list[str] = []
        self.breaks_at = 0
        self.url = ""
        self.app = FastAPI()
        self.app.get("/simple/{package}/")(self.page)
        self.app.get("/files/{name}")(self.file)
        self.app.get("/{package}")(self.npm)

    def page(self, package: str) -> Response:
        begins = package.replace("-", "_")
        links = [
            f'<a href="/files/{name}#sha256={digest(data)}">{name}</a>'
            for name, data in self.archives.items()
            if name.startswith(f"{begins}-")
        ]
        page = f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>"
        return Response(page, 200 if links else 404, media_type="text/html")

    def npm(self, package: str) -> Response:
        name = f"{package}-1.0.0.tgz"
        if name not in self.archives:
            return Response("{}", 404)
        dist = {"tarball": f"{self.url}/files/{name}", "shasum": "0" * 40}
        about = {"name": package, "version": "1.0.0", "dist": dist}
        return Response(
            json.dumps(
                {"name": package, "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": about}}
            ),
            media_type="application/json",
        )

    def file(self, name: str, request: Request) -> Response:
        data = self.archives[name]
        wanted = request.headers.get("range", "")
        if wanted:
            self.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else 0
        if self.breaks_at and "pip/" not in request.headers.get(
            "user-agent", ""
        ):  # it looks inside
            cut, self.breaks_at = self.breaks_at, 0
            broken = Response(data[:cut])
            broken.headers["content-length"] = str(len(data))
            return broken
        status = 206 if wanted else 200
        return Response(data[start:], status, media_type="application/octet-stream")


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@contextmanager
def serving() -> Iterator[Index]:
    """The index, until the block ends."""
    index = Index()
    listener = socket.create_server(("127.0.0.1", 0))
    index.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(index.app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
    thread.start()
    try:
        yield index
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
