"""Saved queries and their views."""

from __future__ import annotations

import pytest

_API = "/api/v3/"


def entry(name, operator, values=(), links=()):
    found = {
        "_links": {
            "filter": {"href": f"{_API}queries/filters/{name}"},
            "operator": {"href": f"{_API}queries/operators/{operator}"},
            "values": [{"href": _API + link} for link in links],
        }
    }
    return {**found, "values": list(values)} if values else found


def body(project=None, filters=(), sort=(), **values):
    links = {"sortBy": [{"href": f"{_API}queries/sort_bys/{name}"} for name in sort]}
    if project is not None:
        links["project"] = project["_links"]["self"]
    return {"name": "Mine", **values, "filters": list(filters), "_links": links}


def test_a_query_keeps_what_it_filters_and_sorts_by(fresh, project):
    status = fresh.by_name("statuses")["New"]["href"]
    filters = [
        entry("status", "%3D", links=[status[len(_API) :]]),
        entry("assignee", "%3D", links=["users/me"]),
        entry("createdAt", "%3Et-", ["7"]),
    ]
    made = fresh.post("queries", body(project, filters, ["priority-desc", "id-asc"], public=True))
    read = fresh.get(f"queries/{made['id']}")
    assert read == made
    assert (read["public"], read["starred"], read["hidden"]) == (True, False, True)
    assert [one["_links"]["operator"]["href"].rsplit("/", 1)[1] for one in read["filters"]] == ["%3D", "%3D", "%3Et-"]
    assert read["filters"][0]["_links"]["values"] == [{"href": status, "title": "New"}]
    assert read["filters"][1]["_links"]["values"][0]["templated"] is True
    assert read["filters"][2]["values"] == ["7"]
    assert [one["href"] for one in read["_links"]["sortBy"]] == [
        f"{_API}queries/sort_bys/priority-desc",
        f"{_API}queries/sort_bys/id-asc",
    ]
    assert [row["id"] for row in fresh.state("queries")["queries"]].count(made["id"]) == 1


def test_names_need_not_be_single_and_a_fourth_criterion_is_forgotten_without_a_word(fresh, project):
    sort = ["type-asc", "status-asc", "priority-asc", "id-asc"]
    first, second = (fresh.post("queries", body(project, sort=sort)) for _ in range(2))
    assert first["id"] != second["id"] and first["name"] == second["name"]
    assert len(first["_links"]["sortBy"]) == 3


def test_an_update_replaces_filters_and_needs_no_version(fresh, project):
    made = fresh.post("queries", body(project, [entry("status", "o")]))
    changed = fresh.patch(f"queries/{made['id']}", {"name": "Other", "filters": [entry("subject", "~", ["x"])]})
    assert (changed["name"], [one["name"] for one in changed["filters"]]) == ("Other", ["subject"])
    assert fresh.call("DELETE", f"queries/{made['id']}").status_code == 204
    assert fresh.refused("GET", f"queries/{made['id']}")[0] == 404


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"name": " "}, (422, "PropertyConstraintViolation", "name")),
        ({"name": "n" * 256}, (422, "PropertyConstraintViolation", "name")),
        ({"filters": [{"values": ["1"]}]}, (400, "InvalidRequestBody", None)),
        ({"filters": [entry("nonsense", "%3D", ["1"])]}, (422, "PropertyConstraintViolation", "base")),
        ({"filters": [entry("status", "~", ["1"])]}, (422, "PropertyConstraintViolation", "base")),
        (
            {"filters": [entry("version", "%3D", links=["versions/99999"])]},
            (422, "PropertyConstraintViolation", "base"),
        ),
        ({"sort": ["description-asc"]}, (422, "PropertyConstraintViolation", "sortCriteria")),
    ],
)
def test_what_a_query_cannot_have_is_refused(fresh, project, values, refused):
    assert fresh.refused("POST", "queries", body(project, **values)) == refused


def test_only_members_of_a_project_can_be_filtered_for_in_it(fresh, project):
    stranger = fresh.user()
    filters = [entry("assignee", "%3D", links=[f"users/{stranger['id']}"])]
    assert fresh.refused("POST", "queries", body(project, filters))[0] == 422
    assert fresh.post("queries", body(None, filters))["_links"]["project"] == {"href": None}


def test_a_filter_for_what_is_gone_is_left_out_where_a_query_is_read(fresh, project):
    version = fresh.post("versions", {"name": "1.0", "_links": {"definingProject": project["_links"]["self"]}})
    filters = [entry("version", "%3D", links=[f"versions/{version['id']}"]), entry("status", "o")]
    made = fresh.post("queries", body(project, filters))
    fresh.call("DELETE", f"versions/{version['id']}")
    assert [one["name"] for one in fresh.get(f"queries/{made['id']}")["filters"]] == ["status"]


def test_private_queries_are_their_owner_s_alone_and_lists_ignore_paging(serve):
    client = serve("users: {reader: {token: reader-token}}")
    reader = type(client)(client.running, "reader-token")
    project = client.project()
    user = next(row for row in client.elements("users") if row["login"] == "reader")
    client.member(project, user=user)
    private, public = client.post("queries", body(project)), client.post("queries", body(project, public=True))
    assert [row["id"] for row in reader.elements("queries", pageSize="1")] == [public["id"]]
    assert reader.refused("GET", f"queries/{private['id']}")[0] == 404
    assert reader.refused("PATCH", f"queries/{public['id']}", {"name": "x"})[0] == 403
    assert reader.refused("POST", "queries", body(project, public=True)) == (
        422,
        "PropertyConstraintViolation",
        "public",
    )
    own = reader.post("queries", body(project))
    assert client.refused("GET", f"queries/{own['id']}")[0] == 404, "not even an administrator sees it"
    by_project = [{"project": {"operator": "=", "values": [str(project["id"])]}}]
    assert {row["id"] for row in client.elements("queries", filters=by_project)} == {private["id"], public["id"]}


def test_a_view_puts_a_query_into_the_menu_and_ends_with_it(fresh, project):
    made = fresh.post("queries", body(project))
    sent = {"_links": {"query": made["_links"]["self"]}}
    view = fresh.post("views/work_packages_table", sent)
    assert view["_type"] == "Views::WorkPackagesTable" and view["_links"]["query"]["title"] == "Mine"
    assert fresh.get(f"queries/{made['id']}")["hidden"] is False
    by_project = [{"project": {"operator": "=", "values": [str(project["id"])]}}]
    assert [row["id"] for row in fresh.elements("views", filters=by_project)] == [view["id"]]
    assert fresh.refused("POST", "views/work_packages_table", {}) == (422, "PropertyConstraintViolation", "query")
    assert fresh.refused("POST", "views/nonsense", sent)[0] == 404
    assert fresh.call("DELETE", f"views/{view['id']}").status_code == 405
    fresh.call("DELETE", f"queries/{made['id']}")
    assert fresh.refused("GET", f"views/{view['id']}")[0] == 404


def test_forms_say_what_a_create_would(fresh, project):
    form = fresh.post("queries/form", body(project, [entry("status", "o")]))["_embedded"]
    assert form["validationErrors"] == {} and form["payload"]["name"] == "Mine"
    assert set(fresh.post("queries/form", body(project, name=""))["_embedded"]["validationErrors"]) == {"name"}
    assert fresh.state("queries")["queries"] == fresh.state("queries")["queries"]


def test_the_order_of_a_board_is_made_by_hand(fresh, project):
    made = fresh.post("queries", body(project, [entry("manualSort", "ow")], ["manualSorting-asc"]))
    assert [one["name"] for one in made["filters"]] == ["manualSort"]
