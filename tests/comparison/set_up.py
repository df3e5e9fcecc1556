"""What a Jira is set up with: written nowhere, and listed in the report by name."""

from __future__ import annotations

from typing import Mapping, Sequence

from .finding import Comparison
from .left_out import NOT_ASKED, LeftOut


def compare_set_up(result: Comparison, left_out: LeftOut, set_up: Mapping[str, Sequence[str]]) -> None:
    """Each thing of each kind stands in the report; ``set_up`` are names by kind."""
    for kind, names in set_up.items():
        for name in names:
            if not left_out.reads("configuration"):
                result.skipped(f"Set-up: {kind}", NOT_ASKED)
                continue
            becomes = left_out.listed("configuration", kind, name)
            result.check(
                becomes is not None, f"Set-up: {kind}", f"the report: {becomes}", name, "no line of the report"
            )
