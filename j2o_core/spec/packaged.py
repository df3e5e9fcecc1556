"""Finds the specs and schemas that come with j2o, in a wheel and in a checkout alike."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Optional

_CORE = Path(__file__).resolve().parent.parent
PREFIX = "j2o:"
#: what the name of a spec's tests ends with, where they stand in a file beside it
TESTS = ".tests"


def specs_folder() -> Path:
    """The folder of ``demo.yaml``, ``templates/`` and ``environments/``."""
    return _folder("specs")


def schemas_folder() -> Path:
    """The folder of the JSON Schemas."""
    return _folder("schemas")


def packaged_names() -> list[str]:
    """What can follow ``j2o:``, sorted."""
    folder = specs_folder()
    found = {path.stem for part in (folder, folder / "templates") for path in part.glob("*.yaml")}
    return sorted(name for name in found if not name.endswith(TESTS))


def packaged_spec(name: str) -> Path:
    """The file of ``j2o:name``; it need not exist when there is no such name."""
    folder = specs_folder()
    for path in (folder / f"{name}.yaml", folder / "templates" / f"{name}.yaml"):
        if name in packaged_names() and path.is_file():
            return path
    return folder / f"{name}.yaml"


def packaged_rule_sets() -> list[str]:
    """What can follow ``j2o:`` where rules are used, sorted."""
    return sorted(path.stem for path in (specs_folder() / "rules").glob("*.yaml"))


def packaged_rule_set(name: str) -> Optional[Path]:
    """The file of the packaged rule set ``name``, or ``None``."""
    return specs_folder() / "rules" / f"{name}.yaml" if name in packaged_rule_sets() else None


def shown_file(file: str) -> str:
    """A file as people know it: ``j2o:NAME`` where it came with j2o and lies where they do not look, else as it is.

    A rule set has the name under which rules use it, the tests of ``j2o:NAME`` are ``j2o:NAME.tests``.
    """
    path = Path(file)
    is_packaged = path.is_absolute() and path.suffix == ".yaml" and specs_folder() in path.parents
    return PREFIX + path.stem if is_packaged else file


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON Schema ``schemas/<name>.schema.json``; not to be changed by who receives it."""
    text = (schemas_folder() / f"{name}.schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def _folder(name: str) -> Path:
    inside = _CORE / "packaged" / name
    return inside if inside.is_dir() else _CORE.parent / name
