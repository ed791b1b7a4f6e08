"""What is put otherwise before figures are read, and mended after it: by tables of written.toml.

    rewrite          [pattern, replacement], …: before
    mend             the same, after

A language without such a table is left alone.
"""

import re

from pipelines.engines.tts.normalisation.nouns import setting


def prepared(text: str, language: str) -> str:
    """A text with figures before anything in it is read."""
    for pattern, replacement in setting("rewrite", language):
        text = re.sub(pattern, replacement, text)
    return text


def mended(text: str, language: str) -> str:
    """A text whose figures have been read."""
    for pattern, replacement in setting("mend", language):
        text = re.sub(pattern, replacement, text)
    return text
