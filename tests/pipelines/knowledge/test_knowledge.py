"""The knowledge base: pages become passages, and questions find them or find nothing."""

import tomllib
from pathlib import Path

import pytest

from pipelines.bench.knowledge import Asked, measure
from pipelines.knowledge import Knowledge, KnowledgeError, Lexicon
from pipelines.knowledge.pages import LARGEST, LONGEST, Chunk, read_page
from pipelines.packs.reader import PROMPTS

EXAMPLES = Knowledge.read(Path("no such folder"), PROMPTS, fallbacks={"fr": "en"})


def page(folder: Path, text: str, name: str = "page.md") -> list[Chunk]:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_page(path, f"en/{name}")


class TestPages:
    def test_headings_make_passages(self, tmp_path: Path) -> None:
        text = "# Plans\n\nAll.\n\n## Prices\nTen euros.\n\n### Students\nFive.\n\n## Rest\nNo."
        found = page(tmp_path, text)
        assert [(p.source, p.heading, p.body) for p in found] == [
            ("en/page.md#plans", "", "All."),
            ("en/page.md#prices", "Prices", "Ten euros."),
            ("en/page.md#students", "Prices > Students", "Five."),
            ("en/page.md#rest", "Rest", "No."),
        ]
        assert found[2].text == "Plans > Prices > Students\nFive."

    def test_tables_keep_their_columns_with_their_cells(self, tmp_path: Path) -> None:
        text = "# Abroad\n\n| Zone | Call |\n|:--|--:|\n| Turkey | 1 euro |\n| Rest | 2 euros |\n"
        (chunk,) = page(tmp_path, text)
        assert chunk.body == "Zone: Turkey; Call: 1 euro.\nZone: Rest; Call: 2 euros."

    def test_markup_is_taken_off_and_facts_are_not(self, tmp_path: Path) -> None:
        text = (
            "# Help\n<!-- draft -->\nWrite to **Box 4500. Tell** us [why](https://a.example).\n\n"
            "- dial *123#\n- say `no`\n  twice\n\n1. Unplug.\n2. Wait."
        )
        (chunk,) = page(tmp_path, text)
        assert chunk.body.split("\n") == [
            "Write to Box 4500. Tell us why.",
            "dial *123#",
            "say no twice",
            "1. Unplug.",
            "2. Wait.",
        ]

    def test_a_long_section_is_cut_between_sentences(self, tmp_path: Path) -> None:
        sentences = [f"Sentence number {n} has seven words here." for n in range(60)]
        found = page(tmp_path, "# Long\n\n" + " ".join(sentences))
        assert " ".join(p.body.replace("\n", " ") for p in found) == " ".join(sentences)
        assert all(len(p.body.split()) <= LONGEST for p in found)
        assert [p.source for p in found][:2] == ["en/page.md#long", "en/page.md#long-2"]

    @pytest.mark.parametrize(
        ("raw", "why"),
        [
            (b"# Caf\xe9\nOpen.", r"byte 5 is not UTF-8; save the page as UTF-8"),
            (b"No heading here.", r"no heading; begin the page with a line '# Its title'"),
            (b"# Only\n## Headings\n", r"nothing but headings; write the page or remove it"),
            (b"", r"nothing but headings"),
            (b"# Long\n" + b"word " * (LARGEST // 4), r"at most 200000 are read; split it"),
        ],
    )
    def test_bad_pages_are_named(self, tmp_path: Path, raw: bytes, why: str) -> None:
        path = tmp_path / "bad.md"
        path.write_bytes(raw)
        with pytest.raises(KnowledgeError, match=rf"bad\.md: .*{why}"):
            read_page(path, "en/bad.md")


class TestFolders:
    def test_the_operators_pages_replace_the_examples(self, tmp_path: Path) -> None:
        page(tmp_path, "# Ferries\nThe ferry to Gorée leaves at nine.", "en/sub/ferry.md")
        knowledge = Knowledge.read(tmp_path, PROMPTS)
        assert knowledge.sizes == {"en": 1}
        (found,) = knowledge.ask("when does the ferry to gorée leave", "en")
        assert (found.source, found.language) == ("en/sub/ferry.md#ferries", "en")
        assert knowledge.ask("how much is the medium plan", "en") == ()

    def test_examples_are_there_without_a_folder(self) -> None:
        assert EXAMPLES.sizes["en"] == EXAMPLES.sizes["fr"] > 40

    def test_a_bad_search_file_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "search.toml"
        path.write_text('skip = "the"', encoding="utf-8")
        with pytest.raises(KnowledgeError, match=r"search\.toml: skip: "):
            Lexicon.read(path)
        assert Lexicon.read(tmp_path / "none.toml") == Lexicon()


class TestAsking:
    def test_the_best_passage_comes_first(self) -> None:
        found = EXAMPLES.ask("what does the travel pass cost", "en")
        assert found[0].source == "en/roaming.md#travel-pass"
        assert "15 euros" in found[0].text
        assert found[0].score == 1.0

    def test_accents_and_elisions_do_not_matter(self) -> None:
        for asked in ("comment activer l'itinérance", "Comment activer l’itinerance ?"):
            assert EXAMPLES.ask(asked, "fr")[0].source == "fr/roaming.md#activer-l-itinerance"

    @pytest.mark.parametrize("text", ["", "?", "what is the", "how do i", "bonjour", "é" * 500])
    def test_nothing_asked_is_nothing_found(self, text: str) -> None:
        assert EXAMPLES.ask(text, "en") == ()

    def test_at_most_as_many_as_wanted(self) -> None:
        assert len(EXAMPLES.ask("price of a plan", "en", 1)) == 1
        assert len(EXAMPLES.search("price of a plan", "en", 2)) == 2

    @pytest.mark.parametrize(
        ("asked", "code", "answer"),
        [
            ("what does a paper bill cost", "en", ("A paper bill costs 2 euros per month.",)),
            ("is the shop open on sunday", "en", None),
            ("how do i switch voicemail off", "en", ("To switch voicemail off, dial 889.",)),
            (
                "combien coûte une facture papier",
                "fr",
                ("Une facture papier coûte 2 euros par mois.",),
            ),
            ("a paper bill", "en", None),
            ("bill", "en", ()),
            ("why does a paper bill cost so much", "en", ()),
            ("what does a parrot cost", "en", ()),
        ],
    )
    def test_a_sure_answer_is_the_pages_own_sentences(
        self, asked: str, code: str, answer: tuple[str, ...] | None
    ) -> None:
        found = EXAMPLES.ask(asked, code)
        told = found[0].answer if found else ()
        assert told == answer if answer is not None else told
        if told:
            assert all(sentence in found[0].text for sentence in told)

    def test_the_sentence_that_a_pronoun_speaks_of_comes_along(self) -> None:
        body = (
            "Most shops open at ten. They are closed on Sundays, from 2 p.m. to 6 p.m. on Mondays."
        )
        knowledge = Knowledge(
            {"en": [Chunk("en/a.md#shops", "Hours", "Shops", body)]},
            {"en": Lexicon.read(PROMPTS / "en" / "search.toml", "en")},
        )
        (found,) = knowledge.ask("are the shops closed on mondays", "en")
        first, second = body.split(" They ")
        assert found.answer == (first, f"They {second}")

    def test_pages_of_the_fallback_are_flagged(self) -> None:
        lexicon = {"en": Lexicon()}
        chunks = {"en": [Chunk("en/puk.md#puk", "PUK", "", "The PUK is in the app.")]}
        knowledge = Knowledge(chunks, lexicon, fallbacks={"wo": "fr", "fr": "en"})
        (found,) = knowledge.ask("PUK", "wo")
        assert found.language == "en"
        assert Knowledge(chunks, lexicon).ask("PUK", "wo") == ()

    def test_a_fallback_that_goes_round_ends(self) -> None:
        knowledge = Knowledge({}, {}, fallbacks={"a": "b", "b": "a"})
        assert knowledge.ask("anything", "a") == ()


@pytest.mark.parametrize("code", ["en", "fr"])
class TestQuestions:
    def test_they_name_sections_there_are(self, code: str) -> None:
        questions = tomllib.loads((PROMPTS / code / "questions.toml").read_text(encoding="utf-8"))
        there = {chunk.source for chunk in EXAMPLES.chunks(code)}
        assert {f"{code}/{source}" for source in questions["answers"]} <= there

    def test_most_are_found_and_most_others_are_not(self, code: str) -> None:
        score = measure(Asked(EXAMPLES), code, PROMPTS)
        print(score)
        assert score.first >= 0.85
        assert score.answered >= 0.8
        assert score.wrongly <= 0.1
        assert score.alone >= 0.7
        assert score.misled <= 0.04
        assert score.invented <= 0.1
