"""Every answer of OpenProject itself tells under which number its log knows the request."""

from __future__ import annotations

import re
import uuid

import requests


def rules(client, *found):
    assert requests.post(client.url + "/_sandbox/faults", json={"rules": list(found)}, timeout=10).status_code == 200


def test_each_answer_bears_a_number_of_its_own_also_the_refusals(fresh):
    answers = [
        fresh.call("GET", "users/me"),
        fresh.call("POST", "projects", {}),
        fresh.call("GET", "nothing"),
        requests.get(f"{fresh.url}/api/v3/users/me", timeout=10),
    ]
    assert [answer.status_code for answer in answers] == [200, 422, 404, 401]
    numbers = [answer.headers["X-Request-Id"] for answer in answers]
    assert len({uuid.UUID(number) for number in numbers}) == 4


def test_the_number_that_a_client_gives_is_taken_over_as_far_as_it_is_one(fresh):
    answer = fresh.call("GET", "users/me", headers={"X-Request-Id": "run-1/work package@7" + "x" * 300})
    assert re.fullmatch(r"run-1workpackage@7x+", answer.headers["X-Request-Id"])
    assert len(answer.headers["X-Request-Id"]) == 255


def test_errors_of_a_fault_bear_one_and_pages_of_others_bear_none(serve):
    client = serve(seed=78)
    rules(client, {"do": "status", "status": 500, "times": 1}, {"do": "proxy", "status": 502, "times": 1},
          {"do": "html", "times": 1})  # fmt: skip
    broken, proxy, page = (client.call("GET", "types") for _ in range(3))
    rules(client)
    assert (broken.status_code, proxy.status_code, page.status_code) == (500, 502, 200)
    assert uuid.UUID(broken.headers["X-Request-Id"])
    assert "X-Request-Id" not in proxy.headers and "X-Request-Id" not in page.headers
