"""`waxtaan flows`: use cases drawn from their code."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from agent.acts import Ask, Confirm, Handoff, LookUp
from pipelines.cli.errors import WRONG_USAGE, fail, no_language
from pipelines.errors import ConfigurationError
from pipelines.flow_chart.dot import dot, svg
from pipelines.flow_chart.explore import Chart, explore
from pipelines.packs.reader import load
from pipelines.settings import Settings


def flows(
    names: list[str], language: str, file: Path | None, folder: Path | None, as_dot: bool
) -> None:
    """Ends with 1 if a use case could not be explored; the others are drawn."""
    config = load(Settings().prompts, Settings().languages)
    if language not in config.packs:
        no_language(language, config.packs, Settings().prompts)
    if unknown := [name for name in names if name not in config.flows]:
        fail(f"no use case '{unknown[0]}'; there are {', '.join(config.flows)}", WRONG_USAGE)
    told = Console(stderr=True, highlight=False, markup=False)
    charts = []
    for name in names or config.flows:
        try:
            charts.append(explore(config.flows[name]))
        except ConfigurationError as error:
            told.print(f"waxtaan: {error}", soft_wrap=True)
    for chart in charts:
        if chart.cut:
            at = ", ".join(sorted(chart.cut))
            told.print(f"{chart.flow}: too many situations, drawn as far as followed: {at}")
    words = config.packs[language].language

    def drawn(which: list[Chart]) -> bytes:
        text = dot(which, words)
        return text.encode() if as_dot else svg(text)

    if file is not None:
        _write(file, drawn(charts))
    if folder is not None:
        for chart in charts:
            _write(folder / f"{chart.flow}.{'dot' if as_dot else 'svg'}", drawn([chart]))
    if file is None and folder is None:
        print(dot(charts, words), end="") if as_dot else _table(charts)
    if len(charts) < len(names or config.flows):
        raise SystemExit(1)


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        fail(f"{path}: {error.strerror}", WRONG_USAGE)


def _table(charts: list[Chart]) -> None:
    table = Table("use case", "asks", "looks up", "hands over to", "acts", "ways between them")
    for chart in charts:
        acts = [act for act in chart.acts.values() if act is not None]
        asks = [act.slot for act in acts if isinstance(act, (Ask, Confirm))]
        looks = [act.name for act in acts if isinstance(act, LookUp)]
        over = [f"{act.queue} ({act.reason})" for act in acts if isinstance(act, Handoff)]
        ways = sum(len({after for _, after in seen}) for seen in chart.seen.values())
        row = (list(dict.fromkeys(found)) for found in (asks, looks, over))
        table.add_row(chart.flow, *("\n".join(cell) for cell in row), str(len(acts)), str(ways))
    Console(markup=False).print(table)
