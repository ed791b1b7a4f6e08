"""English in tau2's technical support: the pack, with wording and wishes of its own."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Literal

from agent.languages.language import Intent, Language
from agent.policy import Policy
from pipelines.packs.reader import load
from pipelines.packs.toml_files import Strict, read_toml, validated

_HERE = Path(__file__).parent


class _Entry(Strict):
    kind: Literal["flow", "answer"]
    say: tuple[str, ...]
    words: tuple[str, ...] = ()


class _Phrases(Strict):
    sentences: dict[str, tuple[str, ...]]


@cache
def english(prompts: Path) -> tuple[Language, Policy]:
    """The language, and the operator's policy. The pack's own use cases are not offered here.

    Raises:
        ConfigurationError: a file is missing or wrong.
    """
    config = load(prompts)
    pack = config.languages["en"]
    own = {
        name: validated(_Entry, entry, _HERE / "intents.toml", name)
        for name, entry in read_toml(_HERE / "intents.toml").items()
    }
    phrases = _Phrases(sentences=read_toml(_HERE / "phrases.toml")).sentences
    intents = {
        **{n: Intent(n, e.kind, e.say, e.words) for n, e in own.items()},
        **{n: i for n, i in pack.intents.items() if i.kind != "flow" and n not in own},
    }
    language = replace(pack, phrases={**pack.phrases, **phrases}, intents=intents)
    return language, config.policy
