"""Results of tests as JUnit XML, the form that every CI service reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterable, Optional
from xml.etree import ElementTree

#: what XML 1.0 cannot hold, not even escaped
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Result:
    """One test: ``failure`` is ``None`` where it passed, else one line; ``details`` is all there is to say."""

    name: str
    group: str
    seconds: float
    failure: Optional[str] = None
    details: str = ""
    file: Optional[str] = None
    line: Optional[int] = None


def junit_xml(suite: str, results: Iterable[Result]) -> bytes:
    """One test suite as UTF-8 XML. Characters that XML forbids are replaced with U+FFFD."""
    found = list(results)
    counts = {
        "tests": str(len(found)),
        "failures": str(sum(result.failure is not None for result in found)),
        "errors": "0",
        "skipped": "0",
        "time": _seconds(sum(result.seconds for result in found)),
    }
    root = ElementTree.Element("testsuites", counts)
    holder = ElementTree.SubElement(root, "testsuite", {"name": _safe(suite), **counts})
    for result in found:
        about = {"name": _safe(result.name), "classname": _safe(result.group), "time": _seconds(result.seconds)}
        if result.file is not None:
            about["file"] = _safe(result.file)
        if result.line is not None:
            about["line"] = str(result.line)
        case = ElementTree.SubElement(holder, "testcase", about)
        if result.failure is not None:
            ElementTree.SubElement(case, "failure", {"message": _safe(result.failure)}).text = _safe(result.details)
    ElementTree.indent(root)
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _safe(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def _seconds(value: float) -> str:
    return f"{value:.4f}"
