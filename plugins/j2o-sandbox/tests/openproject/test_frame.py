"""Serving: the ready line, the child process, counters, latency, durable state."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import psutil
import pytest
import requests

from j2o_sandbox.options import SandboxError, SandboxOptions
from j2o_sandbox.serving import start
from tests.running import serving

SMALL = {"projects": 1, "issues": 1}


@pytest.fixture(scope="module")
def running():
    with start(SandboxOptions(**SMALL), child=serving) as sandbox:
        yield sandbox


def test_the_ready_line_tells_how_to_reach_both_servers(running):
    assert set(running.ready) == {"jira", "openproject"}
    assert set(running.ready["openproject"]) == {"url", "api_key"}
    assert set(running.ready["jira"]) == {"url", "user", "token"}
    for half in running.ready.values():
        assert half["url"].startswith("http://127.0.0.1:")
        assert not half["url"].endswith("/")
    answer = requests.get(running.urls["openproject"] + "/api/v3", auth=("apikey", running.openproject["api_key"]))
    assert answer.json()["_type"] == "Root"


def test_serve_prints_the_ready_line_first_and_ends_with_sigterm():
    code = (
        "from j2o_sandbox.serving import serve; from j2o_sandbox.options import SandboxOptions as O; serve(O(issues=1))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    line = json.loads(process.stdout.readline())
    assert requests.get(line["openproject"]["url"] + "/_sandbox/identity").status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    process.stdout.close()


def test_the_child_ends_when_its_parent_is_killed():
    code = """
        import time
        from j2o_sandbox.serving import start
        from j2o_sandbox.options import SandboxOptions
        running = start(SandboxOptions(issues=1))
        print(running.process.pid, running.urls["openproject"], flush=True)
        time.sleep(60)
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE)
    pid, url = parent.stdout.readline().decode().split()
    assert requests.get(url + "/_sandbox/identity").status_code == 200
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return
        # Nobody may have buried it yet.
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE:
                return
        time.sleep(0.1)
    raise AssertionError("the sandbox outlived its parent")


def test_a_taken_port_and_a_wrong_file_stop_the_start_with_a_reason(running):
    port = int(running.urls["openproject"].rsplit(":", 1)[1])
    with pytest.raises(SandboxError, match=f"port {port} cannot be used"):
        start(SandboxOptions(openproject_port=port, **SMALL), child=serving)


@pytest.mark.parametrize(
    "options",
    [
        {"edition": "gold"},
        {"openproject_version": "new"},
        {"jira_data": "/nowhere"},
        {"issues": -1},
        {"jira_port": 70000},
        {"users": 3},
        {"users": 50_000},
        {"users": 20, "jira_data": __file__},
        {"jira_setup": "/nowhere"},
    ],
)
def test_bad_options_are_refused(options):
    with pytest.raises(SandboxError):
        SandboxOptions(**options)


@pytest.mark.parametrize("version", ["99", "12", "12.9.9", "17.10", "17.88.1", "18.1", "99999999999999999999"])
def test_a_version_whose_rules_are_not_known_is_refused_with_those_that_are(version):
    with pytest.raises(SandboxError, match=r"13\.0 to 17\.9 or 18\.0"):
        SandboxOptions(openproject_version=version)


@pytest.mark.parametrize("version", ["13", "13.0", "14.6.3", "16.2", "17.8", "17.8.1", "17.9", "18"])
def test_a_known_version_is_served(version):
    assert SandboxOptions(openproject_version=version).openproject_version == version


def test_requests_are_counted_by_method_and_template(fresh, project):
    requests.post(fresh.url + "/_sandbox/reset-counters")
    made = fresh.work_package(project)
    fresh.get(f"work_packages/{made['id']}")
    fresh.refused("PATCH", f"work_packages/{made['id']}", {})
    fresh.get(f"projects/{project['identifier']}")
    fresh.refused("GET", "unknown/17/thing")
    assert fresh.state("requests")["requests"] == {
        "GET /api/v3/projects/{id}": 1,
        "GET /api/v3/unknown/{id}/thing": 1,
        "GET /api/v3/work_packages/{id}": 1,
        "PATCH /api/v3/work_packages/{id}": 1,
        "POST /api/v3/work_packages": 1,
    }


def test_the_state_needs_no_credentials_and_shows_what_the_api_shows(fresh, project):
    made = fresh.work_package(project)
    state = requests.get(fresh.url + "/_sandbox/state").json()
    row = next(row for row in state["work_packages"] if row["id"] == made["id"])
    single = fresh.get(f"work_packages/{made['id']}")
    single.pop("_embedded")
    assert row == single
    kinds = {"users", "groups", "projects", "versions", "memberships", "relations", "attachments", "watchers"}
    assert kinds | {"comments", "time_entries", "requests"} <= set(state)


def test_latency_delays_each_request_and_does_not_queue_them(serve):
    client = serve(latency_ms=1000)
    client.get("types")
    begun = time.monotonic()
    threads = [threading.Thread(target=lambda: type(client)(client.running).get("types")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= time.monotonic() - begun < 8  # one after the other they would take 8 s


def test_what_was_acknowledged_survives_sigkill(tmp_path):
    options = SandboxOptions(state=str(tmp_path), **SMALL)
    first = start(options, child=serving)
    url, key = first.urls["openproject"], first.openproject["api_key"]
    session = requests.Session()
    session.auth = ("apikey", key)
    session.post(url + "/api/v3/projects", json={"name": "A", "identifier": "a"})
    files = {"metadata": (None, '{"fileName":"x"}', "application/json"), "file": ("x", b"bytes")}
    assert session.post(url + "/api/v3/attachments", files=files).status_code == 201
    body = {"subject": "S", "_links": {"project": {"href": "/api/v3/projects/1"}}}
    done = []
    killer = threading.Timer(0.4, first.kill)
    killer.start()
    try:
        while True:
            done.append(session.post(url + "/api/v3/work_packages", json=body).json()["id"])
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        pass
    killer.join()
    assert done
    with start(options, child=serving) as second:
        assert second.openproject["api_key"] == key
        state = requests.get(second.urls["openproject"] + "/_sandbox/state").json()
        ids = [row["id"] for row in state["work_packages"]]
        assert set(done) <= set(ids)
        assert len(ids) - len(done) in (0, 1)  # one may have been applied whose answer was lost
        content = requests.get(second.urls["openproject"] + "/api/v3/attachments/1/content", auth=("apikey", key))
        assert content.content == b"bytes"
        after = requests.post(second.urls["openproject"] + "/api/v3/work_packages", json=body, auth=("apikey", key))
        assert after.json()["id"] == max(ids) + 1


def test_a_torn_last_line_of_the_journal_is_cut_off(tmp_path):
    options = SandboxOptions(state=str(tmp_path), **SMALL)
    with start(options, child=serving) as first:
        identity = requests.get(first.urls["openproject"] + "/_sandbox/identity").json()
    journal = tmp_path / "openproject" / "journal.ndjson"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'[["projects",{"id":7,"na')
    with start(options, child=serving) as second:
        assert requests.get(second.urls["openproject"] + "/_sandbox/identity").json() == identity
        assert requests.get(second.urls["openproject"] + "/_sandbox/state").json()["projects"] == []
    assert journal.read_bytes().startswith(whole)
    assert b'[["projects"' not in journal.read_bytes()


def test_a_deleted_id_is_not_given_again_after_a_restart(tmp_path):
    options = SandboxOptions(state=str(tmp_path), **SMALL)
    ids = []
    for _ in range(2):
        with start(options, child=serving) as sandbox:
            url, auth = sandbox.urls["openproject"], ("apikey", sandbox.openproject["api_key"])
            made = requests.post(f"{url}/api/v3/groups", json={"name": f"G{len(ids)}"}, auth=auth).json()
            ids.append(made["id"])
            assert requests.delete(f"{url}/api/v3/groups/{made['id']}", auth=auth).status_code == 202
    assert ids[1] > ids[0]
