"""A chart as DOT text, which Graphviz lays out; its nodes say what callers hear."""

import string
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from textwrap import fill

from agent.acts import Act, Ask, Confirm, Handoff, Inform, LookUp
from agent.languages.language import Language
from agent.languages.wording import length_of_phones
from pipelines.errors import EngineError
from pipelines.flow_chart.conditions import Condition, conditions
from pipelines.flow_chart.explore import START, Chart
from pipelines.flow_chart.features import FOUND, OF, condition

_WIDTH = 34  # letters of a line in a node
_NARROW = 26  # on an edge
_LIMIT = 60.0  # s for Graphviz
_LOOKS = {
    Ask: 'shape=box, style="rounded,filled", fillcolor="#e8f1fb"',
    Confirm: 'shape=box, style="rounded,filled", fillcolor="#e8f1fb"',
    Inform: 'shape=box, style=filled, fillcolor="#f4f4f4"',
    LookUp: 'shape=cylinder, style=filled, fillcolor="#fff4d6"',
    Handoff: 'shape=box, style=filled, fillcolor="#fbe3e0", peripheries=2',
}
_HEAD = """digraph {
  graph [fontname="Helvetica,Arial,sans-serif", bgcolor=white, ranksep=0.35, nodesep=0.3]
  node [fontname="Helvetica,Arial,sans-serif", fontsize=11, margin="0.12,0.07"]
  edge [fontname="Helvetica,Arial,sans-serif", fontsize=10, fontcolor="#444444", color="#777777"]
"""


def dot(charts: Sequence[Chart], language: Language) -> str:
    """One graph with every use case in a frame of its own."""
    lines = [line for chart in charts for line in _cluster(chart, language)]
    return _HEAD + "".join(f"  {line}\n" for line in lines) + "}\n"


def svg(text: str, program: str = "dot") -> bytes:
    """DOT text laid out by Graphviz.

    Raises:
        EngineError: the program is missing, or does not like the text.
    """
    try:
        ran = subprocess.run(
            [program, "-Tsvg"], input=text.encode(), capture_output=True, timeout=_LIMIT, check=True
        )
    except FileNotFoundError:
        raise EngineError(
            f"Graphviz's '{program}' is not there: apt-get install graphviz, or --dot for the text"
        ) from None
    except subprocess.TimeoutExpired:
        raise EngineError(f"Graphviz took longer than {_LIMIT:.0f} s: draw fewer at once") from None
    except subprocess.CalledProcessError as error:
        raise EngineError(f"Graphviz: {error.stderr.decode(errors='replace').strip()}") from None
    return ran.stdout


def _cluster(chart: Chart, language: Language) -> Iterator[str]:
    yield f"subgraph {_quoted(f'cluster_{chart.flow}')} {{"
    yield f'label={_quoted(chart.flow)}; labeljust=l; fontsize=14; color="#cccccc"'
    for node, act in chart.acts.items():
        mark = " (cut short)" if node in chart.cut else ""
        yield f"{_id(chart, node)} [{_look(node, act, language, mark)}]"
    for before, seen in chart.seen.items():
        for after, why in conditions(seen, chart.own[before]).items():
            told = _quoted(_label(why))
            yield f"{_id(chart, before)} -> {_id(chart, after)} [label={told}]"
    yield "}"


def _id(chart: Chart, node: str) -> str:
    return _quoted(f"{chart.flow} {node}")


def _look(node: str, act: Act | None, language: Language, mark: str) -> str:
    if act is None:
        return f'label="{node}", shape=oval' if node == START else 'label="done", shape=oval'
    text = fill(wording(act, language), _WIDTH) + mark
    return f"label={_quoted(text)}, {_LOOKS[type(act)]}, tooltip={_quoted(node)}"


def wording(act: Act, language: Language) -> str:
    """What a caller hears of it, this caller's values named and not filled in."""
    match act:
        case Ask(slot, named):
            return _said(language, named or f"ask.{slot}")
        case Confirm(slot):
            return _said(language, f"confirm.{slot}")
        case Inform(topic):
            return _said(language, f"inform.{topic}")
        case Handoff(reason, queue):
            own = f"handoff.{reason}"
            said = _said(language, own if language.has(own) else "handoff")
            return f"{said} [{reason}: {queue}]"
        case LookUp(question, arguments):
            return f"back office: {question} ({', '.join(arguments)})"


def _said(language: Language, name: str) -> str:
    try:
        templates = language.sentences(name)
    except KeyError:
        return f"[{name}]"
    return " ".join(_plain(template, language) for template in templates)


def _plain(template: str, language: Language) -> str:
    long = " ".join(language.sentences(f"length.{length_of_phones(language)}"))
    parts = string.Formatter().parse(template.replace("{length:length}", long))
    return "".join(f"{text}‹{name}›" if name else text for text, name, _, _ in parts)


def _label(why: Iterable[Condition]) -> str:
    ways = dict.fromkeys(_way(one) for one in why)
    return "" if "" in ways else fill(" or ".join(ways), _NARROW)


def _way(one: Condition) -> str:
    """All conditions of one way; that something was found goes without saying beside others."""
    found = [c for c in one if not (len(one) > 1 and _is_found(c))]
    return ", ".join(condition(name, which) for name, which in found)


def _is_found(one: tuple[str, tuple[str, ...]]) -> bool:
    name, which = one
    return name.rpartition(OF)[2] == FOUND and which == ("yes",)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
