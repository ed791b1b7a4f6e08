"""Every choice an operator has: from the environment, from waxtaan.toml, or the default."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipelines.catalog import PROMPTS


def _cache() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "waxtaan"


class Settings(BaseSettings):
    """Times in seconds, sizes in bytes. `WAXTAAN_PORT=9000` sets `port`."""

    model_config = SettingsConfigDict(
        env_prefix="WAXTAAN_", toml_file="waxtaan.toml", extra="forbid", frozen=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    prompts: Path = PROMPTS
    calls: Path = Path("calls")  # recordings and logs
    cache: Path = Field(default_factory=_cache)  # audio of fixed wording
    data: Path = Path("../shared/data")  # recordings to measure with; not needed to run
    language: str = "en"  # of a caller who did not choose
    asr: Literal["pocketsphinx"] = "pocketsphinx"
    tts: Literal["espeak"] = "espeak"

    back_office: Literal["demo", "http"] = "demo"
    back_office_url: str = ""
    back_office_token: SecretStr = SecretStr("")
    back_office_timeout: float = Field(default=2.0, gt=0)

    record: bool = True  # keep audio and log of every call
    downloads: bool = True  # let the page offer them; anyone with the call's id may fetch them
    allowed_origins: tuple[str, ...] = ()  # pages of other sites that may call, "https://a.example"
    max_calls: int = Field(default=10, ge=1)  # at once; further callers are told to try again
    max_call_seconds: float = Field(default=1800.0, gt=0)
    max_turn_seconds: float = Field(default=30.0, gt=1)  # one turn; then what was heard is taken
    max_message_bytes: int = Field(default=256 * 1024, ge=4096)  # one WebSocket message
    max_bad_messages: int = Field(default=20, ge=1)  # in one call, before it is closed
    max_ahead_seconds: float = Field(default=2.0, gt=0)  # audio ahead of real time is dropped
    max_flood_seconds: float = Field(default=20.0, gt=0)  # dropped audio before it is closed
    stalled_write_seconds: float = Field(default=5.0, gt=0)  # a client that stops reading

    vad_confidence: float = Field(default=0.4, gt=0, lt=1)
    vad_start: float = Field(default=0.128, gt=0)  # of speech before a turn begins
    vad_stop: float = Field(default=0.192, gt=0)  # of silence before speech counts as paused

    quick_pauses: bool = True  # end a turn early where what was heard is a complete answer

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
