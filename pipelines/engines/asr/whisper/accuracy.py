"""How well published checkpoints were found to hear people, by language, in words for operators.

From `waxtaan bench asr-people` (n in each line), recordings of voice menus and commands, the half
of each set that nothing was tuned on, wide and telephone band mixed; what is not here was not
measured.
"""

from collections.abc import Mapping
from pathlib import Path

_BASE: Mapping[str, str] = {
    "en": "4 % of the words of 25 long prompts wrong, 23 of 25 short ones exact",
    "fr": "17 % of the words of 24 long prompts wrong, 10 of 25 short ones exact: ask back",
    "es": "13 % of the words of 24 long prompts wrong, 14 of 25 short ones exact",
    "it": "11 % of the words of 24 long prompts wrong, 20 of 25 short ones exact",
    "ru": "16 % of the words of 23 long prompts wrong, 18 of 25 short ones exact",
}
_TINY_EN: Mapping[str, str] = {
    "en": "4 % of the words of 54 long prompts wrong, 65 of 80 short ones exact",
}
_MEASURED: Mapping[str, Mapping[str, str]] = {"whisper/base": _BASE, "whisper/tiny.en": _TINY_EN}


def measured(model: Path, language: str) -> str:
    """What was measured of a checkpoint by its folder's name; "" where nothing was."""
    return _MEASURED.get("/".join(model.parts[-2:]), {}).get(language, "")
