"""A language's `gate.toml`: what the gate before the voice knows (agent/grounding/gate.py)."""

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import Field

from agent.grounding.gate import GateRules
from agent.numbers.numerals import Numerals
from pipelines.packs.toml_files import Strict


class _Phrases(Strict):
    promises: tuple[str, ...] = ()
    deeds: tuple[str, ...] = ()
    machinery: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()
    soft_denials: tuple[str, ...] = ()


class _Numbers(Strict):
    words: dict[str, int] = Field(default_factory=dict)
    scales: dict[str, int] = Field(default_factory=dict)
    joins: frozenset[str] = frozenset()
    point: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    fives: frozenset[str] = frozenset()


class GateFile(Strict):
    """The file, validated."""

    above_ten: bool = False
    ones_first: bool = False
    ten_and_one: bool = False
    scale_first: bool = False
    fillers: frozenset[str] = frozenset()
    most_words: int = Field(default=40, ge=5)
    most_sentences: int = Field(default=4, ge=1)
    phrases: _Phrases = _Phrases()
    claims: dict[str, str] = Field(default_factory=dict)
    numbers: _Numbers = _Numbers()
    units: dict[str, str] = Field(default_factory=dict)
    periods: dict[str, str] = Field(default_factory=dict)

    def rules(
        self,
        months: tuple[str, ...],
        decimal_point: str,
        fallback: GateRules | None,
        months_heard: Mapping[str, int] = MappingProxyType({}),
    ) -> GateRules:
        """The rules; months and decimal point are those of the language's pack."""
        return GateRules(
            Numerals(
                self.numbers.words,
                self.numbers.scales,
                self.numbers.joins,
                self.numbers.articles,
                self.numbers.point,
                above_ten=self.above_ten,
                ones_first=self.ones_first,
                ten_and_one=self.ten_and_one,
                scale_first=self.scale_first,
                within=self.numbers.within,
                fives=self.numbers.fives,
                units=self.units,
                periods=self.periods,
                months=months,
                months_heard=months_heard,
                decimal_point=decimal_point,
            ),
            self.phrases.promises,
            self.phrases.deeds,
            self.phrases.machinery,
            self.claims,
            self.fillers,
            self.phrases.denials,
            self.phrases.soft_denials,
            self.most_words,
            self.most_sentences,
            fallback,
        )
