"""From a path or a packaged name to a checked, typed spec, with every problem found on the way."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Mapping, Optional, Union

from ..hooks.registry import Registry
from ..model.problem import ERROR, Problem
from .build import build_spec
from .cases import check_cases
from .inheritance import Reader
from .model import Spec
from .node import Node, plain
from .options import check_options, maps
from .packaged import schema
from .references import check_references
from .relations import check_relations
from .structure import check_structure, in_order
from .validator import validator_for


@dataclass(frozen=True)
class LoadResult:
    """The typed spec, ``None`` where a problem is an error; all problems; the text of each file by the name it has
    in ``Problem.place.file``."""

    spec: Optional[Spec]
    problems: list[Problem]
    texts: Mapping[str, str] = field(default_factory=dict)


def load_spec(
    path_or_name: Union[str, Path],
    environment: Optional[str] = None,
    registry: Optional[Registry] = None,
    variables: Optional[Mapping[str, str]] = None,
    tests: bool = False,
) -> LoadResult:
    """Read, merge and check a spec without touching any system. No reference is resolved and no secret is read.

    ``environment`` is the overlay to apply, ``J2O_ENV`` of ``variables`` (the process environment by default) where
    it is not given. Without a ``registry`` the names and options of plugins are not checked. ``tests``: those in the
    file beside the spec are read too, and all are checked against what they test, which a run need not wait for.
    """
    variables = os.environ if variables is None else variables
    environment = environment or variables.get("J2O_ENV") or None
    reader = Reader()
    root = reader.spec(str(path_or_name))
    if root is None:
        return LoadResult(None, reader.problems, reader.texts)
    if tests:
        root = reader.tests(root)
    merged = reader.environment(root, environment) if environment else root
    if merged is None:
        return LoadResult(None, in_order(reader.problems), reader.texts)
    problems = in_order([*reader.problems, *_check(merged, registry, environment)])
    if tests:
        problems = in_order([*problems, *check_cases(plain(merged), merged)])
    if any(problem.severity == ERROR for problem in problems):
        return LoadResult(None, problems, reader.texts)
    spec = build_spec(_without(merged, "extends", "environments"), environment, tuple(reader.texts))
    return LoadResult(spec, problems, reader.texts)


def _check(root: Node, registry: Optional[Registry], environment: Optional[str]) -> list[Problem]:
    document = plain(root)
    problems = check_structure(_migration(), document, root)
    for name, overlay in maps(document, "environments").items():
        if name != environment:
            problems += check_structure(_overlay(), overlay, root, ("environments", name))
    if registry is not None:
        problems += check_options(document, root, registry)
    problems += check_references(root)
    problems += check_relations(document, root, registry)
    return problems


@cache
def _migration() -> Any:
    return validator_for(schema("migration"))


@cache
def _overlay() -> Any:
    """Checks an overlay that is not applied: what it says, not what it leaves to the spec."""
    return validator_for(schema("migration"), partial=True)


def _without(root: Node, *names: str) -> Node:
    value = {key: node for key, node in root.value.items() if key not in names}
    keys = {key: place for key, place in root.keys.items() if key not in names}
    return Node(value, root.place, keys, root.size, root.height)
