"""What is reported of many calls: which figures, in what unit, which way is better."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipelines.quality.checks import CHECKS

Better: TypeAlias = Literal["higher", "lower", "neither"]
Unit: TypeAlias = Literal["share", "s", "a call", "Wh", "0..1"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One. `of` names the figure it is made of; `quantile` is a series', None of counts."""

    name: str
    label: str
    unit: Unit
    better: Better
    of: str
    quantile: float | None = None


def _counted(name: str, label: str, unit: Unit, better: Better) -> Metric:
    return Metric(name, label, unit, better, name)


def _quantiles(of: str, label: str, better: Better, *quantiles: float) -> tuple[Metric, ...]:
    return tuple(
        Metric(f"{of}_p{round(100 * q)}", f"{label}, p{round(100 * q)}", "s", better, of, q)
        for q in quantiles
    )


METRICS: tuple[Metric, ...] = (
    _counted("resolved", "calls with a wish in which all was done", "share", "higher"),
    _counted("contained", "calls that no person took over", "share", "neither"),
    _counted(
        "stayed_contained", "of those, no further call of the number since", "share", "higher"
    ),
    _counted("handed_over", "calls put through to a person", "share", "neither"),
    *_quantiles("to_escalation", "until a person was called", "lower", 0.5, 0.9),
    _counted(
        "context_complete", "of what the caller gave, what the person was told", "share", "higher"
    ),
    *_quantiles("duration", "length of a call", "neither", 0.5, 0.9),
    _counted("turns", "decided turns", "a call", "neither"),
    _counted("not_understood", "turns not understood", "share", "lower"),
    _counted("asked_back", "turns asked back", "share", "lower"),
    _counted("asked_again", "values asked for that the caller had given", "share", "lower"),
    _counted("heard_surely", "how surely turns were heard", "0..1", "higher"),
    _counted("word_errors", "words heard wrongly, where a reference exists", "share", "lower"),
    _counted("character_errors", "the same in letters", "share", "lower"),
    _counted("entity_errors", "details understood wrongly, where annotated", "share", "lower"),
    _counted("language_right", "turns heard in the language they were in", "share", "higher"),
    _counted("without_model", "turns without the language model", "share", "higher"),
    _counted("model_calls", "turns with the language model", "a call", "lower"),
    _counted("model_tokens", "tokens of the language model", "a call", "lower"),
    _counted("model_watt_hours", "language model, per resolved call", "Wh", "lower"),
    _counted("cpu_seconds", "processor time of a call", "s", "lower"),
    _counted("watt_hours", "processor and language model, per resolved call", "Wh", "lower"),
    *_quantiles("wait", "caller's last sound to the agent's first", "lower", 0.5, 0.9, 0.95, 0.99),
    *_quantiles("pause", "of it: the pause that ended the turn", "lower", 0.5, 0.95),
    *_quantiles("after_decision", "of it: from the decision to the sound", "lower", 0.5, 0.95),
    *_quantiles("stop", "caller cuts in to the agent's silence", "lower", 0.5, 0.95),
    _counted("cut_in", "times the agent cut in on the caller", "a call", "lower"),
    _counted("too_early", "times the agent began in a pause of the caller's", "a call", "lower"),
    _counted("talk_over", "both speak", "share", "lower"),
    _counted("dead_air", "nobody speaks for over 3 s", "share", "lower"),
    _counted("caller_talks", "the caller speaks", "share", "neither"),
    _counted("agent_talks", "the agent speaks", "share", "neither"),
    _counted("silences", "times a silent caller was spoken to", "a call", "lower"),
    *(_counted(f"check_{name}", told, "share", "higher") for name, told in CHECKS.items()),
)
BY_NAME: Mapping[str, Metric] = {metric.name: metric for metric in METRICS}
