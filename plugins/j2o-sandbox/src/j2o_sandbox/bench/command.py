"""``j2o bench``."""

from __future__ import annotations

import json as jsonlib
import sys
import tempfile
from pathlib import Path
from typing import Dict, FrozenSet, List, Optional

import typer

from j2o_core.api import Fatal

from .rows import LINES, Row, is_worse

_FORMATS = (".png", ".svg")


def bench(
    spec: str = typer.Argument("j2o:demo", help="A spec that reads JIRA_URL, OPENPROJECT_URL and so on."),
    rows: Optional[str] = typer.Option(
        None, "--rows", metavar="NAME,...", help=f"Measure these rows alone: {', '.join(LINES)}."
    ),
    issues: Optional[int] = typer.Option(
        None, min=10, help="How many issues are generated (of the dashboard: items), in place of each row's own number."
    ),
    projects: int = typer.Option(4, min=1, help="In how many projects, where the row says nothing else."),
    seed: int = typer.Option(1, help="Equal seeds give equal data."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
    compare: Optional[Path] = typer.Option(
        None, "--compare", metavar="FILE", help="JSON of an earlier bench: show what has got worse, and exit 1."
    ),
    plot: Optional[Path] = typer.Option(None, "--plot", metavar="FILE.png|svg", help="Draw the table."),
) -> None:
    """Measure j2o against the sandbox, each row as a ratio in one run. Exit 1 where a goal is missed.

    The first two rows and those without latency take minutes, whole-run and the adaptive limit a quarter of an hour,
    memory with 100,000 issues three quarters of one and last-tenth half of one, the second run and those of the
    dashboard ten minutes. FILE.svg or FILE.png of --plot shows each row against its goal.

    \b
    Example:
      j2o bench --rows writes,reads,client-cpu
      j2o bench --rows apply-200ms --json > before.json
      j2o bench --rows apply-200ms --compare before.json --plot bench.svg
    """
    from .measurements import measured
    from .setting import TIMES, WORKERS, Setting

    wanted = _wanted(rows)
    before = _earlier(compare, wanted) if compare is not None else {}
    if plot is not None:
        _check_picture(plot)
    made: List[Row] = []
    try:
        with tempfile.TemporaryDirectory(prefix="j2o-bench-") as folder:
            setting = Setting(spec, Path(folder), projects, seed, wanted, issues, WORKERS, TIMES, _tell)
            for row in measured(setting):
                made.append(row)
                if not json:
                    sys.stdout.write(_line(row, before))
                    sys.stdout.flush()
    except KeyboardInterrupt:  # unlike a run, it begins anew
        raise Fatal("stopped; what was measured before is told", exit_code=4) from None
    finally:  # a measurement may fail, or be given up, after others have taken hours
        worse = _show(made, before, json, plot) if made else []
    raise typer.Exit(0 if all(row.holds for row in made) and not worse else 1)


def _show(made: List[Row], before: Dict[str, float], json: bool, plot: Optional[Path]) -> List[Row]:
    """Tell what was measured, and what got worse; returns the latter."""
    if json:
        typer.echo(jsonlib.dumps({"results": [row.to_json() for row in made]}, indent=2))
    worse = [row for row in made if is_worse(row, before.get(row.name))]
    for row in worse:
        _tell(f"regression: {row.name} was {before[row.name]:g} and is {_value(row)}")
    if plot is not None:
        from .chart import draw

        draw(made, before, plot)
    return worse


def _wanted(rows: Optional[str]) -> FrozenSet[str]:
    if rows is None:
        return frozenset(LINES)
    names = [name.strip() for name in rows.split(",") if name.strip()]
    unknown = [name for name in names if name not in LINES]
    if unknown or not names:
        raise Fatal(f"--rows {rows}: expected names among {', '.join(LINES)}", exit_code=2)
    return frozenset(names)


def _earlier(path: Path, wanted: FrozenSet[str]) -> Dict[str, float]:
    try:
        results = jsonlib.loads(path.read_text(encoding="utf-8"))["results"]
        values = {str(one["name"]): float(one["value"]) for one in results if one["value"] is not None}
    except OSError as error:
        raise Fatal(f"--compare {path}: {error.strerror}", exit_code=2) from error
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise Fatal(f"--compare {path}: this is no JSON of `j2o bench --json`", exit_code=2) from error
    if wanted.isdisjoint(values):
        rows = ", ".join(name for name in LINES if name in wanted)
        raise Fatal(f"--compare {path}: it holds no value of {rows}, so no regression would show", exit_code=2)
    return values


def _check_picture(path: Path) -> None:
    """Raise ``Fatal`` where it could not be written hours later."""
    if path.suffix.lower() not in _FORMATS:
        raise Fatal(f"--plot {path}: the name ends in {' or '.join(_FORMATS)}", exit_code=2)
    there = path.exists()
    try:
        with path.open("ab"):
            pass
        if not there:
            path.unlink()
    except OSError as error:
        raise Fatal(f"--plot {path}: {error.strerror}", exit_code=2) from error


def _value(row: Row) -> str:
    return "void" if row.value is None else f"{row.value:.3f}"


def _line(row: Row, before: Dict[str, float]) -> str:
    verdict = "holds " if row.holds else "MISSED"
    earlier = f", was {before[row.name]:.3f}" if row.name in before else ""
    goal = f"{verdict} ({row.goal}{earlier})"
    note = f"\n{'':19}{row.note}" if row.note else ""
    return f"{row.name:<18} {_value(row):>8} {row.line.unit:<6} {goal:<24} {row.line.what}{note}\n"


def _tell(words: str) -> None:
    typer.echo(words, err=True)
