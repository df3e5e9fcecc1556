"""Problems by root cause."""

from __future__ import annotations

from j2o_core.checks.findings import CAUSES, Findings
from j2o_core.model.problem import ERROR, WARNING, Problem


def failure(message: str, number: int, severity: str = ERROR) -> Problem:
    return Problem("X", message, severity, entity="work_packages", key=f"ACME-{number}", field="status")


def test_causes_are_ranked_by_how_many_items_have_them_errors_first():
    findings = Findings()
    for number, value in enumerate(["QA", "Review", "QA", "QA"], 1):
        findings.add(failure(f"'{value}' has no row", number))
        findings.add(failure("cut", number, WARNING))
    assert [finding.summary().message for finding in findings.ranked()] == [
        "3 items: 'QA' has no row (ACME-1, ACME-3, ACME-4)",
        "'Review' has no row",
        "4 items: cut (ACME-1, ACME-2, ACME-3, ACME-4)",
    ]


def test_a_frequent_cause_is_told_with_its_count_and_the_first_few_keys():
    findings = Findings()
    for number in range(1, 9):
        findings.add(failure("no", number))
    (finding,) = findings.ranked()
    assert finding.summary().message == "8 items: no (ACME-1, ACME-2, ACME-3, ACME-4, ACME-5, …)"


def test_thousands_of_different_causes_stay_few():
    findings = Findings()
    for number in range(5_000):
        findings.add(Problem("X", f"cannot read {number}", ERROR, entity="users", key=str(number), field="f"))
    ranked = findings.ranked()
    assert len(ranked) == CAUSES + 1
    assert sum(finding.count for finding in ranked) == 5_000
    assert ranked[0].problem.message.endswith("and others like it")


def test_nothing_found_is_false():
    findings = Findings()
    assert not findings
    findings.add(failure("no", 1))
    assert findings
