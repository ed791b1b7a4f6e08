"""`waxtaan flows`."""

import shutil

from tests.pipelines.cli.shell import Shell


def test_a_table_and_dot(waxtaan: Shell) -> None:
    told = waxtaan("flows", "outage").stdout
    assert "technical (advice_did_not_help)" in told
    assert "service" in told
    text = waxtaan("flows", "outage", "sim", "--dot", "-l", "fr").stdout
    assert text.startswith("digraph {")
    assert 'subgraph "cluster_sim"' in text
    waxtaan("flows", "--dot", "--dir", "drawn")
    assert "cluster_bill" in (waxtaan.folder / "drawn" / "bill.dot").read_text(encoding="utf-8")


def test_a_drawing(waxtaan: Shell) -> None:
    if shutil.which("dot"):
        waxtaan("flows", "balance", "--svg", "balance.svg")
        assert "<svg" in (waxtaan.folder / "balance.svg").read_text(encoding="utf-8")
    gone = {"code": 3, "typed": ""}
    waxtaan.environment["PATH"] = ""
    ran = waxtaan("flows", "balance", "--svg", "balance.svg", **gone)  # type: ignore[arg-type]
    assert "apt-get install graphviz, or --dot" in ran.stderr


def test_what_is_wrong_is_said(waxtaan: Shell) -> None:
    assert "no use case 'weather'; there are " in waxtaan("flows", "weather", code=2).stderr
    assert "no language 'xx'" in waxtaan("flows", "-l", "xx", code=2).stderr
    (waxtaan.folder / "file").touch()
    assert "file" in waxtaan("flows", "bill", "--dot", "--dir", "file", code=2).stderr
