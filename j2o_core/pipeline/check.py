"""Stage 2: what is found before the first write, told by root cause, and what keeps that write from happening."""

from __future__ import annotations

from functools import partial
from typing import Sequence

from ..checks.findings import Finding
from ..ledger import listing
from ..ledger.writer import Writer
from .options import Emit, problem_event

CHECK = "check"


class StoppedByCheck(Exception):
    """Something was found for which nothing may be written; nothing was."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        causes = "one cause" if len(findings) == 1 else f"{len(findings)} causes"
        super().__init__(
            f"stopped by the check, nothing was written: {causes}, which `j2o errors last` and the report tell. "
            "Mend the spec and run again; where you mend the source instead, run with --fresh"
        )
        self.findings = findings


def tell(findings: Sequence[Finding], writer: Writer, run: str, emit: Emit) -> None:
    """Write the findings of a run down, instead of those before, and announce them."""
    problems = [("", finding.summary()) for finding in findings]
    writer.submit(partial(listing.forget_problems, run=run, stage=CHECK))
    writer.submit(partial(listing.put_problems, run=run, stage=CHECK, problems=problems))
    for finding in findings:
        emit(finding_event(finding))


def finding_event(finding: Finding) -> dict[str, object]:
    """The event that tells of a cause, with the number of items that have it and the keys of the first few."""
    keys = list(finding.examples)
    return {**problem_event(finding.summary(), CHECK), "count": finding.count, "keys": keys}
