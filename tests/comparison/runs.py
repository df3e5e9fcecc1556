"""Whole migrations to compare: a Jira with everything, onto an OpenProject as it comes or a prepared one."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Collection, Iterator, Mapping, Optional, Sequence

import yaml

from j2o_sandbox.generate.every_field import every_field
from j2o_sandbox.generate.lists import custom_fields

from ..running import Ended, Migration, Sandbox, explained, sandbox
from .comparing import Source, compare
from .finding import Comparison
from .left_out import LeftOut
from .reading import read_accounts, read_redirects, read_source, read_target
from .target import Target

FRESH, PREPARED = "fresh", "prepared"
NEWEST = "17.8"
_EVERY = {"for_all": True, "types": "all"}
#: format of the custom field on the target, and steps of its line in the spec, by the end of Jira's type key
_FORMATS: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    **dict.fromkeys(
        ("select", "radiobuttons", "jwm-category"),
        (
            {"format": "list", "options": ["Within a week", "Legal", "Critical", "Major", "Minor"]},
            {"steps": ["option"]},
        ),
    ),
    **dict.fromkeys(
        ("multiselect", "multicheckboxes"),
        (
            {
                "format": "list",
                "multi": True,
                "options": ["Web", "iOS", "Android", "Phone, fax", "Mail / Chat", "Signed off", "Tests", "Docs"],
            },
            {"steps": ["option"]},
        ),
    ),
    "cascadingselect": ({"format": "string"}, {"steps": ["option"]}),
    **dict.fromkeys(
        ("float", "importid", "jsw-story-points", "jpo-custom-field-original-story-points", "scripted-field"),
        ({"format": "float"}, {"steps": ["number"]}),
    ),
    **dict.fromkeys(
        ("datepicker", "jpo-custom-field-baseline-start", "jpo-custom-field-baseline-end"),
        ({"format": "date"}, {"steps": ["date"]}),
    ),
    **dict.fromkeys(
        ("datetime", "firstresponsedate", "sd-request-feedback-date"), ({"format": "string"}, {"steps": ["datetime"]})
    ),
    **dict.fromkeys(
        ("textfield", "readonlyfield", "url", "gh-global-rank", "timeinstatus"), ({"format": "string"}, {})
    ),
    "textarea": ({"format": "text"}, {"steps": ["rich_text"]}),
    "userpicker": ({"format": "user"}, {"ref": "users", "missing": "note"}),
    **dict.fromkeys(
        ("multiuserpicker", "people", "sd-request-participants"),
        ({"format": "user", "multi": True}, {"ref": "users", "missing": "note"}),
    ),
    **dict.fromkeys(("grouppicker", "multigrouppicker"), ({"format": "string"}, {"ref": "groups", "missing": "note"})),
    **dict.fromkeys(("labels", "sd-customer-organizations", "goals"), ({"format": "string"}, {"steps": ["labels"]})),
    "version": ({"format": "version"}, {"ref": "versions", "missing": "note"}),
    **dict.fromkeys(
        ("multiversion", "greenhopper-releasedmultiversionhistory"),
        ({"format": "version", "multi": True}, {"ref": "versions", "missing": "note"}),
    ),
    **dict.fromkeys(
        ("project", "rm-teams-custom-field-team", "atlassian-team", "accounts.customfield", "io.tempo.jira__account"),
        ({"format": "string"}, {"steps": ["option"]}),
    ),
}
_ANYTHING: tuple[Mapping[str, Any], Mapping[str, Any]] = ({"format": "text"}, {"steps": ["json"]})
#: fields that the templates map or drop by themselves
_KNOWN = ("gh-epic", "gh-sprint", "gh-lexo-rank", "devsummarycf", "jsw-issue-color", "jpo-custom-field-parent")
_OURS = {
    "Origin": {"format": "string", "is_filter": True},
    "Labels": {"format": "string"},
    "Components": {"format": "string"},
    "Affects versions": {"format": "version", "multi": True},
    "Environment": {"format": "text"},
    "Resolution": {"format": "string"},
    "Resolved": {"format": "string"},
    "Last change": {"format": "string"},
    "Story points": {"format": "float"},
    "Sprint": {"format": "string"},
    "Epic name": {"format": "string"},
    "Links": {"format": "text"},
}
#: attributes of projects, and the lines of the spec that fill them
_ATTRIBUTES: Mapping[str, tuple[Mapping[str, Any], Any]] = {
    "Project lead": ({"format": "user"}, {"from": "lead", "ref": "users", "missing": "note"}),
    "Project category": ({"format": "string"}, "projectCategory.name"),
    "Project url": ({"format": "link"}, "url"),
}


#: what the spec for an OpenProject as it comes does not ask Jira for, since it costs requests
_WITH_EVERYTHING = {
    "entities": {
        "work_packages": {"extract": {"plugin": "jira.issues", "voters": True, "remote_links": "all"}},
        "history": {
            "after": ["comments"],
            "extract": {"of": "work_packages", "split": "jira.history"},
            "map": {
                "text": {"from": "item", "steps": [{"rich_text": "history"}]},
                "author": {"value": "{{ parent.key }}: history"},
            },
            "load": {"plugin": "openproject.comments"},
        },
    }
}

#: who is to have no account, on Server and on Cloud: what they did and were is theirs all the same
_HAS_LEFT = {
    "has-left": {
        "on": "source",
        "assert": "{{ (item.name or item.accountId) not in ('jgone', '5aa80c9f7c54f02cc2f460c1') }}",
        "message": "has left, and is to have no account",
        "on_fail": "skip",
    }
}


#: versions of Jira before 8.14, which know passwords alone
_WITHOUT_TOKENS = ("8.0",)
_PASSWORD = {"user": "admin", "token": "j2o-sandbox-admin-password"}
_BY_PASSWORD = {"token": None, "password": "${secret:jira}"}


@dataclass(frozen=True)
class Run:
    """One migration: Jira's edition, OpenProject's version, and whether somebody has prepared it; Jira's version."""

    edition: str
    target: str = PREPARED
    version: str = NEWEST
    jira: Optional[str] = None

    @property
    def name(self) -> str:
        """``cloud, prepared 17.8``, ``server 8.0, fresh 13.0``."""
        return f"{' '.join(filter(None, (self.edition, self.jira)))}, {self.target} {self.version}"


RUNS = (
    Run("server", FRESH),
    Run("server"),
    Run("datacenter"),
    Run("cloud", FRESH),
    Run("cloud"),
    Run("datacenter", PREPARED, "13.0"),
    Run("datacenter", PREPARED, "16.6"),
)


@dataclass
class Migrated:
    """What a migration left on both sides, read; ``finished``: it ended with the step that closes and locks."""

    source: Source
    target: Target
    left_out: LeftOut
    ended: Ended
    report: Mapping[str, Any]
    spec: Mapping[str, Any]
    redirects: Sequence[Mapping[str, Any]]
    history: bool
    finished: bool
    #: what the report states in each of its formats, 0 to 1
    rates: Sequence[float] = ()
    only: Optional[Collection[str]] = None

    def compare(
        self,
        state: Optional[Mapping[str, Any]] = None,
        report: Optional[Mapping[str, Any]] = None,
        redirects: Optional[Sequence[Mapping[str, Any]]] = None,
    ) -> Comparison:
        """Compare, or compare with another state of the target, another report, or another table of redirects."""
        target, left_out = self.target, self.left_out
        if state is not None:
            target = Target(state, target.schemas, target.before)
        if report is not None:
            left_out = LeftOut(report, self.spec)
        table = self.redirects if redirects is None else redirects
        return compare(self.source, target, left_out, self.history, self.only, self.finished, table)


def migrate(run: Run, folder: Path, issues: int = 40) -> Migrated:
    """Make everything there is in an edition, migrate it, and read both sides."""
    cloud = run.edition == "cloud"
    template = "demo" if run.target == FRESH else "jira-cloud" if cloud else "jira-datacenter"
    options: dict[str, Any] = {"projects": 2, "issues": issues, "seed": 19, "everything": True}
    options["jira_version"] = run.jira
    more: dict[str, Any] = _WITH_EVERYTHING
    if run.target == PREPARED:
        setup, lines = prepared(cloud)
        work_packages: dict[str, Any] = {"map": lines}
        projects: dict[str, Any] = {"map": {f"cf:{name}": line for name, (_, line) in _ATTRIBUTES.items()}}
        more = {"entities": {"users": {"rules": _HAS_LEFT}, "projects": projects, "work_packages": work_packages}}
        if run.version == NEWEST:
            setup["settings"]["semantic_identifiers"] = True
            work_packages["load"] = {"plugin": "openproject.work_packages", "reproduce_keys": {"gaps": "50%"}}
            projects["map"]["identifier"] = {"steps": None}
        (folder / "setup.yaml").write_text(yaml.safe_dump(setup, allow_unicode=True), encoding="utf-8")
        options["openproject_setup"] = str(folder / "setup.yaml")
    if run.jira in _WITHOUT_TOKENS:
        more = {**more, "connections": {"jira": {"auth": {"user": _PASSWORD["user"], **_BY_PASSWORD}}}}
    spec = folder / "own.yaml"
    head = {"apiVersion": "j2o/v1", "kind": "Migration", "name": "own", "extends": f"j2o:{template}"}
    spec.write_text(yaml.safe_dump({**head, **more}, sort_keys=False, allow_unicode=True), encoding="utf-8")
    with sandbox(edition=run.edition, openproject_version=run.version, **options) as made:
        if run.jira in _WITHOUT_TOKENS:
            made.running.jira.update(_PASSWORD)
        return finished(made, folder, str(spec))


def finished(made: Sandbox, folder: Path, spec: str) -> Migrated:
    """Run a spec between the two servers and read both."""
    before = read_accounts(made.openproject.url)
    with connected(made, folder, spec) as migration:
        ended = migration.run("--finish")
        assert ended.exit_code == 0, explained(ended)
        return read(made, migration, ended, before, finished=True)


@contextlib.contextmanager
def connected(made: Sandbox, folder: Path, spec: str) -> Iterator[Migration]:
    """A migration that may sign in on both sides."""
    secrets = {
        "J2O_SECRET_JIRA": str(made.running.jira["token"]),
        "J2O_SECRET_OPENPROJECT": str(made.running.openproject["api_key"]),
    }
    yield Migration(made, folder / "home", spec, environment=secrets)


def read(
    made: Sandbox,
    migration: Migration,
    ended: Ended,
    before: list[str],
    remote_links: bool = True,
    finished: bool = False,
) -> Migrated:
    """Both sides, the run's report and its spec, as anybody can read them."""
    jira = made.running.jira
    report = json.loads(migration.command("report", ended.run, "--format", "json").stdout)
    page = (migration.home / "reports" / f"{ended.run}.html").read_text(encoding="utf-8")
    table = migration.command("report", ended.run, "--format", "csv").stdout
    spec = json.loads(migration.command("render", migration.spec, "--json").stdout)
    return Migrated(
        source=read_source(made.jira.url, jira["user"], jira["token"], remote_links=remote_links),
        target=read_target(made.openproject.url, made.running.openproject["api_key"], before),
        left_out=LeftOut(report, spec),
        ended=ended,
        report=report,
        spec=spec,
        redirects=read_redirects(migration.home / "reports" / f"{ended.run}-redirects.csv"),
        history=bool((spec["entities"] or {}).get("history")),
        finished=finished,
        rates=(report["success_rate"], _rate(r"Success rate: <strong>(.*) %<", page), _rate(r"rate,.*,(.*) %,", table)),
    )


def _rate(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    assert found is not None, "the report states no success rate"
    return float(found[1]) / 100


def prepared(cloud: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an administrator has set up for every field of an edition, and the lines of the spec that fill it."""
    custom: dict[str, Any] = {name: {**one, **_EVERY} for name, one in _OURS.items()}
    custom.update({name: {"of": "project", **one} for name, (one, _) in _ATTRIBUTES.items()})
    lines: dict[str, Any] = {}
    fields = [
        *((str(entry["name"]), str(entry["schema"]["custom"]), str(entry["id"])) for entry in custom_fields()),
        *((field.name, field.custom, "") for field in every_field(cloud)),
    ]
    named = [name for name, _, _ in fields]
    for name, key, id in fields:
        kind = key.rsplit(":", 1)[-1]
        if kind.startswith(_KNOWN) or name in ("Story Points", "Start date", "Epic Color"):
            continue
        format, line = _FORMATS.get(kind, _ANYTHING)
        if named.count(name) > 1:  # two fields of one name are told apart by id
            path, name = f"fields.{id}", f"{name} {id[-3:]}"
        else:
            path = f'field("{name}")'
        custom[name] = {**format, **_EVERY}
        lines[f"cf:{name}"] = {"from": path, **line}
    types = {name: {"default": True} for name in ("Bug", "User story", "Epic", "Feature")}
    setup = {"edition": "enterprise", "settings": {"writable_history": True}, "types": types, "custom_fields": custom}
    return setup, lines
