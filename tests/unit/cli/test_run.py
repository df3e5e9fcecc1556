"""``j2o run`` against the sandbox, seen from outside."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import pytest

from j2o_core.cli import main
from j2o_core.cli.failure import say
from j2o_core.cli.ledgers import find_run
from j2o_core.cli.loading import require_spec
from j2o_core.cli.run import _tell
from j2o_core.cli.session import Session
from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.observe.stream import COUNTS

pytestmark = pytest.mark.xdist_group("cli-run")

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: small
extends: j2o:demo
system: {plugin: sandbox, seed: 3, projects: 1, issues: 6, attachment_bytes: 512}
"""


@dataclass(frozen=True)
class Workplace:
    """A folder with the spec and the home of its runs, and what the first run printed."""

    spec: str
    home: Path
    first: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    folder = tmp_path_factory.mktemp("run")
    spec = folder / "small.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("J2O_", "JIRA_", "OPENPROJECT_"))
    }
    command = [sys.executable, "-c", "import sys; from j2o_core.cli import main; sys.exit(main())"]
    first = subprocess.run(
        [*command, "run", str(spec), "--settle", "1"],
        env={**clean, "J2O_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Workplace(str(spec), folder / "home", first)


@pytest.fixture()
def home(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("J2O_HOME", str(workplace.home))
    return workplace.home


def test_a_first_run_shows_progress_sums_that_add_up_and_the_report(workplace: Workplace, home: Path) -> None:
    called = workplace.first
    assert called.returncode == 0, called.stderr
    table = [line.split() for line in called.stdout.splitlines()]
    assert table[0] == list(COUNTS)
    (total,) = [row for row in table if row[:1] == ["total"]]
    numbers = [int(cell.replace(",", "")) for cell in total[1:]]
    assert numbers[0] == sum(numbers[1:]) > 20
    path = Path(called.stdout.splitlines()[-1].split("report: ")[1])
    assert path.parent == home / "reports"
    assert "Every sum adds up" in path.read_text(encoding="utf-8")
    assert "Writing to the target" in called.stderr
    assert "work_packages: 6 of 6" in called.stderr


def test_another_run_as_json_writes_nothing_and_ends_with_the_counts(
    j2o: Callable[..., Any], workplace: Workplace, home: Path
) -> None:
    called = j2o("run", workplace.spec, "--json", "--quiet")
    events = [json.loads(line) for line in called.out.splitlines()]
    assert called.code == 0, called.err
    assert events[0]["event"] == "run_started"
    last = events[-1]
    assert list(last) == ["event", "run", "exit_code", "entities"]
    assert last["event"] == "run_finished"
    for counts in last["entities"].values():
        assert list(counts) == list(COUNTS)
        assert counts["created"] == counts["updated"] == counts["failed"] == counts["left"] == 0
        assert counts["source"] == counts["unchanged"] + counts["skipped"]
    redirects, report = called.err.splitlines()
    assert redirects.startswith("redirects: ") and report.startswith("report: ")


class Gone(io.StringIO):
    """A terminal that was closed."""

    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")


@pytest.mark.parametrize("text", [True, False])
def test_a_terminal_that_is_gone_costs_neither_the_report_nor_the_exit_code(
    workplace: Workplace, home: Path, monkeypatch: pytest.MonkeyPatch, text: bool
) -> None:
    current = Session(home, load_plugins({}, [(builtin.NAME, builtin)]))
    spec = require_spec(current, workplace.spec, None)
    run = str(find_run(home, None, "last")[1]["run"])
    report = home / "reports" / f"{run}.html"
    report.unlink()
    monkeypatch.setattr(sys, "stdout", Gone())
    monkeypatch.setattr(sys, "stderr", Gone())
    _tell(current, spec, run, text)
    say("nobody hears it")
    assert report.exists()


def test_what_was_written_verifies(j2o: Callable[..., Any], workplace: Workplace, home: Path, tmp_path: Path) -> None:
    called = j2o("verify", workplace.spec, "--json", "--report", str(tmp_path / "found.html"))
    document = json.loads(called.out)
    assert called.code == 0, document["findings"]
    assert document["checked"]["work_packages"] == 6
    assert "The target holds what was written." in (tmp_path / "found.html").read_text(encoding="utf-8")


def test_a_report_in_an_unknown_format_is_refused_before_anything_is_read(
    j2o: Callable[..., Any], workplace: Workplace
) -> None:
    called = j2o("verify", workplace.spec, "--report", "found.pdf")
    assert called.code == 2
    assert "the name must end in .html, .csv, .json" in called.err


def test_verifying_before_anything_was_migrated_is_told(j2o: Callable[..., Any], workplace: Workplace) -> None:
    called = j2o("verify", workplace.spec, "--quiet")
    assert called.code == 1
    assert "nothing of 'demo' was migrated" in called.err


def test_no_secret_of_the_connections_is_in_what_a_run_left(workplace: Workplace, home: Path) -> None:
    left = [*(home / "logs").glob("*.jsonl"), *(home / "reports").glob("*.html")]
    assert len(left) >= 2
    for path in left:
        text = path.read_text(encoding="utf-8")
        assert "opapi-" not in text
        assert "j2o-sandbox-admin-token" not in text


def test_a_spec_with_errors_starts_nothing_and_still_gives_a_last_line(j2o: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("apiVersion: j2o/v1\nkind: Migration\nnam: x\n", encoding="utf-8")
    called = j2o("run", str(tmp_path / "bad.yaml"), "--json")
    assert called.code == 2
    events = [json.loads(line) for line in called.out.splitlines()]
    assert {event["event"] for event in events[:-1]} == {"problem"}
    assert events[-1] == {"event": "run_finished", "run": None, "exit_code": 2, "entities": {}}
    assert "nothing was started" in called.err
    assert not Path(os.environ["J2O_HOME"]).exists()


@pytest.mark.parametrize("name", ["JIRA_URL", "JIRA_USER"])
def test_some_but_not_all_of_the_variables_are_an_error(
    j2o: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    called = j2o("run", "j2o:demo")
    assert called.code == 2
    assert "JIRA_TOKEN" in called.err


@pytest.mark.parametrize("settle", ["nan", "inf", "-1"])
def test_settle_is_a_number_that_ends(j2o: Callable[..., Any], settle: str) -> None:
    called = j2o("run", "j2o:demo", "--settle", settle)
    assert called.code == 2
    assert "--settle" in called.err


def test_a_home_that_cannot_be_used_is_told_with_what_to_do(
    j2o: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("J2O_HOME", str(tmp_path / "file"))
    called = j2o("run", "j2o:demo")
    assert called.code == 2
    assert "J2O_HOME" in called.err


def test_a_server_that_is_not_there_is_exit_code_3(
    j2o: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("JIRA_URL", "OPENPROJECT_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("JIRA_TOKEN", "OPENPROJECT_API_KEY"):
        monkeypatch.setenv(name, "canary-secret")
    spec = tmp_path / "quick.yaml"
    spec.write_text(
        "apiVersion: j2o/v1\nkind: Migration\nname: quick\nextends: j2o:demo\n"
        "runtime: {retry: {attempts: 1, wait: {initial: 0, max: 0}}}\n",
        encoding="utf-8",
    )
    called = j2o("run", str(spec))
    assert called.code == 3
    assert "127.0.0.1:9" in called.err
    assert "canary-secret" not in called.err
    assert "Traceback" not in called.err


def test_fresh_asks_only_where_there_is_someone_to_ask(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def refuse(question: str, err: bool) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr("typer.confirm", refuse)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert main(["run", "/nothing.yaml", "--fresh"]) == 2
    assert len(asked) == 1
    assert "nothing was done" in capfd.readouterr().err
    assert main(["run", "/nothing.yaml", "--fresh", "--yes"]) == 2
    assert len(asked) == 1
    assert "J2O-S001" in capfd.readouterr().err
