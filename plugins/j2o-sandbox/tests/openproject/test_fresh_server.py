"""What a factory-fresh server holds."""

from __future__ import annotations


def test_types_statuses_and_priorities_are_the_default_ones(serve):
    client = serve(seed=99)
    assert list(client.by_name("types")) == ["Task", "Milestone", "Phase", "Feature", "Epic", "User story", "Bug"]
    assert list(client.by_name("statuses")) == [
        "New",
        "In specification",
        "Specified",
        "Confirmed",
        "To be scheduled",
        "Scheduled",
        "In progress",
        "Developed",
        "In testing",
        "Tested",
        "Test failed",
        "Closed",
        "On hold",
        "Rejected",
    ]
    assert list(client.by_name("priorities")) == ["Low", "Normal", "High", "Immediate"]
    assert {"Non member", "Anonymous", "Member", "Reader", "Project admin"} <= set(client.by_name("roles"))


def test_there_is_one_admin_and_no_content(serve):
    state = serve(seed=99).state()
    assert [(user["login"], user["admin"]) for user in state["users"]] == [("admin", True)]
    for kind in ("projects", "work_packages", "memberships", "versions", "attachments", "custom_options", "groups"):
        assert state[kind] == []


def test_a_new_project_has_only_the_default_types_and_modules(fresh, project):
    types = fresh.elements(f"projects/{project['id']}/types")
    assert [row["name"] for row in types] == ["Task", "Milestone", "Phase"]
    assert fresh.refused("GET", f"projects/{project['id']}/sprints")[0] == 403  # backlogs is off


def test_a_type_that_is_not_on_in_the_project_is_refused(fresh, project):
    bug = fresh.by_name("types")["Bug"]
    assert fresh.refused("POST", "work_packages", fresh.payload(project, links={"type": bug})) == (
        422,
        "PropertyConstraintViolation",
        "type",
    )


def test_the_default_workflow_of_a_task_leads_from_new_to_closed(fresh, project):
    made = fresh.work_package(project)
    closed = fresh.by_name("statuses")["Closed"]
    changed = fresh.patch(f"work_packages/{made['id']}", {"lockVersion": 0, "_links": {"status": closed}})
    assert changed["_links"]["status"]["title"] == "Closed"
