"""The comparison shares no code with what it judges."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

#: what is imported to make whole runs and what they read is no part of the judgement
_BESIDE = {"runs.py", "conftest.py", "administering.py", "recorded.py"}
_TOOL = sorted(
    path
    for path in Path(__file__).parent.glob("*.py")
    if not path.name.startswith("test_") and path.name not in _BESIDE
)
_ALLOWED = {"requests"}


@pytest.mark.parametrize("path", _TOOL, ids=lambda path: path.name)
def test_a_module_imports_the_standard_library_requests_and_its_neighbours_alone(path: Path) -> None:
    neighbours = {one.stem for one in _TOOL}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                assert _is_allowed(name.name), f"{path.name} imports {name.name}"
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                assert node.level == 1 and node.module in neighbours, f"{path.name} imports {node.module}"
            else:
                assert _is_allowed(str(node.module)), f"{path.name} imports {node.module}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("__import__", "eval", "exec"), path.name


def test_the_judging_modules_are_looked_at() -> None:
    assert {"comparing", "issues", "around", "structure", "values", "words"} <= {path.stem for path in _TOOL}


def _is_allowed(name: str) -> bool:
    root = name.split(".")[0]
    if sys.version_info >= (3, 10):
        return root in sys.stdlib_module_names or root in _ALLOWED
    return not root.startswith(("j2o", "tests"))
