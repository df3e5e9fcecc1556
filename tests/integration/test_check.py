"""``j2o check``: what a run would find, told without one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import pytest

from ..running import Migration, explained, sandbox
from .test_frozen_spec import writes
from .test_odd_records import comment, comments, issue, person

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("check")]

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: demo
extends: j2o:demo
entities:
  users:
    rules: {use: j2o:users}
  work_packages:
    unmapped: freeze
    rules:
      use: ./rules/common.yaml
      known:
        exists: {value: "{{ source.fields.summary }}", in: projects}
        message: "no project {{ value }}"
        on_fail: warn
"""
COMMON = """\
lively:
  on: source
  assert: "{{ item.key != 'ODD-2' }}"
  message: "{{ item.key }} is dead"
short:
  count: {max: 1}
  message: "{{ count }} are too many"
  on_fail: stop
"""
ISSUES = [
    issue(1, summary="ODD", customfield_1="kept where?"),
    issue(2, comment=comments(comment(1, "Told", person("ann")))),
    issue(3, parent={"id": "88888", "key": "GONE-2"}),
]


@pytest.fixture(scope="module")
def checking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Migration]:
    folder = tmp_path_factory.mktemp("check")
    data, spec = folder / "issues.ndjson", folder / "spec.yaml"
    data.write_text("".join(json.dumps(one) + "\n" for one in ISSUES), encoding="utf-8")
    spec.write_text(SPEC, encoding="utf-8")
    (folder / "rules").mkdir()
    (folder / "rules" / "common.yaml").write_text(COMMON, encoding="utf-8")
    with sandbox(jira_data=str(data)) as made:
        yield Migration(made, folder / "home", str(spec))


def checked(checking: Migration, *arguments: str) -> tuple[int, dict[str, Any]]:
    ended = checking.command("check", checking.spec, "--json", *arguments)
    return ended.returncode, json.loads(ended.stdout)


def test_every_cause_is_told_once_with_its_line_and_nothing_is_written(checking: Migration, tmp_path: Path):
    report = tmp_path / "findings.csv"
    code, found = checked(checking, "--report", str(report))
    assert code == 1
    assert found["checked"]["work_packages"] == 3
    told = {finding["message"]: finding for finding in found["findings"]}
    frozen = [message for message in told if "'customfield_1" in message or "unmapped: preserve" in message]
    assert frozen and all(told[message]["code"] == "J2O-M107" for message in frozen)
    for message, file, line, severity in (
        ("short: 2 are too many", "common.yaml", 5, "error"),
        ("lively: ODD-2 is dead", "common.yaml", 1, "error"),
        ("known: no project Issue 3", "spec.yaml", 12, "warning"),
    ):
        (finding,) = [one for text, one in told.items() if message in text and "belongs to" not in text]
        assert (finding["severity"], finding["place"].split("/")[-1].split(":")[:2]) == (severity, [file, str(line)])
    assert any("the item it belongs to has failed" in message for message in told)
    assert sum("is dead" in line for line in report.read_text(encoding="utf-8").splitlines()) == 2
    assert not [name for name in writes(checking.sandbox) if not name.endswith("/form")], "forms write nothing"


def test_no_run_is_begun_and_a_second_check_reads_nothing_again(checking: Migration):
    checked(checking)
    checking.sandbox.jira.reset_counters()
    assert checked(checking)[0] == 1
    assert not [name for name in checking.sandbox.jira.state("requests")["requests"] if "search" in name]
    assert json.loads(checking.command("runs", "--json").stdout) == []


def test_without_errors_the_check_ends_well_and_a_run_goes_on_from_what_was_read(checking: Migration):
    text = SPEC.replace("unmapped: freeze", "unmapped: preserve").replace("use: ./rules/common.yaml", "lively: null")
    Path(checking.spec).write_text(text.replace("      lively: null\n", ""), encoding="utf-8")
    code, found = checked(checking)
    assert (code, [one for one in found["findings"] if one["severity"] == "error"]) == (0, [])
    assert any("'GONE-2' is not among" in one["message"] and "missing:" in one["message"] for one in found["findings"])
    checking.sandbox.jira.reset_counters()
    ended = checking.run()
    assert ended.exit_code == 0, explained(ended)
    assert not [name for name in checking.sandbox.jira.state("requests")["requests"] if "search" in name]
