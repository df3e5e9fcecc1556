"""What a server does at once and what it does not: locks of trees, rows and projects, web threads, connections."""

from __future__ import annotations

import concurrent.futures
import time

import pytest
import requests


def together(client, calls):
    """All calls at once, each (method, path, body): seconds until the last answered, and the answers in order."""

    def send(call):
        method, path, body = call
        return requests.request(method, f"{client.url}/api/v3/{path}", json=body, auth=client.session.auth, timeout=20)

    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        answers = list(pool.map(send, calls))
    return time.monotonic() - started, answers


def statuses(answers):
    return sorted(answer.status_code for answer in answers)


def creates(client, projects, **values):
    return [("POST", "work_packages?notify=false", client.payload(project, **values)) for project in projects]


def test_creates_in_any_projects_take_turns_at_the_one_lock_of_all_trees(serve):
    client = serve("settings: {tree_lock_ms: 40}")
    projects = [client.project() for _ in range(4)]
    seconds, answers = together(client, creates(client, projects))
    assert statuses(answers) == [201] * 4
    assert seconds >= 4 * 0.04, "one after the other, whatever the project"
    assert seconds >= 0.05 + 0.04, "who finds the lock taken looks again after 50 ms at the earliest"


def test_a_change_of_parent_and_a_delete_take_the_lock_of_all_trees_and_a_change_of_subject_does_not(serve):
    client = serve("settings: {tree_lock_ms: 120}")
    project = client.project()
    parent, *items = [client.work_package(project) for _ in range(5)]
    link = {"lockVersion": 0, "_links": {"parent": parent["_links"]["self"]}}
    tree = [("PATCH", f"work_packages/{items[0]['id']}", link), ("DELETE", f"work_packages/{items[1]['id']}", None)]
    seconds, answers = together(client, tree)
    assert statuses(answers) == [200, 204] and seconds >= 2 * 0.12
    rename = {"lockVersion": 0, "subject": "Another"}
    apart, answers = together(client, [("PATCH", f"work_packages/{one['id']}", rename) for one in items[2:]])
    assert statuses(answers) == [200, 200] and apart < 0.12


SEMANTIC = "settings: {semantic_identifiers: true}"


def test_with_semantic_identifiers_creates_of_one_project_are_serial_and_those_of_others_are_not(serve):
    client = serve(SEMANTIC, latency_ms=60)
    projects = [client.project(identifier=name) for name in ("SERIAL", "TWO", "THREE", "FOUR")]
    in_one, answers = together(client, creates(client, projects[:1] * 4))
    assert sorted(answer.json()["displayId"] for answer in answers) == [f"SERIAL-{number}" for number in (1, 2, 3, 4)]
    assert in_one >= 4 * 0.06
    assert min(together(client, creates(client, projects))[0] for _ in range(4)) < 4 * 0.06


def test_a_number_is_given_back_when_its_create_is_rolled_back(serve):
    client = serve(SEMANTIC, latency_ms=60, seed=2)
    one, other = (client.project(identifier=name) for name in ("ONE", "OTHER"))
    links = {"parent": client.work_package(one)["_links"]["self"]}
    # Both change the parent at the same time: one of them is rolled back, after it had a number.
    answers = together(client, creates(client, [one, other], links=links, estimatedTime="PT1H"))[1]
    assert statuses(answers) == [201, 409]
    kept = next(answer.json()["displayId"] for answer in answers if answer.status_code == 201)
    following = [client.work_package(project)["displayId"] for project in (one, other)]
    assert following == (["ONE-3", "OTHER-1"] if kept == "ONE-2" else ["ONE-2", "OTHER-2"])


def test_projects_wait_for_each_other_because_their_whole_tree_is_locked(serve):
    client = serve(latency_ms=50, seed=5)
    seconds, answers = together(client, [("POST", "projects", {"name": f"Tree {number}"}) for number in range(4)])
    assert statuses(answers) == [201] * 4 and seconds >= 4 * 0.05
    first, second = (answer.json()["id"] for answer in answers[:2])
    moves = [
        ("PATCH", f"projects/{first}", {"_links": {"parent": {"href": None}}}),
        ("PATCH", f"projects/{second}", {"name": "Tree with another name"}),
    ]
    assert together(client, moves)[0] >= 2 * 0.05
    texts = [("PATCH", f"projects/{one}", {"public": True}) for one in (first, second)]
    assert min(together(client, texts)[0] for _ in range(4)) < 2 * 0.05


def test_without_a_free_connection_to_the_database_a_request_is_a_500_and_not_applied(serve):
    client = serve("settings: {pool: 2, pool_wait: 0.05}", latency_ms=150)
    project = client.project()
    answers = together(client, creates(client, [project] * 6))[1]
    assert statuses(answers) == [201, 201, 500, 500, 500, 500]
    refused = next(answer for answer in answers if answer.status_code == 500)
    assert refused.json()["errorIdentifier"].endswith("InternalServerError")
    assert len(client.state("work_packages")["work_packages"]) == 2


def test_writers_that_wait_for_one_lock_use_up_the_connections(serve):
    client = serve("settings: {pool: 3, pool_wait: 0.02}", latency_ms=300)
    item = client.work_package(client.project())
    comment = ("POST", f"work_packages/{item['id']}/activities", {"comment": {"raw": "x"}})
    answers = together(client, [comment] * 5)[1]
    assert statuses(answers) == [201, 201, 201, 500, 500], "two of the three only wait, and hold what others need"
    assert client.get("users/me")["_type"] == "User", "as soon as the writers are done there are connections again"


def test_more_requests_than_web_threads_queue_and_all_are_answered(serve):
    client = serve("settings: {threads: 2}", latency_ms=60)
    seconds, answers = together(client, [("GET", "types", None)] * 6)
    assert statuses(answers) == [200] * 6 and seconds >= 3 * 0.06


def test_a_request_that_queues_too_long_is_a_500_and_was_never_begun(serve):
    client = serve("settings: {threads: 1, queue_wait: 0.05}", latency_ms=150)
    project = client.project()
    answers = together(client, creates(client, [project] * 3))[1]
    assert statuses(answers) == [201, 500, 500]
    assert len(client.state("work_packages")["work_packages"]) == 1


def test_a_server_with_one_worker_has_no_time_limit(serve):
    client = serve(request_limit=0, seed=6)
    project = client.project()
    rule = {"do": "delay", "seconds": 0.2, "method": "POST", "path": "/api/v3/work_packages"}
    assert requests.post(client.url + "/_sandbox/faults", json={"rules": [rule]}, timeout=20).status_code == 200
    assert client.call("POST", "work_packages", client.payload(project)).status_code == 201


@pytest.mark.parametrize("name", ["threads", "pool", "pool_wait", "tree_lock_ms"])
def test_limits_are_not_negative(serve, name):
    with pytest.raises(ValueError, match=f"settings.{name}.*not negative"):
        serve(f"settings: {{{name}: -1}}")


def test_who_finds_too_many_waiting_is_turned_away_at_once_and_nothing_is_applied(serve):
    client = serve("settings: {threads: 1, queue_length: 2}", latency_ms=100)
    project = client.project()
    seconds, answers = together(client, creates(client, [project] * 6))
    assert statuses(answers) == [201, 201, 201, 429, 429, 429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["errorIdentifier"].endswith("TooManyRequests")
    assert "Retry-After" not in refused.headers
    assert seconds >= 3 * 0.1
    assert client.get(f"projects/{project['id']}/work_packages", filters=[])["total"] == 3
