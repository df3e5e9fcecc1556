"""Rules that look at all items together: what breaks them stops the run or is left out, before the first write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator, Mapping

import pytest
import yaml

from ..running import Ended, Migration, Sandbox, explained, sandbox
from .test_frozen_spec import writes
from .test_odd_records import issue

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("rules-across")]

SPEC = {"apiVersion": "j2o/v1", "kind": "Migration", "name": "demo", "extends": "j2o:demo"}
SUMMARIES = ["Same", "same", "Other", "Same", "Lonely"]
ONE_SUBJECT = {
    "unique": "{{ target.subject | lower }}",
    "message": "'{{ target.subject }}' is that of {{ first }} too ({{ count }} of {{ value }})",
}
SOME = {"count": {"min": 1, "when": "{{ target.subject == 'Absent' }}"}, "message": "{{ count }} of them"}
KNOWN = {
    "exists": {"value": "{{ ['ANN', 'ghost'] if item.key == 'ODD-3' else 'ann' }}", "in": "users"},
    "message": "there is no user {{ value }}",
}
NOT_YET = {"on": "source", "assert": "{{ item.key != 'ODD-1' }}", "message": "not yet", "on_fail": "skip"}


class Ruled:
    """Five issues, three of them with one summary but for its case, and runs under the rules that a test gives."""

    def __init__(self, made: Sandbox, folder: Path) -> None:
        self.made, self.spec = made, folder / "spec.yaml"
        self.migration = Migration(made, folder / "home", str(self.spec))

    def run(self, **rules: Mapping[str, Any]) -> Ended:
        document = {**SPEC, "entities": {"work_packages": {"rules": rules}}}
        self.spec.write_text(yaml.safe_dump(document), encoding="utf-8")
        return self.migration.run()

    def subjects(self) -> list[str]:
        return sorted(row["subject"] for row in self.made.openproject.state("work_packages")["work_packages"])

    def listed(self, ended: Ended) -> dict[str, dict[str, Any]]:
        report = self.migration.command("report", ended.run, "--format", "json")
        items = json.loads(report.stdout)["items"]
        return {one["key"]: one for one in items if one["entity"] == "work_packages"}

    def explained(self, key: str) -> tuple[str, dict[str, Any]]:
        """What becomes of an issue, and what each rule across items says of it."""
        called = self.migration.command("explain", str(self.spec), key, "--entity", "work_packages", "--json")
        [told] = json.loads(called.stdout)
        rules = {line["name"]: line["after"] for line in told["lines"] if line["kind"] == "rule"}
        return told["outcome"], {name: rules[name] for name in ("one_subject", "known") if name in rules}


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ruled]:
    folder = tmp_path_factory.mktemp("ruled")
    data = folder / "issues.ndjson"
    issues = [issue(number, summary=text) for number, text in enumerate(SUMMARIES, 1)]
    data.write_text("".join(json.dumps(one) + "\n" for one in issues), encoding="utf-8")
    with sandbox(jira_data=str(data)) as made:
        yield Ruled(made, folder)


def test_everything_that_stops_the_run_is_told_at_once_and_nothing_is_written(ruled: Ruled):
    ended = ruled.run(one_subject={**ONE_SUBJECT, "on_fail": "stop"}, some={**SOME, "on_fail": "stop"})
    assert ended.exit_code == 1
    told = {event["message"] for event in ended.events if event["event"] == "problem" and event["stage"] == "check"}
    assert told == {
        "one_subject: 'Same' is that of ODD-1 too (3 of same)",
        "one_subject: 'same' is that of ODD-1 too (3 of same)",
        "some: 0 of them",
    }
    assert writes(ruled.made) == {}
    assert ended.entities["work_packages"]["left"] == 5


def test_what_breaks_a_rule_is_left_out_and_what_was_written_before_keeps_its_value(ruled: Ruled):
    first = ruled.run(
        one_subject={**ONE_SUBJECT, "on_fail": "skip"}, not_yet=NOT_YET, known={**KNOWN, "on_fail": "fail"}
    )
    assert first.exit_code == 1, explained(first)
    listed = ruled.listed(first)
    assert {key: (one["outcome"], one["message"]) for key, one in listed.items()} == {
        "ODD-1": ("skipped", "not_yet: not yet"),
        "ODD-3": ("failed", "known: there is no user ghost"),
        "ODD-4": ("skipped", "one_subject: 'Same' is that of ODD-2 too (2 of same)"),
    }
    assert all(str(ruled.spec) in one["place"] for one in listed.values())
    assert ruled.subjects() == ["Lonely", "same"]
    told = {key: ruled.explained(key) for key in ("ODD-2", "ODD-3", "ODD-4")}
    assert told["ODD-2"] == ("written", {"one_subject": True, "known": True})
    missing = "known: there is no user ghost"
    assert told["ODD-3"] == (f"failed: J2O-M105 {missing}", {"one_subject": True, "known": missing})
    twice = "one_subject: 'Same' is that of ODD-2 too (2 of same)"
    assert told["ODD-4"] == (f"skipped: {twice}", {"one_subject": twice, "known": True})
    second = ruled.run(one_subject={**ONE_SUBJECT, "on_fail": "skip"}, some={**SOME, "on_fail": "warn"})
    assert second.exit_code == 0, explained(second)
    assert {key: one["message"] for key, one in ruled.listed(second).items()} == {
        "ODD-1": "one_subject: 'Same' is that of ODD-2 too (3 of same)",
        "ODD-4": "one_subject: 'Same' is that of ODD-2 too (3 of same)",
    }
    assert ruled.subjects() == ["Lonely", "Other", "same"]
    document = {**SPEC, "entities": {"work_packages": {"rules": {"one_subject": {**ONE_SUBJECT, "on_fail": "fail"}}}}}
    document["entities"]["work_packages"]["rules"]["one_subject"]["unique"] = "{{ source.key }}"
    ruled.spec.write_text(yaml.safe_dump(document), encoding="utf-8")
    assert "`j2o check` asks" in ruled.explained("ODD-4")[1]["one_subject"]
    for counts in second.entities.values():
        assert counts["source"] == sum(counts.values()) - counts["source"]
