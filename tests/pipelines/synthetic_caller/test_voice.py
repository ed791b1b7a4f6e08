"""Whose voice a synthetic caller has: one that nobody takes for the agent's."""

from pathlib import Path

import pytest

from pipelines.packs.reader import load
from pipelines.packs.voices import load as load_voices
from pipelines.packs.voices import model
from pipelines.settings import Settings
from pipelines.synthetic_caller.voice import KOKORO, CallerVoice, natural_voice
from pipelines.weights.catalogue import load as load_catalogue

KNOWN = load_voices()


@pytest.fixture
def models(tmp_path: Path) -> Path:
    (tmp_path / "kokoro/voices").mkdir(parents=True)
    (tmp_path / "kokoro/model.onnx").touch()
    for name in KOKORO.values():
        (tmp_path / f"kokoro/voices/{model(name)}.bin").touch()
    return tmp_path


def test_in_every_language_of_kokoro_s_it_is_another_than_the_agent_s(models: Path) -> None:
    spoken = {code for code in KNOWN.defaults if KNOWN.default(code, "kokoro")}
    assert set(KOKORO) == spoken
    for code in spoken:
        agent = KNOWN.default(code, "kokoro") or ""
        voice = natural_voice(models, code, agent)
        assert voice is not None
        assert model(voice.name) != model(agent)


def test_the_catalogue_brings_all_that_agent_and_callers_speak_with(tmp_path: Path) -> None:
    files = load_catalogue(Settings().prompts, tmp_path)["kokoro"].files
    agents = [KNOWN.default(code, "kokoro") or "" for code in KOKORO]
    for name in (*KOKORO.values(), *agents):
        assert f"voices/{model(name)}.bin" in files
        assert KNOWN.licence(name).commercial


def test_where_there_is_none_espeak_speaks(models: Path) -> None:
    assert natural_voice(models, "de") is None
    assert natural_voice(models, "fr-be") is not None
    assert natural_voice(models, "fr", "em_alex") is None  # the agent's own
    assert natural_voice(models / "elsewhere", "en") is None
    pack = load().packs["en"]
    assert CallerVoice(Settings(models=models), pack).name == "kokoro am_michael"
    assert CallerVoice(Settings(models=models / "no"), pack).name == "espeak en-us+klatt4"
