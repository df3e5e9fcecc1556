"""What a log comes to, as text."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from .table import aligned

_ERRORS = ("class", "code", "problems", "warnings", "requests", "retries")
_OPERATIONS = ("operation", "count", "failed", "mean", "median", "p95", "longest")


def print_stats(result: Mapping[str, Any]) -> None:
    """Print it, part by part; parts without anything are left out."""
    for line in stats_lines(result):
        print(line)


def stats_lines(result: Mapping[str, Any]) -> list[str]:
    """The same as lines."""
    if not result["lines"]:
        return ["nothing was logged, or nothing that was asked for"]
    runs = len(result["runs"])
    lines = [
        f"{result['lines']:,} lines in {result['files']} files, {_moment(result['first'])} to {_moment(result['last'])}"
        + (f", of {runs} {'run' if runs == 1 else 'runs'}" if runs else ""),
        "levels: " + _counts(result["levels"]),
        "components: " + _counts(result["components"]),
    ]
    lines += _part(
        "errors",
        (*_ERRORS, "last", "example"),
        [[*(one[name] for name in _ERRORS), _moment(one["last"]), one["example"][:80]] for one in result["errors"]],
    )
    requests = result["requests"]
    if requests["count"]:
        lines += _part(
            f"requests in the log: {requests['count']:,}, {requests['failed']:,} failed; seconds by operation",
            _OPERATIONS,
            [[one[name] for name in _OPERATIONS] for one in requests["operations"]],
        )
        lines += _part(
            "slowest requests",
            ("seconds", "when", "request", "status", "item", "request id"),
            [
                (
                    one["duration"],
                    _moment(one["time"]),
                    f"{one.get('method', '')} {one['operation']}",
                    one.get("status") or one.get("error", ""),
                    one.get("item", ""),
                    one.get("request_id", ""),
                )
                for one in result["slowest"]
            ],
        )
    lines += _part(
        "retry storms",
        ("connection", "from", "to", "retries", "items", "classes"),
        [
            (
                one["connection"],
                _moment(one["begin"]),
                _moment(one["end"]),
                one["retries"],
                one["items"],
                _counts(one["classes"]),
            )
            for one in result["storms"]
        ],
    )
    lines += _part(
        "gaps",
        ("run", "seconds", "from", "to", "the line before"),
        [
            [one["run"], one["seconds"], _moment(one["begin"]), _moment(one["end"]), one["before"][:80]]
            for one in result["gaps"]
        ],
    )
    return lines


def _part(title: str, header: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> list[str]:
    return ["", title, *(f"  {line}".rstrip() for line in aligned(header, rows))] if rows else []


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name or 'none'}" for name, number in counts.items())


def _moment(time: str) -> str:
    return time[:19].replace("T", " ")
