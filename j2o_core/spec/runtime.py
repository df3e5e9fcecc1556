"""The part ``runtime`` of a spec: how hard, when and how patiently a run works."""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping, Optional, Union
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..model.limits import BreakerBounds, Guard, Limit
from ..model.log_policy import LogPolicy
from ..model.problem import Problem
from ..model.schedule import Schedule, Window
from . import model
from .codes import problem
from .node import Node, Path, dotted, find, key_place
from .suggestion import listed, nearest

#: what switches a part of the guard off
OFF = "off"
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
#: more bytes than any disk has
_ANY = 10**18
_BYTES = {"KB": 1000, "MB": 1000**2, "GB": 1000**3, "TB": 1000**4}


def build_runtime(entry: Mapping[str, Any]) -> model.RuntimeSpec:
    """The typed form of ``runtime``, which must have passed every check."""
    tolerate, breaker = entry.get("tolerate", {}), entry.get("circuit_breaker", {})
    standard = model.RuntimeSpec()
    plain = ("workers", "batch_size", "commit_size", "lookup_size", "ledger", "settle", "metadata_lifetime")
    return model.RuntimeSpec(
        retry=_retry(entry.get("retry", {})),
        tolerate=model.TolerateSpec(
            failed=share(tolerate.get("failed", standard.tolerate.failed)),
            after=tolerate.get("after", standard.tolerate.after),
        ),
        circuit_breaker=BreakerBounds(
            failures=breaker.get("failures", standard.circuit_breaker.failures),
            reset_after=breaker.get("reset_after", standard.circuit_breaker.reset_after),
        ),
        rate_limit={name: _limit(form) for name, form in entry.get("rate_limit", {}).items()},
        schedule=_schedule(entry["schedule"]) if "schedule" in entry else None,
        guard=_guard(entry.get("guard", {})),
        log=_log(entry.get("log", {})),
        dask=_dask(entry.get("executor", "threads")),
        **{key: entry[key] for key in plain if key in entry},
    )


def check_runtime(document: Mapping[str, Any], root: Node) -> Iterator[Problem]:
    """Limits of connections that are not there, and hours that no clock shows. Needs no valid document."""
    connections, runtime = document.get("connections"), document.get("runtime")
    if not isinstance(runtime, dict):
        return
    limits = runtime.get("rate_limit")
    for name in limits if isinstance(limits, dict) else ():
        if isinstance(connections, dict) and name not in connections:
            path: Path = ("runtime", "rate_limit", name)
            message = f"there is no connection '{str(name)[:80]}'"
            guess = nearest(str(name), connections)
            yield problem("J2O-S046", message, key_place(root, path), dotted(path), listed(connections), guess)
    yield from _cluster(runtime, root)
    schedule = runtime.get("schedule")
    if not isinstance(schedule, dict):
        return
    zone = schedule.get("zone")
    if isinstance(zone, str) and not _is_zone(zone):
        message = f"no time zone is called '{zone[:80]}' here"
        yield _wrong(message, ("runtime", "schedule", "zone"), root, "a name such as Europe/Berlin or UTC")
    hours = schedule.get("only")
    for index, text in enumerate(hours if isinstance(hours, list) else [hours]):
        begin, _, end = text.partition("-") if isinstance(text, str) else ("", "", "-")
        if begin.strip().zfill(5) == end.strip().zfill(5):  # 8:00 is 08:00
            path = ("runtime", "schedule", "only", *([index] if isinstance(hours, list) else []))
            yield _wrong(f"'{text}' ends when it begins", path, root, "hours such as 20:00-06:00")


def _cluster(runtime: Mapping[str, Any], root: Node) -> Iterator[Problem]:
    executor, ledger = runtime.get("executor"), runtime.get("ledger", model.RuntimeSpec().ledger)
    asked = executor == "dask" or (isinstance(executor, dict) and "dask" in executor)
    if asked and isinstance(ledger, str) and re.match(r"sqlite(\+\w+)?://", ledger, re.IGNORECASE):
        path: Path = ("runtime", "executor")
        message = "several processes write the ledger, so it must lie on PostgreSQL, not in a file of SQLite"
        expected = "runtime.ledger: postgresql+psycopg://USER:${env:PASSWORD}@HOST/DATABASE"
        yield problem("J2O-S017", message, key_place(root, path), dotted(path), expected)


def share(value: Union[float, int, str]) -> float:
    """``1%`` or ``0.01`` as a share of one."""
    return float(value.rstrip("% ")) / 100 if isinstance(value, str) else float(value)


def _retry(entry: Mapping[str, Any]) -> model.RetrySpec:
    standard = model.RetrySpec()
    common = _wait(entry, standard)
    classes = entry.get("classes", {})
    return model.RetrySpec(
        attempts=common.attempts,
        initial=common.initial,
        maximum=common.maximum,
        classes={name.replace("_", " "): _wait(form, common) for name, form in classes.items()},
        budget=share(entry.get("budget", standard.budget)),
    )


def _wait(entry: Mapping[str, Any], standard: model.WaitSpec) -> model.WaitSpec:
    wait = entry.get("wait", {})
    return model.WaitSpec(
        attempts=entry.get("attempts", standard.attempts),
        initial=wait.get("initial", standard.initial),
        maximum=wait.get("max", standard.maximum),
    )


def _limit(form: Any) -> Limit:
    """``20/s``, a number of requests at the same time, ``adaptive``, or a map of these."""
    if isinstance(form, int):
        return Limit(parallel=form)
    if form == "adaptive":
        return Limit(adaptive=True)
    if isinstance(form, str):
        return Limit(rate=_rate(form))
    adaptive = form.get("adaptive")
    options: Mapping[str, Any] = adaptive if isinstance(adaptive, dict) else {}
    return Limit(
        rate=_rate(form["rate"]) if "rate" in form else None,
        parallel=min((stated for stated in (options.get("max"), form.get("parallel")) if stated), default=None),
        adaptive="adaptive" in form,
        courtesy=share(options.get("courtesy", Limit().courtesy)),
    )


def _rate(text: str) -> float:
    number, _, unit = text.partition("/")
    return float(number) / _SECONDS[unit.strip()]


def _schedule(entry: Mapping[str, Any]) -> Schedule:
    only = entry["only"]
    windows = tuple(Window(*map(_minute, text.split("-"))) for text in ([only] if isinstance(only, str) else only))
    return Schedule(windows, entry.get("zone"))


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _guard(entry: Mapping[str, Any]) -> Guard:
    standard = Guard()
    disk = entry.get("disk_free")
    if disk is None:
        free, of_all = standard.disk_free, standard.disk_share
    elif isinstance(disk, str) and disk.endswith("%"):
        free, of_all = _ANY, share(disk)
    else:
        free, of_all = _size(disk), 1.0
    memory, cpu = entry.get("memory"), entry.get("cpu", standard.cpu)
    return Guard(
        memory=None if memory is None else _size(memory),
        disk_free=free,
        disk_share=of_all,
        cpu=0.0 if cpu == OFF else share(cpu),
    )


def _log(entry: Mapping[str, Any]) -> LogPolicy:
    standard, rotate, keep = LogPolicy(), entry.get("rotate", {}), entry.get("keep", {})
    plain = ("level", "levels", "terminal", "compress", "archive")
    return LogPolicy(
        size=_size(rotate["size"]) if "size" in rotate else standard.size,
        every=rotate["hours"] * 3600.0 if "hours" in rotate else standard.every,
        keep=keep["days"] * 86_400.0 if "days" in keep else standard.keep,
        room=_size(keep["size"]) if "size" in keep else standard.room,
        personal=entry.get("personal") == "shown",
        **{key: entry[key] for key in plain if key in entry},
    )


def _dask(form: Any) -> Optional[model.DaskSpec]:
    if form == "threads":
        return None
    return model.DaskSpec() if form == "dask" else model.DaskSpec(**form["dask"])


def _size(text: str) -> int:
    if text == OFF:
        return 0
    found = re.match(r"([0-9.]+) ?([KMGT]B)", text)
    assert found is not None
    return int(float(found[1]) * _BYTES[found[2]])


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _wrong(message: str, path: Path, root: Node, expected: str) -> Problem:
    return problem("J2O-S016", message, find(root, path).place, dotted(path), expected)
