"""The greeting offers the languages of the line, each in its own words and with a key."""

from agent.actions import Action, Speak
from agent.events import LanguageChosen
from pipelines.packs.reader import load
from tests.agent.talk import Talk, said

DISCLOSED = {
    "en": "Hello, you are talking to an automated assistant.",
    "fr": "Bonjour, vous parlez à un assistant automatique.",
}
LINE_OF_THREE = load(languages=("fr", "wo", "en"))


def spoken(actions: list[Action]) -> list[tuple[str, str]]:
    return [(each.language, each.text) for each in actions if isinstance(each, Speak)]


def test_each_language_but_the_one_in_hand_is_offered_in_its_own_words() -> None:
    talk = Talk(language="fr", catalog=LINE_OF_THREE, offered=("fr", "wo", "en"))
    assert spoken(talk.start) == [
        ("fr", DISCLOSED["fr"]),
        ("wo", "Wolof: bësal juróom-ñett."),
        ("en", "English: press seven."),
        ("fr", "Comment puis-je vous aider ?"),
    ]
    assert talk.state.language == "fr"


def test_a_key_keeps_its_language_in_whichever_the_call_is_held() -> None:
    talk = Talk(language="fr", catalog=LINE_OF_THREE, offered=("fr", "wo", "en"))
    for key, language in (("7", "en"), ("8", "wo"), ("9", "fr"), ("9", "fr")):
        talk.press(key)
        assert talk.state.language == language
    assert talk.state.routing.stated == "fr"


def test_keys_of_topics_stay_what_they_are() -> None:
    many = Talk(offered=("en", "fr", *"abcdef"))
    assert [text for _, text in spoken(many.start)][1:-1] == ["Français : appuyez sur huit."]
    many.press("6")
    assert many.state.language == "en"
    assert many.state.question == "menu:contract"


def test_where_nothing_is_offered_the_last_keys_mean_nothing() -> None:
    talk = Talk()
    assert len(said(talk.start)) == 2
    talk.press("9")
    assert talk.state.language == "en"
    assert talk.state.misunderstood == 1


def test_once_in_each_language_a_caller_hears_that_it_is_a_machine() -> None:
    talk = Talk()
    heard = [said(talk.happen(LanguageChosen(talk.at, code))) for code in ("fr", "en", "fr")]
    assert [DISCLOSED["fr"] in heard[0], DISCLOSED["en"] in heard[1]] == [True, False]
    assert DISCLOSED["fr"] not in heard[2]
