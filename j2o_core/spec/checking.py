"""All that is wrong with a merged spec, and with the overlays that are not applied to it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, Iterator, Optional, Sequence

from ..hooks.registry import SECRET_BACKEND, Registry
from ..model.problem import ERROR, Place, Problem
from .cases import check_cases
from .effectless import check_effects
from .mending import causes
from .merge import merge
from .node import Node, plain
from .options import check_options
from .overlays import retold, without_effect
from .packaged import schema
from .references import check_references
from .relations import check_relations
from .structure import check_structure
from .undecided import check_undecided
from .validator import validator_for


def check_spec(root: Node, registry: Optional[Registry], tests: bool = False) -> list[Problem]:
    """What is wrong with the merged spec, and with its ``tests``; what a misspelt name leaves undone elsewhere is left
    out."""

    def found(node: Node) -> list[Problem]:
        problems = _found(node, registry)
        return retold([*problems, *check_cases(plain(node), node, registry)] if tests else problems, node)

    return causes(found(root), root, found)


def check_overlays(
    root: Node, registry: Optional[Registry], applied: Optional[str], known: Optional[Sequence[Problem]]
) -> list[Problem]:
    """What is wrong with the environments of ``root``, the spec without any of them.

    The one that is ``applied`` is only compared with the spec. Where the problems of ``root`` are ``known``, each of
    the others is also laid over it, and what is wrong only then is told with the name of the environment.
    """
    environments = root.value.get("environments")
    problems: list[Problem] = []
    for name, overlay in environments.value.items() if environments is not None and environments.is_map else ():
        problems += without_effect(root, overlay, ("environments", name))
        if name == applied:
            continue
        own = check_structure(_overlay(), plain(overlay), root, ("environments", name))
        problems += own
        if known is not None and not _has_error([*own, *known]) and overlay.is_map and overlay.value:
            problems += _only_merged(root, overlay, name, registry, known)
    return problems


def is_sound(root: Node) -> bool:
    """Whether the document is of the form of a spec, whatever its names refer to."""
    return not check_structure(_migration(), plain(root), root)


def without(root: Node, *names: str) -> Node:
    """The document without some of its top-level keys."""
    value = {key: node for key, node in root.value.items() if key not in names}
    keys = {key: place for key, place in root.keys.items() if key not in names}
    return root._replace(value=value, keys=keys)


def _found(root: Node, registry: Optional[Registry]) -> list[Problem]:
    document = plain(root)
    problems = check_structure(_migration(), document, root)
    if registry is not None:
        problems += check_options(document, root, registry)
    problems += check_references(root, registry.names(SECRET_BACKEND) if registry is not None else ())
    problems += check_relations(document, root, registry)
    problems += check_effects(document, root, registry)
    problems += check_undecided(root)
    return problems


def _only_merged(
    root: Node, overlay: Node, name: str, registry: Optional[Registry], known: Sequence[Problem]
) -> Iterator[Problem]:
    base = without(root, "environments")
    told: set[tuple[str, Optional[Place]]] = {(found.code, found.place) for found in known}
    for found in check_spec(merge(base, overlay), registry):
        if (found.code, found.place) not in told:
            yield replace(found, message=f"{found.message}, in the environment '{name}'")


def _has_error(problems: Sequence[Problem]) -> bool:
    return any(found.severity == ERROR for found in problems)


@cache
def _migration() -> Any:
    return validator_for(schema("migration"))


@cache
def _overlay() -> Any:
    """Checks an overlay that is not applied: what it says, not what it leaves to the spec."""
    return validator_for(schema("migration"), partial=True)
