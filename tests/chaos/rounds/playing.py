"""Plays a round: attempts that go wrong, a run in peace, the judge, and one more run, which must write nothing."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping, Optional

import requests

from ...forking import Forked
from ...postgres import Postgres
from ...running import Going, Migration, Sandbox, explained, sandbox
from .doubts import Doubts, InFile, OnServer
from .faults import REQUEST_LIMIT, SETTLE, as_rules, leaves_doubt
from .judge import judge
from .plan import CRASH, CUT, KILL, POSTGRESQL, STAGES, Attempt, Blow, Plan
from .reached import DISK, Reached

#: how a process may end: done, done with failed items, a system is away, stopped and resumable, killed
_ENDS = (0, 1, 3, 4, -signal.SIGKILL)
#: how often an attempt is made that ends before its kill
_TIMES = 3


@dataclass
class Played:
    """A round, and what the judge saw of both servers; ``files`` are the contents of Jira's files by their id."""

    reached: Reached = field(default_factory=Reached)
    source: Mapping[str, Any] = field(default_factory=dict)
    target: Mapping[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


def play(plan: Plan, folder: Path, server: Optional[Postgres], played: Played) -> None:
    """Play a round in an empty folder, and tell in ``played`` what it has reached, all the while.

    Without a ``server`` its ledger is on SQLite, whatever the plan says.
    """
    begun = time.monotonic()
    options: dict[str, Any] = {
        "seed": plan.seed,
        "projects": plan.projects,
        "issues": plan.issues,
        "edition": plan.edition,
        "openproject_version": plan.version,
        "latency_ms": plan.latency,
        "request_limit": REQUEST_LIMIT,
        "attachment_bytes": 20_000,
    }
    with sandbox(**options) as made:
        _Round(plan, made, folder, server, played).play()
    played.reached.rounds = 1
    played.reached.seconds = time.monotonic() - begun


def broke(errors: str) -> bool:
    """Whether what j2o told is of a mistake of its own. A server's "An internal error has occurred" is none."""
    return (
        "Traceback (most recent" in errors
        or re.search(r"^j2o: (internal error|plugin .* broke)", errors, re.M) is not None
    )


class _Round:
    def __init__(self, plan: Plan, made: Sandbox, folder: Path, server: Optional[Postgres], played: Played) -> None:
        self._plan, self._made, self._played, self._reached = plan, made, played, played.reached
        self._server = server if plan.ledger == POSTGRESQL else None
        spec, home = folder / "chaos.yaml", folder / "home"
        self._failed_before = False
        variables = {}
        ledger = "sqlite:///ledger.db"
        self._doubts: Doubts = InFile(home)
        if self._server is not None:
            self._database = self._server.create()
            self._doubts = OnServer(self._server, self._database)
            ledger = f"postgresql://j2o:${{env:LEDGER_PASSWORD}}@127.0.0.1:{self._server.port}/{self._database}"
            variables["LEDGER_PASSWORD"] = self._server.password
        spec.write_text(json.dumps(_spec(plan, ledger)), encoding="utf-8")
        self._migration = Migration(made, home, spec=str(spec), arguments=(), environment=variables)

    def play(self) -> None:
        """Everything, until something is found that must not be."""
        for number, attempt in enumerate(self._plan.attempts, 1):
            if self._insist(number, attempt) == 0:
                break  # it got through: the rest would find nothing to do
        if not self._in_peace("the run in peace", again=True):
            return
        self._judge()
        self._made.openproject.reset_counters()
        if self._in_peace("the run after it"):
            counts = self._made.openproject.state("requests")["requests"]
            writes = {name: n for name, n in counts.items() if not name.startswith("GET ") and "/form" not in name}
            if writes:
                self._trouble(f"a run with nothing to do has written: {writes}")

    # ---------------------------------------------------------------- attempts

    def _insist(self, number: int, attempt: Attempt) -> int:
        """An attempt whose faults stopped it before its kill came is made again, a few times."""
        for _ in range(_TIMES):
            code = self._suffer(number, attempt)
            if code not in (3, 4) or not attempt.blows or attempt.blows[-1].kind != KILL:
                break
        return code

    def _suffer(self, number: int, attempt: Attempt) -> int:
        self._made.openproject.faults(*as_rules(attempt.faults))
        going = Going(self._start(attempt))
        self._reached.processes += 1
        try:
            if attempt.disk is not None:
                self._reached.blows[DISK] += 1
            for blow in attempt.blows:
                self._strike(going, blow)
            ended = going.end()
        except BaseException:
            going.process.kill()
            raise
        finally:
            self._count_faults(attempt)
        if ended.exit_code not in _ENDS or broke(ended.errors):
            self._trouble(f"attempt {number} ended badly: {explained(ended)}")
        self._reached.left_in_doubt += self._doubts.count()[0]
        self._reached.ends[str(ended.exit_code)] += 1
        self._failed_before |= any(_is_failure(event) for event in ended.events)
        return ended.exit_code

    def _start(self, attempt: Attempt) -> Forked:
        given = json.dumps({"disk": attempt.disk, "clock": attempt.clock, "patience": attempt.patience})
        arguments = [given, "run", self._migration.spec, "--json"]
        # A Ctrl-C in the terminal is for the rounds, not for it.
        return Forked("tests.chaos.rounds.launched", arguments, self._migration.variables(), session=True)

    def _strike(self, going: Going, blow: Blow) -> None:
        later = STAGES[STAGES.index(blow.stage) :]
        going.reach_any(lambda event: event["event"] == "stage_started" and event["stage"] in later)
        with contextlib.suppress(Exception):
            going.process.wait(blow.after)
        if going.process.poll() is not None:
            return
        self._reached.blows[blow.kind] += 1
        if blow.kind == KILL:
            going.signal(signal.SIGKILL)
        elif self._server is None:
            self._reached.blows[blow.kind] -= 1  # there is no connection to cut
        elif blow.kind == CUT:
            self._server.cut_off(self._database)
        else:
            self._server.restart(signal.SIGQUIT if blow.kind == CRASH else signal.SIGINT)

    def _count_faults(self, attempt: Attempt) -> None:
        told = requests.get(f"{self._made.openproject.url}/_sandbox/faults", timeout=60).json()["rules"]
        for rule, fired in zip(attempt.faults, told):
            self._reached.faults[f"{rule['server']}: {rule['kind']}"] += fired["fired"]
            if leaves_doubt(rule, attempt.patience is not None):
                self._reached.lost_answers += fired["fired"]
        self._made.openproject.faults()

    # ---------------------------------------------------------------- peace, and the judge

    def _in_peace(self, what: str, again: bool = False) -> bool:
        """A run that nothing disturbs has to end well; ``again``: items that an attempt saw fail are for the next."""
        ended = self._migration.run()
        self._reached.processes += 1
        if ended.exit_code == 1 and again and self._failed_before:
            return self._in_peace(what)
        if ended.exit_code != 0:
            why = self._migration.command("errors", "last", "--items")
            self._trouble(f"{what} did not end well: {explained(ended)}\n{why.stdout}{why.stderr}")
        return ended.exit_code == 0

    def _judge(self) -> None:
        played = self._played
        played.source, played.target = self._made.jira.state(), self._made.openproject.state()
        played.files = {str(row["id"]): self._content(row) for row in played.source["attachments"]}
        verdict = judge(played.source, played.target, played.files)
        self._reached.items += verdict.judged
        self._reached.lost += len(verdict.lost)
        self._reached.doubled += len(verdict.doubled)
        self._reached.different += len(verdict.different) + len(verdict.strange)
        for name in ("lost", "doubled", "different", "strange"):
            for finding in getattr(verdict, name)[:20]:
                self._trouble(f"{name}: {finding}", counted=True)
        in_doubt, self._reached.sent_again = self._doubts.count()
        if in_doubt:
            self._trouble(f"{in_doubt} effects are still in doubt after a run that ended well")

    def _content(self, row: Mapping[str, Any]) -> bytes:
        jira = self._made.running.jira
        auth = (jira["user"], jira["token"]) if jira["user"] else None
        headers = {} if auth else {"Authorization": f"Bearer {jira['token']}"}
        answer = requests.get(row["content"], params={"redirect": "false"}, auth=auth, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.content

    def _trouble(self, text: str, counted: bool = False) -> None:
        self._reached.findings.append(text)
        self._reached.trouble += not counted


def _is_failure(event: Mapping[str, Any]) -> bool:
    return event["event"] == "problem" and (event.get("stage"), event.get("severity")) == ("apply", "error")


def _spec(plan: Plan, ledger: str) -> dict[str, Any]:
    runtime: dict[str, Any] = {
        "workers": plan.workers,
        "batch_size": plan.batch_size,
        "commit_size": plan.batch_size,
        "lookup_size": plan.batch_size,
        "settle": SETTLE,
        "ledger": ledger,
        "retry": {"attempts": 8, "wait": {"initial": 0.05, "max": 0.4}},
        "circuit_breaker": {"failures": 8, "reset_after": 0.5},
    }
    if plan.adaptive:
        runtime["rate_limit"] = {"openproject": "adaptive"}
    return {"apiVersion": "j2o/v1", "kind": "Migration", "name": "chaos", "extends": "j2o:demo", "runtime": runtime}
