"""Projects, types, statuses, fields, schemes."""

from __future__ import annotations

from typing import Any, List


def test_archived_projects_are_listed_when_asked_for(server: Any, cloud: Any) -> None:
    assert [project["key"] for project in server.read("project")] == ["SHOP", "OPS"]
    assert "LEGACY" in {project["key"] for project in server.read("project", includeArchived="true")}
    assert [project["key"] for project in cloud.read("project/search")["values"]] == ["OPS", "SHOP"]
    assert [project["key"] for project in cloud.read("project/search", status="archived")["values"]] == ["LEGACY"]
    assert cloud.get("project/search", status="nonsense").status_code == 400
    assert server.get("project/search").status_code == 404


def test_lists_of_projects_say_more_when_expanded(server: Any) -> None:
    assert "lead" not in server.read("project")[0]
    full = server.read("project", expand="description,lead,issueTypes,url,projectKeys")[0]
    assert full["lead"]["name"] and full["description"] and full["url"] and full["issueTypes"]
    assert full["projectKeys"] == ["SHOP", "SHOPOLD"]


def test_cloud_project_pages_hold_at_most_a_hundred(kept: Any) -> None:
    cloud = kept(edition="cloud", issues=120, projects=120)
    page = cloud.read("project/search", maxResults=500)
    assert (page["maxResults"], len(page["values"]), page["total"], page["isLast"]) == (100, 100, 120, False)
    rest = cloud.request("GET", page["nextPage"]).json()
    assert len(rest["values"]) == 20 and rest["isLast"]


def test_a_project_is_found_by_key_former_key_or_id(jira: Any) -> None:
    project = jira.read("project/SHOP")
    assert jira.read(f"project/{project['id']}") == project == jira.read("project/SHOPOLD")
    answer = jira.get("project/NOPE")
    assert (answer.status_code, answer.json()["errorMessages"]) == (404, ["No project could be found with key 'NOPE'."])


def test_team_managed_projects_have_types_and_statuses_of_the_same_names(cloud: Any, server: Any) -> None:
    classic, team = cloud.read("project/SHOP"), cloud.read("project/OPS")
    assert (classic["style"], classic["simplified"]) == ("classic", False)
    assert (team["style"], team["simplified"]) == ("next-gen", True)
    types = cloud.read("issuetype")
    bugs = [entry for entry in types if entry["name"] == "Bug"]
    assert len(bugs) == 2 and len({entry["id"] for entry in bugs}) == 2
    assert bugs[1]["scope"]["project"]["id"] == team["id"]
    assert {entry["hierarchyLevel"] for entry in types} == {-1, 0, 1}
    assert all("untranslatedName" in entry for entry in types)
    done = [entry for entry in cloud.read("status") if entry["name"] == "Done"]
    assert len(done) == 2
    used = {issue["fields"]["issuetype"]["id"] for issue in cloud.search("project = OPS", fields="issuetype")["issues"]}
    assert used <= {entry["id"] for entry in team["issueTypes"]}
    assert all("hierarchyLevel" not in entry and "scope" not in entry for entry in server.read("issuetype"))


def test_statuses_have_categories_and_stand_under_types(jira: Any) -> None:
    assert {entry["key"] for entry in jira.read("statuscategory")} == {"undefined", "new", "indeterminate", "done"}
    assert all(entry["statusCategory"]["self"] for entry in jira.read("status"))
    by_type = jira.read("project/SHOP/statuses")
    assert {entry["name"] for entry in by_type} >= {"Epic", "Bug"}
    assert {status["name"] for status in by_type[0]["statuses"]} >= {"To Do", "Done"}
    assert jira.read("status/In Review")["name"] == "In Review"


def test_lists_have_addresses_that_answer(jira: Any) -> None:
    for kind in ("issuetype", "status", "priority", "resolution"):
        entry = jira.read(kind)[0]
        assert jira.request("GET", entry["self"]).json() == entry
    assert jira.get("priority/999").status_code == 404
    types = jira.read("issueLinkType")["issueLinkTypes"]
    assert {"name", "inward", "outward", "id", "self"} == set(types[0])


def test_versions_are_released_archived_or_neither(jira: Any) -> None:
    versions = jira.read("project/SHOP/versions")
    states = {(entry["released"], entry["archived"]) for entry in versions}
    assert states >= {
        (True, True),
        (True, False),
        (False, False),
    }
    assert jira.read("project/SHOP/version", maxResults=2)["total"] == len(versions)
    components = jira.read("project/SHOP/components")
    assert any(entry.get("lead") for entry in components) and any("lead" not in entry for entry in components)


def test_fields_have_schemas_of_every_common_type(jira: Any) -> None:
    fields = jira.read("field")
    custom = {entry["schema"]["custom"].rsplit(":", 1)[1] for entry in fields if entry["custom"]}
    assert custom >= {
        "select", "radiobuttons", "multiselect", "multicheckboxes", "cascadingselect", "float", "datepicker",
        "datetime",
        "textfield", "textarea", "url", "userpicker", "multiuserpicker", "labels", "version", "grouppicker",
        "gh-sprint", "gh-epic-link", "gh-epic-label", "gh-epic-status", "gh-lexo-rank",
    }  # fmt: skip
    names = [entry["name"] for entry in fields]
    assert names.count("Severity") == 2, "display names are not unique"
    assert ("parent" in {entry["id"] for entry in fields}) == (jira.edition == "cloud")


def test_option_lists_are_elsewhere_on_each_edition(server: Any, cloud: Any) -> None:
    options = server.read("customFields/10202/options")["options"]
    assert any(entry["childrenIds"] for entry in options)
    assert sum(entry["value"] == "Search" for entry in options) == 2, "one label under two parents"
    assert cloud.get("customFields/10202/options").status_code == 404
    context = cloud.read("field/customfield_10202/context")["values"][0]["id"]
    values = cloud.read(f"field/customfield_10202/context/{context}/option")["values"]
    assert any("optionId" in entry for entry in values)
    assert server.get("field/customfield_10202/context").status_code == 404


def test_workflows_tell_steps_on_server_and_transitions_on_cloud(server: Any, cloud: Any) -> None:
    assert set(server.read("workflow")[0]) == {"name", "description", "lastModifiedDate", "steps", "default"}
    assert cloud.read("workflows/search")["values"][0]["transitions"]
    assert cloud.get("workflow/search").status_code == 410
    assert server.read("project/SHOP/workflowscheme")["defaultWorkflow"]
    assert server.get("workflow", auth="reader").status_code == 401, "though somebody is logged in"


def test_create_metadata_needs_a_project(jira: Any) -> None:
    assert jira.get("issue/createmeta").status_code == 404
    page = jira.read("issue/createmeta/SHOP/issuetypes")
    types = page["issueTypes"] if jira.edition == "cloud" else page["values"]
    fields = jira.read(f"issue/createmeta/SHOP/issuetypes/{types[0]['id']}", maxResults=200)
    entries = fields["fields"] if jira.edition == "cloud" else fields["values"]
    assert next(entry for entry in entries if entry["fieldId"] == "customfield_10200")["allowedValues"]
    assert jira.get("issue/createmeta/SHOP/issuetypes/999").status_code == 404


def test_schemes_and_security_levels_are_told_to_administrators(jira: Any) -> None:
    assert [level["name"] for level in jira.read("project/SHOP/securitylevel")["levels"]] == ["Staff only"]
    assert jira.get("project/SHOP/securitylevel", auth="reader").json() == {"levels": []}
    assert jira.read("securitylevel/10200")["name"] == "Staff only"
    assert jira.read("project/SHOP/permissionscheme")["name"]
    assert len(jira.read("project/SHOP/issuesecuritylevelscheme")["levels"]) == 2
    assert jira.get("issuesecurityschemes", auth="reader").status_code == 403


def test_no_project_of_the_sandbox_is_in_the_bin(cloud: Any) -> None:
    assert cloud.read("project/search", status="deleted")["values"] == []
    assert len(cloud.read("project/search", status=["live", "archived", "deleted"])["values"]) == 3


def test_permission_schemes_tell_their_permissions_when_expanded(jira: Any) -> None:
    for scheme in (
        jira.read("permissionscheme", expand="permissions")["permissionSchemes"][0],
        jira.read("project/SHOP/permissionscheme", expand="permissions"),
    ):
        assert "BROWSE_PROJECTS" in {entry["permission"] for entry in scheme["permissions"]}
        assert all(entry["holder"]["type"] for entry in scheme["permissions"])
    assert "permissions" not in jira.read("permissionscheme")["permissionSchemes"][0]


def test_projects_have_schemes_that_each_edition_tells(server: Any, cloud: Any) -> None:
    for jira in (server, cloud):
        assert jira.read("project/SHOP/notificationscheme")["name"]
        assert jira.get("project/NOPE/notificationscheme").status_code == 404
    known = {entry["id"] for entry in server.read("priority")}
    assert set(server.read("project/SHOP/priorityscheme")["optionIds"]) == known
    assert cloud.get("project/SHOP/priorityscheme").status_code == 404


def test_option_lists_come_by_page_number_on_server(server: Any) -> None:
    whole = server.read("customFields/10202/options", useAllContexts="true")
    second = server.read("customFields/10202/options", useAllContexts="true", maxResults=2, page=2)
    assert second["options"] == whole["options"][2:4] and second["total"] == whole["total"] > 4


def test_projects_with_a_context_of_their_own_are_offered_other_options(server: Any, cloud: Any) -> None:
    def offered(**asked: Any) -> List[str]:
        return [option["value"] for option in server.read("customFields/10201/options", **asked)["options"]]

    by_project = [offered(projectIds=project["id"]) for project in server.read("project")]
    common, (own,) = offered(), [values for values in by_project if "Watch" in values]
    assert own == [*common, "Watch"] and all(values in (common, own) for values in by_project)
    assert offered(useAllContexts="true") == [*common, *own]
    contexts = {one["id"]: one for one in cloud.read("field/customfield_10201/context")["values"]}
    mapped = cloud.read("field/customfield_10201/context/projectmapping")["values"]
    assert {contexts[one["contextId"]]["isGlobalContext"] for one in mapped if "projectId" in one} == {False}


def test_screens_have_tabs_with_fields_for_administrators(jira: Any) -> None:
    tabs = jira.read("screens/1/tabs")
    assert [tab["name"] for tab in tabs] == ["Field Tab", "Details"]
    assert "summary" in {field["id"] for field in jira.read(f"screens/1/tabs/{tabs[0]['id']}/fields")}
    cloud = jira.edition == "cloud"
    assert jira.get("screens/99/tabs").status_code == (404 if cloud else 400)
    assert jira.get("screens/1/tabs", auth="reader").status_code == (403 if cloud else 401)
