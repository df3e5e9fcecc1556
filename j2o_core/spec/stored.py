"""A merged spec that was kept without its files: what a run recorded."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence

from ..model.problem import Place
from .build import build_spec
from .model import Spec
from .node import tree


def stored_spec(
    document: Mapping[str, Any], name: str, environment: Optional[str] = None, files: Sequence[str] = ()
) -> Spec:
    """The typed form of a merged spec that was checked when it ran; its places say ``name``.

    Relative paths in it start from the folder of the first of ``files``.
    """
    return build_spec(tree(dict(document), Place(name, 1, 1)), environment, tuple(files))
