"""Marks of inlines: how a run of text looks, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

STRONG_KIND = "strong"
EM_KIND = "em"
STRIKE_KIND = "strike"
UNDERLINE_KIND = "underline"
CODE_KIND = "code"
SUB_KIND = "sub"
SUP_KIND = "sup"
CITE_KIND = "cite"
COLOUR_KIND = "colour"
BACKGROUND_KIND = "background"
LINK_KIND = "link"


@dataclass(frozen=True)
class Mark:
    """One mark of an inline; ``value`` is the target of a link or a colour (``#rrggbb`` or a name).

    ``tip`` is what a link shows under the pointer, on one line.
    """

    kind: str
    value: str = ""
    tip: str = ""


STRONG = Mark(STRONG_KIND)
EM = Mark(EM_KIND)
STRIKE = Mark(STRIKE_KIND)
UNDERLINE = Mark(UNDERLINE_KIND)
CODE = Mark(CODE_KIND)
SUB = Mark(SUB_KIND)
SUP = Mark(SUP_KIND)
CITE = Mark(CITE_KIND)

Marks = Tuple[Mark, ...]
