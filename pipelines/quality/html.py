"""A report as one HTML file: the page, its styles, its scripts and the data, with nothing to fetch.

The same files in `page/` are what a server hands out as they are, beside a `report.json`: there the
scripts are modules, here they are functions in one script, each after those that it imports.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent / "page"
_STYLE = re.compile(r'^ *<link rel="stylesheet" href="(.+?)">\n', re.MULTILINE)
_SCRIPT = re.compile(r'^ *<script type="module" src="(.+?)"></script>\n', re.MULTILINE)
_POLICY = re.compile(r'(?<=<meta http-equiv="Content-Security-Policy" content=").*?(?=">)')
_IMPORT = re.compile(r'^import (\{.*?\}) from "\./(.+?)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)


def as_html(data: Mapping[str, Any]) -> str:
    """The page of `data.as_data`'s report.

    Nothing in the data can become a part of the page: it is in JSON elements without a "<", and a
    policy in the page lets no other script or style run than its own. The calls' pieces stand
    behind the script, which shows the report while the browser still reads them.
    """
    page = (PAGE / "report.html").read_text(encoding="utf-8")
    style = "".join(_read(name) for name in _STYLE.findall(page))
    (first,) = _SCRIPT.findall(page)
    script = _one_script(first)
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "img-src data:; media-src 'self' file: blob:; base-uri 'none'; form-action 'none'"
    )
    page = _POLICY.sub(lambda _: policy, page)
    head, rest = page.split(_first(_STYLE, page), 1)
    rest = _STYLE.sub("", rest)
    middle, end = rest.split(_first(_SCRIPT, rest), 1)
    return "".join(
        (
            *(head, "<style>", style, "</style>\n", middle),
            _json("report", {name: part for name, part in data.items() if name != "pieces"}),
            *("  <script>", script, "</script>\n"),
            *(_json(f"piece-{i}", piece) for i, piece in enumerate(data.get("pieces", ()))),
            end,
        )
    )


def _json(name: str, data: object) -> str:
    """An element that holds data."""
    told = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'  <script type="application/json" id="{name}">{told}</script>\n'


def _first(pattern: re.Pattern[str], page: str) -> str:
    found = pattern.search(page)
    if found is None:
        raise ValueError(f"{PAGE / 'report.html'}: no line like {pattern.pattern}")
    return found.group()


def _one_script(first: str) -> str:
    """The module and all that it imports. Each has its names to itself, as modules have."""
    sources: dict[str, str] = {}
    imports: dict[str, list[str]] = {}
    to_read = [first]
    while to_read:
        name = to_read.pop()
        if name not in sources:
            sources[name] = _read(name)
            imports[name] = [imported for _, imported in _IMPORT.findall(sources[name])]
            to_read += imports[name]
    order = TopologicalSorter(imports).static_order()
    functions = "".join(_as_function(name, sources[name]) for name in order)
    return f'(() => {{\n"use strict";\nconst modules = {{}};\n{functions}}})();\n'


def _as_function(name: str, source: str) -> str:
    exported = ", ".join(_EXPORT.findall(source))
    body = _EXPORT.sub("", _IMPORT.sub(r'const \1 = modules["\2"];', source))
    return f'modules["{name}"] = (() => {{\n{body}return {{ {exported} }};\n}})();\n'


def _read(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """As a content security policy names what may run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
