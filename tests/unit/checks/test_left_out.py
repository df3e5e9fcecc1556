"""What is left out is remembered where others depend on it, and costs no memory where nobody asks for it."""

from __future__ import annotations

from j2o_core.checks.left_out import LeftOut
from j2o_core.model.origin import Origin
from j2o_core.model.problem import ERROR, WARNING, Problem


def test_only_what_others_depend_on_is_remembered() -> None:
    left_out = LeftOut({"work_packages"})
    issue, comment = Origin("acme", "work_packages", "1"), Origin("acme", "comments", "2")
    left_out.add(issue, Problem("J2O-M111", "restricted", WARNING))
    left_out.add(comment, Problem("J2O-M111", "restricted", WARNING))
    assert (left_out.has("work_packages", "1"), left_out.has("comments", "2")) == (True, False)
    fate = left_out.fate(issue)
    assert fate is not None
    assert fate.message == "the item it belongs to was skipped: restricted"
    assert left_out.fate(comment) is None


def test_one_reason_of_many_items_is_kept_once() -> None:
    left_out = LeftOut({"work_packages"})
    for number in range(2):
        reason = " ".join(["restricted", "to", "Staff"])
        left_out.add(Origin("acme", "work_packages", str(number)), Problem("J2O-M111", reason, ERROR))
    (_, first), (_, second) = left_out._causes["work_packages"].values()
    assert first is second
