"""How long it takes to load and check a spec of 2,000 lines: structure, names, references, every expression.

Run by ``make benchmarks``. Processor time is measured, which on a quiet machine is the time it takes; the goal is half
a second, exit code 1 above it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.mapping.offline import check_mappings
from j2o_core.spec.load import load_spec

GOAL = 0.5
HEAD = """\
apiVersion: j2o/v1
kind: Migration
name: large
extends: j2o:demo
tables:
"""
TABLE = """\
  table{n}:
    First of {n}: One
    Second of {n}: Two
    Third of {n}: Three
    /^Other {n}/: Four
    "*": "="
"""
FIELDS = """\
      cf:Field {n}:
        from: [fields.customfield_{n}, fields.customfield_1{n}]
        steps: [trim, {{truncate: 255}}]
        table: table{table}
        when: "{{{{ source.fields.customfield_{n} and source.fields.votes > {n} }}}}"
        default: none
      cf:Second field {n}:
        from: fields.customfield_2{n}
        steps: [trim, upper]
        table: table{table}
        missing: skip
        default: null
"""
RULE = """\
      rule-{n}:
        on: target
        assert: "{{{{ not target.dueDate or target.dueDate >= target.startDate }}}}"
        message: "rule {n}: {{{{ target.dueDate }}}}"
        on_fail: warn
"""


def spec_text(lines: int) -> str:
    """A spec of about that many lines, laid over the demo: tables, fields, rules; every eighth line an expression."""
    tables = lines // 20
    fields = max(1, (lines - 6 * tables) * 3 // 4 // 12)
    rules = max(1, (lines - 6 * tables - 12 * fields) // 5)
    return "".join(
        (
            HEAD,
            *(TABLE.format(n=n) for n in range(tables)),
            "entities:\n  work_packages:\n    map:\n",
            *(FIELDS.format(n=n, table=n % tables) for n in range(fields)),
            "    rules:\n",
            *(RULE.format(n=n) for n in range(rules)),
        )
    )


def measure(lines: int, times: int) -> tuple[int, list[float]]:
    """The lines there were, and the seconds of processor time of each of so many rounds, plugins loaded before."""
    registry = load_plugins({}, [(builtin.NAME, builtin)]).registry
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.yaml"
        path.write_text(spec_text(lines), encoding="utf-8")
        for _ in range(times):
            began = time.process_time()
            result = load_spec(path, None, registry, {})
            if result.spec is None:
                raise SystemExit(f"the spec of this benchmark is not valid: {result.problems[0].message}")
            found = check_mappings(result.spec, registry)
            seconds.append(time.process_time() - began)
            if found:
                raise SystemExit(f"the spec of this benchmark is not valid: {found[0].message}")
        return len(path.read_text(encoding="utf-8").splitlines()), seconds


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=2_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    lines, seconds = measure(options.lines, options.times)
    value = statistics.median(seconds)
    holds = value <= GOAL
    if options.json:
        name = f"load and check a spec of {lines} lines"
        print(json.dumps({"results": [{"name": name, "value": value, "unit": "s", "goal": GOAL, "holds": holds}]}))
    else:
        print(f"load and check a spec of {lines} lines: {value:.2f} s, first time {seconds[0]:.2f} s, goal {GOAL} s")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
