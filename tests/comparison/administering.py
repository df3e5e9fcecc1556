"""An administrator who makes what preflight asks for, and nothing else: its own program, read as one would run it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Callable, Mapping

import yaml

from ..running import Migration

_CALL = re.compile(r"^j2o_(?P<what>[a-z_]+)\((?P<arguments>.*)\)$", re.MULTILINE)
_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")
_EVERYWHERE = {"for_all": True, "is_filter": True, "types": "all"}
_SEVERAL = ("user", "version")


def administered(migration: Migration, folder: Path, **more: Any) -> str:
    """A set-up file with what preflight's program would make for a spec; ``more`` are other parts of such a file."""
    script = folder / "prerequisites.rb"
    migration.command("preflight", migration.spec, "--json", "--script", str(script))
    made = read_program(script.read_text(encoding="utf-8"))
    if "statuses" in made:  # which the program puts into all workflows
        state = migration.sandbox.openproject.state("types", "statuses")
        types = {*(row["name"] for row in state["types"]), *made.get("types", ())}
        statuses = [*(row["name"] for row in state["statuses"]), *made["statuses"]]
        made["workflows"] = dict.fromkeys(sorted(types), statuses)
    setup = folder / "setup.yaml"
    setup.write_text(yaml.safe_dump({**made, **more}, allow_unicode=True), encoding="utf-8")
    return str(setup)


def read_program(text: str) -> dict[str, Any]:
    """What the calls of the program make, as parts of a set-up file."""
    made: dict[str, Any] = {}
    for call in _CALL.finditer(text):
        first, *others = [re.sub(r"\\(.)", r"\1", one) for one in _TEXT.findall(call["arguments"])]
        part, value = _MAKERS[call["what"]](others)
        made.setdefault(part, {})[first] = value
    return made


def _custom_field(arguments: list[str]) -> tuple[str, Mapping[str, Any]]:
    format, *options = arguments
    several = {"multi": True} if format in _SEVERAL else {}
    return "custom_fields", {"format": format, **several, **({"options": options} if options else {}), **_EVERYWHERE}


_MAKERS: Mapping[str, Callable[[list[str]], tuple[str, Mapping[str, Any]]]] = {
    "custom_field": _custom_field,
    "type": lambda _: ("types", {"default": True}),
    "status": lambda _: ("statuses", {}),
    "priority": lambda _: ("priorities", {"active": True}),
}
