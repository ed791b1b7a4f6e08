"""The shape of the tree; `pytest -s tests/test_structure.py` prints the numbers."""

import ast
import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST = 300  # lines a file
LOOSE = 12  # files at the root of pipelines/

# From the ground up: a room imports rooms that stand before it, and none after it.
ROOMS = (
    *("agent", "errors", "audio", "logs", "sound_files", "circuit_breaker"),
    *(
        "engines",
        "backoffice",
        "store",
        "importing",
        "packs",
        "quality",
        "settings",
        "weights",
        "engine_choice",
        "knowledge",
        "intents",
        "flow_chart",
        "translating",
    ),
    *(
        "assistant",
        "call",
        "chat",
        "synthetic_caller",
        "replay",
        "lines",
        "desk",
        "quality_pages",
        "language_pages",
        "server",
    ),
    *("cli", "bench", "__main__"),
)


def modules() -> dict[str, Path]:
    """By dotted name."""
    found = {}
    for top in ("agent", "pipelines"):
        for path in (ROOT / top).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


def imported(path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """The modules of ours that a file imports, at its top, in a function or for types only."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and (module := node.module or "") in known:
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                yield inner if inner in known else module


def imports() -> dict[str, set[str]]:
    known = modules()
    return {name: set(imported(path, known)) - {name} for name, path in known.items()}


def room(module: str) -> str:
    top, _, rest = module.partition(".")
    return rest.partition(".")[0] if top == "pipelines" and rest else top


def lines() -> dict[str, int]:
    """Of what people read to understand the code: Python, and the page's scripts and styles."""
    files = [
        path
        for top in ("agent", "pipelines")
        for path in (ROOT / top).rglob("*")
        if path.suffix in (".py", ".js", ".css", ".html")
    ]
    return {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in files
    }


def test_few_files_lie_loose_at_the_root() -> None:
    loose = sorted(path.name for path in (ROOT / "pipelines").iterdir() if path.is_file())
    print(f"\n{len(loose)} loose files at the root of pipelines/: {', '.join(loose)}")
    assert len(loose) <= LOOSE


def test_no_file_is_long() -> None:
    counted = lines()
    longest = max(counted, key=lambda name: counted[name])
    mean = sum(counted.values()) / len(counted)
    print(
        f"\n{len(counted)} files, {mean:.0f} lines on average, most {counted[longest]}: {longest}"
    )
    assert {name: n for name, n in counted.items() if n > LONGEST} == {}


def test_no_import_goes_round() -> None:
    graph = imports()
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(f"an import circle: {' <- '.join(error.args[1])}") from error
    arrows = sum(map(len, graph.values()))
    print(f"\n{len(graph)} modules, {arrows} imports among them, 0 circles")


def test_every_room_stands_on_those_before_it() -> None:
    floor = {name: number for number, name in enumerate(ROOMS)}
    arrows = {
        (room(one), room(other))
        for one, others in imports().items()
        for other in others
        if room(one) != room(other)
    }
    assert {name for pair in arrows for name in pair} <= set(ROOMS)
    up = sorted(f"{one} -> {other}" for one, other in arrows if floor[other] > floor[one])
    print(f"\n{len(ROOMS)} rooms, {len(arrows)} arrows between them, {len(up)} of them upwards")
    assert up == []


def test_links_in_the_pages_lead_somewhere() -> None:
    pages = [path for path in ROOT.rglob("*.md") if not set(path.parts) & {".venv", ".venvs"}]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if not re.match("[a-z]+:", target) and not (page.parent / target).exists()
    ]
    assert broken == []
