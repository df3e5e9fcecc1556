"""Faults on the way, by rule, while the sandbox runs."""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests
import yaml

from j2o_sandbox.fault_profiles import PROFILES
from j2o_sandbox.faults import DEEDS, Faults, load_faults
from j2o_sandbox.openproject.clock import parse_stamp
from j2o_sandbox.options import SandboxError

POST = {"method": "POST", "path": "/api/v3/work_packages"}


@pytest.fixture
def client(serve):
    sandbox = serve(seed=77)
    yield sandbox
    rules(sandbox)


@pytest.fixture
def home(client):
    return client.project()


def rules(client, *found):
    answer = requests.post(client.url + "/_sandbox/faults", json={"rules": list(found)})
    assert answer.status_code == 200, answer.text


def create(client, home):
    return client.call("POST", "work_packages", client.payload(home))


def count(client, home):
    return client.get(f"projects/{home['id']}/work_packages", filters=[])["total"]


def test_a_status_is_answered_and_nothing_applied(client, home):
    rules(client, {**POST, "do": "status", "status": 429, "retry_after": 7, "times": 1})
    refused = create(client, home)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "7")
    assert refused.json()["errorIdentifier"].endswith("TooManyRequests")
    assert count(client, home) == 0
    assert create(client, home).status_code == 201


def test_an_html_page_may_come_with_status_200(client, home):
    rules(client, {**POST, "do": "html", "times": 1})
    answer = create(client, home)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert count(client, home) == 0


def test_a_reset_before_the_write_loses_it(client, home):
    rules(client, {**POST, "do": "reset", "times": 1})
    with pytest.raises(requests.ConnectionError):
        create(client, home)
    assert count(client, home) == 0


def test_a_lost_answer_leaves_the_write_behind(client, home):
    rules(client, {**POST, "do": "lose", "times": 1})
    with pytest.raises(requests.ConnectionError):
        create(client, home)
    assert count(client, home) == 1


def test_a_late_write_comes_after_the_connection_is_gone(client, home):
    rules(client, {**POST, "do": "late", "seconds": 2, "times": 1})
    begun = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        create(client, home)
    assert time.monotonic() - begun < 2
    assert count(client, home) == 0
    time.sleep(2.2)
    assert count(client, home) == 1


@pytest.mark.parametrize(("apply", "at_once", "later"), [("never", 0, 0), ("now", 1, 1), ("late", 0, 1)])
def test_a_proxy_page_says_nothing_about_the_write(client, home, apply, at_once, later):
    rules(client, {**POST, "do": "proxy", "status": 504, "apply": apply, "seconds": 0.3, "times": 1})
    answer = create(client, home)
    assert answer.status_code == 504
    assert "Gateway Time-out" in answer.text
    assert count(client, home) == at_once
    time.sleep(0.4)
    assert count(client, home) == later


def test_a_truncated_body_is_shorter_than_its_content_length(client, home):
    rules(client, {**POST, "do": "truncate", "times": 1})
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        create(client, home)
    assert count(client, home) == 1


def test_a_truncated_answer_may_announce_its_shorter_length(client, home):
    rules(client, {**POST, "do": "truncate", "announced": True, "keep": 0.3, "times": 1})
    answer = create(client, home)
    assert (answer.status_code, len(answer.content)) == (201, int(answer.headers["content-length"]))
    with pytest.raises(ValueError):
        answer.json()
    assert count(client, home) == 1


def test_a_page_of_a_list_can_be_answered_with_the_one_before(client, home):
    for _ in range(5):
        create(client, home)
    path = f"projects/{home['id']}/work_packages"
    rules(client, {"do": "duplicate", "every": 1})

    def page(number):
        return [row["id"] for row in client.elements(path, offset=str(number), pageSize="2")]

    first = page(1)
    assert page(2) == first
    told = requests.get(client.url + "/_sandbox/faults").json()["rules"]
    assert told == [{"do": "duplicate", "matched": 2, "fired": 1}]
    client.get("statuses")
    assert page(1) == first
    rules(client)
    assert not set(page(2)) & set(first)


@pytest.mark.parametrize("seconds", [-7200, 7200])
def test_a_request_can_be_worked_on_by_a_machine_with_another_clock(client, home, seconds):
    rules(client, {**POST, "do": "skew", "seconds": seconds, "times": 1})
    skewed, straight = create(client, home), create(client, home)

    def ahead(moment):
        return moment.timestamp() - time.time()

    for answer, expected in ((skewed, seconds), (straight, 0)):
        assert abs(ahead(parse_stamp(answer.json()["createdAt"])) - expected) < 60
        assert abs(ahead(parsedate_to_datetime(answer.headers["date"])) - expected) < 60


def test_a_trickling_answer_arrives_whole(client, home):
    rules(client, {**POST, "do": "trickle", "bytes": 2000, "seconds": 0.01, "times": 1})
    assert create(client, home).json()["_type"] == "WorkPackage"


def test_a_delay_delays(client, home):
    rules(client, {**POST, "do": "delay", "seconds": 0.3, "times": 1})
    begun = time.monotonic()
    assert create(client, home).status_code == 201
    assert time.monotonic() - begun >= 0.3


def test_the_nth_request_of_a_template_can_be_chosen(client, home):
    rules(client, {**POST, "do": "status", "status": 503, "nth": [2, 4]})
    assert [create(client, home).status_code for _ in range(5)] == [201, 503, 201, 503, 201]
    told = requests.get(client.url + "/_sandbox/faults").json()["rules"]
    assert told == [{"do": "status", "matched": 5, "fired": 2}]


def test_templates_and_regular_expressions_choose_paths(client, home):
    row = create(client, home).json()
    path = "/api/v3/work_packages/{id}/activities"
    rules(client, {"path": path, "do": "status", "status": 500}, {"regex": r"/types/\d$", "do": "html"})
    assert client.call("GET", f"work_packages/{row['id']}/activities").status_code == 500
    assert client.call("GET", "types/1").headers["content-type"].startswith("text/html")
    assert client.call("GET", f"work_packages/{row['id']}").status_code == 200


def test_a_rule_for_jira_leaves_openproject_alone(client, home):
    rules(client, {"server": "jira", "do": "status"})
    assert create(client, home).status_code == 201


def test_wrong_rules_are_refused_and_the_old_ones_stay(client, home):
    rules(client, {**POST, "do": "status", "status": 503})
    for bad in ({"rules": [{"do": "explode"}]}, {"rulez": []}, [], {"rules": [{"do": "reset", "nth": 0}]}):
        assert requests.post(client.url + "/_sandbox/faults", json=bad).status_code == 422
    assert create(client, home).status_code == 503


def test_chances_are_the_same_for_the_same_seed():
    profile = {"seed": 3, "rules": [{"do": "reset", "probability": 0.5}]}

    def draw():
        faults = Faults(profile)
        return [faults.choose("jira", "GET", "/", "/") is not None for _ in range(50)]

    assert draw() == draw()
    assert 5 < sum(draw()) < 45


def test_every_nth_request_can_be_hit():
    faults = Faults({"rules": [{"do": "reset", "every": 3}]})
    hits = [faults.choose("jira", "GET", "/", "/") is not None for _ in range(9)]
    assert hits == [False, False, True] * 3


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_named_profiles_load(name):
    assert bool(load_faults(name).rules) == (name != "none")


def test_a_profile_is_a_name_or_a_file(tmp_path):
    file = tmp_path / "faults.yaml"
    file.write_text("rules: [{do: lose, nth: 7, method: post}]")
    assert load_faults(str(file)).rules[0].method == "POST"
    with pytest.raises(SandboxError, match="neither a file nor one of the profiles"):
        load_faults("nonsense")
    file.write_text("rules: [{do: delay, seconds: -1}]")
    with pytest.raises(SandboxError, match="not negative"):
        load_faults(str(file))
    file.write_text("rules: [{do: truncate, announced: 1}]")
    with pytest.raises(SandboxError, match="expected true or false"):
        load_faults(str(file))
    file.write_text("rules: [{do: lose, nht: 7}]")
    with pytest.raises(SandboxError, match="unknown key 'nht'"):
        load_faults(str(file))


def test_the_faults_of_the_how_to_load_and_it_tells_every_kind():
    guide = (Path(__file__).parents[4] / "docs" / "how-to" / "sandbox.md").read_text(encoding="utf-8")
    chapter = guide.split("## Choose the faults", 1)[1].split("\n## ", 1)[0]
    assert Faults(yaml.safe_load(chapter.split("```yaml\n", 1)[1].split("```", 1)[0])).rules
    rows = "".join(line.split("|")[1] for line in chapter.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`(\w+)`", rows)) == {"do", *DEEDS}
