"""Rounds of chaos: everything goes wrong at once, and the judge finds each item of the source on the target, once."""

from __future__ import annotations

import copy
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable

import pytest

from .rounds import __main__ as program
from .rounds.judge import judge
from .rounds.plan import KILL, KILLS, SQLITE, Blow, Plan, draw
from .rounds.playing import Played, broke, play
from .rounds.reached import Reached
from .rounds.verdict import Verdict

pytestmark = [
    pytest.mark.oldest,
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and limits"),
    pytest.mark.xdist_group("rounds"),
]

#: three kills, a full disk, a wrong clock, lost answers, storms; the ledger is a file
SEED = 2348


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    played = Played()
    play(draw(SEED), tmp_path_factory.mktemp("round"), None, played)
    return played


def test_nothing_is_lost_and_nothing_stands_twice(played: Played):
    reached = played.reached
    assert not reached.findings
    assert reached.holds
    assert reached.blows[KILL]
    assert sum(reached.faults.values()) > 5
    assert reached.items > 60


def again(played: Played, change: Callable[[dict[str, Any]], None]) -> Verdict:
    target = copy.deepcopy(dict(played.target))
    change(target)
    return judge(played.source, target, played.files)


KINDS = (
    *("users", "groups", "projects", "versions", "work_packages"),
    *("comments", "attachments", "relations", "watchers", "time_entries"),
)


def wanted(played: Played, kind: str) -> dict[str, Any]:
    """A row that is there because the source has one: no file that nobody claimed, no watching of our own."""
    ours = next(row["id"] for row in played.target["users"] if row["login"] == "admin")
    for row in reversed(played.target[kind]):
        unclaimed = kind == "attachments" and not row["_links"]["container"]["href"]
        if not unclaimed and not (kind == "watchers" and row["_links"]["user"]["href"].endswith(f"/{ours}")):
            return dict(row)
    raise AssertionError(f"the round has no {kind}: take another seed")


@pytest.mark.parametrize("kind", KINDS)
def test_the_judge_misses_what_is_not_there(played: Played, kind: str):
    row = wanted(played, kind)
    verdict = again(played, lambda target: target[kind].remove(row))
    assert verdict.lost
    assert not verdict.holds


@pytest.mark.parametrize("kind", (*KINDS, "memberships"))
def test_the_judge_sees_what_stands_twice(played: Played, kind: str):
    row = wanted(played, kind)
    verdict = again(played, lambda target: target[kind].append(row))
    assert verdict.doubled
    assert not verdict.lost


def other_words(target: dict[str, Any]) -> None:
    for row in target["comments"]:
        first, _, _ = row["comment"]["raw"].partition("\n")
        row["comment"]["raw"] = f"{first}\n\nnothing"


def other_bytes(target: dict[str, Any]) -> None:
    for row in target["attachments"]:
        row["digest"]["hash"] = "0" * 32


def other_order(target: dict[str, Any]) -> None:
    for row in target["comments"]:
        row["id"] = 10**9 - int(row["id"])


def other_hours(target: dict[str, Any]) -> None:
    for row in target["time_entries"]:
        row["hours"] = "PT1S"


def other_subject(target: dict[str, Any]) -> None:
    target["work_packages"][0]["subject"] = "something else"


def nobody_assigned(target: dict[str, Any]) -> None:
    row = next(row for row in target["work_packages"] if (row["_links"].get("assignee") or {}).get("href"))
    row["_links"]["assignee"] = {"href": None}


def somebody_assigned(target: dict[str, Any]) -> None:
    row = next(row for row in target["work_packages"] if not (row["_links"].get("assignee") or {}).get("href"))
    row["_links"]["assignee"] = {"href": f"/api/v3/users/{target['users'][-1]['id']}"}


def other_status(target: dict[str, Any]) -> None:
    target["work_packages"][0]["_links"]["status"]["title"] = "Specified"


def other_type(target: dict[str, Any]) -> None:
    target["work_packages"][0]["_links"]["type"]["title"] = "Milestone"


def other_priority(target: dict[str, Any]) -> None:
    target["work_packages"][0]["_links"]["priority"]["title"] = "Whenever"


def other_end(target: dict[str, Any]) -> None:
    target["work_packages"][0]["dueDate"] = "1999-12-31"


def other_start(target: dict[str, Any]) -> None:
    target["work_packages"][0]["startDate"] = "1999-12-30"


def other_estimate(target: dict[str, Any]) -> None:
    next(row for row in target["work_packages"] if row.get("estimatedTime"))["estimatedTime"] = "PT99H"


def other_person(target: dict[str, Any]) -> None:
    target["time_entries"][0]["_links"]["user"] = {"href": "/api/v3/users/0"}


OTHERWISE = [other_words, other_bytes, other_order, other_hours, other_subject, nobody_assigned, somebody_assigned]
OTHERWISE += [other_status, other_type, other_priority, other_end, other_start, other_estimate, other_person]


@pytest.mark.parametrize("change", OTHERWISE)
def test_the_judge_sees_what_is_not_as_at_the_source(played: Played, change: Callable[[dict[str, Any]], None]):
    verdict = again(played, change)
    assert verdict.different
    assert not (verdict.lost or verdict.doubled)


def test_the_judge_finds_what_the_source_has_not(played: Played):
    def strangers(target: dict[str, Any]) -> None:
        row = copy.deepcopy(target["comments"][0])
        row["comment"]["raw"] = "whoever wrote this"
        target["comments"].append(row)

    assert again(played, strangers).strange


def test_the_judge_knows_no_code_of_j2o():
    script = "import tests.chaos.rounds.judge, sys; print([name for name in sys.modules if name.startswith('j2o')])"
    root = Path(__file__).resolve().parents[2]
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=60, check=True
    )
    assert said.stdout.strip() == "[]"


def test_a_seed_is_always_the_same_round_and_rounds_hold_everything_that_can_go_wrong():
    plans = [draw(seed) for seed in range(300)]
    assert plans == [draw(seed) for seed in range(300)]
    assert {plan.kills for plan in plans} == set(range(1, KILLS + 1))
    blows: list[Blow] = [blow for plan in plans for attempt in plan.attempts for blow in attempt.blows]
    assert {blow.kind for blow in blows} == {"kill", "cut", "crash", "restart"}
    assert {blow.stage for blow in blows} == {"extract", "plan", "apply", "verify"}
    assert all(blow.kind == KILL for plan in plans if plan.ledger == SQLITE for a in plan.attempts for blow in a.blows)
    assert any(attempt.disk for plan in plans for attempt in plan.attempts)
    kinds = {rule["kind"] for plan in plans for attempt in plan.attempts for rule in attempt.faults}
    assert len(kinds) == 16


@pytest.mark.parametrize(
    ("errors", "mistake"),
    [
        ("Reading back\nj2o: internal error: KeyError: 'oops'; `j2o --debug ...` shows where\n", True),
        ("j2o: plugin acme broke: KeyError: 'oops'\n", True),
        ("Traceback (most recent call last):\n", True),
        ("j2o: watchers cannot be read back: GET http://x/watchers: 503 An internal error has occurred.\n", False),
    ],
)
def test_the_words_of_a_server_are_no_mistake_of_j2o(errors: str, mistake: bool):
    assert broke(errors) is mistake


def fate(**counts: Any) -> Callable[..., None]:
    return lambda plan, folder, server, played: played.reached.add(Reached(rounds=1, **counts))


@pytest.fixture
def run_rounds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def run(playing: Callable[..., None], *arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(program, "play", playing)
        monkeypatch.setattr(program, "programs", lambda: None)
        monkeypatch.setattr(sys, "argv", ["rounds", "--jobs", "1", *arguments])
        return program.main(), capsys.readouterr().out

    return run


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_what_was_reached_is_told_by_round_and_in_total(run_rounds: Callable[..., tuple[int, str]], jobs: int):
    code, said = run_rounds(fate(items=70), "--rounds", "3", "--seed", "40", "--jobs", str(jobs))
    assert code == 0
    assert [f"round {seed}: " in said for seed in (39, 40, 41, 42, 43)] == [False, True, True, True, False]
    assert ["items compared", "210"] in [line.rsplit(None, 1) for line in said.splitlines()]
    assert "no PostgreSQL is installed" in said


@pytest.mark.parametrize("counts", [{"lost": 1}, {"doubled": 1}, {"different": 1}, {"trouble": 1}])
def test_what_must_not_be_ends_with_1_and_tells_how_to_see_it_again(
    run_rounds: Callable[..., tuple[int, str]], counts: dict[str, int]
):
    code, said = run_rounds(fate(**counts, findings=["lost: comment 7"]), "--rounds", "1", "--seed", "40")
    assert code == 1
    assert "lost: comment 7" in said
    assert "make chaos ROUNDS=1 SEED=40" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_tells_what_was_reached(run_rounds: Callable[..., tuple[int, str]], number: int):
    def playing(plan: Plan, folder: Path, server: None, played: Played) -> None:
        played.reached.blows[KILL] += 1
        if plan.seed == 3:
            signal.raise_signal(number)
        played.reached.rounds = 1

    code, said = run_rounds(playing, "--rounds", "9")
    assert code == 0
    told = [line.rsplit(None, 1) for line in said.splitlines()]
    assert ["rounds", "2"] in told
    assert ["kills", "3"] in told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_all_jobs_and_tells_what_each_reached(
    run_rounds: Callable[..., tuple[int, str]], tmp_path: Path, number: int
):
    begun, first = os.getpid(), tmp_path / "first"

    def playing(plan: Plan, folder: Path, server: None, played: Played) -> None:
        played.reached.blows[KILL] += 1
        if plan.seed in (1, 2):
            played.reached.rounds = 1
            return
        if first.exists():  # both jobs are busy
            os.kill(begun, number)
        first.touch()
        time.sleep(60)

    code, said = run_rounds(playing, "--rounds", "9", "--jobs", "2")
    assert code == 0
    told = [line.rsplit(None, 1) for line in said.splitlines()]
    assert ["rounds", "2"] in told
    assert ["kills", "4"] in told
    assert said.count("not ended") == 2


def test_a_job_that_fails_or_is_killed_is_no_success(run_rounds: Callable[..., tuple[int, str]]):
    def playing(plan: Plan, folder: Path, server: None, played: Played) -> None:
        if plan.seed == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        if plan.seed == 4:
            raise RuntimeError("the sandbox did not start")
        played.reached.rounds = 1

    code, said = run_rounds(playing, "--rounds", "9", "--jobs", "3")
    assert code == 1
    assert "exit code 1\n" in said
    assert "exit code -9\n" in said
    assert ["rounds", "7"] in [line.rsplit(None, 1) for line in said.splitlines()]
