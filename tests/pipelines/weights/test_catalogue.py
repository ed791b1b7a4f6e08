"""The catalogue of weights: the shipped one, an operator's own, and what is wrong with one."""

from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.packs.reader import PROMPTS
from pipelines.weights.catalogue import FILE, load

OWN = """
[whisper-wolof]
what = "Wolof"
engine = "faster_whisper"
folder = "whisper/wolof"
licence = "CC BY 4.0"
megabytes = 150
languages = ["wo"]
files = { "model.bin" = { sha256 = "%s" } }
"""


def test_every_part_of_the_shipped_models_is_in_a_package_of_theirs(tmp_path: Path) -> None:
    known = load(PROMPTS, tmp_path)
    assert "whisper-base" in known
    assert known["whisper-tiny-en"].languages == ("en",)
    assert [m.name for m in known.values() if m.recommended] == [
        "whisper-base",
        "kokoro",
        "e5-small",
    ]
    for model in known.values():
        names = {package.name.replace("-", "_") for package in model.packages}
        for file in model.files.values():
            tops = {part.split("/")[0] for part in file.parts}
            assert tops <= names | {"package"}
        assert abs(sum(p.megabytes for p in model.packages) - model.megabytes) <= 5


def test_an_operator_s_checkpoint_is_one_more_entry(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(OWN % ("0" * 64), encoding="utf-8")
    own = load(PROMPTS, tmp_path)["whisper-wolof"]
    assert (own.languages, own.folder) == (("wo",), "whisper/wolof")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('folder = "../elsewhere"', "leads out of its folder"),
        ('licence = ""\nwat = 1', "wat"),
        ("megabytes = -1", "megabytes"),
    ],
)
def test_a_bad_entry_is_named(tmp_path: Path, line: str, why: str) -> None:
    key = line.split(" =")[0]
    kept = [each for each in (OWN % ("0" * 64)).splitlines() if not each.startswith(f"{key} =")]
    text = "\n".join([*kept[:2], line, *kept[2:]])
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"models\.toml.*whisper-wolof.*{why}"):
        load(PROMPTS, tmp_path)
