"""Finding work packages again."""

from __future__ import annotations

import json

import pytest


def ids(client, path="work_packages", **params):
    return [row["id"] for row in client.elements(path, pageSize="-1", **params)]


def search(client, name, operator, *values, path="work_packages"):
    return ids(client, path, filters=[{name: {"operator": operator, "values": list(values)}}])


def test_without_filters_only_open_work_packages_are_listed(fresh, project):
    closed = fresh.by_name("statuses")["Closed"]
    shut = fresh.work_package(project, links={"status": closed})
    open_one = fresh.work_package(project)
    path = f"projects/{project['id']}/work_packages"
    assert ids(fresh, path) == [open_one["id"]]
    assert ids(fresh, path, filters=[]) == [shut["id"], open_one["id"]]
    assert shut["id"] not in ids(fresh)


def test_a_list_has_no_embedded_parts_and_a_single_one_has(fresh, project):
    made = fresh.work_package(project)
    row = fresh.elements(f"projects/{project['id']}/work_packages", filters=[])[0]
    assert "_embedded" not in row
    assert fresh.get(f"work_packages/{made['id']}")["_embedded"]["attachments"]["total"] == 0


def test_tilde_takes_the_first_value_only_and_wants_all_of_its_words_anywhere(fresh, project):
    one = fresh.work_package(project, description={"raw": "alpha [ACME-12](x#j2o-acme-10023) beta"})
    path = f"projects/{project['id']}/work_packages"
    assert search(fresh, "description", "~", "BETA alpha", path=path) == [one["id"]]
    assert search(fresh, "description", "~", "alpha gamma", path=path) == []
    assert search(fresh, "description", "~", "gamma", "alpha", path=path) == []
    assert search(fresh, "description", "~", "ACME-1", path=path) == [one["id"]]  # no word borders
    assert search(fresh, "description", "~", "j2o-acme-10023)", path=path) == [one["id"]]


def test_subject_has_no_exact_filter(fresh):
    bad = [{"subject": {"operator": "=", "values": ["A"]}}]
    assert fresh.refused("GET", "work_packages", params={"filters": json.dumps(bad)})[:2] == (400, "InvalidQuery")


def test_a_custom_field_is_matched_exactly_and_with_or(furnished, template, fields):
    made = [furnished.work_package(template, **{fields["Origin"]: f"P-{n}"})["id"] for n in (1, 12, 3)]
    assert search(furnished, fields["Origin"], "=", "P-1") == made[:1]
    assert search(furnished, fields["Origin"], "=", "P-1", "P-3") == [made[0], made[2]]
    assert search(furnished, fields["Origin"], "=", "p-1") == []
    path = f"projects/{template['id']}/work_packages"
    assert search(furnished, fields["Origin"], "=", "P-12", path=path) == [made[1]]


def test_globally_a_field_filters_only_if_it_is_a_filter_and_for_all_projects(furnished, fields):
    project = furnished.project()
    made = furnished.work_package(project, **{fields["Local origin"]: "L-1"})

    def query(name):
        return {"filters": json.dumps([{fields[name]: {"operator": "=", "values": ["L-1"]}}])}

    assert furnished.refused("GET", "work_packages", params=query("Local origin"))[:2] == (400, "InvalidQuery")
    assert furnished.refused("GET", "work_packages", params=query("Not a filter"))[:2] == (400, "InvalidQuery")
    path = f"workspaces/{project['id']}/work_packages"
    assert search(furnished, fields["Local origin"], "=", "L-1", path=path) == [made["id"]]
    assert furnished.refused("GET", path, params=query("Not a filter"))[:2] == (400, "InvalidQuery")


def test_many_ids_parents_and_types_are_found(fresh, project):
    parent = fresh.work_package(project)
    child = fresh.work_package(project, links={"parent": parent["_links"]["self"]})
    assert search(fresh, "id", "=", str(parent["id"]), str(child["id"])) == [parent["id"], child["id"]]
    assert search(fresh, "parent", "=", str(parent["id"])) == [child["id"]]
    path = f"projects/{project['id']}/work_packages"
    assert search(fresh, "type", "=", "1", path=path) == [parent["id"], child["id"]]
    assert search(fresh, "author", "=", "me") != []
    fresh.member(project, user={"id": 4, "_links": {"self": {"href": "/api/v3/users/4"}}})
    assert search(fresh, "author", "=", "me", path=path) == [parent["id"], child["id"]]
    assert search(fresh, "author", "!", "me", path=path) == []


def test_times_are_filtered_from_and_to(fresh, project):
    made = fresh.work_package(project)
    path = f"projects/{project['id']}/work_packages"
    assert search(fresh, "updatedAt", "<>d", made["updatedAt"], "", path=path) == [made["id"]]
    assert search(fresh, "updatedAt", "<>d", "", "2020-01-01T00:00:00Z", path=path) == []
    assert search(fresh, "createdAt", "<>d", "2020-01-01", "2099-01-01", path=path) == [made["id"]]


def test_work_packages_are_found_by_comment_and_watcher(fresh, project):
    member = fresh.member(project)
    made = fresh.work_package(project)
    fresh.post(f"work_packages/{made['id']}/activities", {"comment": {"raw": "see [x](y#j2o-1)"}})
    fresh.post(f"work_packages/{made['id']}/watchers", {"user": member["_links"]["self"]})
    assert search(fresh, "comment", "~", "y#j2o-1)") == [made["id"]]
    assert search(fresh, "watcher", "=", str(member["id"])) == [made["id"]]


def test_newest_first_and_page_by_page(fresh, project):
    made = [fresh.work_package(project)["id"] for _ in range(3)]
    path = f"projects/{project['id']}/work_packages"
    assert ids(fresh, path, filters=[], sortBy=[["id", "desc"]]) == made[::-1]


def test_select_is_the_fast_path_without_descriptions_and_custom_fields(fresh, project):
    made = fresh.work_package(project, subject="Chosen")
    path = f"projects/{project['id']}/work_packages"
    found = fresh.get(path, filters=[], select="total,elements/id,elements/subject,elements/self")
    assert found["total"] == 1
    assert found["_embedded"]["elements"] == [
        {"id": made["id"], "subject": "Chosen", "_links": {"self": made["_links"]["self"]}}
    ]
    for bad in ("elements/customField1", "elements/description"):
        assert fresh.refused("GET", path, params={"filters": "[]", "select": bad})[0] == 400


def test_a_project_lists_its_sub_projects_too(fresh, project):
    child = fresh.project(_links={"parent": project["_links"]["self"]})
    made = fresh.work_package(child)
    assert ids(fresh, f"projects/{project['id']}/work_packages", filters=[]) == [made["id"]]


def test_semantic_identifiers_count_per_project_and_answer(serve):
    client = serve("settings: {semantic_identifiers: true}")
    project = client.project(identifier="ACME")
    first, second = client.work_package(project), client.work_package(project)
    assert (first["displayId"], second["displayId"]) == ("ACME-1", "ACME-2")
    assert client.get("work_packages/ACME-2")["id"] == second["id"]
    # A refused create gives its number back.
    client.refused("POST", "work_packages", client.payload(project, subject=""))
    assert client.work_package(project)["displayId"] == "ACME-3"
    filters = [{"id": {"operator": "=", "values": ["ACME-2"]}}]
    refused = client.refused("GET", "work_packages", params={"filters": json.dumps(filters)})
    assert refused[:2] == (400, "InvalidQuery")  # filters want the number
    client.patch(f"projects/{project['id']}", {"identifier": "NEWNAME"})
    assert client.get("work_packages/ACME-2")["displayId"] == "NEWNAME-2"


def test_a_semantic_number_is_never_given_twice(serve):
    client = serve("settings: {semantic_identifiers: true}")
    one, other = client.project(identifier="SINGLE"), client.project(identifier="ELSEWHERE")
    first, second = client.work_package(one), client.work_package(one)
    assert client.work_package(other)["displayId"] == "ELSEWHERE-1"
    assert client.call("DELETE", f"work_packages/{second['id']}").status_code == 204
    assert client.work_package(one)["displayId"] == "SINGLE-3"
    moved = {"lockVersion": 0, "_links": {"project": other["_links"]["self"]}}
    assert client.patch(f"work_packages/{first['id']}", moved)["displayId"] == "ELSEWHERE-2"
    assert client.work_package(one)["displayId"] == "SINGLE-4"


def test_without_semantic_identifiers_the_display_id_is_the_number(fresh, project):
    made = fresh.work_package(project)
    assert made["displayId"] == str(made["id"])
    assert fresh.refused("GET", f"work_packages/{project['identifier']}-1")[0] == 404


@pytest.mark.parametrize("status", ["o", "c", "*"])
def test_status_has_operators_for_open_and_closed(fresh, project, status):
    closed = fresh.by_name("statuses")["Closed"]
    shut = fresh.work_package(project, links={"status": closed})["id"]
    open_one = fresh.work_package(project)["id"]
    expected = {"o": [open_one], "c": [shut], "*": [shut, open_one]}[status]
    assert search(fresh, "status", status, path=f"projects/{project['id']}/work_packages") == expected
