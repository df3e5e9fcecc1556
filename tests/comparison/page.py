"""The page that tells where everything arrives, from what the comparisons saw.

``python -m tests.comparison.page`` writes it; with ``--check`` it only says whether it is as it would be written.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Iterable, Mapping

from .finding import Comparison

SEEN = Path(__file__).with_name("seen.json")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "fidelity.md"
_EDITIONS = (("server", "Server"), ("datacenter", "Data Center"), ("cloud", "Cloud"))
_PREPARED, _FRESH = "prepared 17.8", "fresh 17.8"
_SECTIONS = (
    ("Fields of issues", ("Issue", "Field `", "Epic of")),
    ("Custom fields", ("Custom field",)),
    (
        "What hangs on issues",
        ("Comment", "Worklog", "Attachment", "Link", "Remote link", "Watcher", "Vote", "Change"),
    ),
    ("Keys", ("Key of", "Former key")),
    ("Projects and people", ("Project", "Component", "Version", "User", "Group", "Role actor", "Person")),
    ("Sprints, boards, saved filters and dashboards", ("Sprint", "Board", "Saved filter", "Dashboard")),
    ("What a Jira is set up with", ("Set-up",)),
)
#: what the report names by its rule or its line, in words
_WORDS = {
    "unrestricted": "the issue has a security level (the rule `unrestricted`)",
    "public": "some people alone may see it (the rule `public`)",
    "to": "the other issue is not migrated",
    "reachable": "its owner alone sees it (the rule `reachable`)",
    "has-left": "a placeholder user stands for the person (the rule `has-left`)",
}
_HEAD = """\
# What arrives where

What people put into Jira, and where on OpenProject it stands after a migration with `--finish`. *Prepared*: an
administrator of an Enterprise edition has made the custom fields that the full templates (`jira-datacenter`,
`jira-cloud`) ask for, one for each field of the Jira's own, and attributes of projects, and lets work packages be
counted by project (17.8); the spec asks for the old keys (`reproduce_keys`) and gives one person no account. *As it
comes*: nobody has prepared anything; the tables of `demo` and of the basic templates, with the history, votes and
remote links of the full ones.

This page is written from passing tests: generated Jiras of each edition with a field of every type, odd names and long
texts are migrated, and a comparison that shares no code with j2o finds each word, number, day, instant, person and link
of the source on the target or in the table of redirects, or the reason in the report. A test fails where page and
comparison disagree. Where several places are named, it depends on the value: an option that the list does not have is
told in words.

The same comparison is made of Jira 8, 9, 10, 11 and Cloud with OpenProject 13 to 17.8; of 2,183 published issues with
the full templates, in wiki markup and as Atlassian's documents, where OpenProject was prepared by the program that
`j2o preflight` writes and by nothing else; and of what other tools have recorded of Jiras in the field. The success
rate that each report states is at least 99.9 %.
"""
_FOOT = """
## What OpenProject cannot hold

- Hours are kept to the second by versions from 17.9, to the minute by older ones; work and remaining work to a
  hundredth of an hour.
- Comments of time entries hold 1,000 characters: the report tells the whole of a longer one.
- The name of a version holds 60 characters: a longer one stands whole in its description.
- Two issues have one relation: the report lists the second link of a pair.
"""


def seen_of(result: Comparison) -> dict[str, Any]:
    """What a comparison saw, without its numbers: places and reasons by kind."""
    return {
        kind: {
            **({"arrived": sorted(result.arrived[kind])} if kind in result.arrived else {}),
            **({"left out": sorted(result.left_out[kind])} if kind in result.left_out else {}),
        }
        for kind in sorted({*result.arrived, *result.left_out})
    }


def read_seen() -> dict[str, Any]:
    """What was seen last, by the name of the run."""
    return dict(json.loads(SEEN.read_text(encoding="utf-8"))) if SEEN.is_file() else {}


def write_seen(run: str, seen: Mapping[str, Any]) -> None:
    """Keep what a run saw."""
    text = json.dumps({**read_seen(), run: seen}, ensure_ascii=False, indent=1, sort_keys=True)
    SEEN.write_text(f"{text}\n", encoding="utf-8")


def page(seen: Mapping[str, Any]) -> str:
    """The page as Markdown."""
    lines = [_HEAD]
    kinds = sorted({kind for run in seen.values() for kind in run})
    for title, beginnings in _SECTIONS:
        lines += [f"## {title}", "", "| Jira | Editions | Prepared | As it comes |", "| --- | --- | --- | --- |"]
        lines += [
            _row(kind, seen) for kind in kinds if kind.startswith(beginnings) and not kind.startswith(_not(title))
        ]
        lines.append("")
    lines += _versions(seen)
    return "\n".join(lines).rstrip() + "\n" + _FOOT


def _not(title: str) -> tuple[str, ...]:
    """Beginnings that another section claims."""
    return ("Link type",) if title == "What hangs on issues" else ("-",)


def _row(kind: str, seen: Mapping[str, Any]) -> str:
    editions = [
        name for edition, name in _EDITIONS if any(kind in seen.get(f"{edition}, {target}", {}) for target in _BOTH)
    ]
    cells = [_cell(kind, seen, target) for target in _BOTH]
    return f"| {kind} | {', '.join(editions)} | {cells[0]} | {cells[1]} |"


_BOTH = (_PREPARED, _FRESH)


def _cell(kind: str, seen: Mapping[str, Any], target: str) -> str:
    return _told(run.get(kind, {}) for run in (seen.get(f"{edition}, {target}", {}) for edition, _ in _EDITIONS))


def _told(found: Iterable[Mapping[str, Any]]) -> str:
    entries = list(found)
    places = sorted({place for one in entries for place in one.get("arrived", ())})
    reasons = sorted({reason for one in entries for reason in one.get("left out", ())})
    parts = [", ".join(places)] if places else []
    if reasons:
        parts.append("left out: " + "; ".join(_WORDS.get(reason, reason) for reason in reasons))
    return "; ".join(parts).replace("|", "\\|") or "–"


def _versions(seen: Mapping[str, Any]) -> list[str]:
    newest = seen.get(f"datacenter, {_PREPARED}", {})
    lines = ["## Older versions of OpenProject", ""]
    for run in sorted(name for name in seen if name.startswith("datacenter, prepared") and _PREPARED not in name):
        version = run.rsplit(" ", 1)[1]
        rows = [
            f"| {kind} | {_told([seen[run].get(kind, {})])} | {_told([newest.get(kind, {})])} |"
            for kind in sorted({*newest, *seen[run]})
            if seen[run].get(kind) != newest.get(kind)
        ]
        if rows:
            lines += [f"| Jira | OpenProject {version} | OpenProject 17.8 |", "| --- | --- | --- |", *rows, ""]
        else:
            lines += [f"On OpenProject {version} everything stands in the same places.", ""]
    return lines


def main() -> int:
    """Write the page, or check it."""
    wanted = page(read_seen())
    if "--check" in sys.argv:
        return int(not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != wanted)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
