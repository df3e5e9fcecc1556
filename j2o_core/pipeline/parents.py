"""The tree that the mapped parents of items make: what each item adds to it, and the circles in it."""

from __future__ import annotations

from typing import Callable, Optional

from ..hooks.protocols import Loader
from ..mapping.model import Mapped
from ..model.payload import Ref
from ..model.problem import WARNING, Problem
from ..snapshot.store import Snapshot
from ..snapshot.tree import Tree


def tree_node(
    origin: str, mapped: Mapped, loader: Loader, find: Callable[[str, str], Optional[tuple[str, str]]]
) -> tuple[str, Optional[str], bool]:
    """(origin, its parent's origin, whether it has values that children would disturb); ``find`` as of a resolver."""
    valued = any(mapped.payload.get(name) not in (None, "", []) for name in loader.restored_fields)
    parent = mapped.payload.get(loader.parent_field or "")
    found = (find(parent.entity, alias) for alias in parent.aliases) if isinstance(parent, Ref) else ()
    return origin, next((one[0] for one in found if one is not None), None), valued


def circle(tree: Tree, snapshot: Snapshot, entity: str, loader: Loader) -> Optional[Problem]:
    """What to tell where records are their own ancestors, the first of them by key."""
    circles = tree.circles()
    if not circles:
        return None
    first = circles[:5]
    known = snapshot.load(entity, first)
    keys = [known[one][0].key if one in known else one for one in first]
    return Problem(
        "J2O-P010",
        f"{len(circles)} items are their own ancestors or stand below such: {', '.join(keys)}; "
        "their parents are left out where they do not exist yet",
        WARNING,
        entity=entity,
        field=loader.parent_field or "",
    )
