"""The packaged templates: sound, tested, described, with hints that are true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Callable

import pytest

from j2o_core.spec.packaged import specs_folder
from j2o_core.spec.templates import find_template, packaged_templates

NAMES = [template.name for template in packaged_templates()]
FULL = ("jira-datacenter", "jira-cloud")

#: what the commented lines of the full templates make of the fields of Jira's products
PRODUCTS = """
tests:
  the fields of products have their steps:
    entity: work_packages
    source:
      key: HELP-1
      fields:
        project: {key: HELP}
        summary: x
        issuetype: {name: Task}
        status: {name: Done}
        priority: {name: High}
        f1: [{id: "1", value: Impediment}]
        f2: {id: "7", name: Red team}
        f3: "2024-03-04"
        f4: {requestType: {name: Get IT help}, currentStatus: {status: Done}}
        f5: [{id: "3", name: Acme Ltd}]
        f6: [{name: jdoe, displayName: Jane Doe}, {name: bob, displayName: Bob}]
        f7: {rating: 4}
        f8: "2024-01-05T10:00:00.000+0100"
        f9: {value: A, child: {value: B}}
        f10: {id: 7, key: ACC-7, name: Key accounts}
        f11: {name: developers}
        f12: {id: "11", name: "1.0"}
    fields:
      {f1: Flagged, f2: Team, f3: Target start, f4: Customer Request Type, f5: Organizations, f6: Request participants,
       f7: Satisfaction, f8: "[CHART] Date of First Response", f9: Area, f10: Account, f11: Owning group, f12: Found in}
    expect:
      cf:Flagged: [Impediment]
      cf:Team: Red team
      cf:Target start: "2024-03-04"
      cf:Request type: Get IT help
      cf:Organizations: [Acme Ltd]
      cf:Request participants: [jdoe, bob]
      cf:Satisfaction: 4
      cf:First response: "2024-01-05T10:00:00.000+01:00"
      cf:Area: A / B
      cf:Account: Key accounts
      cf:Owning group: {ref: groups, key: developers}
      cf:Found in: "11"
"""


@pytest.mark.parametrize("name", NAMES)
def test_every_template_is_valid_and_passes_its_tests(j2o: Callable[..., Any], name: str) -> None:
    called = j2o("validate", f"j2o:{name}")
    assert (called.code, called.out.strip()) == (0, f"j2o:{name}: valid")
    tested = json.loads(j2o("test", f"j2o:{name}", "--json").out)
    assert tested["failed"] == 0
    assert tested["passed"] >= 2


@pytest.mark.parametrize("name", NAMES)
def test_every_secret_is_a_reference_and_nothing_leads_to_the_sandbox(j2o: Callable[..., Any], name: str) -> None:
    document = json.loads(j2o("render", f"j2o:{name}", "--json").out)
    assert "system" not in document
    secrets = [
        value for connection in document["connections"].values() for value in connection.get("auth", {}).values()
    ]
    assert all(value.startswith("${") for value in secrets)
    assert document["name"] == name


@pytest.mark.parametrize("name", FULL)
def test_the_full_templates_have_no_silent_fallback(j2o: Callable[..., Any], name: str) -> None:
    document = json.loads(j2o("render", f"j2o:{name}", "--json").out)
    assert [table for table, rows in document["tables"].items() if "*" in rows] == []


@pytest.mark.parametrize("name", FULL)
def test_the_lines_to_uncomment_mean_what_they_say(
    j2o: Callable[..., Any], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {}
    for template in FULL[: FULL.index(name) + 1]:
        found = find_template(template)
        assert found is not None
        lines.update(re.findall(r"^ +# (cf:[A-Z][^:]*): (.*)$", found.text, flags=re.MULTILINE))
    if name == "jira-cloud":  # where requests have another field
        del lines["cf:Request type"]
    assert len(lines) > 25
    fields = "".join(f"      {field}: {form}\n" for field, form in lines.items())
    own = (
        f"apiVersion: j2o/v1\nkind: Migration\nname: own\nextends: j2o:{name}\nentities:\n  work_packages:\n    map:\n"
    )
    cases = PRODUCTS if name == "jira-datacenter" else PRODUCTS.replace("      cf:Request type: Get IT help\n", "")
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(own + fields + cases, encoding="utf-8")
    assert j2o("validate", "own.yaml").out.strip() == "own.yaml: valid"
    tested = j2o("test", "own.yaml")
    assert tested.code == 0, tested.out


def test_templates_share_what_they_have_in_common() -> None:
    demo = (specs_folder() / "demo.yaml").read_text(encoding="utf-8").splitlines()
    for template in packaged_templates():
        ours = template.text.splitlines()
        same = [
            line for line in ours if line.startswith("      ") and not line.lstrip().startswith("#") and line in demo
        ]
        assert len(same) < 10, template.name
