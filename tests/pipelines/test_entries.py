"""A language's lists beside English's."""

from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.packs.entries import Entry, entries, tallies
from pipelines.packs.review_state import Mark, Tally, fingerprint


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    files = {
        "en/phrases.toml": '# shown\n\n# at first\ngreet = ["Hello."]\n\nbill = ["A"]\n'
        '"ask.bill" = ["B"]\n'
        '"days.1" = ["1 day"]\n',
        "en/intents.toml": '[bill]\nkind = "flow"\nsay = ["my bill"]\nmust = ["bill please"]\n',
        "xx/phrases.toml": '"days.few" = ["{n} days"]\ngreet = ["Hej."]\n',
        "xx/intents.toml": '[bill]\nkind = "flow"\nsay = ["min bill"]\n',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_each_stands_beside_english(prompts: Path) -> None:
    assert entries(prompts, "xx") == [
        Entry("phrases", ("greet",), "at first", ("Hello.",), ("Hej.",)),
        Entry("phrases", ("bill",), "bill, ask, days", ("A",), ()),
        Entry("phrases", ("ask.bill",), "bill, ask, days", ("B",), ()),
        Entry("phrases", ("days.few",), "in this language alone", (), ("{n} days",)),
        Entry("intents", ("bill", "say"), "bill", ("my bill",), ("min bill",)),
        Entry("intents", ("bill", "must"), "bill", ("bill please",), ()),
    ]


def test_they_are_counted_by_file(prompts: Path) -> None:
    mark = Mark(by="A. N.", on="2026-11-30", of=fingerprint(("Hello.",), ("Hej.",)))  # type: ignore[arg-type]
    found = tallies(entries(prompts, "xx"), {"phrases": {"greet": mark, "bill": mark}})
    assert found["phrases"] == Tally(4, approved=1, stale=1)
    assert found["intents"] == Tally(2)


def test_a_change_on_disk_is_seen(prompts: Path) -> None:
    entries(prompts, "xx")
    (prompts / "xx/phrases.toml").write_text('greet = ["Hejsan."]\n', encoding="utf-8")
    assert entries(prompts, "xx")[0].own == ("Hejsan.",)
    (prompts / "xx/phrases.toml").write_text("greet = [", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"xx/phrases.toml"):
        entries(prompts, "xx")
