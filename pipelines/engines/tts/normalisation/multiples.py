"""How many times: "x2", "3 x 10 GB", "2x a day"; in written.toml `by` and `times`."""

import re

from pipelines.engines.tts.normalisation.cardinals import cardinal
from pipelines.engines.tts.normalisation.nouns import change, setting, word

_TIMES = re.compile(r"(?<![\w.,])(\d{1,3})(?:\s?[x×х]|-?kr[aá]t)(?=[\s.,;:!?)]|$)")


def multiples(text: str, language: str) -> str:
    """A text with its factors in words, as far as the language has them."""
    by = word("by", language)
    if by:
        text = re.sub(r"(?<=\d) ?[x×] ?(?=\d)", f" {by} ", text)
        text = re.sub(r"(?<!\S)[x×](?=\d+\b)", f"{by} ", text)
    rules = setting("times", language)
    if not rules:
        return text

    def said(found: re.Match[str]) -> str:
        return change(cardinal(int(found[1]), language) or found[1], rules)

    return _TIMES.sub(said, text)
