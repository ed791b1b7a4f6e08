"""What callers say aside from what they want: are you there?"""

import pytest

from tests.agent.talk import Talk, acts, questions


@pytest.mark.parametrize(("language", "text"), [("en", "hello? are you there?"), ("fr", "allô ?")])
def test_who_asks_whether_we_are_there_hears_so_and_the_question_again(
    language: str, text: str
) -> None:
    talk = Talk(language=language)
    talk.press("11")
    for _ in range(5):
        told = talk.hear(text)
        assert acts(told)[0] == "present"
        assert questions(told) == ["line"]
    assert talk.state.misunderstood == 0
    assert talk.state.handoff is None
