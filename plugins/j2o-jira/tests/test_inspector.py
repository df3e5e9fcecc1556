"""What is told of a Jira before a run."""

from __future__ import annotations

import time

from j2o_core.api import Needs
from j2o_jira.inspector import JiraInspector


def told(client, **needs):
    return list(JiraInspector(client).lines(Needs(**{"fields": {"attachments": ("fileName",)}, **needs})))


def test_an_administrator_of_either_edition_reads_everything(jira, jira_server):
    found = told(jira)
    assert [line.topic for line in found] == ["version", "permission", "permission", "projects", "attachments", "mail"]
    assert all(line.status == "ok" for line in found), found
    assert ("Cloud" in found[0].message) is (jira_server.edition == "cloud")
    assert abs(JiraInspector(jira).server_time() - time.time()) < 30


def test_a_project_that_cannot_be_seen_is_an_error_with_what_to_do(jira):
    (line,) = [line for line in told(jira, projects=("NOWHERE",)) if line.topic == "projects"]
    assert line.status == "error" and "NOWHERE" in line.message and line.advice


def test_whose_filters_are_listed_is_told_where_they_are_wanted(jira, jira_server):
    (line,) = [line for line in told(jira, fields={"queries": ("name",)}) if line.topic == "saved filters"]
    if jira_server.edition == "cloud":
        assert (line.status, line.message) == ("ok", "6 of everybody")
    else:
        assert line.status == "warn" and "no filters but the 2 favourites" in line.message and "ids: [" in line.advice
