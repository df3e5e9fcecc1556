"""Problems as other tools read them: SARIF 2.1.0, and the workflow commands of GitHub Actions."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping, Sequence
from urllib.parse import quote

from ..model.problem import ERROR, Place, Problem
from .codes import Code

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def github_line(problem: Problem) -> str:
    """The command that marks the line in a pull request."""
    level = "error" if problem.severity == ERROR else "warning"
    properties = {"title": problem.code}
    if problem.place is not None:
        place = problem.place
        properties = {"file": place.file, "line": str(place.line), "col": str(place.column), **properties}
    shown = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {shown}::{_data(_sentence(problem))}"


def sarif(problems: Sequence[Problem], codes: Mapping[str, Code], version: str) -> dict[str, Any]:
    """One SARIF log with one run; ``codes`` explain those of the problems, ``version`` is j2o's."""
    used = sorted({problem.code for problem in problems})
    return {
        "$schema": _SARIF,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "j2o",
                        "semanticVersion": version,
                        "rules": [_rule(code, codes.get(code)) for code in used],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(problem, used.index(problem.code)) for problem in problems],
            }
        ],
    }


def _rule(name: str, code: Any) -> dict[str, Any]:
    if code is None:
        return {"id": name}
    return {
        "id": name,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.explanation},
        "help": {"text": code.fix},
        "defaultConfiguration": {"level": code.severity},
    }


def _result(problem: Problem, rule: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity,
        "message": {"text": _sentence(problem)},
        "properties": {"path": problem.path, "docs": problem.docs},
    }
    if problem.place is not None:
        result["locations"] = [{"physicalLocation": _location(problem.place)}]
    return result


def _location(place: Place) -> dict[str, Any]:
    path = Path(place.file)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    return {"artifactLocation": {"uri": uri}, "region": {"startLine": place.line, "startColumn": place.column}}


def _sentence(problem: Problem) -> str:
    """The message with what to write instead."""
    if problem.suggestion:
        return f"{problem.message}; did you mean '{problem.suggestion}'? ({problem.docs})"
    if problem.expected:
        return f"{problem.message}; expected {problem.expected} ({problem.docs})"
    return f"{problem.message} ({problem.docs})"


def _data(text: str) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return "".join(char if char.isprintable() else " " for char in text)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
