"""What a Jira is set up with: everything that each edition tells, and a word about what it keeps to itself."""

from __future__ import annotations

import pytest

from j2o_core.api import Fatal, Selection
from j2o_core.testing.scripted_server import say_json
from j2o_jira.configuration import Configuration

COMMON = {
    "issue types",
    "statuses",
    "priorities",
    "resolutions",
    "link types",
    "roles",
    "fields",
    "components",
    "workflows",
    "screens",
    "permission schemes",
    "notification schemes",
    "security schemes",
    "workflow schemes",
    "issue type schemes",
    "priority schemes",
}


def by_kind(records):
    found = {}
    for record in records:
        found.setdefault(record.data["kind"], {})[record.data["name"]] = record.data
    return found


@pytest.fixture
def found(jira, read):
    return by_kind(read(Configuration(jira, "acme", "configuration", {})))


def test_every_kind_is_read_in_each_edition(found):
    assert set(found) == COMMON == set(Configuration.kinds)
    assert all(things for things in found.values())


def test_schemes_tell_which_projects_use_them_and_what_is_in_them(found, jira_server):
    (permissions,) = found["permission schemes"].values()
    assert len(permissions["projects"]) > 1
    assert "BROWSE_PROJECTS" in {one["permission"] for one in permissions["details"]["permissions"]}
    (security,) = found["security schemes"].values()
    assert "Staff only" in {level["name"] for level in security["details"]["levels"]}
    (notifications,) = found["notification schemes"].values()
    assert notifications["details"]["notificationSchemeEvents"]
    (workflow,) = found["workflows"].values()
    known = "transitions" if jira_server.edition == "cloud" else "steps"
    assert workflow["details"][known]


def test_fields_come_with_contexts_and_options_and_components_with_leads(found, jira_server):
    platforms = found["fields"]["Platforms"]["details"]
    contexts = platforms["contexts"] if jira_server.edition == "cloud" else [platforms]
    assert {"Web", "iOS"} <= {option["value"] for context in contexts for option in context["options"]}
    leads = [one["details"]["lead"] for one in found["components"].values() if one["details"].get("lead")]
    assert leads and all("displayName" in lead for lead in leads)
    assert all(len(one["projects"]) == 1 for one in found["components"].values())


def test_a_field_with_several_contexts_tells_which_projects_are_offered_what(found):
    contexts = found["fields"]["Platforms"]["details"]["contexts"]
    more, common = sorted(contexts, key=lambda one: -len(one["options"]))
    assert [option["value"] for option in more["options"]][-1] == "Watch" and len(more["projects"]) == 1
    assert more["projects"][0] not in common.get("projects", ()) and len(common["options"]) == 4
    assert f"{more['projects'][0]}: Web, iOS, Android, Back office, Watch" in found["fields"]["Platforms"]["remark"]
    assert "remark" not in found["fields"]["Checklist"], "one context"


def test_contexts_of_projects_that_are_not_selected_are_no_offers_to_tell_of(jira, read, found):
    more = max(found["fields"]["Platforms"]["details"]["contexts"], key=lambda one: len(one["options"]))
    (others,) = [one["key"] for one in jira.projects(Selection()) if one["key"] not in more["projects"]][:1]
    alone = by_kind(read(Configuration(jira, "acme", "configuration", {}), Selection((others,))))["fields"]
    assert "remark" not in alone["Platforms"], "all that is migrated is offered the same"


def test_screens_come_with_their_tabs_and_what_stands_on_them(found):
    screens = {name: one["details"]["tabs"] for name, one in found["screens"].items()}
    assert {name: [tab["name"] for tab in tabs] for name, tabs in screens.items()} == {
        "Default Screen": ["Field Tab", "Details"],
        "Workflow Screen": ["Field Tab"],
        "Resolve Issue Screen": ["Field Tab"],
    }
    assert found["screens"]["Workflow Screen"]["remark"] == "Field Tab: 2 fields"
    assert "Summary" in screens["Default Screen"][0]["fields"] and "Severity" in screens["Default Screen"][1]["fields"]


def test_tabs_of_screens_are_asked_for_once_for_runs_within_the_lifetime_of_metadata(
    jira_server, connect, tmp_path, read
):
    asked = []
    for _ in range(2):
        client = connect(jira_server.url, jira_server.auth, cache_folder=tmp_path, identity="acme")
        told = by_kind(read(Configuration(client, "acme", "configuration", {})))["screens"]
        asked.append(sum(number for name, number in client.http.observation.counts().items() if "tabs" in name))
        client.close()
    assert asked[0] and not asked[1] and told["Workflow Screen"]["remark"] == "Field Tab: 2 fields"


def test_what_changes_at_every_read_is_no_part_of_it(jira, read):
    first = read(Configuration(jira, "acme", "configuration", {}))
    again = read(Configuration(jira, "acme", "configuration", {}))
    assert [(one.origin, one.digest) for one in first] == [(one.origin, one.digest) for one in again]
    assert len({one.origin for one in first}) == len(first)


def test_what_only_administrators_see_is_told_and_the_rest_is_read(sandbox, connect):
    server = sandbox("server")
    client = connect(server.url, {"token": "j2o-sandbox-reader-token"})
    extractor, problems, kinds = Configuration(client, "acme", "configuration", {}), [], set()
    for kind in extractor.slices(Selection()):
        for page in extractor.pages(Selection(), kind, None):
            problems += page.problems
            kinds |= {record.data["kind"] for record in page.records}
    told = {problem.message.partition(" of Jira's")[0] for problem in problems}
    assert {"workflows", "screens", "security schemes"} <= told and not told & kinds
    assert {"statuses", "fields", "permission schemes"} <= kinds
    assert any(what.startswith("the workflow schemes of ") and "SHOP" in what for what in told), told
    assert all(problem.code == "J2O-X016" and "Administer Jira" in problem.message for problem in problems)


def test_credentials_that_nobody_knows_are_no_lack_of_permissions(sandbox, connect):
    client = connect(sandbox("server").url, {"token": "wrong"})
    with pytest.raises(Fatal, match="credentials"):
        list(Configuration(client, "acme", "configuration", {}).pages(Selection(projects=["SHOP"]), "screens", None))


def test_jira_8_tells_of_options_on_create_screens_and_screens_since_8_3(sandbox, connect, read):
    server = sandbox("server", seed=7, issues=5)
    told, problems = {}, {}
    for version in ("8.2.6", "8.20.4", "9.12.4"):
        server.control("behaviour", {"version": version})
        client = connect(server.url, {"user": "admin", "password": "j2o-sandbox-admin-password"})
        extractor = Configuration(client, "acme", "configuration", {})
        told[version] = by_kind(read(extractor))
        pages = [page for kind in ("fields", "screens") for page in extractor.pages(Selection(), kind, None)]
        problems[version] = [problem.message for page in pages for problem in page.problems]
    (untold,) = problems.pop("8.2.6")
    assert "which 8.3 brought" in untold
    assert not any(problems.values())
    assert set(told["8.2.6"]) == COMMON - {"screens"} and set(told["8.20.4"]) == COMMON
    for version in ("8.2.6", "8.20.4"):
        assert offers(told[version]) == offers(told["9.12.4"])


def offers(found):
    """Values of options by field, everywhere and by project, where that differs."""
    kept = {}
    for name, field in found["fields"].items():
        details = field["details"]
        contexts = [(context["projects"], values_of(context)) for context in details.get("contexts") or ()]
        kept[name] = (values_of(details), sorted(contexts))
    return kept


def values_of(context):
    return sorted(option["value"] for option in context.get("options") or ())


@pytest.mark.parametrize(("status", "version"), [(401, "9.12.4"), (403, "9.12.4"), (401, "8.20.4"), (403, "8.20.4")])
def test_options_that_are_kept_back_leave_out_no_more_than_they_are(sandbox, connect, status, version):
    server = sandbox("server", seed=7, issues=5)
    server.control("behaviour", {"version": version})
    client = connect(server.url, {"user": "admin", "password": "j2o-sandbox-admin-password"})
    (platforms,) = [field.partition("_")[2] for field, name in client.field_names().items() if name == "Platforms"]
    own = f"customFields/{platforms}/options"
    path = f"/rest/api/2/{'issue/createmeta' if version.startswith('8') else own}"
    server.control("faults", {"rules": [{"do": "status", "status": status, "path": path}]})
    try:
        (page,) = Configuration(client, "acme", "configuration", {}).pages(Selection(), "fields", None)
    finally:
        server.control("faults", {"rules": []})
    (problem,) = page.problems
    found = {record.data["name"]: record.data["details"] for record in page.records}
    without = {name for name, details in found.items() if name in problem.message}
    assert without and "options of" in problem.message and len(found) > 10
    assert not any(found[name].get("options") for name in without)
    if version.startswith("9"):
        assert without == {"Platforms"} and found["Severity"]["options"]


def test_a_project_that_keeps_its_schemes_back_is_told_and_the_others_are_read(sandbox, connect):
    server = sandbox("server", seed=7, issues=5)
    client = connect(server.url, server.auth)
    path = "/rest/api/2/project/SHOP/workflowscheme"
    server.control("faults", {"rules": [{"do": "status", "status": 401, "path": path}]})
    try:
        (page,) = Configuration(client, "acme", "configuration", {}).pages(Selection(), "workflow schemes", None)
    finally:
        server.control("faults", {"rules": []})
    assert "the workflow schemes of SHOP" in page.problems[0].message
    assert page.records and all("SHOP" not in record.data["projects"] for record in page.records)


def test_resources_that_may_change_are_asked_for_as_the_reference_wants_it(scripted, connect):
    scripted.answer = lambda asked: say_json(
        {"deploymentType": "Server", "version": "10.3.2"} if "serverInfo" in asked.path else {"schemes": []}
    )
    connect(scripted.url).get("/priorityschemes")
    (asked,) = [one for one in scripted.asked if "priorityschemes" in one.path]
    assert asked.headers["X-ExperimentalApi"] == "true"
