"""Searching, following and summing up logs."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence

import pytest

from j2o_core.observe import log_reading
from j2o_core.observe.log_filter import Filter, condition, moment
from j2o_core.observe.log_follow import ends, follow
from j2o_core.observe.log_keeping import pack
from j2o_core.observe.log_reading import Reading, entries, log_files
from j2o_core.observe.log_stats import Stats

BEGIN = datetime(2026, 11, 23, 7, 0, tzinfo=timezone.utc)


def line(second: float, **told: Any) -> dict[str, Any]:
    time = (BEGIN + timedelta(seconds=second)).isoformat(timespec="milliseconds")
    standard = {"level": "INFO", "component": "run", "message": "", "run": "r1", "entity": "", "item": ""}
    return {"time": time, **standard, **told}


def write(path: Path, lines: Sequence[Mapping[str, Any]], end: str = "\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = ("\n".join(json.dumps(one, ensure_ascii=False) for one in lines) + end).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def found(folder: Path, asked: Optional[Filter] = None, reading: Optional[Reading] = None) -> list[Mapping[str, Any]]:
    asked = asked or Filter()
    read = entries(log_files([folder]), reading or Reading(), asked.may)
    return [entry for entry in read if asked.holds(entry)]


def test_lines_of_all_files_packed_or_not_come_in_the_order_of_time(tmp_path: Path) -> None:
    write(tmp_path / "b-1.jsonl.gz", [line(second, message=second) for second in (0, 3, 6)])
    write(tmp_path / "a-2.jsonl", [line(second, message=second) for second in (1, 2, 7)])
    late = line(5, message=5)
    late["time"] = "2026-11-23T08:00:05.000+01:00"  # as an earlier version wrote them
    write(tmp_path / "a-3.jsonl", [line(4, message=4), late, line(8, message=8)])
    (tmp_path / "empty.jsonl").touch()
    reading = Reading()
    assert [one["message"] for one in found(tmp_path, reading=reading)] == list(range(9))
    assert (reading.files, reading.lines) == (3, 9)


def test_what_cannot_be_read_is_told_and_the_rest_counts(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", [line(0), line(1)], end='\nno line\n{"time": "2026-')
    packed = write(
        tmp_path / "b.jsonl.gz", [line(2, item=hashlib.md5(b"%d" % number).hexdigest()) for number in range(3000)]
    )
    packed.write_bytes(packed.read_bytes()[:-500])
    reading = Reading()
    assert len(found(tmp_path, reading=reading)) > 1000
    assert reading.unreadable == 1
    assert [one.split(": ")[0] for one in reading.broken] == [str(packed)]


@pytest.mark.parametrize(
    ("asked", "messages"),
    [
        (Filter(level="warning"), ["b", "c"]),
        (Filter(level="error"), ["c"]),
        (Filter([condition("item=ACME-1")]), ["a", "b"]),
        (Filter([condition("item=ACME-*")]), ["a", "b", "c"]),
        (Filter([condition("item!=ACME-1")]), ["c", "d"]),
        (Filter([condition("status>=500")]), ["b"]),
        (Filter([condition("status<500")]), ["a"]),
        (Filter([condition("status=404")]), ["a"]),
        (Filter([condition("operation~PROJECTS/.*/work")]), ["a"]),
        (Filter([condition("entities.users.failed>0")]), ["d"]),
        (Filter([condition("words=")]), ["a", "b", "d"]),
        (Filter(text="ÜNKNOWN"), ["c"]),
        (Filter([condition("words=ünknown")]), ["c"]),
        (Filter([condition("item=ACME-1"), condition("status=503")], "warning"), ["b"]),
        (Filter(since=BEGIN + timedelta(seconds=20)), ["c", "d"]),
        (Filter(until=BEGIN + timedelta(seconds=20)), ["a", "b", "c"]),
    ],
)
def test_lines_are_found_by_any_field_moment_level_and_text(
    tmp_path: Path, asked: Filter, messages: Sequence[str]
) -> None:
    lines = [
        line(0, message="a", item="ACME-1", status=404, operation="/projects/{id}/work_packages"),
        line(10, message="b", item="ACME-1", status=503, level="WARNING"),
        line(20, message="c", item="ACME-2", level="ERROR", words="ünknown"),
        line(30, message="d", entities={"users": {"failed": 2}}),
    ]
    write(tmp_path / "a.jsonl", lines)
    assert [one["message"] for one in found(tmp_path, asked)] == messages


def test_moments_are_told_as_people_tell_them() -> None:
    assert moment("10m", BEGIN) == BEGIN - timedelta(minutes=10)
    assert moment("1.5 h", BEGIN) == BEGIN - timedelta(minutes=90)
    assert moment("2026-11-23T08:00:00+01:00") == moment("2026-11-23T07:00:00Z") == BEGIN
    assert moment("2026-11-23") == datetime(2026, 11, 23).astimezone()


@pytest.mark.parametrize(("parse", "text"), [(moment, "soon"), (condition, "status"), (condition, "item~(")])
def test_what_cannot_be_asked_is_refused_with_what_can_be(parse: Any, text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|is no pattern"):
        parse(text)


@pytest.mark.parametrize("text", ["99999999999d", "9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00"])
def test_a_moment_beyond_all_calendars_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected 10m"):
        moment(text)


def test_of_a_packed_file_that_breaks_off_the_beginning_counts(tmp_path: Path) -> None:
    noise = [hashlib.md5(b"%d" % number).hexdigest() for number in range(60)]
    packed = write(tmp_path / "a.jsonl.gz", [line(second, item=noise[second]) for second in range(60)])
    packed.write_bytes(packed.read_bytes()[:-200])
    reading = Reading()
    assert len(found(tmp_path, reading=reading)) > 30
    assert (reading.files, len(reading.broken)) == (1, 1)


def test_a_file_that_is_packed_before_it_is_read_is_read_packed(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.jsonl", [line(0, message="one")])
    files = log_files([tmp_path])
    pack(plain)
    assert [entry["message"] for entry in entries(files, Reading())] == ["one"]


def test_files_that_ended_before_are_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [line(0)])
    assert log_files([tmp_path], path.stat().st_mtime + 1) == []
    assert log_files([tmp_path, path], path.stat().st_mtime - 1) == [path]


def test_of_each_file_no_more_is_read_than_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So memory does not grow with the log."""
    monkeypatch.setattr(log_reading, "_READ", 1000)
    opened, read = log_reading._opened, []

    def counting(path: Path) -> Any:
        file = opened(path)
        inner = file.read1
        file.read1 = lambda size: read.append(size) or inner(size)  # type: ignore[func-returns-value]
        return file

    monkeypatch.setattr(log_reading, "_opened", counting)
    write(tmp_path / "a.jsonl.gz", [line(number) for number in range(1000)])
    write(tmp_path / "b.jsonl.gz", [line(number + 0.5) for number in range(1000)])
    asked = entries(log_files([tmp_path]), Reading())
    assert [next(asked)["time"] for _ in range(20)][-1] == line(9.5)["time"]
    assert len(read) < 10
    assert max(read) == 1000
    assert sum(1 for _ in asked) == 1980


def test_a_file_that_is_closed_before_it_is_followed_is_shown_once_and_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [line(0, message="before")])
    begin = ends([tmp_path])
    path.rename(tmp_path / "a.1.jsonl")
    write(path, [line(1, message="one"), line(2, message="two")])
    told = [entry["message"] for entry in entries(log_files([tmp_path]), Reading(), limits=begin)]
    told += [entry["message"] for entry in follow([tmp_path], begin, ended=lambda: True)]
    assert told == ["before", "one", "two"]


def test_followed_are_new_lines_of_all_files_whatever_they_are_called_meanwhile(tmp_path: Path) -> None:
    first = write(tmp_path / "a.jsonl", [line(0, message="before")])
    begin = ends([tmp_path])
    over, steps = threading.Event(), []

    def sleep(seconds: float) -> None:
        steps.append(seconds)
        if len(steps) == 1:
            with first.open("a") as file:
                file.write(json.dumps(line(1, message="one")) + "\n" + json.dumps(line(3, message="three"))[:20])
            write(tmp_path / "b.jsonl", [line(2, message="two")])
        elif len(steps) == 2:
            with first.open("a") as file:
                file.write(json.dumps(line(3, message="three"))[20:] + "\n")
            first.rename(tmp_path / "a.1.jsonl")
            write(first, [line(4, message="four")])
        elif len(steps) == 3:
            with (tmp_path / "a.1.jsonl").open("a") as file:
                file.write(json.dumps(line(5, message="five")) + "\n")
            pack(tmp_path / "a.1.jsonl")
        else:
            over.set()

    told = [entry["message"] for entry in follow([tmp_path], begin, sleep, over.is_set)]
    assert told == ["one", "two", "three", "four", "five"]


def test_a_file_that_is_begun_and_packed_between_two_looks_is_followed_too(tmp_path: Path) -> None:
    write(tmp_path / "old.jsonl.gz", [line(0, message="before")])
    first = write(tmp_path / "a.jsonl", [line(0, message="before")])
    steps: list[float] = []

    def sleep(seconds: float) -> None:
        steps.append(seconds)
        if len(steps) == 1:
            pack(first)
            write(tmp_path / "b.jsonl.gz", [line(1, message="one"), line(2, message="two")])
            (tmp_path / "c.jsonl.gz").write_bytes(b"broken")

    told = follow([tmp_path], ends([tmp_path]), sleep, lambda: len(steps) > 2)
    assert [entry["message"] for entry in told] == ["one", "two"]


def retry(second: float, connection: str = "jira", item: str = "ACME-1") -> dict[str, Any]:
    return line(
        second,
        event="retry",
        connection=connection,
        component="effects",
        code="http_429",
        item=item,
        **{"class": "rate limit"},
    )


def request(second: float, duration: float, status: int = 200, **told: Any) -> dict[str, Any]:
    standard = {"component": "requests", "method": "GET", "operation": "/x/{id}", "connection": "jira"}
    return line(second, **{**standard, "duration": duration, "status": status, **told})


def summed(lines: Sequence[Mapping[str, Any]], **bounds: Any) -> dict[str, Any]:
    stats = Stats(**bounds)
    for one in lines:
        stats.add(one)
    return stats.result()


def test_errors_are_counted_by_class_and_code() -> None:
    problem = {"event": "problem", "severity": "error", "code": "http_422", "class": "validation", "level": "ERROR"}
    lines = [
        line(0, message="no such status", entity="work_packages", item="ACME-1", **problem),
        line(1, message="another", **problem),
        line(2, **{**problem, "severity": "warning"}),
        retry(3),
        request(4, 0.1, 429),
        request(5, 0.1, 0, error="ReadTimeout"),
        request(6, 0.1),
    ]
    told = [
        [one[name] for name in ("class", "code", "problems", "warnings", "requests", "retries")]
        for one in summed(lines)["errors"]
    ]
    assert told == [
        ["validation", "http_422", 2, 1, 0, 0],
        ["rate limit", "http_429", 0, 0, 1, 1],
        ["timeout", "no_answer", 0, 0, 1, 0],
    ]
    first = summed(lines)["errors"][0]
    assert (first["example"], first["item"]) == ("no such status", "work_packages ACME-1")


def test_requests_are_summed_up_and_the_slowest_named() -> None:
    lines = [request(number, number / 100, 503 if number == 7 else 200, item=f"A-{number}") for number in range(1, 101)]
    result = summed(lines, top=3)
    figures = result["requests"]
    assert (figures["count"], figures["failed"], figures["longest"]) == (100, 1, 1.0)
    assert figures["mean"] == pytest.approx(0.505)
    assert figures["median"] == pytest.approx(0.5, rel=0.1)
    assert figures["p95"] == pytest.approx(0.95, rel=0.1)
    assert [one["item"] for one in result["slowest"]] == ["A-100", "A-99", "A-98"]


def test_minutes_full_of_retries_are_one_storm_for_each_connection() -> None:
    storm = [retry(second / 2, item=f"A-{second % 7}") for second in range(300)]
    calm = [retry(second * 10.0, "openproject") for second in range(20)]
    (told,) = summed(sorted([*storm, *calm], key=lambda one: one["time"]), storm=20)["storms"]
    assert (told["connection"], told["retries"], told["items"]) == ("jira", 300, 7)
    assert told["classes"] == {"rate limit": 300}
    assert (told["begin"], told["end"]) == (line(0)["time"], line(149.5)["time"])


def test_a_gap_is_a_silence_within_a_run() -> None:
    lines = [
        line(0, event="run_started"),
        line(10, message="before"),
        line(500, message="after"),
        line(501, event="run_finished"),
        line(5000, run="r2", event="run_started"),
        line(6000, run="r2", event="run_started", message="carried on"),
    ]
    assert summed(lines)["gaps"] == [
        {
            "run": "r1",
            "seconds": 490.0,
            "begin": line(10)["time"],
            "end": line(500)["time"],
            "before": "before",
            "after": "after",
        }
    ]


def test_sums_stay_small_whatever_servers_say() -> None:
    lines = [
        one
        for number in range(700)
        for one in (
            request(number, 0.1, operation=f"/odd/{number}-x"),
            line(number, run=f"r{number}", event="problem", code=f"c{number}", **{"class": "validation"}),
        )
    ]
    result = summed(lines, top=5)
    assert len(result["errors"]) <= 501
    assert len(result["runs"]) <= 500
    assert sum(one["problems"] for one in result["errors"]) == 700
    assert result["requests"]["count"] == 700
