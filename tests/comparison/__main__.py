"""``python -m tests.comparison``: compare two running sandboxes after a migration.

Example:
  j2o sandbox serve --everything ...            # prints the addresses and tokens
  j2o report last --format json -o report.json
  j2o render acme.yaml --json > spec.json
  python -m tests.comparison --jira URL --token TOKEN --openproject URL --api-key KEY \\
      --report report.json --spec spec.json --redirects .j2o/reports/RUN-redirects.csv --finished
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .comparing import compare
from .left_out import LeftOut
from .reading import read_redirects, read_source, read_target


def main() -> int:
    """Print what is missing, and with ``--json`` everything; 1 where something is."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.comparison", description="Find all of a Jira on an OpenProject."
    )
    parser.add_argument("--jira", required=True, help="address of the source")
    parser.add_argument("--user", help="for basic authentication, as on Cloud; without it the token is a bearer token")
    parser.add_argument("--token", required=True)
    parser.add_argument("--openproject", required=True, help="address of the target")
    parser.add_argument("--api-key", required=True)
    parser.add_argument("--report", type=Path, required=True, help="what `j2o report RUN --format json` wrote")
    parser.add_argument("--spec", type=Path, help="what `j2o render SPEC --json` wrote: its lines `drop` and `map`")
    parser.add_argument("--redirects", type=Path, help="reports/RUN-redirects.csv, which the run left")
    parser.add_argument("--finished", action="store_true", help="the run was one with --finish")
    parser.add_argument("--before", default="", help="ids of the accounts that were there before, by comma")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    asked = parser.parse_args()
    spec: dict[str, Any] = json.loads(asked.spec.read_text(encoding="utf-8")) if asked.spec else {}
    result = compare(
        read_source(asked.jira, asked.user, asked.token),
        read_target(asked.openproject, asked.api_key, asked.before.split(",")),
        LeftOut(json.loads(asked.report.read_text(encoding="utf-8")), spec),
        history="history" in (spec.get("entities") or {}),
        finished=asked.finished,
        redirects=read_redirects(asked.redirects) if asked.redirects else None,
    )
    if asked.json:
        print(json.dumps(result.as_json(), ensure_ascii=False, indent=1))
    else:
        for one in result.missing:
            print(f"{one.kind}: {one.item}: {one.what}")
        print(
            f"{result.accounted:,} accounted for, {len(result.missing):,} missing: {result.share:.2%}", file=sys.stderr
        )
    return int(bool(result.missing))


if __name__ == "__main__":
    sys.exit(main())
