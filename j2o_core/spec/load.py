"""From a path or a packaged name to a checked, typed spec, with every problem found on the way."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Mapping, Optional, Sequence, Union

from ..hooks.registry import Registry
from ..model.problem import ERROR, Problem
from .build import build_spec
from .checking import check_overlays, check_spec, is_sound, without
from .inheritance import Reader
from .legacy import Translation
from .model import Spec
from .node import Node
from .sound_part import sound_part
from .structure import in_order
from .suggestion import bounded_guesses
from .table_files import read_tables
from .takeover import check_maps


@dataclass(frozen=True)
class LoadResult:
    """The typed spec, ``None`` where a problem is an error; all problems; the text of each file by the name it has
    in ``Problem.place.file``.

    ``rest`` is what can be checked further where ``spec`` is ``None``: the spec without what its errors are about.
    """

    spec: Optional[Spec]
    problems: list[Problem]
    texts: Mapping[str, str] = field(default_factory=dict)
    #: where the document was a configuration of an older tool: what became of it
    translation: Optional[Translation] = None
    rest: Optional[Spec] = None


def load_spec(
    path_or_name: Union[str, Path],
    environment: Optional[str] = None,
    registry: Optional[Registry] = None,
    variables: Optional[Mapping[str, str]] = None,
    tests: bool = False,
    environments: bool = False,
    env_files: Optional[Sequence[Path]] = None,
    components: Optional[Sequence[str]] = None,
    folder: Optional[Path] = None,
) -> LoadResult:
    """Read, merge and check a spec without touching any system. No reference is resolved and no secret is read.

    ``environment`` is the overlay to apply, ``J2O_ENV`` of ``variables`` (the process environment by default) where
    it is not given. Without a ``registry`` the names and options of plugins are not checked. ``tests``: those in the
    file beside the spec are read too, and all are checked against what they test, which a run need not wait for.
    ``environments``: the spec is checked in each of its inline environments too. ``env_files``, ``components``
    and ``folder`` are for the configuration of an older tool: see ``legacy.translate``.
    """
    variables = os.environ if variables is None else variables
    environment = environment or variables.get("J2O_ENV") or None
    reader = Reader(variables, env_files, components, folder)
    root = reader.spec(str(path_or_name))
    if root is None:
        return LoadResult(None, reader.problems, reader.texts)
    if tests:
        root = reader.tests(root)
    merged = reader.environment(root, environment) if environment else root
    if merged is None:
        return LoadResult(None, in_order(reader.problems), reader.texts)
    with bounded_guesses():
        found = check_spec(merged, registry, tests)
        known = None if not environments else check_spec(root, registry, tests) if environment else found
        found += check_overlays(root, registry, environment, known)
    whole, of_tables = read_tables(merged, reader.folder, reader.texts)
    translation = reader.translation
    of_legacy = translation.problems if translation is not None else ()
    of_maps = check_maps(merged, folder or reader.folder)
    problems = in_order([*reader.problems, *of_legacy, *found, *of_tables, *of_maps])
    if any(problem.severity == ERROR for problem in problems):
        return LoadResult(None, problems, reader.texts, translation, _rest(whole, problems, environment))
    spec = build_spec(without(whole, "extends", "environments"), environment, tuple(reader.texts))
    return LoadResult(spec, problems, reader.texts, translation)


def _rest(root: Node, problems: Sequence[Problem], environment: Optional[str]) -> Optional[Spec]:
    rest = sound_part(root, problems)
    if rest is None or not is_sound(rest):
        return None
    return build_spec(without(rest, "extends"), environment, ())
