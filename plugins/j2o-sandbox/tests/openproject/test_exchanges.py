"""What is said on the wire, word for word."""

from __future__ import annotations

import base64
import json

import requests


def heard(client):
    answer = requests.get(client.url + "/_sandbox/exchanges", timeout=20)
    return [json.loads(line) for line in answer.text.splitlines()]


def test_requests_and_answers_are_held_in_the_order_of_arrival_once_that_is_asked_for(serve):
    client = serve()
    client.call("GET", "projects")
    assert heard(client) == []
    assert requests.post(client.url + "/_sandbox/exchanges", timeout=20).status_code == 200
    client.project()
    client.call("GET", "users", params={"filters": "[]"})
    created, read = heard(client)
    assert (created["method"], created["address"], created["status"]) == ("POST", "/api/v3/projects", 201)
    assert json.loads(base64.b64decode(created["body"]))["name"]
    assert json.loads(base64.b64decode(created["answer"]))["_type"] == "Project"
    assert created["answer_headers"]["content-type"].startswith("application/hal+json")
    assert read["address"] == "/api/v3/users?filters=%5B%5D" and read["body"] == ""


def test_it_tells_no_secret(serve):
    client = serve()
    requests.post(client.url + "/_sandbox/exchanges", timeout=20)
    client.call("GET", "projects")
    (read,) = heard(client)
    assert read["headers"]["authorization"] == "Basic"
