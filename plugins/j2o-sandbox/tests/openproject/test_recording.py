"""What the target records of the writes it gets."""

from __future__ import annotations

import base64
import json

import requests


def record(client, **wish):
    return requests.post(client.url + "/_sandbox/recording", json=wish, timeout=20)


def recorded(client):
    return requests.get(client.url + "/_sandbox/recording", timeout=20).json()["writes"]


def test_writes_are_recorded_with_their_bodies_and_times_and_reads_are_not(serve):
    client = serve(latency_ms=20)
    assert record(client, bodies=True).status_code == 200
    project = client.project()
    client.call("GET", "projects")
    (write,) = recorded(client)
    method, address, template, began, ended, status, content_type, body = write
    assert (method, address, template, status) == ("POST", "/api/v3/projects", "/api/v3/projects", 201)
    assert content_type.startswith("application/json")
    assert json.loads(base64.b64decode(body))["name"] and project
    assert 0.02 <= ended - began < 10


def test_nothing_is_recorded_until_it_is_asked_for_and_no_bodies_without_a_wish_for_them(serve):
    client = serve()
    project = client.project()
    assert recorded(client) == []
    record(client)
    client.call("POST", "work_packages", client.payload(project))
    assert [(row[0], row[2], row[7]) for row in recorded(client)] == [("POST", "/api/v3/work_packages", None)]


def test_a_wish_that_is_none_is_refused(serve):
    assert record(serve(), bodies="all").status_code == 422
