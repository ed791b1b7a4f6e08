"""What a draft's writer was unsure of, found for one language and in its lines."""

import pytest

from pipelines.language_pages.doubts import doubted, doubts_of, quoted
from pipelines.packs.reader import PROMPTS

TEXT = """\
# What is doubtful

## de German
"servus" ends no call. ".at" clashes with "@"; "Guthaben aufladen …" is stiff.

## hr Croatian, sr Serbian
Dates.
- hr: "bon"
  "nadoplata"
- sr: "dopuna"
"""


def test_a_language_of_its_own() -> None:
    assert doubts_of(TEXT, "de").startswith('"servus" ends no call.')
    assert doubts_of(TEXT, "en") == ""
    assert doubts_of("", "de") == ""


def test_languages_that_share_a_section() -> None:
    assert doubts_of(TEXT, "hr") == 'Dates.\n- hr: "bon"\n  "nadoplata"'
    assert doubts_of(TEXT, "sr") == 'Dates.\n- sr: "dopuna"'


def test_what_is_quoted_is_found_in_lines() -> None:
    wanted = quoted(doubts_of(TEXT, "de"))
    assert wanted == ["servus", "guthaben aufladen"]
    assert doubted(["Servus, was gibt es?"], wanted)
    assert doubted(["Sie wollen Guthaben aufladen."], wanted)
    assert not doubted(["Guthaben, und aufladen"], wanted)
    assert not doubted(["Aufladen"], wanted)


@pytest.mark.parametrize("code", ["bs", "hr", "wo", "sl"])
def test_the_drafts_have_some(code: str) -> None:
    text = (PROMPTS / "REVIEW.md").read_text(encoding="utf-8")
    assert doubts_of(text, code)
