"""A Jira with everything at once: each type of field has values, and the rest is as the seed says."""

from __future__ import annotations

import pytest

from j2o_sandbox.generate import Everything, GeneratedTracker
from j2o_sandbox.generate.every_field import PARENT_LINK, every_field
from j2o_sandbox.jira.model import Json
from j2o_sandbox.options import SandboxError, SandboxOptions


@pytest.mark.parametrize("cloud", [False, True])
def test_every_field_has_a_type_of_its_own_and_values_in_some_issues_alone(cloud: bool):
    tracker = Everything(19, 2, 24, cloud)
    defined = {entry["id"]: entry["schema"]["custom"] for entry in tracker.catalogue.fields if entry["custom"]}
    added = [id for id in defined if int(id.split("_")[1]) >= 11_000]
    assert len(added) == len(every_field(cloud)) == len({defined[id] for id in added}) >= 45
    filled = dict.fromkeys(added, 0)
    for position in range(24):
        fields = tracker.issue(position).fields
        assert set(added) <= set(fields)
        for id in added:
            filled[id] += fields[id] is not None
    of_epics = {entry["id"] for entry in tracker.catalogue.fields if entry["name"] == PARENT_LINK and not cloud}
    assert {filled[id] for id in added if id not in of_epics} == {16}


def test_epics_belong_to_the_first_one_of_their_project_on_premise():
    tracker = Everything(19, 2, 60, False)
    (link,) = [entry["id"] for entry in tracker.catalogue.fields if entry["name"] == PARENT_LINK]
    issues = {str(tracker.rows[position].key): tracker.issue(position).fields for position in range(60)}
    epics = {key for key, fields in issues.items() if fields["issuetype"]["name"] == "Epic"}
    above = {key: fields[link] for key, fields in issues.items() if fields[link]}
    assert above and above.keys() <= epics
    assert set(above.values()) <= epics - above.keys()
    assert all(key.rpartition("-")[0] == other.rpartition("-")[0] for key, other in above.items())


def test_names_of_fields_are_those_of_one_field_each():
    for cloud in (False, True):
        names = [entry["name"] for entry in Everything(19, 2, 24, cloud).catalogue.fields]
        ours = [field.name for field in every_field(cloud)]
        assert all(names.count(name) == 1 for name in ours)


def test_what_the_seed_draws_stays_the_same():
    plain, everything = GeneratedTracker(19, 2, 24), Everything(19, 2, 24, False)
    assert list(plain.rows) == list(everything.rows)
    for position in (0, 4, 8, 12):
        one, other = plain.issue(position), everything.issue(position)
        assert one.comments == other.comments and one.histories == other.histories
        kept: Json = {name: value for name, value in one.fields.items() if name not in ("worklog", "description")}
        assert {name: other.fields[name] for name in kept} == kept


def test_published_data_cannot_have_everything(tmp_path):
    (tmp_path / "issues.ndjson").write_text("", encoding="utf-8")
    with pytest.raises(SandboxError, match="--everything"):
        SandboxOptions(everything=True, jira_data=str(tmp_path / "issues.ndjson"))
