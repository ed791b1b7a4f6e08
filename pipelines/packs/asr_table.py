"""The recogniser's checkpoint in a pack's `language.toml`; all else of it stays as it is.

The file is changed as text, and read before and after: a change that would touch anything else, or
leave no TOML, is refused.
"""

import re
import tomllib

from pipelines.errors import ConfigurationError

_TABLE = re.compile(r"(?m)^\[asr\][^\n]*\n(?:(?!\[)[^\n]*(?:\n|\Z))*")


def with_asr(text: str, model: str, token: str) -> str:
    """The file's text with this model and token under `[asr]`; another model's settings go.

    Raises:
        ConfigurationError: the text is no TOML, or cannot be changed without touching anything
            else.
    """
    try:
        before = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"language.toml: {error}") from error
    table = f'[asr]\nmodel = "{model}"\ntoken = "{token}"\n'
    found = _TABLE.search(text)
    if found is None:
        changed = f"{text.rstrip()}\n\n{table}"
    else:
        rest = text[found.end() :]
        changed = f"{text[: found.start()]}{table}{chr(10) if rest else ''}{rest}"
    try:
        after = tomllib.loads(changed)
    except tomllib.TOMLDecodeError:
        after = {}
    if after != {**before, "asr": {"model": model, "token": token}}:
        raise ConfigurationError(
            "language.toml: [asr] cannot be written without changing something else: write "
            f'model = "{model}" and token = "{token}" under [asr] by hand'
        )
    return changed
