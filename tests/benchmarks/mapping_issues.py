"""What mapping costs beside hand-written Python that does the same work: the full Data Center template, no rich text.

Run by ``make benchmarks``. A generated Jira is read once; then its issues are mapped by the compiled template and by
the functions below, in turns, and both must give the same payloads and keep the same values as text. The leaves (dates,
names of people, sprints, what a value reads like) are the same functions on both sides: what is compared is the rest.
The goal is at most six times the processor time; exit code 1 above it.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Mapping, Optional

from j2o_core.expressions.dates import day_of, iso_timestamp
from j2o_core.hooks.manager import load_plugins
from j2o_core.hooks.registry import EXTRACTOR
from j2o_core.mapping import builtin
from j2o_core.mapping.readable import Readable, is_blank
from j2o_core.mapping.steps.durations import seconds_to_duration
from j2o_core.mapping.steps.numbers import number
from j2o_core.mapping.steps.values import option, sprint, user
from j2o_core.model.payload import Ref
from j2o_core.pipeline.options import RunOptions
from j2o_core.pipeline.reading import read_source
from j2o_core.pipeline.recorded import open_recorded
from j2o_core.spec.load import load_spec
from j2o_sandbox.options import SandboxOptions
from j2o_sandbox.serving import start

GOAL = 6.0
SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: mapping
extends: j2o:jira-datacenter
connections:
  jira: {url: "%s", auth: {token: "${env:JIRA_TOKEN}"}}
entities:
  work_packages:
    map: {description: null, cf:Environment: null}
    drop: {fields.description: rich text, fields.environment: rich text}
"""
_DROPPED = {
    "lastViewed", "subtasks", "watches", "workratio", "progress", "timespent", "timetracking", "aggregateprogress",
    "aggregatetimeestimate", "aggregatetimeoriginalestimate", "aggregatetimespent", "statusCategory",
    "statuscategorychangedate", "thumbnail", "description", "environment",
}  # fmt: skip
_DROPPED_NAMES = ("Rank", "Development", "Epic Color", "Epic Colour", "Issue color")
_TAKEN = {
    "project", "summary", "issuetype", "status", "priority", "reporter", "creator", "created", "assignee", "parent",
    "epic", "duedate", "timeoriginalestimate", "timeestimate", "fixVersions", "components", "votes", "labels",
    "versions", "security", "resolution", "resolutiondate", "updated", "comment", "attachment", "worklog", "issuelinks",
}  # fmt: skip


class ByHand:
    """The same mapping as somebody would write it without j2o, for this Jira alone."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]], names: Mapping[str, str], registry: Any) -> None:
        self.tables = {name: dict(rows) for name, rows in tables.items()}
        self.ids = {name: identifier for identifier, name in names.items()}
        self.names = _displayed(names)
        self.readable = Readable(registry).of
        self.users = registry.get(EXTRACTOR, "jira.users")
        self.projects = registry.get(EXTRACTOR, "jira.projects")
        self.versions = registry.get(EXTRACTOR, "jira.versions")
        self.issues = registry.get(EXTRACTOR, "jira.issues")
        taken = ("Epic Link", "Parent Link", "Start date", "Story Points", "Story point estimate", "Sprint",
                 "Epic Name", "Epic Status", *_DROPPED_NAMES)  # fmt: skip
        self.gone = _DROPPED | _TAKEN | {self.ids[name] for name in taken if name in self.ids}

    def map(self, data: Mapping[str, Any]) -> Optional[tuple[dict[str, Any], dict[str, Any]]]:
        """The payload, and what is kept as text; ``None`` for an issue that is left out."""
        fields = data["fields"]
        if fields.get("security"):
            return None
        field = lambda name: fields.get(self.ids.get(name, ""))  # noqa: E731
        kept: dict[str, Any] = {}
        payload: dict[str, Any] = {"project": self._ref("projects", self.projects, fields["project"], "fail")}
        summary = (fields.get("summary") or "").strip()
        payload["subject"] = (summary[:254] + "…" if len(summary) > 255 else summary) or "(no summary)"
        for target, source, table, default in (
            ("type", "issuetype", "types", "Task"),
            ("status", "status", "statuses", "New"),
            ("priority", "priority", "priorities", "Normal"),
        ):
            name = (fields.get(source) or {}).get("name")
            payload[target] = (self._row(table, name) if name else None) or default
        for target, source, made in (("cf:Jira type", "issuetype", "type"), ("cf:Jira status", "status", "status"),
                                     ("cf:Jira priority", "priority", "priority")):  # fmt: skip
            name = (fields.get(source) or {}).get("name")
            if name and payload[made] != name:
                payload[target] = name
        reporter, creator = fields.get("reporter"), fields.get("creator")
        payload["author"] = self._ref("users", self.users, reporter or creator)
        if creator and reporter and user(creator) != user(reporter):
            payload["cf:Creator"] = user(creator)
        payload["createdAt"] = iso_timestamp(fields["created"], None)
        payload["assignee"] = self._ref("users", self.users, fields.get("assignee"))
        above = [fields.get("parent"), field("Epic Link"), fields.get("epic"), field("Parent Link")]
        payload["parent"] = self._ref("work_packages", self.issues, next((one for one in above if one), None))
        begin, due = field("Start date"), fields.get("duedate")
        if not begin or not due or day_of(begin, None) <= day_of(due, None):
            payload["startDate"] = day_of(begin, None) if begin else None
        else:
            kept["Start date"] = begin
        payload["dueDate"] = day_of(due, None) if due else None
        for target, source in (("estimatedTime", "timeoriginalestimate"), ("remainingTime", "timeestimate")):
            seconds = fields.get(source)
            payload[target] = None if seconds is None else seconds_to_duration(seconds)
        payload["versions"] = self._refs(fields.get("fixVersions"))
        components = self._labels(fields.get("components"))
        payload["category"] = components[0] if components else None
        payload["cf:Votes"] = (fields.get("votes") or {}).get("votes") or None
        payload["cf:Labels"] = self._labels(fields.get("labels")) or None
        payload["cf:Components"] = components or None
        payload["cf:Affects versions"] = self._refs(fields.get("versions"))
        payload["cf:Security level"] = None
        payload["cf:Resolution"] = (fields.get("resolution") or {}).get("name")
        resolved = fields.get("resolutiondate")
        payload["cf:Resolved"] = iso_timestamp(resolved, None) if resolved else None
        payload["cf:Last change"] = iso_timestamp(fields["updated"], None)
        points = field("Story Points")
        points = field("Story point estimate") if points is None else points
        payload["cf:Story points"] = None if points is None else number(points)
        sprints = field("Sprint")
        payload["cf:Sprint"] = [sprint(one)["name"] for one in sprints] if sprints else None
        payload["cf:Epic name"] = field("Epic Name") or None
        status = field("Epic Status")
        payload["cf:Epic status"] = option(status) if status else None
        for identifier, value in fields.items():
            if value is not None and identifier not in self.gone and not is_blank(value):
                kept[self.names.get(identifier, identifier)] = self.readable(value)
        return payload, dict(sorted(kept.items()))

    def _row(self, table: str, name: str) -> Any:
        rows = self.tables[table]
        found = rows[name] if name in rows else rows.get("*")
        return name if found == "=" else found

    def _ref(self, entity: str, owner: Any, value: Any, missing: str = "note") -> Optional[Ref]:
        return Ref(entity, tuple(owner.aliases(value)), owner.label(value), missing, None) if value else None

    def _refs(self, values: Any) -> Optional[list[Optional[Ref]]]:
        return [self._ref("versions", self.versions, value) for value in values] if values else None

    def _labels(self, values: Any) -> list[str]:
        names = ((value if isinstance(value, str) else option(value) or "").strip() for value in values or ())
        return list(dict.fromkeys(name for name in names if name))


def _displayed(names: Mapping[str, str]) -> dict[str, str]:
    """Display names by id; those that several fields share tell the id too."""
    counts: dict[str, int] = {}
    for name in names.values():
        counts[name] = counts.get(name, 0) + 1
    return {key: name if counts[name] == 1 else f"{name} ({key})" for key, name in names.items()}


def measure(issues: int, times: int) -> tuple[int, float, float]:
    """How many issues were mapped, and the median seconds of processor time: compiled, by hand."""
    plugins = load_plugins({}, [(builtin.NAME, builtin)])
    with tempfile.TemporaryDirectory() as folder:
        path, home = Path(folder) / "mapping.yaml", Path(folder) / "home"
        running = start(SandboxOptions(projects=2, issues=issues, edition="datacenter", attachment_bytes=64))
        try:
            path.write_text(SPEC % running.jira["url"], encoding="utf-8")
            spec = _loaded(path, plugins, {"JIRA_TOKEN": running.jira["token"]})
            read_source(spec, plugins, home, RunOptions(), lambda event: None)
        finally:
            running.stop()
        recorded = open_recorded(spec, plugins, home)
        try:
            stubs = [stub for chunk in recorded.snapshot.stubs("work_packages") for stub in chunk]
            records = [sourced.record for sourced in recorded.records.load("work_packages", stubs)]
            mapping = recorded.wiring.mappings["work_packages"]
            by_hand = ByHand(spec.tables, recorded.wiring.field_names, plugins.registry)
            for record in records:
                _compare(record.key, mapping.apply(record), by_hand.map(record.data))
            compiled, hand = [], []
            for _ in range(times):
                compiled.append(_timed(mapping.apply, records))
                hand.append(_timed(by_hand.map, [record.data for record in records]))
        finally:
            recorded.close()
    return len(records), statistics.median(compiled), statistics.median(hand)


def _loaded(path: Path, plugins: Any, variables: Mapping[str, str]) -> Any:
    import os

    os.environ.update(variables)
    result = load_spec(path, None, plugins.registry, {})
    if result.spec is None:
        raise SystemExit(f"the spec of this benchmark is not valid: {result.problems[0].message}")
    return result.spec


def _compare(key: str, mapped: Any, expected: Any) -> None:
    made = None if mapped.skip is not None else (dict(mapped.payload), dict(mapped.preserved))
    if mapped.fail is not None or made != expected:
        raise SystemExit(f"{key}: the two mappings differ:\n{mapped.fail}\n{made}\n{expected}")


def _timed(work: Callable[[Any], Any], items: list[Any]) -> float:
    gc.collect()
    began = time.process_time()
    for item in items:
        work(item)
    return time.process_time() - began


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=1_000)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    count, compiled, hand = measure(options.issues, options.times)
    ratio, rate = compiled / hand, count / compiled
    holds = ratio <= GOAL
    if options.json:
        results = [
            {"name": "mapping beside hand-written", "value": ratio, "unit": "ratio", "goal": GOAL, "holds": holds},
            {"name": "issues mapped", "value": rate, "unit": "issues/s", "goal": None, "holds": True},
        ]
        print(json.dumps({"results": results}))
    else:
        print(
            f"mapping {count} issues by the full Data Center template: {ratio:.1f} times hand-written Python, goal "
            f"{GOAL:g}; {rate:.0f} issues a second ({count / hand:.0f} by hand)"
        )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
