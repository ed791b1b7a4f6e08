"""What operators get wrong is said in plain words: settings, prompts, and what is printed."""

import io
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from loguru import logger
from pydantic import ValidationError
from pydantic_settings import SettingsError

from agent.log import LogError
from pipelines import logs
from pipelines.assistant import Assistant
from pipelines.cli.errors import fail, plainly
from pipelines.errors import ConfigurationError, EngineError
from pipelines.packs.language_files import load_packs
from pipelines.packs.policy_file import load_policy
from pipelines.packs.reader import PROMPTS, load_flows
from pipelines.settings import Settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a waxtaan.toml of somebody's."""
    monkeypatch.chdir(tmp_path)


# Settings


def test_defaults_need_nothing() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.record) == ("127.0.0.1", 8080, True)


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "waxtaan.toml").write_text("port = 9001\nmax_calls = 3\n")
    monkeypatch.setenv("WAXTAAN_PORT", "9000")
    settings = Settings()
    assert (settings.port, settings.max_calls) == (9000, 3)
    assert Settings(port=9002).port == 9002


def test_tokens_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAXTAAN_BACK_OFFICE_TOKEN", "open sesame")
    settings = Settings()
    assert settings.back_office_token.get_secret_value() == "open sesame"
    assert "sesame" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", "80000"), ("port", "http"), ("asr", "magic"), ("max_calls", "0"), ("record", "?")],
)
def test_a_wrong_value_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"WAXTAAN_{name.upper()}", value)
    with pytest.raises(SystemExit) as exit_code, plainly():
        Settings()
    assert exit_code.value.code == 2
    said = capsys.readouterr().err
    assert f"waxtaan: setting '{name}': " in said
    assert f"WAXTAAN_{name.upper()}" in said
    assert "Traceback" not in said


def test_a_setting_that_there_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "waxtaan.toml").write_text("prot = 9001\n")
    with pytest.raises(SystemExit), plainly():
        Settings()
    assert "'prot'" in capsys.readouterr().err


def test_a_settings_file_that_is_no_toml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "waxtaan.toml").write_text("port: 9001\n")
    with pytest.raises(SystemExit) as exit_code, plainly():
        Settings()
    assert exit_code.value.code == 2
    assert "waxtaan.toml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (EngineError("no engine"), 3),
        (ConfigurationError("x.toml: key: missing"), 2),
        (LogError("line 3: not JSON"), 2),
        (SettingsError("waxtaan.toml"), 2),
    ],
)
def test_errors_that_users_can_mend_are_one_line(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_code, plainly():
        raise error
    assert exit_code.value.code == code
    assert capsys.readouterr().err == f"waxtaan: {error}\n"


def test_a_bug_stays_a_bug() -> None:
    with pytest.raises(ZeroDivisionError), plainly():
        raise ZeroDivisionError


def test_fail_says_and_ends(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as exit_code:
        fail("no such thing", 3)
    assert exit_code.value.exit_code == 3
    assert capsys.readouterr().err == "waxtaan: no such thing\n"


def test_a_frozen_table() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1


# Prompts


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    folder = tmp_path / "prompts"
    shutil.copytree(PROMPTS, folder)
    return folder


def load_all(prompts: Path) -> None:
    load_packs(prompts)
    load_policy(prompts / "escalation.toml", load_flows())


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.search(old, text, flags=re.M), f"{old} is not in {path}"
    path.write_text(re.sub(old, new, text, count=1, flags=re.M), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("en/language.toml", r"^name = .*", "", "name: Field required"),
        ("en/language.toml", r"^name =", "nmae =", "name"),
        ("en/language.toml", r"^name = .*", "name = 7", "name: Input should be a valid string"),
        ("en/intents.toml", r'^kind = "flow"', 'kind = "flaw"', "balance.kind"),
        ("en/intents.toml", r"^say = \[", "says = [", "balance"),
        ("en/phrases.toml", r'^"sorry" = .*', 'sorry = "one"', "sorry: expected a list"),
        ("en/phrases.toml", r'^"goodbye" = .*', "goodbye = [", "line"),
        ("en/callers.toml", r'keys = "', 'keys = "x', "tour.steps.2.keys"),
        ("escalation.toml", r"^after = 1", "after = 0", "rules.emergency.after"),
        ("escalation.toml", r"^silence = ", "slience = ", "slience"),
        ("escalation.toml", "mon = ", "montag = ", "queues.retention.hours.montag"),
        ("escalation.toml", '"09:00-18:00"', '"9 to 6"', "queues.retention.hours.mon"),
        ("escalation.toml", '"09:00-18:00"', '"09:00-18:00+01:00"', "is not of the form"),
        ("escalation.toml", "^expected_wait = 60", "expected_wait = -1", "care.expected_wait"),
        ("escalation.toml", "^expected_wait = 60", 'holidays = ["25.12."]', "care.holidays.0"),
        ("escalation.toml", "^expected_wait = 60", "holiday = []", "queues.care.holiday"),
        ("escalation.toml", '^language = "en"', 'language = ""', "queues.emergency.language"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_prompts(
    prompts: Path, file: str, old: str, new: str, told: str
) -> None:
    change(prompts / file, old, new)
    with pytest.raises(ConfigurationError) as error:
        load_all(prompts)
    assert str(prompts / file) in str(error.value)
    assert told in str(error.value)


@pytest.mark.parametrize("file", ["en/phrases.toml", "fr/intents.toml", "escalation.toml"])
def test_a_file_that_is_missing(prompts: Path, file: str) -> None:
    (prompts / file).unlink()
    with pytest.raises(ConfigurationError, match=re.escape(f"{prompts / file}: missing")):
        load_all(prompts)


def test_fallbacks_that_go_round(prompts: Path) -> None:
    for code, fallback in (("en", "fr"), ("fr", "en")):
        path = prompts / code / "language.toml"
        text = re.sub(r"^fallback = .*\n", "", path.read_text(encoding="utf-8"), flags=re.M)
        text = re.sub(r"^review = ", f'fallback = "{fallback}"\nreview = ', text, flags=re.M)
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"language.toml: fallback goes round: .*en.*fr"):
        load_packs(prompts)


def test_a_fallback_that_there_is_not(prompts: Path) -> None:
    change(prompts / "en/language.toml", r"^review = ", 'fallback = "xx"\nreview = ')
    with pytest.raises(ConfigurationError, match=r"xx/language.toml: missing"):
        load_packs(prompts)


def test_no_language_at_all(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no language pack"):
        load_packs(tmp_path)


def test_a_prompts_folder_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        load_packs(tmp_path / "nowhere")


# What is printed


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    with monkeypatch.context() as patched:
        shown = io.StringIO()
        patched.setattr(sys, "stderr", shown)
        logs.set_up("DEBUG")
        yield shown
    logs.set_up("WARNING")


def say(name: str, level: str, message: str, error: Exception | None = None) -> None:
    """Log as a module of that name does."""
    names = {"__name__": name, "logger": logger, "error": error, "message": message, "at": level}
    exec("logger.opt(exception=error).log(at, message)", names)


def test_pipecats_text_is_withheld(stderr: io.StringIO) -> None:
    say("pipecat.serializers.protobuf", "DEBUG", "Transport message: my pin is 4821")
    say("pipecat.pipeline.worker", "WARNING", "frame TextFrame(my pin is 4821) was lost")
    say("pipecat.thing", "ERROR", "Line#1 exception (/x/y.py:93): my pin", ValueError("4821"))
    err = stderr.getvalue()
    assert "4821" not in err
    assert "pin" not in err
    lines = err.splitlines()
    assert len(lines) == 2  # debug messages of others are not shown at all
    assert "WARNING" in lines[0]
    assert "(/x/y.py:93) ValueError" in lines[1]


def test_our_own_text_is_shown_without_values(stderr: io.StringIO) -> None:
    say("pipelines.call.dialogue_processor", "INFO", "call handed to general")
    try:
        pin = "4821"
        int(f"x{pin}")
    except ValueError as error:
        say("pipelines.call.dialogue_processor", "ERROR", "the dialogue failed", error)
    err = stderr.getvalue()
    assert "call handed to general" in err
    assert "the dialogue failed: ValueError in " in err
    assert "test_settings.py:" in err
    assert "4821" not in err


def test_the_cache_is_where_the_platform_keeps_what_can_be_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("WAXTAAN_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache")
    assert Settings().cache == Path("/var/cache/waxtaan")
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert Settings().cache == Path.home() / ".cache/waxtaan"


async def test_a_back_office_without_an_address_is_said_at_start() -> None:
    with pytest.raises(EngineError, match="WAXTAAN_BACK_OFFICE_URL"):
        await Assistant.open(Settings(back_office="http"))


@pytest.mark.parametrize(
    "given", ["http://a:1/v1, http://b:1/v1", '["http://a:1/v1", "http://b:1/v1"]']
)
def test_several_names_in_a_variable(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("WAXTAAN_LLM_URLS", given)
    assert Settings().llm_urls == ("http://a:1/v1", "http://b:1/v1")
