"""``j2o check`` holds issues against what their Jira is set up with, where a spec reads that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from j2o_sandbox.generate.lists import PLATFORMS

from ..running import Migration, sandbox

pytestmark = pytest.mark.long

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: demo
extends: j2o:demo
entities:
  configuration:
    extract: {plugin: jira.configuration}
"""


@pytest.mark.parametrize("edition", ["server", "cloud"])
def test_an_option_that_jira_does_not_offer_in_the_project_is_a_warning_and_stops_nothing(tmp_path: Path, edition: str):
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    with sandbox(projects=2, issues=8, seed=19, edition=edition) as made:
        issues = {issue["key"]: issue["fields"] for issue in made.jira.state("issues")["issues"]}
        of_each = {key.partition("-")[0]: key for key in sorted(issues)}
        watch = [{"id": "10364", "value": "Watch"}]
        change = {key: {PLATFORMS: watch} for key in of_each.values()}
        requests.post(f"{made.jira.url}/_sandbox/issues", json={"change": change}, timeout=60).raise_for_status()
        ended = Migration(made, tmp_path / "home", str(spec)).command("check", str(spec), "--json")
    found = json.loads(ended.stdout)["findings"]
    (told,) = [one for one in found if one["code"] == "J2O-X017"]
    assert (ended.returncode, told["severity"], told["count"]) == (0, "warning", 1), ended.stderr
    (key,) = told["keys"]
    assert key in of_each.values() and "does not offer 'Watch' for 'Platforms'" in told["message"]
