"""A language may have servers of its own, and a model that is no adapter of the others'."""

from pathlib import Path

from pipelines.engines.llm.by_language import ByLanguage
from pipelines.engines.llm.engine import Question
from pipelines.knowledge.grounded_model import open_grounded_model
from pipelines.knowledge.sheet import NOT_STATED, as_data, sheets
from pipelines.packs.reader import PROMPTS, load
from pipelines.settings import Settings
from tests.fakes import PATIENCE
from tests.pipelines.engines.llm.conftest import PASSAGE, Asking
from tests.pipelines.engines.llm.standin import StandIn, proposal

YES = proposal({"command": "affirm"})


async def test_who_is_asked(first: StandIn, second: StandIn, asking: Asking) -> None:
    model = ByLanguage(asking(first), {"fr": asking(second, model="eurollm")})
    first.usual = second.usual = YES
    second.models = ["eurollm"]
    await model.start()
    for code in ("en", "fr"):
        await model.interpret(Question("x", code))
        assert [text async for text in model.compose("x", code, [PASSAGE])]
    assert [body["model"] for body in first.bodies] == ["toy", "toy"]
    assert [body["model"] for body in second.bodies] == ["eurollm", "eurollm"]


async def test_a_pack_names_its_own(first: StandIn, second: StandIn, tmp_path: Path) -> None:
    first.usual = second.usual = YES
    prompts = packs_of(tmp_path, f'[llm]\nurls = ["{second.url}"]\nlicence = "Apache-2.0"\n')
    settings = Settings(llm="vllm", llm_urls=(first.url,), prompts=prompts, llm_patience=PATIENCE)
    config = load(prompts)
    grounded = await open_grounded_model(settings, config)
    assert grounded is not None
    await grounded.model.interpret(Question("x", "fr"))
    await grounded.model.close()
    assert (len(first.bodies), len(second.bodies)) == (0, 1)
    english, french = sheets(settings, config.packs)
    assert (english.endpoints, english.licence) == ((first.url,), NOT_STATED)
    assert (french.endpoints, french.licence) == ((second.url,), "Apache-2.0")


def test_a_sheet_tells_what_the_operator_stated() -> None:
    settings = Settings(
        llm="vllm",
        llm_model="eurollm-9b",
        llm_adapters={"fr": "eurollm-fr"},
        llm_revision="2f3a",
        llm_training="its makers' model card",
    )
    english, french = as_data(sheets(settings, load(PROMPTS).packs))
    assert (english["model"], english["adapter"]) == ("eurollm-9b", "")
    assert (french["model"], french["adapter"]) == ("eurollm-9b", "eurollm-fr")
    assert (french["revision"], french["licence"]) == ("2f3a", NOT_STATED)
    assert sheets(Settings(), load(PROMPTS).packs) == []


def packs_of(folder: Path, added: str) -> Path:
    """The packs, with something added to the French one's language.toml."""
    for path in PROMPTS.rglob("*"):
        if path.is_file():
            copy = folder / "prompts" / path.relative_to(PROMPTS)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    about = folder / "prompts" / "fr" / "language.toml"
    about.write_text(f"{about.read_text(encoding='utf-8')}\n{added}", encoding="utf-8")
    return folder / "prompts"
