"""What `auto` stands for: the best engine whose weights are there, and why; what is refused."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.engine_choice import Choices, choose, kokoro_speed
from pipelines.engine_choice.kokoro_speed import TooSlowError
from pipelines.engine_choice.tts import VoiceChoice, choose_voices
from pipelines.errors import EngineError
from pipelines.packs import voices as licences
from pipelines.packs.pack import AsrFile
from pipelines.packs.reader import PROMPTS, load
from pipelines.settings import Settings
from pipelines.weights.catalogue import load as load_catalogue
from pipelines.weights.hub import Weights
from pipelines.weights.installed import note

CATALOG = load()
VOICES = licences.load()


def chosen(models: Path, **settings: Any) -> Choices:
    """The engines where the weights under `models` are all there is."""

    def get(weights: Weights) -> Path:
        if folder := weights.present(models):
            return folder
        raise EngineError("not there")

    given = {"hub": "", "piper_python": sys.executable, "coqui_python": sys.executable, **settings}
    return choose(Settings(models=models, **given), CATALOG, get)


def whisper(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (folder / name).write_bytes(b"{}")
    return folder


def piper(models: Path, name: str) -> None:
    (models / "piper").mkdir(parents=True, exist_ok=True)
    for suffix in (".onnx", ".onnx.json"):
        (models / "piper" / f"{name}{suffix}").write_bytes(b"{}")


def coqui(models: Path, name: str) -> None:
    folder = models / "coqui" / name.replace("/", "--")
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")


def test_without_weights_the_embedded_engines_serve_and_it_is_said_why(tmp_path: Path) -> None:
    choices = chosen(tmp_path)
    assert choices.asr.engine == "pocketsphinx"
    assert "Whisper base (148 MB, MIT)" in choices.asr.why
    english = choices.voices["en"]
    assert [s.engine for s in english.speakers] == ["espeak"]
    assert "tts_models--en--ljspeech--vits" in english.why
    assert "piper" in english.why


def test_weights_that_are_there_are_used(tmp_path: Path) -> None:
    whisper(tmp_path / "whisper/base")
    piper(tmp_path, "fr_FR-siwis-medium")
    choices = chosen(tmp_path)
    assert choices.asr.engine == "faster_whisper"
    assert choices.asr.default is not None
    assert choices.asr.default.model == tmp_path / "whisper/base"
    assert choices.asr.default.compute == "int8"
    assert [s.engine for s in choices.voices["fr"].speakers] == ["piper", "espeak"]
    assert [s.engine for s in choices.voices["en"].speakers] == ["espeak"]


def test_weights_that_are_not_whole_are_named_and_not_loaded(tmp_path: Path) -> None:
    whisper(tmp_path / "whisper/base")
    (tmp_path / "whisper/base/tokenizer.json").unlink()
    choices = chosen(tmp_path)
    assert choices.asr.engine == "pocketsphinx"
    assert f"{tmp_path}/whisper/base lacks tokenizer.json" in choices.asr.why
    with pytest.raises(EngineError, match=r"is not loaded: .* lacks tokenizer\.json"):
        chosen(tmp_path, asr="faster_whisper")


def test_published_weights_that_were_altered_are_not_loaded(tmp_path: Path) -> None:
    folder = whisper(tmp_path / "whisper/base")
    base = load_catalogue(PROMPTS, tmp_path)["whisper-base"]
    note(tmp_path, base, "a test", [path.name for path in folder.iterdir()])
    assert chosen(tmp_path).asr.engine == "faster_whisper"
    (folder / "model.bin").write_bytes(b"{} and more")
    choices = chosen(tmp_path)
    assert choices.asr.engine == "pocketsphinx"
    assert f"{folder}/model.bin is not what was published" in choices.asr.why
    assert "'waxtaan models get whisper-base' mends it" in choices.asr.why


def test_a_language_may_have_a_checkpoint_of_its_own(tmp_path: Path) -> None:
    whisper(tmp_path / "whisper/base")
    own = whisper(tmp_path / "wolof")
    pack = CATALOG.packs["fr"]
    wolof = replace(pack, asr=AsrFile(model="wolof", token="fr", compute="int16"))
    config = replace(CATALOG, packs={**CATALOG.packs, "wo": wolof})
    settings = Settings(models=tmp_path, hub="", tts="espeak")
    choices = choose(settings, config, lambda weights: weights.present(tmp_path) or tmp_path)
    checkpoint = choices.asr.checkpoints["wo"]
    assert (checkpoint.model, checkpoint.token) == (own, "fr")
    assert (checkpoint.compute, checkpoint.device) == ("int16", "cpu")


def test_wolof_and_pulaar_are_spoken_by_rule_with_a_pack_or_without(tmp_path: Path) -> None:
    without = chosen(tmp_path).voices
    assert [without[code].name for code in ("wo", "ff")] == ["wo", "ff"]
    assert without["wo"].licence == "GPL-3.0-or-later"
    pack = replace(CATALOG.packs["fr"], voices={})
    config = replace(CATALOG, packs={**CATALOG.packs, "wo": pack})
    settings = Settings(models=tmp_path, hub="")
    (speaker,) = choose(settings, config, lambda _: _no()).voices["wo"].speakers
    assert (speaker.engine, speaker.voice.name) == ("espeak", "wo")


def test_what_is_configured_by_name_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="Whisper small"):
        chosen(tmp_path, asr="faster_whisper", whisper_model="small")
    with pytest.raises(EngineError, match="no Whisper checkpoint 'nonsense'"):
        chosen(tmp_path, asr="faster_whisper", whisper_model="nonsense")
    with pytest.raises(EngineError, match="tts is 'coqui'"):
        chosen(tmp_path, tts="coqui")


def test_production_does_not_start_on_embedded_engines(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"production profile .*: recogniser pocketsphinx"):
        chosen(tmp_path, profile="production")
    whisper(tmp_path / "whisper/base")
    with pytest.raises(EngineError, match=r"production profile .*: voice espeak for 'en'"):
        chosen(tmp_path, profile="production")
    assert chosen(tmp_path, profile="production", allow_embedded=True).asr.default


def test_production_does_not_mind_the_voice_of_a_language_without_a_pack(tmp_path: Path) -> None:
    whisper(tmp_path / "whisper/base")
    for code in CATALOG.packs:
        coqui(tmp_path, VOICES.default(code, "coqui") or "")
    choices = chosen(tmp_path, profile="production")
    assert [choices.voices[code].speakers[0].engine for code in ("fr", "wo")] == ["coqui", "espeak"]


def test_production_refuses_a_voice_that_is_not_for_commercial_use(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.touch()
    coqui(tmp_path, "tts_models/eng/fairseq/vits")
    pack = CATALOG.packs["en"]
    mms = replace(pack.voices["espeak"], name="tts_models/eng/fairseq/vits")
    english = replace(pack, voices={**pack.voices, "coqui": mms})
    config = replace(CATALOG, packs={"en": english})

    def speaks(**settings: Any) -> str:
        given = {"models": tmp_path, "hub": "", "coqui_python": str(python), "tts": "auto"}
        asked = Settings(**{**given, "allow_embedded": True, **settings})
        choice = choose(asked, config, lambda w: w.present(tmp_path) or _no()).voices["en"]
        return choice.speakers[0].engine

    assert speaks() == "coqui"
    assert speaks(profile="production") == "espeak"
    accepted = ("tts_models/eng/fairseq/vits",)
    assert speaks(profile="production", accept_licences=accepted) == "coqui"


def _no() -> Path:
    raise EngineError("not there")


def kokoro(models: Path, *names: str) -> None:
    (models / "kokoro/voices").mkdir(parents=True)
    (models / "kokoro/model.onnx").write_bytes(b"onnx")
    for name in names:
        (models / f"kokoro/voices/{name}.bin").write_bytes(b"style")


def speaking(
    models: Path, quick: Callable[[Path, Path], None], **settings: Any
) -> Mapping[str, VoiceChoice]:
    def get(weights: Weights) -> Path:
        raise EngineError("not there")

    given = {"hub": "", "piper_python": sys.executable, **settings}
    return choose_voices(Settings(models=models, **given), CATALOG.packs, get, quick)


def test_kokoro_speaks_where_its_weights_lie(tmp_path: Path) -> None:
    asked: list[Path] = []

    def quick(folder: Path, cache: Path) -> None:
        asked.append(folder)

    kokoro(tmp_path, "af_heart", "ff_siwis")
    piper(tmp_path, "en_US-joe-medium")
    voices = speaking(tmp_path, quick)
    assert [s.engine for s in voices["en"].speakers] == ["kokoro", "espeak"]
    assert (voices["fr"].name, voices["fr"].licence) == ("ff_siwis", "Apache-2.0")
    assert [s.engine for s in voices["wo"].speakers] == ["espeak"]
    assert asked == [tmp_path / "kokoro"]  # once for all languages


def test_a_machine_too_slow_for_it_has_the_quicker_engine_and_says_so(tmp_path: Path) -> None:
    def slow(folder: Path, cache: Path) -> None:
        raise TooSlowError("this machine takes 1.7 s for a second of its speech")

    kokoro(tmp_path, "af_heart", "ff_siwis")
    piper(tmp_path, "en_US-joe-medium")
    voices = speaking(tmp_path, slow)
    assert voices["en"].speakers[0].engine == "piper"
    assert "piper voice en_US-joe-medium; not kokoro: this machine takes 1.7 s" in voices["en"].why
    assert voices["fr"].speakers[0].engine == "espeak"
    assert "takes 1.7 s" in voices["fr"].why
    named = speaking(tmp_path, slow, tts="kokoro")  # who names it has it
    assert named["en"].speakers[0].engine == "kokoro"


def test_a_damaged_kokoro_is_not_loaded(tmp_path: Path) -> None:
    published = load_catalogue(PROMPTS, tmp_path)["kokoro"]
    for name in published.files:
        place = tmp_path / "kokoro" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"whole")
    note(tmp_path, published, "a test", published.files)
    assert speaking(tmp_path, lambda *_: None)["en"].speakers[0].engine == "kokoro"
    (tmp_path / "kokoro/model.onnx").write_bytes(b"cut")
    english = speaking(tmp_path, lambda *_: None)["en"]
    assert english.speakers[0].engine == "espeak"
    assert "waxtaan models get kokoro" in english.why


def test_a_quick_machine_is_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kokoro(tmp_path, "af_heart")
    found = iter([1.4, 0.6])
    monkeypatch.setattr(kokoro_speed, "measured", lambda model: next(found))
    with pytest.raises(TooSlowError, match=r"takes 1\.4 s.*less busy"):
        kokoro_speed.require_quick(tmp_path / "kokoro", tmp_path / "cache")
    for _ in range(3):
        kokoro_speed.require_quick(tmp_path / "kokoro", tmp_path / "cache")


def test_a_model_that_does_not_run_says_why(tmp_path: Path) -> None:
    kokoro(tmp_path, "af_heart")
    with pytest.raises(EngineError, match=r"does not run: .*model\.onnx"):
        kokoro_speed.measured(tmp_path / "kokoro/model.onnx")


def test_without_embeddings_pages_are_found_by_words_and_it_is_said_why(tmp_path: Path) -> None:
    choice = chosen(tmp_path).embeddings
    assert choice.engine == "none"
    assert "'waxtaan models get e5-small'" in choice.why
    with pytest.raises(EngineError, match=r"embeddings is 'e5': .*e5-small-q4\.bin"):
        chosen(tmp_path, embeddings="e5")


def test_embeddings_that_are_there_are_used_and_damaged_ones_are_not(tmp_path: Path) -> None:
    published = load_catalogue(PROMPTS, tmp_path)["e5-small"]
    (name,) = published.files
    file = tmp_path / published.folder / name
    file.parent.mkdir(parents=True)
    file.write_bytes(b"whole")
    note(tmp_path, published, "a test", published.files)
    choice = chosen(tmp_path).embeddings
    assert (choice.engine, choice.file) == ("e5", file)
    assert chosen(tmp_path, embeddings="none").embeddings.engine == "none"
    file.write_bytes(b"cut")
    assert "not what was published" in chosen(tmp_path).embeddings.why
