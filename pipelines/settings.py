"""Every choice an operator has: from the environment, from waxtaan.toml, or the default."""

import json
import os
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipelines.engines.tts.engine import SLOW
from pipelines.packs.reader import PROMPTS


def _cache() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "waxtaan"


def _models() -> Path:
    base = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".local/share") / "waxtaan" / "models"


def _listed(given: Any) -> Any:
    """A variable holds one name, several with commas between, or a JSON list."""
    if not isinstance(given, str):
        return given
    if given.lstrip().startswith("["):
        return json.loads(given)
    return tuple(name.strip() for name in given.split(",") if name.strip())


Names: TypeAlias = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


class NumberSetting(BaseModel):
    """What a called number means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str = ""  # "" the assistant's
    flows: tuple[str, ...] = ()  # use cases offered on it; () all


class Settings(BaseSettings):
    """Times in seconds, sizes in bytes. `WAXTAAN_PORT=9000` sets `port`."""

    model_config = SettingsConfigDict(
        env_prefix="WAXTAAN_", toml_file="waxtaan.toml", extra="forbid", frozen=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""  # how the world reaches this server, "https://voice.example.org"
    prompts: Path = PROMPTS
    calls: Path = Path("calls")  # recordings and logs
    report_history: Path | None = None  # what `waxtaan report --history` writes, for the live pages
    cache: Path = Field(default_factory=_cache)  # audio of fixed wording
    data: Path = Path("../shared/data")  # recordings to measure with; not needed to run
    language: str = "en"  # of a caller who did not choose
    languages: Names = ()  # that calls are answered in: "en,fr,wo"; none: all that are no drafts
    # those that the greeting offers, with keys 9, 8, 7; none named: `languages`; "none": nothing
    greeting_languages: Names = ()
    profile: Literal["demo", "production"] = "demo"
    allow_embedded: bool = False  # let the production profile start on the embedded engines
    accept_licences: Names = ()  # voices that are not for commercial use, by name

    asr: Literal["auto", "faster_whisper", "pocketsphinx"] = "auto"
    tts: Literal["auto", "coqui", "kokoro", "piper", "espeak"] = "auto"
    llm: Literal["none", "vllm"] = "none"
    embeddings: Literal["auto", "e5", "none"] = "auto"  # pages and intents are told by meaning, too
    intents: Literal["auto", "none"] = "auto"  # learnt from the samples; none: the nearest decides

    models: Path = Field(default_factory=_models)  # weights, one folder per model
    hub: str = "https://huggingface.co"  # where missing weights come from; "" never asks
    hub_patience: float = Field(default=2.0, gt=0)  # for its answer, before doing without

    whisper_model: str = "auto"  # a size, a folder, or a hub's name; base, on a GPU large-v3-turbo
    whisper_device: Literal["auto", "cpu", "cuda"] = "auto"
    whisper_compute: str = "auto"  # CTranslate2's compute type; int8, on a GPU float16
    whisper_threads: int = Field(default=1, ge=1)  # of one decoding; calls are decoded in turn
    whisper_workers: int = Field(default=0, ge=0)  # processes with the model; 0: one for each core
    whisper_deadline: float = Field(
        default=1.5, gt=0
    )  # for a final result; later is not listened for
    whisper_calls: int = Field(default=0, ge=0)  # at once; 0: measured at start

    coqui_python: str = ""  # interpreter of coqui-tts's own environment; "" .venvs/tts's
    coqui_workers: int = Field(default=1, ge=1)
    piper_python: str = ""  # interpreter of piper's own environment; "" this one
    # the share of its rate at which a voice speaks to a caller who asks for it slower
    slow_rate: float = Field(default=SLOW, ge=0.5, lt=1)

    llm_urls: Names = ("http://127.0.0.1:8000/v1",)  # the second takes over from the first
    llm_model: str = ""  # as the server names it; "" its first
    llm_adapters: dict[str, str] = Field(default_factory=dict)  # language -> model name of its LoRA
    llm_key: SecretStr = SecretStr("")
    # to try weights with, when they are added
    llama_server: str = ""  # llama.cpp's server; "" the one on PATH
    llm_python: str = ""  # interpreter of vLLM's own environment; "" .venvs/llm's
    train_python: str = ""  # interpreter with torch and peft, merges Whispers; "" .venvs/train's
    # for the transparency sheet; a language with a model of its own has them in its language.toml
    llm_revision: str = ""
    llm_licence: str = ""
    llm_training: str = ""  # what it was trained on, or where that is told
    # One clock a turn, from the caller's last words: a sign of work after 0.8 s of it, the other
    # endpoint after a third of it, and at its end the call goes on without an answer. Once an
    # answer has begun it runs anew from each sentence.
    llm_patience: float = Field(default=6.0, gt=0)
    llm_draft_patience: float = Field(default=300.0, gt=0)  # `waxtaan translate`: for some 20 lines
    llm_breaker_failures: int = Field(default=3, ge=1)  # in a row, before an endpoint rests
    llm_breaker_rest: float = Field(default=10.0, gt=0)

    knowledge: Path = Path("knowledge")  # Markdown pages: <language>/<page>.md
    # shares of a question: that the language model is shown a passage for, and that a page
    # answers in its own sentence, with no model
    knowledge_least: float = Field(default=0.4, ge=0, le=1)
    knowledge_sure: float = Field(default=0.5, ge=0, le=1)
    # the same two where embeddings tell: how probably the passage answers
    knowledge_least_probable: float = Field(default=0.3, ge=0, le=1)
    knowledge_sure_probable: float = Field(default=0.5, ge=0, le=1)
    intents_patience: float = Field(default=0.06, gt=0)  # s after a turn, for what it may want
    embeddings_patience: float = Field(default=0.3, gt=0)  # for a question; then words decide
    knowledge_passages: int = Field(default=3, ge=1)  # the most that the language model is shown

    back_office: Literal["demo", "http"] = "demo"
    back_office_url: str = ""
    back_office_token: SecretStr = SecretStr("")
    back_office_timeout: float = Field(default=2.0, gt=0)

    bridges: Names = ()  # asterisk, audiosocket, twilio, telnyx, plivo
    numbers: dict[str, NumberSetting] = Field(default_factory=dict)  # called number, digits only
    asterisk_user: str = "waxtaan"  # as in Asterisk's websocket_client.conf
    asterisk_password: SecretStr = SecretStr("")
    ari_url: str = ""  # Asterisk's REST interface, "http://127.0.0.1:8088"; "" people are not rung
    ari_user: str = "waxtaan"
    ari_password: SecretStr = SecretStr("")
    desk_endpoint: str = Field(  # how Asterisk rings the extension that takes a call at the desk
        default="PJSIP/{person}", pattern=r"^[^{}]*\{person\}[^{}]*$"
    )
    accept_seconds: float = Field(default=30.0, gt=0)  # for a person to accept a whispered call
    audiosocket_host: str = "127.0.0.1"
    audiosocket_port: int = Field(default=9019, ge=0, le=65535)
    audiosocket_peers: Names = ()  # addresses or networks of PBXs; () loopback only
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_api: str = "https://api.twilio.com"  # or a back end that speaks the same language
    twilio_fallback: str = ""  # a number or SIP address for calls we cannot take, or that broke off
    twilio_people: dict[str, Names] = Field(default_factory=dict)  # queue -> numbers, SIP addresses
    twilio_number: str = ""  # one of the account's, which people who are rung see; "" the called
    twilio_desk_endpoint: str = Field(  # how Twilio rings who takes a call at the desk
        default="+{person}", pattern=r"^[^{}]*\{person\}[^{}]*$"
    )
    telnyx_public_key: str = ""  # base64, from Keys & Credentials: what webhooks are verified with
    telnyx_codec: Literal["PCMU", "PCMA"] = "PCMU"  # both ways; PCMA where telephones are A-law
    telnyx_fallback: str = ""  # as twilio_fallback
    plivo_auth_token: SecretStr = SecretStr("")
    plivo_fallback: str = ""  # as twilio_fallback
    stream_token_seconds: float = Field(default=30.0, gt=0)  # from a call's webhook to its stream
    vonage_signature_secret: SecretStr = SecretStr("")  # the account's, for signed webhooks
    vonage_application_id: str = ""  # whose calls are taken; "" any of the account's applications'
    vonage_fallback: str = ""  # a number or SIP address for calls we cannot take, or that broke off
    genesys_api_key: SecretStr = SecretStr("")  # as in Genesys Cloud's Audio Connector integration
    genesys_client_secret: SecretStr = SecretStr("")  # base64; what it signs with

    desk_token: SecretStr = SecretStr("")  # who has it reads and takes over calls; "" no desk
    desk_session_hours: float = Field(default=12.0, gt=0)  # then a browser shows the token again
    desk_keep_seconds: float = Field(default=600.0, ge=0)  # a call that has ended is shown

    webhook_url: str = ""  # told of handoffs; "" nobody is
    webhook_secret: SecretStr = SecretStr("")  # what it is told is signed with
    webhook_timeout: float = Field(default=5.0, gt=0)
    webhook_retry_seconds: float = Field(default=1.0, gt=0)  # doubled for each further attempt

    record: bool = True  # keep audio and log of every call
    downloads: bool = True  # let the page offer them; anyone with the call's id may fetch them
    allowed_origins: Names = ()  # pages of other sites that may call, "https://a.example"
    max_calls: int = Field(default=10, ge=1)  # at once; further callers are told to try again
    max_call_seconds: float = Field(default=1800.0, gt=0)
    max_turn_seconds: float = Field(default=30.0, gt=1)  # one turn; then what was heard is taken
    max_message_bytes: int = Field(default=256 * 1024, ge=4096)  # one WebSocket message
    # One of a telephone network: a longer one is bad, and one over max_message_bytes ends the line.
    max_network_message_bytes: int = Field(default=64 * 1024, ge=4096)
    max_bad_messages: int = Field(default=20, ge=1)  # of late in one call, before it is closed
    bad_messages_seconds: float = Field(default=60.0, gt=0)  # how long "of late" is
    max_ahead_seconds: float = Field(default=2.0, gt=0)  # audio ahead of real time is dropped
    max_flood_seconds: float = Field(default=20.0, gt=0)  # dropped audio before it is closed
    stalled_write_seconds: float = Field(default=5.0, gt=0)  # a client that stops reading
    cpu_watts: float = Field(default=0.0, ge=0)  # of a busy core, for what calls take; 0: not known
    hung_seconds: float = Field(default=10.0, ge=0)  # then the process ends itself; 0 never

    # Our own voice from a caller's loudspeaker is taken out. On a line without echo, who talks over
    # our first second is heard later, while it learns that there is none.
    echo_cancellation: bool = False
    turn_model: Literal["smart-turn", "none"] = "smart-turn"  # whether a turn sounds finished
    vad_confidence: float = Field(default=0.4, gt=0, lt=1)
    vad_start: float = Field(default=0.128, gt=0)  # of speech before a turn begins
    vad_gain: float = Field(default=18.0, ge=0)  # dB at most by which a soft voice is made louder
    vad_stop: float = Field(default=0.16, gt=0)  # of silence before speech counts as paused

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
