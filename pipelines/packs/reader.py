"""Reads `prompts/` and the use cases there are, once.

The only place that does. Whatever is missing or wrong is said at start, naming file and key.
"""

import hashlib
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import agent.flows
from agent.flow import Flow
from agent.languages.language import Language
from agent.policy import Policy
from pipelines.packs.language_files import load_packs
from pipelines.packs.pack import Pack
from pipelines.packs.policy_file import load_policy
from pipelines.packs.review_state import REVIEW

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"


@dataclass(frozen=True, slots=True)
class DialogueConfig:
    """All that `prompts/` and `agent/flows/` hold; shared by all calls."""

    packs: Mapping[str, Pack]
    flows: Mapping[str, Flow]  # in the order in which a menu offers them
    policy: Policy
    version: str = ""  # the package's, and "+" with eight digits of what stands in `prompts/`

    @property
    def languages(self) -> dict[str, Language]:
        """The languages the dialogue can speak."""
        return {code: pack.language for code, pack in self.packs.items()}

    def warm(self) -> None:
        """Learn the samples now, so that the first caller is answered as quickly as the next."""
        for language in self.languages.values():
            language.classifier.guess("")
            language.exact.get("")


@cache
def load(prompts: Path = PROMPTS, languages: tuple[str, ...] = ()) -> DialogueConfig:
    """Everything, read once for the process; `languages` as `load_packs` takes them.

    Raises:
        ConfigurationError: a file is missing or wrong.
    """
    flows = load_flows()
    policy = load_policy(prompts / "escalation.toml", flows)
    version_ = f"{version('waxtaan')}+{_digest(prompts)}"
    return DialogueConfig(load_packs(prompts, policy.region, languages), flows, policy, version_)


def load_with(prompts: Path, languages: tuple[str, ...], code: str) -> DialogueConfig:
    """What calls are answered in, and one language more, which may be a draft.

    Raises:
        ConfigurationError: as `load`.
    """
    config = load(prompts, languages)
    return config if code in config.packs else load(prompts, (*config.packs, code))


def _digest(folder: Path) -> str:
    """The same for the same files, wherever they are; who reviewed them changes no call."""
    found = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != REVIEW):
        found.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:8]


def load_flows() -> dict[str, Flow]:
    """Every `FLOW` in `agent/flows/`, by name."""
    modules = pkgutil.iter_modules(agent.flows.__path__)
    found = [importlib.import_module(f"agent.flows.{m.name}") for m in modules]
    flows = [m.FLOW for m in found if hasattr(m, "FLOW")]
    return {flow.name: flow for flow in sorted(flows, key=lambda f: f.name)}
