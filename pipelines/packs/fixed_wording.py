"""What the agent says the same to everyone: sentences, and beginnings of sentences.

A template that names things out of a closed list only (`{item:item}`, the wordings `item.<value>`)
stands for a sentence with each of them; one that holds a value of the caller's has a beginning. A
month is out of a list of twelve.
"""

import itertools
import string
from collections.abc import Iterator

from agent.languages.language import Language
from agent.languages.wording import PERSONAL, fill, length_of_phones
from pipelines.engines.tts.cache import Beginning

# Wordings that are parts of sentences, or shown and not said.
PARTS = (
    *("money.", "date", "time", "item.", "service.", "flow.", "queue.", "alternative."),
    *(
        "language_name.",
        "notice.",
        "topic.",
        "key.",
        "option",
        "choice.",
        "order_",
        "gigabytes.",
        "days.",
        "length.",
    ),
    *("amount", "bill_item", "bundle", "visit", "plan", "transfer"),
)
_MOST = 40  # sentences that a template may stand for; more are not worth the disk
_SHORTEST = 4  # letters; what begins shorter is over before anything more is there
# Only for how the sentence goes on, and never heard.
_EXAMPLES = {
    "money": "32.50 EUR",
    "date": "2026-05-12",
    "time": "18:30",
    "number": "5",
    "digits": "4821",
    "pairs": "770001234",
    "email": "marie.dupont@gmail.com",
    "gigabytes": "5",
    "days": "7",
    "": "5",
}

# Of wordings that other wordings are made of: a date, a time, an amount, a counted noun.
_OF_PARTS = {
    "day": "5",
    "hour": "18",
    "of_twelve": "6",
    "minute": "30",
    "units": "32",
    "cents": "50",
    "n": "5",
}


def sentences(language: Language) -> list[str]:
    """All that is said as it stands, each once."""
    found = []
    for template, values in _templates(language):
        if _values_of_callers(template) == len(template):
            found.append(fill(language, template, values))
    return list(dict.fromkeys(found))


def beginnings(language: Language) -> list[Beginning]:
    """Of each sentence with a value of the caller's, what comes before it, each once."""
    found: dict[str, Beginning] = {}
    for template, values in _templates(language):
        end = _values_of_callers(template)
        example = fill(language, template, values)
        length = len(fill(language, template[:end], values).rstrip())
        if length >= _SHORTEST and example[length : length + 1] == " " and end < len(template):
            found.setdefault(example[:length], Beginning(example, length))
    return list(found.values())


def with_values(language: Language) -> list[str]:
    """An example of each sentence that holds a value of a caller's."""
    found: dict[str, str] = {}
    for template, values in _templates(language):
        if _values_of_callers(template) < len(template):
            found.setdefault(template, fill(language, template, values))
    return list(found.values())


def example(language: Language, template: str) -> str:
    """A template as it may be heard, with a value of each kind; also one that is only a part.

    Raises:
        WordingError: a placeholder wants what the language has not.
        ValueError: a brace is not closed.
    """
    part = next(iter(language.day_parts.values()), "")
    values = {**_OF_PARTS, "month": language.months[0], "part": part}
    for name, how in _placeholders(template):
        if how or name not in values:
            values[name] = next(iter(_ways(language, how)), "")
    return fill(language, template, values)


def _templates(language: Language) -> Iterator[tuple[str, dict[str, str]]]:
    """Each template that is said, with each way to fill in what is out of closed lists."""
    for name in language.phrases:
        if not name.startswith(PARTS):
            for template in language.sentences(name):
                ways = [_ways(language, how) for _, how in _placeholders(template)]
                for values in itertools.islice(itertools.product(*ways), _MOST):
                    names = (placeholder for placeholder, _ in _placeholders(template))
                    yield template, dict(zip(names, values, strict=True))


def _ways(language: Language, how: str) -> list[str]:
    if how == "month":
        return [f"2026-{number:02}-01" for number in range(1, 13)]
    if how == "length":
        return [length_of_phones(language)]
    if how in _EXAMPLES:
        return [_EXAMPLES[how]]
    begins = f"{how}."
    found = [name.removeprefix(begins) for name in language.phrases if name.startswith(begins)]
    if how == "language_name":  # of the others one is told the name of, and offered none
        return [code for code in found if code in language.served]
    return found


def _placeholders(template: str) -> list[tuple[str, str]]:
    """Name of each, and how it is spoken."""
    return [(name, how or "") for _, name, how, _ in string.Formatter().parse(template) if name]


def _values_of_callers(template: str) -> int:
    """Where the first value of a caller's stands; the template's length where there is none."""
    end = len(template)
    for name, how in _placeholders(template):
        if not how or (how in PERSONAL and how != "month"):
            end = min(end, template.index("{" + (f"{name}:{how}" if how else name) + "}"))
    return end
