"""Of which project an item is: its key begins with the project's, which is written in capitals."""

from __future__ import annotations

import re
from typing import Mapping, Optional

#: ``ACME-1``, ``ACME-1#7``, ``ACME-1/a.png``, ``ACME/1.0``, ``ACME: admin`` and ``ACME`` itself are of ``ACME``
_BEGINNING = re.compile(r"([A-Z][A-Z0-9_]*)(?:[-#/:]|\Z)")


#: the entity of the projects themselves
PROJECTS = "projects"
#: entities of no project, whatever their keys look like
OF_NONE = ("users", "groups")


def project_of(entity: str, key: str) -> Optional[str]:
    """The project that a key seems to name: who shows it asks whether there is such a project."""
    found = None if entity in OF_NONE else _BEGINNING.match(key)
    return None if found is None else found.group(1)


def counts_of_unchanged(by_project: Mapping[Optional[str], int]) -> dict[str, int]:
    """What a plan keeps of the items that need no effect: ``unchanged`` in all, and by project."""
    known = {f"{_UNCHANGED} {project}": number for project, number in by_project.items() if project is not None}
    return {"unchanged": sum(by_project.values()), **known}


def unchanged_of(planned: Mapping[str, int]) -> dict[Optional[str], int]:
    """The same by project; ``None``: of none, or of a plan that did not tell."""
    found: dict[Optional[str], int] = {
        name[len(_UNCHANGED) + 1 :]: number for name, number in planned.items() if name.startswith(f"{_UNCHANGED} ")
    }
    return {None: planned["unchanged"] - sum(found.values()), **found}


_UNCHANGED = "unchanged of"
