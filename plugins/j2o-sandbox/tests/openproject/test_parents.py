"""What children do to their parents."""

from __future__ import annotations

import threading


def test_the_first_child_turns_a_manual_parent_automatic_and_overwrites_its_dates(fresh, project):
    parent = fresh.work_package(project, startDate="2026-01-05", dueDate="2026-01-30")
    fresh.work_package(
        project, startDate="2026-02-02", dueDate="2026-02-03", links={"parent": parent["_links"]["self"]}
    )
    changed = fresh.get(f"work_packages/{parent['id']}")
    assert changed["scheduleManually"] is False
    assert (changed["startDate"], changed["dueDate"]) == ("2026-02-02", "2026-02-03")
    assert changed["lockVersion"] > parent["lockVersion"]


def test_a_first_child_without_dates_empties_those_of_the_parent(fresh, project):
    parent = fresh.work_package(project, startDate="2026-01-05", dueDate="2026-01-30")
    link = {"parent": parent["_links"]["self"]}
    fresh.work_package(project, startDate=None, dueDate=None, links=link)
    changed = fresh.get(f"work_packages/{parent['id']}")
    assert (changed["startDate"], changed["dueDate"]) == (None, None)


def test_a_changed_parent_carries_a_note_that_is_no_person_s_comment(fresh, project):
    parent = fresh.work_package(project)
    child = fresh.work_package(project, links={"parent": parent["_links"]["self"]})
    notes = [row["comment"]["raw"] for row in fresh.elements(f"work_packages/{parent['id']}/activities")]
    expected = f"_Updated automatically by changing values within child work package #{child['id']}_"
    assert expected in notes
    assert expected not in [row["comment"]["raw"] for row in fresh.state("comments")["comments"]]


def test_a_parent_can_be_restored_by_manual_scheduling(fresh, project):
    parent = fresh.work_package(project)
    fresh.work_package(project, dueDate="2026-02-03", links={"parent": parent["_links"]["self"]})
    path = f"work_packages/{parent['id']}"
    lock = fresh.get(path)["lockVersion"]
    assert fresh.refused("PATCH", path, {"lockVersion": lock, "startDate": "2026-01-05"})[1:] == (
        "PropertyIsReadOnly",
        "startDate",
    )
    body = {"lockVersion": lock, "scheduleManually": True, "startDate": "2026-01-05", "dueDate": "2026-01-30"}
    changed = fresh.patch(path, body)
    assert (changed["startDate"], changed["dueDate"], changed["scheduleManually"]) == ("2026-01-05", "2026-01-30", True)
    assert (changed["derivedStartDate"], changed["derivedDueDate"]) == ("2026-02-03", "2026-02-03")


def test_siblings_without_estimates_and_dates_leave_the_parent_alone_after_the_first(fresh, project):
    parent = fresh.work_package(project)
    link = {"parent": parent["_links"]["self"]}
    fresh.work_package(project, links=link)
    lock = fresh.get(f"work_packages/{parent['id']}")["lockVersion"]
    fresh.work_package(project, links=link)
    assert fresh.get(f"work_packages/{parent['id']}")["lockVersion"] == lock
    fresh.work_package(project, links=link, estimatedTime="PT2H")
    changed = fresh.get(f"work_packages/{parent['id']}")
    assert changed["lockVersion"] > lock
    assert changed["derivedEstimatedTime"] == "PT2H"


def test_totals_of_all_descendants_reach_the_top_and_leave_with_them(fresh, project):
    top = fresh.work_package(project, estimatedTime="PT1H")
    middle = fresh.work_package(project, links={"parent": top["_links"]["self"]})
    leaf = fresh.work_package(
        project, estimatedTime="PT3H", remainingTime="PT1H", links={"parent": middle["_links"]["self"]}
    )
    assert fresh.get(f"work_packages/{top['id']}")["derivedEstimatedTime"] == "PT4H"
    assert fresh.get(f"work_packages/{top['id']}")["derivedPercentageDone"] == 50
    fresh.call("DELETE", f"work_packages/{leaf['id']}")
    assert fresh.get(f"work_packages/{top['id']}")["derivedEstimatedTime"] == "PT1H"


def test_concurrent_siblings_that_change_their_parent_conflict(serve):
    client = serve(latency_ms=150)
    project = client.project()
    parent = client.work_package(project)
    link = {"parent": parent["_links"]["self"]}
    client.work_package(project, links=link)
    codes = []

    def create():
        body = client.payload(project, links=link, estimatedTime="PT1H")
        codes.append(type(client)(client.running).call("POST", "work_packages?notify=false", body).status_code)

    threads = [threading.Thread(target=create) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(codes)) == [201, 409]
    children = client.get(f"work_packages/{parent['id']}")["_links"]["children"]
    assert len(children) == 1 + codes.count(201)  # a 409 was not applied
