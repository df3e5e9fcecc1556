"""The dashboard's API, asked over HTTP and WebSocket."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Iterator

import pytest
import requests
from sqlalchemy import create_engine, select
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from j2o_core.dashboard.live import NO_RUN
from j2o_core.ledger import control, runs, tables
from j2o_core.report.writing import FORMATS
from tests.dashboards import BACKWARDS, LONG, NEXT, SCRIPT, Filled, filled, served
from tests.ledgers import begin_run
from tests.running import Migration, sandbox


@pytest.fixture()
def there(tmp_path: Path) -> Iterator[tuple[Filled, str]]:
    with filled(tmp_path) as ledger, served(tmp_path) as url:
        yield ledger, url


def get(url: str, path: str, **parameters: Any) -> Any:
    answer = requests.get(f"{url}/api/v1{path}", params=parameters, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def tell(url: str, run: str, command: str, **more: Any) -> requests.Response:
    return requests.post(f"{url}/api/v1/runs/{run}/orders", json={"command": command, **more}, timeout=120)


def test_a_run_is_counted_as_the_report_counts_it(there: tuple[Filled, str]) -> None:
    ledger, url = there
    overview = get(url, "/runs/last")
    assert overview["run"]["run"] == ledger.run
    assert overview["run"]["state"] == "running"
    counts = overview["entities"]["work_packages"]
    assert counts == {
        "source": 6, "created": 2, "updated": 0, "unchanged": 0, "skipped": 1, "failed": 1, "left": 2, "sent": 1,
    }  # fmt: skip
    assert overview["adds_up"] is True
    report = json.loads(requests.get(f"{url}/api/v1/runs/last/report.json", timeout=30).text)
    assert {name: value for name, value in overview["totals"].items() if name != "sent"} == report["totals"]
    assert overview["success_rate"] == report["success_rate"]
    rows = list(csv.DictReader(io.StringIO(requests.get(f"{url}/api/v1/runs/last/progress.csv", timeout=30).text)))
    assert {row["entity"]: int(row["created"]) for row in rows} == {"users": 0, "work_packages": 2}
    assert (
        json.loads(requests.get(f"{url}/api/v1/runs/last/progress.json", timeout=30).text)["totals"]
        == overview["totals"]
    )
    page = requests.get(f"{url}/api/v1/runs/last/progress.html?download=false", timeout=30)
    total = re.findall(r'class="n">([\d,]+)<', page.text.partition("<tfoot>")[2])
    assert [int(number) for number in total] == list(overview["totals"].values())
    assert "content-disposition" not in page.headers
    assert "sandbox" in page.headers["content-security-policy"]


def test_causes_items_and_stories_hold_what_the_ledger_holds(there: tuple[Filled, str]) -> None:
    ledger, url = there
    failed, skipped = get(url, "/runs/last/causes")
    assert (failed["outcome"], failed["count"], failed["next"]) == ("failed", 1, NEXT)
    assert failed["requests"] == ["req-77"]
    assert skipped["message"] == f"restricted to {SCRIPT}"
    page = get(url, "/runs/last/items", state="done", limit=1)
    assert [item["key"] for item in page["items"]] == ["ACME-1"]
    second = get(url, "/runs/last/items", state="done", limit=1, after=page["after"])
    assert [item["key"] for item in second["items"]] == [SCRIPT]
    assert second["after"] is None
    assert [item["key"] for item in get(url, "/runs/last/items", state="skipped")["items"]] == [BACKWARDS]
    assert [item["key"] for item in get(url, "/runs/last/items", state="planned", text="ACME-")["items"]] == ["ACME-6"]
    assert get(url, "/runs/last/items", state="planned", text="100%_")["items"] == []
    story = get(url, "/runs/last/item", entity="work_packages", origin="1")
    assert [item["item"] for item in story["items"]] == ["41"]
    assert [effect["state"] for effect in story["effects"]] == ["done"]
    partitions = get(url, "/runs/last/partitions", entity="work_packages")
    assert sum(row["done"] for row in partitions) == 2
    (together,) = get(url, "/runs/last/projects", entity="work_packages")
    assert together == {"project": "", **get(url, "/runs/last")["entities"]["work_packages"]}
    assert [item["key"] for item in get(url, "/runs/last/items", state="done", project="ACME")["items"]] == ["ACME-1"]
    assert get(url, "/runs/last/items", state="failed", project="ACME")["items"] == []
    assert sum(get(url, "/runs/last/pace")["ended"]) == 2
    problems = get(url, "/runs/last/problems")
    assert [problem["message"] for problem in problems["problems"]] == [SCRIPT]
    assert ledger.run == get(url, "/compare", run=["last", ledger.run])["runs"][1]["run"]["run"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/runs/nobody", 404),
        ("/runs/last/item?entity=work_packages&origin=99", 404),
        ("/runs/last/items?state=eaten", 422),
        ("/runs/last/items?limit=100000", 422),
        ("/runs/last/items?after=-1", 422),
        ("/runs/last/items?after=9999999999999999999999", 422),
        ("/runs/last/items?partition=2147483648", 422),
        ("/runs/last/items?partition=-1", 422),
        ("/runs/last/report.exe", 422),
        ("/runs/..%2F..%2Fetc%2Fpasswd", 404),
    ],
)
def test_what_is_not_there_or_makes_no_sense_is_refused_with_a_reason(
    there: tuple[Filled, str], path: str, status: int
) -> None:
    answer = requests.get(f"{there[1]}/api/v1{path}", timeout=30)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_the_feed_sends_what_has_changed_and_who_comes_back_has_missed_nothing(there: tuple[Filled, str]) -> None:
    ledger, url = there
    address = f"{url.replace('http', 'ws')}/api/v1/runs/{ledger.run}/live"
    with connect(address) as feed:
        assert json.loads(feed.recv(20))["totals"]["created"] == 2
        ledger.end("5")
        told = json.loads(feed.recv(20))
        while told["totals"]["created"] == 2:  # the estimate alone has changed
            told = json.loads(feed.recv(20))
        assert told["totals"]["created"] == 3
    ledger.end("6")
    ledger.change(state=runs.FINISHED, stage=runs.DONE, exit_code=1)
    with connect(address) as feed:
        back = json.loads(feed.recv(20))
        while back["run"]["state"] == "running":
            back = json.loads(feed.recv(20))
    assert (back["totals"]["created"], back["totals"]["left"], back["run"]["state"]) == (4, 0, "finished")


def test_the_feed_of_a_run_that_is_not_there_is_closed_with_a_reason(there: tuple[Filled, str]) -> None:
    address = f"{there[1].replace('http', 'ws')}/api/v1/runs/nobody/live"
    with connect(address) as feed, pytest.raises(ConnectionClosed) as closed:
        feed.recv(20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == NO_RUN


def test_an_order_waits_in_the_ledger_until_the_run_takes_it(there: tuple[Filled, str], monkeypatch: Any) -> None:
    ledger, url = there
    monkeypatch.setattr("j2o_core.dashboard.acting.WAIT", 0.3)
    late = tell(url, ledger.run, "pause")
    assert late.status_code == 409
    assert "has not taken it" in late.json()["detail"]

    def taken(connection: Any, run: str, command: str, argument: str = "") -> int:
        asked = ask(connection, run, command, argument)
        for request in control.pending(connection, run):
            assert control.take(connection, run, request)
        return asked

    ask = control.ask
    monkeypatch.setattr(control, "ask", taken)
    assert tell(url, ledger.run, "throttle", number=4).json() == {"taken": True, "message": "throttle taken"}
    held = get(url, "/runs/last")["held"]
    assert [(one["command"], one["argument"]) for one in held] == [("throttle", "4")]


@pytest.mark.parametrize(
    ("order", "status"),
    [
        ({"command": "resume"}, 409),
        ({"command": "retry-failed"}, 409),
        ({"command": "throttle"}, 409),
        ({"command": "pause", "number": 3}, 409),
        ({"command": "throttle", "number": 0}, 422),
        ({"command": "throttle", "number": True}, 422),
        ({"command": "throttle", "number": "4"}, 422),
        ({"command": "rm"}, 422),
        ({}, 422),
    ],
)
def test_an_order_that_makes_no_sense_changes_nothing(there: tuple[Filled, str], order: Any, status: int) -> None:
    ledger, url = there
    answer = requests.post(f"{url}/api/v1/runs/{ledger.run}/orders", json=order, timeout=30)
    assert answer.status_code == status
    with ledger.ledger.engine.connect() as connection:
        assert control.pending(connection, ledger.run) == []


def test_a_stopped_run_is_started_again_and_what_it_says_is_told(tmp_path: Path) -> None:
    with filled(tmp_path) as ledger:
        ledger.change(state=runs.STOPPED, stage=runs.APPLY, exit_code=4)
    with served(tmp_path) as url:
        refused = tell(url, ledger.run, "resume")  # its spec is not there
    assert refused.status_code == 409, refused.text
    assert "it ended at once with exit code" in refused.json()["detail"]
    assert "acme.yaml is gone" in refused.json()["detail"]
    with create_engine(f"sqlite:///{tmp_path / 'ledger.db'}").connect() as connection:
        noted = connection.execute(select(tables.audit.c.action, tables.audit.c.detail)).all()
    asked, became = [detail for action, detail in noted if action == "dashboard resume"]
    assert asked == ""
    assert became.startswith("did not go: it ended at once")


def test_a_run_is_resumed_when_it_can_be_and_once_however_often_that_is_pressed(tmp_path: Path) -> None:
    with sandbox(seed=5, issues=60, latency_ms=20.0, state=str(tmp_path / "sandbox")) as there:
        migration = Migration(there, tmp_path)
        assert migration.interrupt(0.5)
        with served_by_command(migration) as url:
            run = get_when_up(url)[0]["run"]
            there.stop()
            away = tell(url, run, "resume")
            assert away.status_code == 409, away.text
            assert "no connection" in away.json()["detail"]
            there.restart(kill=True)
            with ThreadPoolExecutor(3) as fingers:
                pressed = list(fingers.map(lambda _: tell(url, run, "resume"), range(3)))
            assert sorted(answer.status_code for answer in pressed) == [200, 409, 409], [one.text for one in pressed]
            while get(url, "/runs/last")["run"]["state"] == "running":
                time.sleep(0.2)
            assert get(url, "/runs/last")["run"]["state"] == "finished"
    refused = [answer.json()["detail"] for answer in pressed if answer.status_code == 409]
    assert all(f"run {run} is running" in reason or "has not ended yet" in reason for reason in refused)
    assert len(list((tmp_path / "logs").glob("resume-*.txt"))) == 2


def test_what_failed_in_an_older_run_is_not_taken_for_what_failed_in_the_newest(tmp_path: Path) -> None:
    with filled(tmp_path) as ledger:
        ledger.change(state=runs.FINISHED, stage=runs.DONE, exit_code=1, finished=time.time(), generation=1)
        with ledger.ledger.engine.begin() as connection:
            newest = begin_run(connection, spec="acme", asked={"spec": "acme.yaml"}).id
            runs.change(connection, newest, state=runs.FINISHED, stage=runs.DONE, exit_code=0, generation=2)
        with served(tmp_path) as url:
            refused = tell(url, ledger.run, "retry-failed")
    assert refused.status_code == 409
    assert f"run {newest} came after run {ledger.run}" in refused.json()["detail"]
    assert list(tmp_path.glob("logs/*.txt")) == []


def test_a_run_that_cannot_be_started_again_leaves_no_trace_of_an_order(there: tuple[Filled, str]) -> None:
    ledger, url = there
    ledger.change(state=runs.FINISHED, stage=runs.DONE, exit_code=1, finished=time.time(), asked="{}")
    refused = tell(url, ledger.run, "retry-failed")
    assert refused.status_code == 409
    assert "does not say from which file" in refused.json()["detail"]
    with ledger.ledger.engine.connect() as connection:
        actions = connection.execute(select(tables.audit.c.action)).scalars().all()
    assert [action for action in actions if action.startswith("dashboard")] == []
    assert list(ledger.home.glob("logs/*.txt")) == []


def test_other_pages_and_other_names_of_this_machine_are_refused(there: tuple[Filled, str]) -> None:
    ledger, url = there
    rebound = requests.get(f"{url}/api/v1/runs", headers={"Host": "evil.example"}, timeout=30)
    assert rebound.status_code == 403
    path = f"{url}/api/v1/runs/{ledger.run}/orders"
    foreign = requests.post(path, json={"command": "stop"}, headers={"Origin": "https://evil.example"}, timeout=30)
    assert foreign.status_code == 403
    simple = requests.post(path, data='{"command": "stop"}', headers={"Content-Type": "text/plain"}, timeout=30)
    assert simple.status_code == 403
    with pytest.raises(InvalidStatus):
        connect(f"{url.replace('http', 'ws')}/api/v1/runs/last/live", origin="https://evil.example")  # type: ignore[arg-type]
    with ledger.ledger.engine.connect() as connection:
        assert control.pending(connection, ledger.run) == []


def test_every_answer_keeps_strangers_scripts_out(there: tuple[Filled, str]) -> None:
    for path in ("/", "/docs", "/static/main.js", "/describing/swagger-ui-bundle.js", "/api/v1/runs", "/nowhere"):
        headers = requests.get(f"{there[1]}{path}", timeout=30).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "script-src 'self'" in policy
        assert headers["x-content-type-options"] == "nosniff"
    page = requests.get(f"{there[1]}/", timeout=30).text
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    report = requests.get(f"{there[1]}/api/v1/runs/last/report.html?download=false", timeout=30)
    assert "sandbox" in report.headers["content-security-policy"]  # its own scripts run apart from this origin


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_a_report_is_what_the_command_writes(there: tuple[Filled, str], form: str) -> None:
    ledger, url = there
    answer = requests.get(f"{url}/api/v1/runs/last/report.{form}", timeout=30)
    assert answer.headers["content-disposition"] == f'attachment; filename="{ledger.run}.{form}"'
    assert LONG.strip()[:50] in answer.content.decode()


def test_supervisors_are_told_whether_it_can_do_its_work(there: tuple[Filled, str]) -> None:
    ledger, url = there
    assert requests.get(f"{url}/healthz", timeout=30).json()["status"] == "ok"
    ready = requests.get(f"{url}/readyz", timeout=30)
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert [check["check"] for check in ready.json()["checks"]] == ["ledger", "disk"]
    assert requests.head(f"{url}/healthz", timeout=30).status_code == 200  # as balancers of load ask
    assert requests.head(f"{url}/readyz", timeout=30).status_code == 200
    assert requests.get(f"{url}/metrics", timeout=30).status_code == 404  # no run is carried out here
    with ledger.ledger.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE run RENAME TO away")
    ready = requests.get(f"{url}/readyz", timeout=30)
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert requests.get(f"{url}/api/v1/runs", timeout=30).status_code in (200, 503)  # kept for a moment, then not
    unread = requests.get(f"{url}/api/v1/runs/{ledger.run}/items", timeout=30)
    assert "SELECT" not in unread.text  # nobody needs the question


def test_the_api_describes_itself(there: tuple[Filled, str]) -> None:
    described = requests.get(f"{there[1]}/openapi.json", timeout=30).json()
    assert set(described["paths"]["/api/v1/runs/{run}"]) == {"get"}
    assert described["components"]["schemas"]["Counts"]["properties"]["sent"]["description"]


def test_a_run_whose_process_died_is_interrupted(tmp_path: Path) -> None:
    with filled(tmp_path) as ledger:
        lock = tmp_path / "ledger.db.lock"
        held = lock.read_text("utf-8")
    lock.write_text(held.replace(str(os.getpid()), "999999"), encoding="utf-8")
    with served(tmp_path) as url:
        assert get(url, f"/runs/{ledger.run}")["run"]["state"] == "interrupted"


@pytest.mark.newest
def test_a_run_shows_itself_from_before_its_first_request_until_after_its_end(tmp_path: Path) -> None:
    environment = {**os.environ, "J2O_HOME": str(tmp_path / "home")}
    for name in ("JIRA_URL", "JIRA_USER", "JIRA_TOKEN", "OPENPROJECT_URL", "OPENPROJECT_API_KEY"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "j2o_core", "run", "j2o:demo", "--json"]
    command += ["--dashboard", "127.0.0.1:0", "--dashboard-linger", "60"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            said = process.stderr.readline()
            url = re.search(r"http://127\.0\.0\.1:\d+", said)[0]
            assert requests.get(f"{url}/healthz", timeout=30).json()["status"] == "ok"
            assert "j2o_run_active 0.0" in requests.get(f"{url}/metrics", timeout=30).text.splitlines()
            said_out: list[str] = []  # a run whose outputs nobody reads stands still when they are full
            readers = [
                threading.Thread(target=process.stderr.read),
                threading.Thread(target=lambda: said_out.extend(process.stdout)),
            ]
            for reader in readers:
                reader.start()
            seen: list[dict[str, Any]] = []
            afar: list[dict[str, Any]] = []
            with served(tmp_path / "home") as elsewhere:
                while not seen or seen[-1]["run"]["state"] == "running":
                    answer = requests.get(f"{url}/api/v1/runs/last", timeout=30)
                    if answer.status_code == 200:
                        seen.append(answer.json())
                        afar.append(get(elsewhere, "/runs/last"))
                    time.sleep(0.2)
                until = time.monotonic() + 30  # what is kept for a moment, and told a moment later
                while (state_and_requests(afar[-1]) != ("ended", requests_in(seen[-1]))) and time.monotonic() < until:
                    time.sleep(0.2)
                    afar.append(get(elsewhere, "/runs/last"))
                scraped = ""
                while "j2o_run_exit_code 0.0" not in scraped and time.monotonic() < until:
                    scraped = requests.get(f"{elsewhere}/metrics", timeout=30).text
                    time.sleep(0.2)
            figures = [one["figures"] for one in seen if one["figures"] is not None]
            assert {"jira", "openproject"} <= {system["connection"] for system in figures[-1]["systems"]}
            assert figures[-1]["machine"]["memory"] > 1_000_000
            ready = requests.get(f"{url}/readyz", timeout=30)
            assert (ready.status_code, ready.json()["reasons"]) == (200, [])
            assert {"ledger", "disk", "connection"} <= {check["check"] for check in ready.json()["checks"]}
            metrics = ""
            while "j2o_run_exit_code 0.0" not in metrics:
                metrics = requests.get(f"{url}/metrics", timeout=30).text
            time.sleep(2.0)  # until its ledger is closed
            process.send_signal(signal.SIGINT)  # it need not linger for us
            for reader in readers:
                reader.join()
            last = json.loads(said_out[-1])
            assert process.wait(60) == last["exit_code"] == 0
        finally:
            process.kill()
    going = [one["figures"] for one in afar if one["run"]["state"] == "running" and one["figures"]]
    assert going[0]["state"] == "now"
    assert all(system["requests"] for system in going[0]["systems"])
    assert state_and_requests(afar[-1]) == ("ended", requests_in(seen[-1]))
    assert "j2o_run_exit_code 0.0" in scraped
    assert requests_of(scraped) == requests_of(metrics)
    counts = {name: dict(numbers) for name, numbers in seen[-1]["entities"].items()}
    for numbers in counts.values():
        assert numbers.pop("sent") == 0
    assert counts == last["entities"]
    for entity, numbers in counts.items():
        assert f'j2o_records{{entity="{entity}",outcome="created"}} {float(numbers["created"])}' in metrics


def requests_in(overview: dict[str, Any]) -> dict[str, int]:
    return {system["connection"]: system["requests"] for system in overview["figures"]["systems"]}


def state_and_requests(overview: dict[str, Any]) -> tuple[str, dict[str, int]]:
    return overview["figures"]["state"], requests_in(overview)


def requests_of(metrics: str) -> list[str]:
    return [line for line in metrics.splitlines() if line.startswith("j2o_http_requests_total{")]


def test_a_ledger_that_is_not_there_is_told_and_not_made_by_looking(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "j2o_core", "dashboard", "127.0.0.1:0", "--ledger", "sqlite:///mistyped.db"]
    environment = {**os.environ, "J2O_HOME": str(tmp_path)}
    with subprocess.Popen(command, env=environment, text=True, stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            assert "there is no ledger yet" in process.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
            assert found is not None
            assert get_when_up(found[0]) == []
        finally:
            process.kill()
    assert not (tmp_path / "mistyped.db").exists()


@pytest.mark.parametrize("body", ['{"command": "throttle", "number": NaN}', '{"command": "throttle", "number": 1e400}'])
def test_an_order_that_is_no_json_is_refused_with_what_is_wrong(there: tuple[Filled, str], body: str) -> None:
    path = f"{there[1]}/api/v1/runs/last/orders"
    refused = requests.post(path, data=body, headers={"Content-Type": "application/json"}, timeout=30)
    assert refused.status_code == 422
    (wrong,) = refused.json()["detail"]
    assert wrong["loc"] == ["body", "number"]
    assert set(wrong) == {"loc", "msg", "type"}


@contextlib.contextmanager
def served_by_command(migration: Migration) -> Iterator[str]:
    """The address of a dashboard in a process of its own, which can start runs over that sandbox."""
    process = migration.start_command("dashboard", "127.0.0.1:0")
    try:
        assert process.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
        assert found is not None
        yield found[0]
    finally:
        process.terminate()
        process.communicate(timeout=30)


def get_when_up(url: str) -> Any:
    """The runs, as soon as it answers."""
    until = time.monotonic() + 30
    while True:
        try:
            return get(url, "/runs")
        except requests.ConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
