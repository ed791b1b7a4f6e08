"""The languages of a line: the one it begins in, and those that its greeting offers a key for."""

from collections.abc import Collection, Sequence

from pipelines.errors import ConfigurationError
from pipelines.packs.language_files import EVERY

NONE = "none"


def check(setting: str, codes: Sequence[str], packs: Collection[str]) -> None:
    """That calls are answered in the languages that a setting names.

    Raises:
        ConfigurationError: with the setting, the language, and those that there are.
    """
    for code in codes:
        if code not in packs:
            raise ConfigurationError(
                f"setting {setting}: no pack '{code}' is in use; there are {', '.join(packs)} "
                f"(WAXTAAN_LANGUAGES takes up others). WAXTAAN_{setting.upper()} names them"
            )


def offered(greeting: Sequence[str], languages: Sequence[str]) -> tuple[str, ...]:
    """The languages with a key, first the one of key 9.

    Args:
        greeting: the setting `greeting_languages`; none named: `languages`, unless it is `EVERY`.
        languages: the setting `languages`.
    """
    if tuple(greeting) == (NONE,):
        return ()
    if greeting:
        return tuple(greeting)
    return () if EVERY in languages else tuple(languages)
