"""The report as one file: whole, and closed to what its data may hold."""

import base64
import hashlib
import json
import re
from pathlib import Path

from pipelines.quality.html import PAGE, as_html
from tests.pipelines.quality.reports import alone, golden

HOSTILE = "</script><script>alert(1)</script><!--"


def test_nothing_in_the_data_becomes_a_part_of_the_page(tmp_path: Path) -> None:
    data = {**alone(tmp_path, golden(tmp_path)[:1]), "title": HOSTILE}
    page = as_html(data)
    told = re.findall(r'<script type="application/json" id="(.*?)">(.*?)</script>', page)
    assert page.count("<script") == page.count("</script>") == len(told) + 1
    held = {name: json.loads(part) for name, part in told}
    assert held == {
        "report": {name: part for name, part in data.items() if name != "pieces"},
        "piece-0": data["pieces"][0],
    }


def test_nothing_is_fetched() -> None:
    page = as_html({"report": 1})
    assert not re.findall(r'(?:src|href)="(?!#|data:)', page)
    assert not re.findall(r"\bimport\b[^.]*\bfrom\b|\burl\(|@import", page)


def test_only_its_own_script_and_style_may_run() -> None:
    page = as_html({"report": 1})
    (policy,) = re.findall(r'"Content-Security-Policy" content="(.*?)"', page)
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        inside = page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        told = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{directive} 'sha256-{told}';" in policy


def test_every_file_of_the_page_is_in_it() -> None:
    page = as_html({"report": 1})
    for path in PAGE.glob("*.js"):
        assert f'modules["{path.name}"] = ' in page
    for path in PAGE.glob("*.css"):
        assert path.read_text(encoding="utf-8") in page
