"""Connections that end, requests that take too long, and locks that are waited for."""

from __future__ import annotations

import base64
import concurrent.futures
import contextlib
import socket
import time

import requests


def test_an_idle_connection_is_closed_by_the_server(serve):
    client = serve(keep_alive=0.2)
    host, _, port = client.url.rpartition("//")[2].partition(":")
    token = base64.b64encode(f"apikey:{client.running.openproject['api_key']}".encode()).decode()
    request = f"GET /api/v3 HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {token}\r\n\r\n".encode()
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        stream = connection.makefile("rb")
        for _ in range(2):  # the second at once: the connection is kept
            connection.sendall(request)
            assert stream.readline().startswith(b"HTTP/1.1 200")
            head = list(iter(stream.readline, b"\r\n"))
            stream.read(next(int(line[15:]) for line in head if line.startswith(b"content-length:")))
        started = time.monotonic()
        assert stream.read() == b""
        assert time.monotonic() - started < 5


def faults(client, *rules):
    assert requests.post(client.url + "/_sandbox/faults", json={"rules": list(rules)}, timeout=20).status_code == 200


def test_a_request_beyond_the_time_limit_is_a_500_and_not_applied(serve):
    client = serve(request_limit=0.1)
    project = client.project()
    faults(client, {"do": "delay", "seconds": 0.2, "method": "POST", "path": "/api/v3/work_packages"})
    answer = client.call("POST", "work_packages", client.payload(project))
    faults(client)
    assert (answer.status_code, answer.json()["_type"]) == (500, "Error")
    assert client.state("work_packages")["work_packages"] == []


def test_a_lost_request_beyond_the_time_limit_is_never_applied(serve):
    client = serve(request_limit=0.1)
    project = client.project()
    for seconds, expected in ((0.3, 0), (0.05, 1)):
        faults(client, {"do": "late", "seconds": seconds, "method": "POST", "path": "/api/v3/work_packages"})
        with contextlib.suppress(requests.ConnectionError):
            client.call("POST", "work_packages", client.payload(project))
        faults(client)
        time.sleep(seconds + 0.1)
        deadline = time.monotonic() + 5 * expected
        while time.monotonic() < deadline and not client.state("work_packages")["work_packages"]:
            time.sleep(0.02)
        assert len(client.state("work_packages")["work_packages"]) == expected


def spent(work, items):
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(work, items))
    return time.monotonic() - started, answers


def test_writes_to_one_work_package_wait_for_each_other_and_look_again_after_50_ms(serve):
    client = serve(latency_ms=20)
    project = client.project()
    one = client.work_package(project)
    others = [client.work_package(project) for _ in range(4)]

    def comment(item):
        body = {"comment": {"raw": "x"}}
        path = f"{client.url}/api/v3/work_packages/{item['id']}/activities?notify=false"
        return requests.post(path, json=body, auth=client.session.auth, timeout=20).status_code

    together, answers = spent(comment, [one] * 4)
    assert answers == [201] * 4
    assert together >= 0.1  # a look after at least 50 ms, and one after the other
    assert min(spent(comment, others)[0] for _ in range(8)) < together


def test_of_changes_at_the_same_time_one_wins_and_the_others_conflict(serve):
    client = serve(latency_ms=20)
    item = client.work_package(client.project())

    def change(number):
        body = {"lockVersion": item["lockVersion"], "subject": f"Change {number}"}
        path = f"{client.url}/api/v3/work_packages/{item['id']}"
        return requests.patch(path, json=body, auth=client.session.auth, timeout=20).status_code

    assert sorted(spent(change, range(4))[1]) == [200, 409, 409, 409]


def test_creates_at_the_same_time_do_not_wait_for_each_other(serve):
    client = serve(latency_ms=60)
    project = client.project()
    payload = client.payload(project)

    def create(_):
        path = f"{client.url}/api/v3/work_packages?notify=false"
        return requests.post(path, json=payload, auth=client.session.auth, timeout=20).json()["id"]

    tries = [spent(create, range(4)) for _ in range(4)]
    assert all(len(set(ids)) == 4 for _, ids in tries)
    assert min(seconds for seconds, _ in tries) < 4 * 0.06


def test_an_address_that_is_too_long_is_a_414_page(fresh):
    answer = fresh.call("GET", "work_packages", params={"filters": "x" * 8200})
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (414, "text/html")
    assert fresh.call("GET", "work_packages", params={"filters": "[" + " " * 8000 + "]"}).status_code in (200, 414)
