"""Which voices may speak for money: the file as it stands, refusals, and files that are wrong."""

from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.packs.voices import UNKNOWN, load

EUROPEAN_UNION = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv"
FRENCH, MMS = "tts_models/fr/css10/vits", "tts_models/sqi/fairseq/vits"


def test_every_language_of_the_union_has_a_voice_of_coqui_for_commercial_use() -> None:
    voices = load()
    for code in EUROPEAN_UNION.split():
        name = voices.default(code, "coqui")
        assert name, code
        assert voices.licence(name).commercial, code


def test_the_customer_languages_are_all_named() -> None:
    voices = load()
    assert voices.default("sq", "coqui") == MMS
    assert voices.default("sq", "piper")
    for code in ("wo", "ff"):
        assert voices.default(code, "coqui") is None
        assert voices.default(code, "espeak") == code


def test_a_region_is_served_by_its_language() -> None:
    assert load().default("fr-be", "coqui") == FRENCH
    assert load().default("xx", "coqui") is None


def test_nothing_unknown_or_non_commercial_is_called_commercial() -> None:
    for name, known in load().licences.items():
        label = known.licence.upper()
        if known.licence == UNKNOWN or "NC" in label or label == "CPML":
            assert not known.commercial, name


def test_production_refuses_what_is_not_for_commercial_use_unless_accepted_by_name() -> None:
    voices = load()
    named = [FRENCH, MMS, f"{MMS}+speaker@sq", "mine"]
    assert voices.refusals("demo", named, ()) == ()
    first, second = voices.refusals("production", named, ())
    assert MMS in first
    assert "CC-BY-NC-4.0" in first
    assert "accept_licences" in first
    assert "'mine'" in second
    assert "not listed" in second
    assert voices.refusals("production", named, (MMS, "mine+any")) == ()


def test_the_table_says_what_each_may_do() -> None:
    rows = load().rows({"sq": MMS, "fr": FRENCH, "wo": "mine"}, accepted=("mine",))
    assert rows == [
        ("fr", FRENCH, "BSD-3-Clause", "commercial use"),
        ("sq", MMS, "CC-BY-NC-4.0", "not for commercial use"),
        ("wo", "mine", "unknown", "accepted by you"),
    ]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[default", "Expected"),
        ('[default]\nfr = { cokui = "x" }\n[voice]', r"default\.fr\.cokui"),
        ('[default]\nfr = { coqui = "x" }\n[voice]', r'default\.fr\.coqui.*\[voice\."x"\]'),
        ("[default]\n[voice.x]\nlicence = 'MIT'\ncommercial = true", r"voice\.x\.source"),
        (
            "[default]\n[voice.x]\nlicence = 'unknown'\ncommercial = true\nsource = 's'",
            r"voice\.x\.commercial: true, but",
        ),
    ],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "voices.toml").write_text(content)
    with pytest.raises(ConfigurationError, match=rf"voices\.toml: .*{complaint}"):
        load(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"voices\.toml: missing"):
        load(tmp_path)
