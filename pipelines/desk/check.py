"""Whether the settings of the desk and its webhook will do, before anything starts."""

from urllib.parse import urlsplit

from pipelines.errors import EngineError
from pipelines.settings import Settings

_SHORTEST = 16  # characters of a secret that cannot be guessed


def check(settings: Settings) -> None:
    """Say what is missing.

    Raises:
        EngineError: names the setting and what to do.
    """
    token = settings.desk_token.get_secret_value()
    if token and len(token) < _SHORTEST:
        raise EngineError(
            f"desk_token is shorter than {_SHORTEST} characters, and who has it reads every call: "
            "set WAXTAAN_DESK_TOKEN to something like the output of openssl rand -hex 24"
        )
    if settings.webhook_url:
        if urlsplit(settings.webhook_url).scheme not in ("http", "https"):
            raise EngineError(
                "webhook_url is no address: set WAXTAAN_WEBHOOK_URL to one that begins with "
                "https:// or http://"
            )
        if len(settings.webhook_secret.get_secret_value()) < _SHORTEST:
            raise EngineError(
                f"webhook_url is set and webhook_secret is shorter than {_SHORTEST} characters: "
                "set WAXTAAN_WEBHOOK_SECRET, the same at the other end, which knows by it that a "
                "message is ours"
            )
