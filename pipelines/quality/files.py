"""A report as files for other programs: JSON, CSV for spreadsheets, JUnit for build servers."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet's formula may begin


def as_json(data: Mapping[str, Any]) -> str:
    """Without the pieces that only the page reads."""
    plain = {key: value for key, value in data.items() if key not in ("pieces", "packed")}
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def as_csv(data: Mapping[str, Any]) -> str:
    """The list of calls, a line each; several values of one column stand with spaces between."""
    columns: Mapping[str, Sequence[Any]] = data["calls"]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow(map(_cell, row))
    return file.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    told = "" if value is None else str(value)
    # An id is a stranger's file name: a spreadsheet is not to run it.
    return f"'{told}" if isinstance(value, str) and told.startswith(_FORMULA) else told


def as_junit(data: Mapping[str, Any]) -> str:
    """Gates as tests, and calls that could not be read as errors: nobody takes them for good."""
    suites = ElementTree.Element("testsuites", name="waxtaan")
    gates = ElementTree.SubElement(suites, "testsuite", name="gates")
    for gate in data["gates"]:
        case = ElementTree.SubElement(gates, "testcase", classname="gates", name=gate["name"])
        if not gate["passed"]:
            ElementTree.SubElement(case, "failure", message=gate["told"])
    gates.set("tests", str(len(data["gates"])))
    gates.set("failures", str(sum(not gate["passed"] for gate in data["gates"])))
    calls = ElementTree.SubElement(suites, "testsuite", name="calls")
    for id_, why in data["left_out"]:
        case = ElementTree.SubElement(calls, "testcase", classname="calls", name=_legal(id_))
        ElementTree.SubElement(case, "error", message=_legal(why))
    calls.set("tests", str(len(data["left_out"])))
    calls.set("errors", str(len(data["left_out"])))
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _legal(text: str) -> str:
    """Without what no XML file may hold."""
    return "".join(c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff"))
