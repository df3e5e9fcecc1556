"""Nothing is repeated, slept over or waited for inside a plugin: one place decides about that, for all of them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Iterator

import pytest

ROOT = Path(__file__).resolve().parents[3]
#: plugins that talk to systems; the sandbox is one itself
PLUGINS = ("j2o-archive", "j2o-example", "j2o-jira", "j2o-openproject")
#: what may pass by itself, and is the engine's to repeat
PASSING = {"NotSent", "Held", "Retriable", "InDoubt", "Undecided", "Conflict", "Outcome"}
SLEEPS = {"sleep", "wait", "wait_for"}


def sources() -> list[Path]:
    found = [path for plugin in PLUGINS for path in sorted((ROOT / "plugins" / plugin / "src").rglob("*.py"))]
    assert len(found) > 50
    return found


def names(node: ast.AST | None) -> set[str]:
    return (
        {one.id if isinstance(one, ast.Name) else one.attr for one in ast.walk(node) if _is_name(one)}
        if node
        else set()
    )


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute))


def wrongs(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            modules = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            for module in modules:
                if module.partition(".")[0] in ("tenacity", "sched", "backoff", "urllib3", "requests"):
                    yield f"line {node.lineno}: imports {module}"
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr in SLEEPS and "time" in names(called.value):
                yield f"line {node.lineno}: sleeps"
        elif isinstance(node, (ast.For, ast.While)):
            for inner in ast.walk(node):
                if isinstance(inner, ast.ExceptHandler) and names(inner.type) & PASSING and not _leaves(inner):
                    yield f"line {inner.lineno}: goes on in a loop after what may pass"


def _leaves(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.body[-1], (ast.Raise, ast.Return))


@pytest.mark.parametrize("path", sources(), ids=lambda path: "/".join(path.parts[-2:]))
def test_a_plugin_neither_sleeps_nor_repeats(path: Path) -> None:
    assert list(wrongs(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "text",
    [
        "import tenacity",
        "import time\ntime.sleep(1)",
        "for attempt in range(3):\n    try:\n        go()\n    except Retriable:\n        continue\n",
        "while True:\n    try:\n        go()\n    except (api.NotSent, ValueError):\n        pass\n",
    ],
)
def test_a_plugin_that_did_would_be_found(text: str) -> None:
    assert list(wrongs(ast.parse(text)))
