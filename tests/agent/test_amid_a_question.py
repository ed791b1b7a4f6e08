"""What callers say while something is asked: a no with more in it, a wish, a person, a farewell.

The sentences are those at which people who played callers frowned, or like them.
"""

from collections.abc import Sequence
from typing import Any

import pytest

from agent.actions import Action
from agent.events import Hypothesis, TurnEnded, TurnStarted
from agent.languages.wording import fill
from agent.slots.options import option
from tests.agent.talk import CATALOG, LINE, PIN, Talk, acts, ending, questions, said

Likely = Sequence[tuple[str, float]]
AREA = {"outage": False}
FAULT = {"outage": True, "kind": "fault", "until": "18:00"}
TOP_UPS = {"amounts": ["5", "10"], "currency": "EUR"}


def replies(talk: Talk, text: str, yes: float, no: float) -> list[Action]:
    """The caller says something that is so probably a yes, or a no, to what was asked."""
    talk.happen(TurnStarted(talk.at))
    talk.happen(Hypothesis(talk.at + 1, text, talk.state.language, 1.0, 1.0, True))
    talk.at += 2
    reply = (("yes", yes), ("no", no), ("open", round(1 - yes - no, 3)))
    return talk.happen(TurnEnded(talk.at, reply=reply))


def means(talk: Talk, text: str, whole: Likely = (), *parts: Likely) -> list[Action]:
    """The caller says something whose whole, and whose parts, most probably mean this."""
    talk.happen(TurnStarted(talk.at))
    talk.happen(Hypothesis(talk.at + 1, text, talk.state.language, 1.0, 1.0, True))
    talk.at += 2
    return talk.happen(TurnEnded(talk.at, 0.0, tuple(whole), tuple(map(tuple, parts))))


def flows(talk: Talk) -> list[str]:
    return [wanted.flow for wanted in talk.state.flows]


def calling(wish: str, language: str = "en", **facts: Any) -> Talk:
    """A call from the caller's own line, after a first wish."""
    talk = Talk(facts, caller=LINE, language=language)
    talk.hear(wish)
    return talk


class TestAnotherWish:
    def test_it_is_much_likelier_or_it_is_none(self) -> None:
        talk = calling("my balance")
        told = means(talk, "wait I wrote it down somewhere", [("porting", 0.81)])
        assert "not_understood" in acts(told)
        assert (flows(talk), talk.state.question) == (["balance"], f"confirm:line:{LINE}")
        means(talk, "are you open on sunday by any chance", [("shops", 0.95)])
        assert flows(talk) == ["balance", "shops"]

    def test_who_says_once_more_what_they_want_has_not_answered(self) -> None:
        talk = calling("my balance")
        told = means(talk, "about the credit you know", [("balance", 0.99)])
        assert "not_understood" in acts(told)
        assert talk.state.misunderstood == 1

    def test_two_in_one_breath_are_surer_than_where_we_ask_for_wishes(self) -> None:
        talk = calling("my balance")
        text = "not at home, and I pay for it, and he said so"
        means(talk, text, [("distress", 0.3)], [("outage", 0.7)], [("pay_bill", 0.8)], [])
        assert flows(talk) == ["balance"]

    def test_going_back_to_an_earlier_one_leaves_what_came_in_between(self) -> None:
        talk = calling("my balance")
        means(talk, "and what about that data thing", [("bundle", 0.95)])
        assert flows(talk) == ["balance", "bundle"]
        means(talk, "no I mean my credit", [("balance", 0.97)])
        assert flows(talk) == ["balance"]

    def test_a_part_that_is_no_concern_of_the_whole_is_none(self) -> None:
        talk = Talk(caller=LINE)
        text = "my credit is finished, I want to load a card"
        told = means(talk, text, [("top_up", 0.99)], [("balance", 0.97)], [("top_up", 1.0)])
        assert flows(talk) == ["top_up"]
        assert not said(told)[0].startswith("First")


class TestNotThat:
    @pytest.mark.parametrize(
        ("language", "text"),
        [
            ("en", "not the television, it's the internet I need"),
            ("en", "the internet's down"),
            ("en", "I don't want to talk about the tv. The internet"),
            ("fr", "pas la télé, internet"),
            ("fr", "non non pas la télévision, c'est internet"),
        ],
    )
    def test_what_is_contrasted_is_not_chosen(self, language: str, text: str) -> None:
        talk = Talk({"outage": AREA}, caller=LINE, language=language)
        talk.hear("a fault" if language == "en" else "une panne")
        talk.hear(text)
        assert talk.state.slots["service"].value == "internet"

    def test_what_is_refused_alone_chooses_nothing(self) -> None:
        talk = calling("a fault")
        talk.hear("not the television")
        assert talk.state.question == "service"

    @pytest.mark.parametrize(
        ("language", "text"),
        [
            ("en", "no technician, I said"),
            ("en", "I don't need a technician"),
            ("fr", "pas de technicien"),
            ("fr", "mais j'ai jamais demandé de technicien moi"),
        ],
    )
    def test_a_use_case_that_is_refused_is_dropped(self, language: str, text: str) -> None:
        wish = (
            "i need a technician"
            if language == "en"
            else "je voudrais un rendez-vous avec un technicien"
        )
        talk = calling(wish, language)
        assert flows(talk) == ["appointment"]
        talk.hear("yes" if language == "en" else "oui")
        parts = [[("appointment", 0.9)], [("none", 0.9)]] if "," in text else []
        told = means(talk, text, [("appointment", 0.9)], *parts)
        assert flows(talk) == []
        assert talk.state.question in ("open", "more")
        assert "dropped" in acts(told)

    def test_one_that_waits_is_dropped_beside_an_answer(self) -> None:
        talk = Talk(caller=LINE)
        each = [("balance", 0.9)], [("appointment", 0.9)]
        means(talk, "my credit, and a visit", [("balance", 0.5), ("appointment", 0.4)], *each)
        assert flows(talk) == ["appointment", "balance"]
        text = "yeah, but I don't need a technician, just the credit"
        parts = [("appointment", 0.9)], [("balance", 0.9)]
        assert questions(means(talk, text, [("balance", 0.5)], *parts)) == ["pin"]
        assert flows(talk) == ["balance"]

    def test_a_no_to_its_own_question_drops_nothing(self) -> None:
        bill = {"total": "41.90", "currency": "EUR", "due": "2026-12-05"}
        talk = calling("i want to pay my bill", bill=bill)
        talk.hear("yes")
        talk.press(PIN)
        assert talk.state.question == "whole"
        parts = [("pay_bill", 0.9)], [("none", 0.6)]
        text = "no I don't want to pay all of it, you told me I don't have to"
        means(talk, text, [("pay_bill", 0.9)], *parts)
        assert (flows(talk), talk.state.question) == (["pay_bill"], "amount")

    def test_a_fault_is_not_refused_by_its_own_no(self) -> None:
        talk = calling("a fault")
        means(talk, "no network at all", [("outage", 0.99)])
        assert flows(talk) == ["outage"]

    @pytest.mark.parametrize("text", ["none of them, I don't want one!", "no, neither of those"])
    def test_none_of_what_is_offered(self, text: str) -> None:
        talk = calling("top up by card", top_ups=TOP_UPS)
        talk.hear("yes")
        assert talk.state.question == "credit"
        assert "inform nothing_done" in " ".join(acts(talk.hear(text)))


class TestSaidAnew:
    def test_another_choice_at_a_later_question(self) -> None:
        talk = calling("top up by card", top_ups=TOP_UPS)
        talk.hear("yes")
        talk.hear("no, I have a voucher")
        assert talk.state.question == "voucher"

    def test_not_at_a_secret(self) -> None:
        talk = calling("i want to pay my bill by card")
        before = dict(talk.state.slots)
        means(talk, "is that the code on the voucher or what", [("none", 0.9)])
        assert {k: v.value for k, v in before.items()} == {
            k: v.value for k, v in talk.state.slots.items() if k in before
        }

    def test_two_services_are_told_one_after_the_other(self) -> None:
        talk = calling("my internet and the television do not work", outage=FAULT)
        talk.hear("yes")
        told = said(talk.hear("yes"))
        assert any("on the internet" in text for text in told)
        assert any("on the television" in text for text in told)

    def test_own_words_instead_of_those_read_back(self) -> None:
        talk = calling("i want to change my address")
        talk.hear("yes")
        talk.press(PIN)
        talk.hear("it's fourteen Mill Lane, Flat B")
        assert talk.state.question == "confirm:new_value:fourteen Mill Lane, Flat B"
        talk.hear("well no, it's forty Mill Lane, Flat B")
        assert talk.state.question == "confirm:new_value:forty Mill Lane, Flat B"
        talk.hear("Forty Mill Lane, Flat B, Reading")
        assert talk.state.question == "confirm:new_value:Forty Mill Lane, Flat B, Reading"

    @pytest.mark.parametrize("text", ["No, that'll do. Thank you", "no thanks", "never mind, no"])
    def test_a_no_is_no_complaint(self, text: str) -> None:
        talk = calling("i want to complain")
        assert talk.state.question == "what_happened"
        talk.hear(text)
        assert flows(talk) == []


class TestWasItMeant:
    def doubted(self) -> Talk:
        talk = Talk(caller=LINE)
        means(talk, "the thing went all funny", [("roaming", 0.6)])
        assert talk.state.question == "confirm:flow:roaming"
        return talk

    def test_another_wish_takes_its_place(self) -> None:
        talk = self.doubted()
        means(talk, "No, it's about the twelve euros. I want it taken off", [("dispute", 0.95)])
        assert flows(talk) == ["dispute"]

    def test_any_no_is_one(self) -> None:
        talk = self.doubted()
        text = (
            "I don't want to go anywhere now, I'm asking whether I only owe the rest by the fifth"
        )
        means(talk, text, [("bill", 0.4)])
        assert (flows(talk), talk.state.question) == ([], "open")

    def test_a_yes_with_more_in_it(self) -> None:
        talk = self.doubted()
        text = "yes exactly, but first I would like to know how long all of that takes"
        means(talk, text, [("balance", 0.5)])
        assert flows(talk) == ["roaming"]
        assert talk.state.question == f"confirm:line:{LINE}"

    def test_yes_and_the_wish_once_more(self) -> None:
        talk = Talk(caller=LINE)
        means(talk, "that thing", [("bill", 0.6)])
        told = talk.hear("er, yes, my bill")
        assert flows(talk) == ["bill"]
        assert not said(told)[0].startswith("First")

    @pytest.mark.parametrize(
        ("language", "text", "flow"),
        [
            ("fr", "la boutique, oui, la boutique, à Quimper", "shops"),
            ("fr", "la visite", "appointment"),
        ],
    )
    def test_articles_choose_nothing(self, language: str, text: str, flow: str) -> None:
        talk = Talk(caller=LINE, language=language)
        means(talk, "ce truc là", [("appointment", 0.5), ("shops", 0.35)])
        assert talk.state.question == "menu:which"
        talk.hear(text)
        assert talk.state.flow == flow


class TestAYes:
    @pytest.mark.parametrize(
        "text", ["yes go ahead, do it now please", "go on so", "yes I am ready"]
    )
    def test_that_takes_nothing_back_lets_a_secret_out(self, text: str) -> None:
        assert "sim_puk" in " ".join(acts(self.ready().hear(text)))

    @pytest.mark.parametrize("text", ["yes but how much", "yes if it is free", "yes, until when"])
    def test_that_takes_something_back_does_not(self, text: str) -> None:
        assert "sim_puk" not in " ".join(acts(self.ready().hear(text)))

    def test_by_its_meaning(self) -> None:
        talk = calling("my balance")
        assert questions(replies(talk, "the very phone I hold against my ear", 0.9, 0.05)) == [
            "pin"
        ]
        talk = calling("my balance")
        replies(talk, "my cousin lent me hers", 0.05, 0.85)
        assert talk.state.question == "line"
        talk = calling("my balance")
        assert "not_understood" in acts(replies(talk, "my cousin lent me hers", 0.7, 0.2))

    def test_by_its_meaning_alone_lets_no_secret_out(self) -> None:
        told = acts(replies(self.ready(), "pencil in hand", 0.99, 0.0))
        assert "sim_puk" not in " ".join(told)

    def test_that_means_the_other_thing_is_asked_for_again(self) -> None:
        talk = calling("my balance")
        told = replies(talk, "that's my wife's, it's mine that's broken", 0.2, 0.5)
        assert "not_understood" in acts(told)
        assert "sim_puk" not in " ".join(
            acts(replies(self.ready(), "go on so, when is it", 0.35, 0.1))
        )
        assert "sim_puk" in " ".join(acts(replies(self.ready(), "yes", 0.0, 1.0)))

    def test_a_no_that_ends_the_call_is_surer(self) -> None:
        talk = calling("my balance")
        talk.hear("yes")
        talk.press(PIN)
        assert talk.state.question == "more"
        assert "not_understood" in acts(replies(talk, "the job is oxo", 0.0, 0.85))
        assert acts(replies(talk, "the job is oxo", 0.0, 0.95)) == ["goodbye"]

    def ready(self) -> Talk:
        sim = {"blocked": True, "puk": "12345678", "attempts_left": 5}
        talk = calling("my sim is blocked", sim=sim)
        talk.hear("yes")
        talk.press(PIN)
        assert talk.state.question == "ready"
        return talk

    def test_a_text_message_does_not_reach_a_blocked_card(self) -> None:
        talk = calling("my sim is blocked", send_code={"sent": True})
        talk.hear("yes")
        assert ending(talk.hear("I never had a code")) == ("identity_not_verified", "transferred")


class TestPeople:
    def test_who_asks_for_a_person_amid_a_question_gets_one(self) -> None:
        talk = calling("my balance")
        text = "well yes that's the one I call from, but I want to talk to a person"
        told = means(talk, text, [("person", 0.4)], [("none", 0.5)], [("person", 0.99)])
        assert ending(told) == ("asked_for_person", "transferred")

    def test_also_amid_own_words(self) -> None:
        talk = calling("i want to complain")
        text = "no. I want to talk to a person please"
        told = means(talk, text, [("person", 0.97)], [("person", 0.98)])
        assert ending(told) == ("asked_for_person", "transferred")

    def test_whether_somebody_is_angry_is_not_asked(self) -> None:
        told = means(Talk(), "do the noise of a duck", [("anger", 0.5), ("none", 0.4)])
        assert "not_understood" in acts(told)

    def test_a_faint_signal_gives_way_to_a_wish(self) -> None:
        text = "it has been dead since sunday"
        told = means(Talk(), text, [("bereavement", 0.5), ("outage", 0.4)])
        assert questions(told) == ["confirm:flow:outage"]
        told = means(Talk(), text, [("distress", 0.5), ("outage", 0.4)])
        assert questions(told) == ["confirm:signal:distress"]

    def test_a_signal_amid_a_question_is_surer(self) -> None:
        talk = calling("my balance")
        text = "that's my daughter's, no wait, I don't know"
        assert ending(means(talk, text, [("distress", 0.84)])) is None
        assert ending(means(talk, text, [("distress", 0.95)])) is not None


class TestFarewell:
    @pytest.mark.parametrize(
        ("language", "text"),
        [
            ("en", "Forget it. Bye."),
            ("en", "no it's fine I have the reference, bye now"),
            ("fr", "non c'est bon j'ai la référence, ça ira, au revoir"),
        ],
    )
    def test_it_ends_the_call_whatever_was_asked(self, language: str, text: str) -> None:
        talk = Talk(caller=LINE, language=language)
        means(talk, "that thing", [("roaming", 0.6)])
        assert acts(talk.hear(text)) == ["goodbye"]

    def test_not_beside_a_detail(self) -> None:
        talk = calling("a fault", outage=AREA)
        talk.hear("the internet, bye")
        assert talk.state.slots["service"].value == "internet"

    def test_not_as_the_end_of_a_story(self) -> None:
        talk = calling("i want to complain")
        talk.hear("your man in the shop laughed at me and then he just said goodbye")
        assert talk.state.closing == ""


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("oh right em 4 8 2 1", "4821"),
        ("oh, four eight two one", "4821"),
        ("four oh two one", "4021"),
        ("the code is four eight two one sir", "4821"),
        ("one three five seven, sorry, I have got the baby", "1357"),
    ],
)
def test_a_code_among_few_words_is_taken_and_oh_alone_is_no_figure(text: str, digits: str) -> None:
    talk = calling("my balance")
    talk.hear("yes")
    talk.hear(text)
    assert talk.state.slots["pin"].value == digits


@pytest.mark.parametrize(
    ("language", "value", "spoken"),
    [("en", "1.50 EUR", "1 euro 50"), ("fr", "1.00 EUR", "1 euro"), ("en", "0.20 EUR", "20 cents")],
)
def test_one_euro(language: str, value: str, spoken: str) -> None:
    assert fill(CATALOG.languages[language], "{x:money}", {"x": value}) == spoken


@pytest.mark.parametrize(
    ("text", "taken"),
    [("the fifth then", "v5"), ("okay, fine, the fifth then", "v5"), ("the first one", "v1")],
)
def test_a_day_among_those_offered(text: str, taken: str) -> None:
    offered = (("v1", "1 December, between 8 and 12"), ("v5", "5 December, between 8 and 12"))
    assert option(text, offered, CATALOG.languages["en"]) == taken


def test_fine_is_no_correction() -> None:
    booked = {"day": "2026-12-02", "start": "14:00", "end": "18:00", "id": "v2"}
    free = [{"day": "2026-12-05", "start": "08:00", "end": "12:00", "id": "v5"}]
    talk = calling("move my appointment", visits={"booked": booked, "free": free})
    talk.hear("yes")
    talk.press(PIN)
    talk.hear("move it")
    assert talk.state.question == "visit"
    talk.hear("okay, fine, hm")
    assert talk.state.slots["visit_action"].value == "move_visit"


class TestAQuestionBack:
    @pytest.mark.parametrize(
        ("language", "wish", "text"),
        [
            ("en", "my balance", "okay but what happens to it in January"),
            ("en", "my balance", "the blue one with the stripes"),
            ("en", "my balance", "Is that a Friday?"),
            ("fr", "mon solde", "euh c'est quoi la différence avec l'autre"),
            ("fr", "mon solde", "et ça coûte combien depuis l'étranger"),
        ],
    )
    def test_that_nobody_has_an_answer_to_is_not_said_to_be_unclear(
        self, language: str, wish: str, text: str
    ) -> None:
        talk = calling(wish, language)
        question = talk.state.question
        told = acts(talk.hear(text))
        assert ("knowledge.unknown" in told) == ("not_understood" not in told)
        assert ("knowledge.unknown" in told) == ("blue" not in text)
        assert talk.state.question == question

    def test_where_the_wish_is_asked_for_it_may_be_one_that_was_not_understood(self) -> None:
        assert "not_understood" in acts(Talk().hear("who painted the ceiling"))
