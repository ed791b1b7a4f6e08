"""The draft of a page: not read before it is written."""

from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.knowledge.draft import draft_page, draft_place
from pipelines.knowledge.pages import KnowledgeError, read_page


def test_it_lies_beside_the_pages_that_are_read(tmp_path: Path) -> None:
    knowledge, prompts = tmp_path / "knowledge", tmp_path / "prompts"
    examples = draft_place(knowledge, prompts, "en", "voicemail")
    assert examples == prompts / "en" / "knowledge" / "voicemail.md.draft"
    (knowledge / "en").mkdir(parents=True)
    own = draft_place(knowledge, prompts, "en", "voicemail.md")
    assert own == knowledge / "en" / "voicemail.md.draft"
    for there in (own, knowledge / "en" / "voicemail.md"):
        there.touch()
        with pytest.raises(ConfigurationError, match="is there already"):
            draft_place(knowledge, prompts, "en", "voicemail")
        there.unlink()
    with pytest.raises(ConfigurationError, match="a page's name"):
        draft_place(knowledge, prompts, "en", "../voicemail")


def test_nothing_of_it_is_an_answer_until_it_is_written(tmp_path: Path) -> None:
    text = draft_page("voice-mail.md", ["how do i hear --> it", "my voicemail"], 4)
    assert text.startswith("# Voice mail\n")
    assert "- my voicemail\n" in text
    page = tmp_path / "voice-mail.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match="nothing but headings"):
        read_page(page, "en/voice-mail.md")
    page.write_text(f"{text}Call 500.\n", encoding="utf-8")
    assert [chunk.body for chunk in read_page(page, "en/voice-mail.md")] == ["Call 500."]
