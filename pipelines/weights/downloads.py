"""Downloads that go on where they broke off."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx

from pipelines.errors import EngineError
from pipelines.weights.installed import sha256

Progress: TypeAlias = Callable[
    [str, int, int], None
]  # what, bytes so far, bytes in all (0: unknown)

_TIMEOUT = httpx.Timeout(30.0, connect=10.0)


def download(url: str, path: Path, digest: str, what: str, progress: Progress) -> None:
    """`url` into `path`, unless it is there already; its sha256 has to be `digest`.

    What came of a download that broke off stays in `<path>.partial`.

    Raises:
        EngineError: it broke off, or something else came than what was expected.
    """
    if path.is_file() and sha256(path) == digest:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    if urlsplit(url).scheme == "file":  # an index that is a folder
        shutil.copyfile(url2pathname(urlsplit(url).path), partial)
    else:
        _stream(url, partial, what, progress)
    if sha256(partial) != digest:
        partial.unlink()
        raise EngineError(
            f"{what}: what came from {urlsplit(url).hostname or url} has not the sha256 "
            f"{digest[:12]}... of the catalogue; it was removed, and nothing of it was loaded"
        )
    partial.replace(path)


def _stream(url: str, partial: Path, what: str, progress: Progress) -> None:
    done = partial.stat().st_size if partial.exists() else 0
    headers = {"Range": f"bytes={done}-"} if done else {}
    try:
        with httpx.stream(
            "GET", url, headers=headers, follow_redirects=True, timeout=_TIMEOUT
        ) as answer:
            if answer.status_code == 416:  # it had come whole
                return
            answer.raise_for_status()
            if answer.status_code != 206:
                done = 0
            total = done + int(answer.headers.get("content-length", 0))
            with partial.open("ab" if done else "wb") as file:
                for piece in answer.iter_bytes():
                    file.write(piece)
                    done += len(piece)
                    progress(what, done, total)
    except httpx.HTTPError as error:
        raise EngineError(
            f"fetching {what} broke off ({type(error).__name__}); what came is in {partial}, "
            "and the next try goes on from it"
        ) from error
