"""Every code of a spec is earned by the mistake it is named for, at exactly the place of the mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping, Optional

import pytest

from j2o_core.hooks.protocols import Connector, Extractor, Loader, Splitter, Step, System
from j2o_core.hooks.registry import Registry
from j2o_core.model.problem import Problem
from j2o_core.spec.codes import CODES
from j2o_core.spec.load import load_spec
from j2o_core.spec.reading import MAX_BYTES, MAX_VALUES

HEAD = "apiVersion: j2o/v1\nkind: Migration\nname: acme\n"
CONNECTIONS = """\
connections:
  jira: {plugin: jira, id: acme, url: "https://jira.example", auth: {token: "${env:T}"}}
  target: {plugin: target, url: "https://target.example", auth: {key: "${env:K}"}}
"""
USERS = """\
  users:
    extract: {plugin: jira.users}
    map: {login: name}
    load: {plugin: target.users}
"""
ENTITIES = "entities:\n" + USERS
WHOLE = HEAD + CONNECTIONS + ENTITIES
ISSUES = """\
  issues:
    extract: {plugin: jira.issues}
    load: {plugin: target.issues}
    map:
      subject: fields.summary
"""


def plugin(role: type, name: str, **attributes: Any) -> Any:
    made: Any = type(name, (role,), {"name": name, **attributes})
    made.__abstractmethods__ = frozenset()
    return made


@pytest.fixture(scope="module")
def registry() -> Registry:
    made = Registry()
    made.connector(plugin(Connector, "jira"))
    made.connector(plugin(Connector, "target"))
    made.system(plugin(System, "sandbox"))
    made.extractor(plugin(Extractor, "jira.users"))
    made.extractor(plugin(Extractor, "jira.issues"))
    made.extractor(plugin(Extractor, "jira.configuration", kinds=("workflows", "screens")))
    made.extractor(plugin(Extractor, "jira.dashboards", kinds=()))
    made.splitter(plugin(Splitter, "jira.people"))
    made.loader(plugin(Loader, "target.users", fields={"login": "the login"}, required=("login",)))
    fields = {"subject": "the subject", "type": "the type", "parent": "above", "assignee": "who", "cf:*": "by name"}
    made.loader(plugin(Loader, "target.issues", fields=fields, required=("subject",)))
    made.step(Step("trim", lambda value, argument, scope: value, "Trims.", {"type": "null"}))
    made.step(Step("truncate", lambda value, argument, scope: value, "Cuts.", {"type": "integer", "minimum": 1}))
    made.schema("jira", {"properties": {"page_size": {"type": "integer"}}})
    made.schema("jira.issues", {"properties": {"history": {"enum": ["all", "none"]}}, "additionalProperties": False})
    return made


def check(tmp_path: Path, marked: str, registry: Optional[Registry], **files: str) -> tuple[list[Problem], str]:
    """The problems of a spec, and ``file:line:col`` of the ``«`` in it."""
    places = []
    for name, text in {"spec.yaml": marked, **{f"{name}.yaml": text for name, text in files.items()}}.items():
        path = tmp_path / name.replace("__", "/")
        path.parent.mkdir(exist_ok=True)
        if "«" in text:
            before = text[: text.index("«")]
            places.append(f"{path}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}")
        path.write_text(text.replace("«", ""), encoding="utf-8")
    (place,) = places
    return load_spec(tmp_path / "spec.yaml", registry=registry, variables={}).problems, place


def entity(issues: str) -> str:
    """A whole spec whose second entity is given."""
    return WHOLE + issues


def field(text: str) -> str:
    """A whole spec with one more field."""
    return entity(ISSUES + f"      {text}\n")


MISTAKES: Mapping[str, tuple[str, str, str, str]] = {
    "a tab in the indentation": ("J2O-S004", "name: acme\nselect:\n«\tprojects: [A]\n", "", "blanks"),
    "a quote that is not closed": ("J2O-S004", "name: 'acme\nkind: x\n«", "", ""),
    "a key that is a list": ("J2O-S004", "name: acme\n? «[a]\n: b\n", "", ""),
    "a merge key of YAML 1.1": ("J2O-S004", "name: acme\n«<<: {a: b}\n", "", ""),
    "a control character": ("J2O-S004", "name: ac«\x01me\n", "", ""),
    "the same key twice": ("J2O-S005", HEAD + "«name: other\n" + CONNECTIONS + ENTITIES, "", ""),
    "a tag": ("J2O-S006", "name: «!!python/object/apply:os.system [id]\n", "", ""),
    "an alias inside its anchor": ("J2O-S007", "name: &a [«*a]\n", "", ""),
    "an alias of nothing": ("J2O-S007", "name: «*nothing\n", "", ""),
    "brackets without end": ("J2O-S008", "name: " + "[" * 63 + "«" + "[" * 1000, "", ""),
    "an empty file": ("J2O-S009", "«", "", ""),
    "a list": ("J2O-S009", "«- a\n", "", ""),
    "a second document": ("J2O-S009", "name: acme\n«---\nname: other\n", "", ""),
    "a misspelt key": ("J2O-S010", WHOLE + "«runtme: {workers: 3}\n", "runtme", "runtime"),
    "a misspelt key of a field": ("J2O-S010", field("type: {«form: a}"), "entities.issues.map.type.form", "from"),
    "a misspelt discriminating key": (
        "J2O-S010",
        entity(ISSUES.replace("{plugin: jira.issues}", "{«plugn: jira.issues}")),
        "entities.issues.extract.plugn",
        "plugin",
    ),
    "a misspelt plugin of a loader": (
        "J2O-S010",
        entity(ISSUES.replace("{plugin: target.issues}", "{«lugin: target.issues}")),
        "entities.issues.load.lugin",
        "plugin",
    ),
    "a misspelt plugin of a connection": (
        "J2O-S010",
        WHOLE.replace("target: {plugin:", "target: {«plugn:"),
        "connections.target.plugn",
        "plugin",
    ),
    "an option that a plugin does not know": (
        "J2O-S010",
        entity(ISSUES.replace("jira.issues}", "jira.issues, «histroy: all}")),
        "entities.issues.extract.histroy",
        "history",
    ),
    "an option of a plugin that knows none": (
        "J2O-S010",
        entity(ISSUES.replace("target.issues}", "target.issues, «fast: true}")),
        "entities.issues.load.fast",
        "",
    ),
    "a key that does nothing yet": ("J2O-S010", WHOLE + "runtime: {«cluster: many}\n", "runtime.cluster", ""),
    "an overlay with a misspelt key, not in use": (
        "J2O-S010",
        WHOLE + "environments: {staging: {runtime: {«workrs: 3}}}\n",
        "environments.staging.runtime.workrs",
        "workers",
    ),
    "a spec without a name": ("J2O-S011", "«" + WHOLE.replace("name: acme\n", ""), "", ""),
    "an entity without a source": ("J2O-S011", entity("  «issues: {after: users}\n"), "entities.issues", ""),
    "a mapping that is not loaded": (
        "J2O-S011",
        entity("  issues: {extract: {plugin: jira.issues}, «map: {subject: a}}\n"),
        "entities.issues.map",
        "",
    ),
    "a field from nowhere": ("J2O-S011", field("«type: {default: Task}"), "entities.issues.map.type", ""),
    "a part without each or split": (
        "J2O-S011",
        entity("  issues: {«extract: {of: users}}\n"),
        "entities.issues.extract",
        "",
    ),
    "text for a number": ("J2O-S012", WHOLE + "runtime: {workers: «'8'}\n", "runtime.workers", "8"),
    "text for a list": ("J2O-S012", WHOLE + "select: {projects: «ACME}\n", "select.projects", "[ACME]"),
    "a number for a field": ("J2O-S012", field("type: «3"), "entities.issues.map.type", '"3"'),
    "what would be no share as a text either": (
        "J2O-S012",
        WHOLE + "runtime: {tolerate: {failed: «true}}\n",
        "runtime.tolerate.failed",
        "",
    ),
    "a step without its argument": (
        "J2O-S012",
        field("type: {from: a, steps: [«truncate]}"),
        "entities.issues.map.type.steps[0]",
        "",
    ),
    "a word that is none of the words": (
        "J2O-S013",
        entity(ISSUES + "    unmapped: «preserv\n"),
        "entities.issues.unmapped",
        "preserve",
    ),
    "a way of merging that is not built": (
        "J2O-S013",
        entity(ISSUES.replace("target.issues}", "target.issues, on_conflict: «merge}")),
        "entities.issues.load.on_conflict",
        "",
    ),
    "a way of merging for an extractor": (
        "J2O-S010",
        entity(ISSUES.replace("jira.issues}", "jira.issues, «on_conflict: report}")),
        "entities.issues.extract.on_conflict",
        "",
    ),
    "a word that a plugin does not know": (
        "J2O-S013",
        entity(ISSUES.replace("jira.issues}", "jira.issues, history: «al}")),
        "entities.issues.extract.history",
        "all",
    ),
    "a step that nobody provides": (
        "J2O-S014",
        field("type: {from: a, steps: [trim, {«trucate: 255}]}"),
        "entities.issues.map.type.steps[1].trucate",
        "truncate",
    ),
    "an extractor that nobody provides": (
        "J2O-S015",
        entity(ISSUES.replace("jira.issues", "«jira.isues")),
        "entities.issues.extract.plugin",
        "jira.issues",
    ),
    "a splitter that nobody provides": (
        "J2O-S015",
        entity("  issues: {extract: {of: users, split: «jira.peple}}\n"),
        "entities.issues.extract.split",
        "jira.people",
    ),
    "a loader that nobody provides": (
        "J2O-S015",
        entity(ISSUES.replace("target.issues", "«target.isues")),
        "entities.issues.load.plugin",
        "target.issues",
    ),
    "a system that nobody provides": ("J2O-S015", WHOLE + "system: {plugin: «sandbx}\n", "system.plugin", "sandbox"),
    "no workers": ("J2O-S016", WHOLE + "runtime: {workers: «0}\n", "runtime.workers", ""),
    "hours that end when they begin": (
        "J2O-S016",
        WHOLE + 'runtime: {schedule: {only: «"08:00-8:00"}}\n',
        "runtime.schedule.only",
        "",
    ),
    "no memory at all": ("J2O-S016", WHOLE + "runtime: {guard: {memory: «0.0 MB}}\n", "runtime.guard.memory", ""),
    "no processor at all": ("J2O-S016", WHOLE + "runtime: {guard: {cpu: «00%}}\n", "runtime.guard.cpu", ""),
    "logs without room": ("J2O-S016", WHOLE + "runtime: {log: {keep: {size: «0GB}}}\n", "runtime.log.keep.size", ""),
    "a share above one": ("J2O-S016", WHOLE + "runtime: {tolerate: {failed: «120%}}\n", "runtime.tolerate.failed", ""),
    "an argument out of bounds": (
        "J2O-S016",
        field("type: {from: a, steps: [{truncate: «0}]}"),
        "entities.issues.map.type.steps[0].truncate",
        "",
    ),
    "an entity with a name of its own kind": (
        "J2O-S016",
        entity("  «Issues: {extract: {plugin: jira.issues}}\n"),
        "",
        "",
    ),
    "a drop without a reason": (
        "J2O-S016",
        entity(ISSUES + '    drop: {fields.votes: «""}\n'),
        'entities.issues.drop["fields.votes"]',
        "",
    ),
    "a row that is no regular expression": (
        "J2O-S016",
        field("type: {from: a, table: types}") + 'tables: {types: {«"/(/": Task}}\n',
        "tables.types./(/",
        "",
    ),
    "from and value": (
        "J2O-S017",
        field("type: {from: a, «value: b}"),
        "entities.issues.map.type.value",
        "",
    ),
    "a cluster that writes a file": (
        "J2O-S017",
        WHOLE + "runtime: {ledger: 'sqlite:///acme.db', «executor: {dask: {workers: 4}}}\n",
        "runtime.executor",
        "",
    ),
    "a cluster and no word of the ledger": (
        "J2O-S017",
        WHOLE + "runtime: {«executor: dask}\n",
        "runtime.executor",
        "",
    ),
    "another kind of document": (
        "J2O-S018",
        WHOLE.replace("kind: Migration", "kind: «Migrations"),
        "kind",
        "Migration",
    ),
    "a ledger that nobody keeps": (
        "J2O-S019",
        WHOLE + "runtime: {ledger: «'mysql://db/j2o'}\n",
        "runtime.ledger",
        "",
    ),
    "a ledger that is a path": (
        "J2O-S019",
        WHOLE + "runtime: {ledger: «acme.db}\n",
        "runtime.ledger",
        "sqlite:///acme.db",
    ),
    "a ledger through another driver": (
        "J2O-S019",
        WHOLE + "runtime: {ledger: «'postgresql+psycopg2://db/j2o'}\n",
        "runtime.ledger",
        "postgresql+psycopg",
    ),
    "a ledger on a server that names no database": (
        "J2O-S019",
        WHOLE + "runtime: {ledger: «'postgresql://db.example.com:5432'}\n",
        "runtime.ledger",
        "",
    ),
    "a ledger in memory": ("J2O-S019", WHOLE + "runtime: {ledger: «'sqlite://'}\n", "runtime.ledger", ""),
    "a packaged spec that is not there": ("J2O-S020", WHOLE + "extends: «j2o:dmo\n", "extends", "j2o:demo"),
    "a file that is not there": ("J2O-S020", WHOLE + "extends: [«./other.yaml]\n", "extends[0]", ""),
    "a file outside the folder": ("J2O-S021", WHOLE + "extends: «../../other.yaml\n", "extends", ""),
    "a file by its absolute path": ("J2O-S021", WHOLE + "extends: «/etc/passwd\n", "extends", ""),
    "a spec that extends itself": ("J2O-S022", WHOLE + "extends: «./spec.yaml\n", "extends", ""),
    "an overlay that says nothing new": (
        "J2O-S024",
        WHOLE + "runtime: {workers: 3}\nenvironments: {x: {runtime: {«workers: 3, batch_size: 7}}}\n",
        "environments.x.runtime.workers",
        "",
    ),
    "an overlay that is empty": ("J2O-S024", WHOLE + "environments: {x: «{}}\n", "environments.x", ""),
    "a change of an entity that is not there": (
        "J2O-S025",
        entity("  «user: {map: {login: key}}\n"),
        "entities.user",
        "users",
    ),
    "a change of a field that is not there": (
        "J2O-S025",
        field("«subjet: {default: none}").replace("subject: fields.summary", "subject: {from: a}"),
        "entities.issues.map.subjet",
        "subject",
    ),
    "a removal of an entity that is not there": ("J2O-S025", entity("  «usrs: null\n"), "entities.usrs", "users"),
    "a removal of a field like no other": ("J2O-S025", field("«zzz: null"), "entities.issues.map.zzz", ""),
    "a reference that is not closed": (
        "J2O-S030",
        WHOLE.replace('"https://jira.example"', '«"${env:X"'),
        "connections.jira.url",
        "",
    ),
    "a reference without a scheme": (
        "J2O-S030",
        WHOLE.replace('"https://jira.example"', '«"${JIRA_URL}"'),
        "connections.jira.url",
        "",
    ),
    "a scheme that nobody provides": (
        "J2O-S031",
        WHOLE.replace('"${env:T}"', '«"${vault:kv/j2o#t}"'),
        "connections.jira.auth.token",
        "",
    ),
    "a misspelt scheme": (
        "J2O-S031",
        WHOLE.replace('"${env:T}"', '«"${secrt:t}"'),
        "connections.jira.auth.token",
        "secret",
    ),
    "a token": ("J2O-S032", WHOLE.replace('"${env:T}"', "«abc123"), "connections.jira.auth.token", ""),
    "a token as default": (
        "J2O-S032",
        WHOLE.replace('"${env:T}"', '«"${env:T:abc}"'),
        "connections.jira.auth.token",
        "",
    ),
    "a token in an overlay that is not in use": (
        "J2O-S032",
        WHOLE + "environments: {x: {connections: {jira: {auth: {token: «abc}}}}}\n",
        "environments.x.connections.jira.auth.token",
        "",
    ),
    "a password in an address": (
        "J2O-S032",
        WHOLE.replace('"https://jira.example"', "«'https://me:geheim@jira.example'"),
        "connections.jira.url",
        "",
    ),
    "plain http": ("J2O-S033", WHOLE.replace('"https://jira', '«"http://jira'), "connections.jira.url", ""),
    "a reference in a mapping": (
        "J2O-S034",
        field('type: {value: «"${env:TYPE}"}'),
        "entities.issues.map.type.value",
        "",
    ),
    "a reference to no entity": (
        "J2O-S040",
        field("assignee: {from: a, ref: «user}"),
        "entities.issues.map.assignee.ref",
        "users",
    ),
    "a part of no entity": (
        "J2O-S040",
        entity("  issues: {extract: {of: «user, split: jira.people}}\n"),
        "entities.issues.extract.of",
        "users",
    ),
    "after no entity": ("J2O-S040", entity(ISSUES + "    after: [«usrs]\n"), "entities.issues.after[0]", "users"),
    "two that wait for each other": (
        "J2O-S041",
        field("assignee: {from: a, ref: users}").replace(
            "map: {login: name}", "map: {login: name}\n    after: «issues"
        ),
        "entities.users.after",
        "",
    ),
    "parts of each other": (
        "J2O-S041",
        entity("  a: {extract: {of: «b, each: x}}\n  b: {extract: {of: a, each: x}}\n"),
        "entities.a.extract.of",
        "",
    ),
    "after its own parts": (
        "J2O-S041",
        entity(ISSUES + "    after: [«notes]\n  notes: {extract: {of: issues, each: x}}\n"),
        "entities.issues.after[0]",
        "",
    ),
    "after itself": ("J2O-S041", entity(ISSUES + "    after: «issues\n"), "entities.issues.after", ""),
    "a table that is not there": (
        "J2O-S042",
        field("type: {from: a, table: «typs}") + "tables: {types: {a: b}}\n",
        "entities.issues.map.type.table",
        "types",
    ),
    "a table that is not there, as a step": (
        "J2O-S042",
        field("type: {from: a, steps: [{table: «types}]}"),
        "entities.issues.map.type.steps[0].table",
        "",
    ),
    "a table that nothing uses": ("J2O-S043", WHOLE + "tables: {«types: {a: b}}\n", "tables.types", ""),
    "a connection that nothing uses": (
        "J2O-S043",
        WHOLE.replace("  target:", "  «other: {plugin: jira, url: 'https://x'}\n  target:").replace(
            "{plugin: jira.users}", "{plugin: jira.users, connection: jira}"
        ),
        "connections.other",
        "",
    ),
    "a field that the target has not": ("J2O-S044", field("«tipe: a"), "entities.issues.map.tipe", "type"),
    "a kind of things that is never read": (
        "J2O-S052",
        WHOLE + "  set_up:\n    extract: {plugin: jira.configuration}\n    account:\n"
        "      workflows: {becomes: listed, why: by hand}\n      «screns: {becomes: listed, why: by hand}\n",
        "entities.set_up.account.screns",
        "screens",
    ),
    "a kind of things that have none but the name of their entity": (
        "J2O-S052",
        WHOLE + "  boards: {extract: {plugin: jira.dashboards}, account: {«board: {becomes: listed, why: by hand}}}\n",
        "entities.boards.account.board",
        "boards",
    ),
    "a required field that is not mapped": (
        "J2O-S045",
        entity(ISSUES.replace("    map:", "    «map:").replace("subject:", "type:")),
        "entities.issues.map",
        "",
    ),
    "no connection for a plugin": (
        "J2O-S046",
        WHOLE.replace("jira: {plugin: jira,", "jira: {plugin: target,")
        .replace("plugin: jira.users", "plugin: «jira.users")
        .replace("target.users}", "target.users, connection: target}"),
        "entities.users.extract.plugin",
        "",
    ),
    "two connections for a plugin": (
        "J2O-S046",
        WHOLE.replace("  target:", "  more: {plugin: jira, id: b, url: 'https://x'}\n  target:").replace(
            "jira.users}", "«jira.users}"
        ),
        "entities.users.extract.plugin",
        "",
    ),
    "a connection that is not there": (
        "J2O-S046",
        WHOLE.replace("jira.users}", "jira.users, connection: «jra}"),
        "entities.users.extract.connection",
        "jira",
    ),
    "a source without id": (
        "J2O-S047",
        WHOLE.replace("  jira: {plugin: jira, id: acme,", "  «jira: {plugin: jira,"),
        "connections.jira",
        "",
    ),
    "a field that is mapped and dropped": (
        "J2O-S048",
        entity(ISSUES + "    drop: {«fields.summary: never read}\n"),
        'entities.issues.drop["fields.summary"]',
        "",
    ),
    "a default that is never needed": (
        "J2O-S049",
        field("type: {value: Task, «default: Bug}"),
        "entities.issues.map.type.default",
        "",
    ),
    "a policy for what the default fills": (
        "J2O-S049",
        field("type: {from: a, default: Bug, «missing: skip}"),
        "entities.issues.map.type.missing",
        "",
    ),
    "a level of a component that there is not": (
        "J2O-S049",
        WHOLE + "runtime: {log: {levels: {effects: debug, «requets: debug}}}\n",
        "runtime.log.levels.requets",
        "requests",
    ),
    "a row below one that takes all": (
        "J2O-S050",
        field("type: {from: a, table: types}") + "tables: {types: {'/.*/': Task, «'/^Bug/': Bug}}\n",
        "tables.types./^Bug/",
        "",
    ),
    "a row that an exact one takes": (
        "J2O-S050",
        field("type: {from: a, table: types}") + "tables: {types: {«'/^Bug$/': Task, Bug: Bug}}\n",
        "",
        "",
    ),
    "a row whose beginning another row takes": (
        "J2O-S050",
        field("type: {from: a, table: types}") + "tables: {types: {'/^Done/': A, «'/^Done and/': B, '*': C}}\n",
        "",
        "",
    ),
    "a rest that nothing is left for": (
        "J2O-S050",
        field("type: {from: a, table: types}") + "tables: {types: {'/.*/': A, «'*': C}}\n",
        "",
        "",
    ),
}
#: codes with tests of their own
ELSEWHERE = {"J2O-S001", "J2O-S002", "J2O-S003", "J2O-S023", "J2O-S035", "J2O-S036", "J2O-S037", "J2O-S051"}
ELSEWHERE |= {code for code in CODES if code >= "J2O-S060"}  # files of tables, tests of a spec


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda name: name.replace(" ", "-"))
def test_a_mistake_is_told_at_its_exact_place(mistake: str, tmp_path: Path, registry: Registry) -> None:
    code, marked, path, suggestion = MISTAKES[mistake]
    problems, place = check(tmp_path, marked, registry)
    found = [problem for problem in problems if problem.code == code]
    assert [str(problem.place) for problem in found][:1] == [place], problems
    if path:
        assert found[0].path == path
    if suggestion != "blanks":
        assert found[0].suggestion == suggestion
    assert found[0].expected


@pytest.mark.parametrize(
    "mistake",
    [name for name, (code, *_) in MISTAKES.items() if CODES[code].severity == "error" and code >= "J2O-S010"],
    ids=lambda name: name.replace(" ", "-"),
)
def test_a_mistake_is_told_alone_without_misleading_company(mistake: str, tmp_path: Path, registry: Registry) -> None:
    code, marked, _, _ = MISTAKES[mistake]
    problems, _ = check(tmp_path, marked, registry)
    allowed = {code, "J2O-S043"}  # what the mistake leaves unused may be told too
    if mistake == "a table that is not there":
        assert [problem.code for problem in problems if problem.severity == "error"] == [code]
    assert {problem.code for problem in problems} <= allowed


def test_a_stated_default_and_kinds_that_nobody_knows_beforehand_are_no_mistakes(tmp_path: Path, registry: Registry):
    row = "{becomes: listed, why: by hand}"
    whole = WHOLE + f"  set_up: {{extract: {{plugin: jira.configuration}}, account: {{'*': {row}, screens: {row}}}}}\n"
    for text in (whole, WHOLE + f"  all: {{extract: {{plugin: jira.issues}}, account: {{anything: {row}}}}}\n"):
        assert check(tmp_path, text.replace("account", "«account", 1), registry)[0] == []


def test_the_specs_of_these_tests_are_sound_without_their_mistakes(tmp_path: Path, registry: Registry) -> None:
    for text in (WHOLE, field("assignee: {from: a, ref: users}"), field("parent: {from: a, ref: issues}")):
        path = tmp_path / "sound.yaml"
        path.write_text(text, encoding="utf-8")
        assert load_spec(path, registry=registry, variables={}).problems == []


def test_every_code_has_a_test_and_every_code_in_use_is_in_the_table() -> None:
    assert {code for code, *_ in MISTAKES.values()} | ELSEWHERE == set(CODES)


def test_a_spec_that_is_not_there_names_the_nearest_file(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(WHOLE, encoding="utf-8")
    (problem,) = load_spec(tmp_path / "acne.yaml", variables={}).problems
    assert problem.code == "J2O-S001"
    assert str(problem.place) == f"{tmp_path / 'acne.yaml'}:1:1"
    assert problem.suggestion == str(tmp_path / "acme.yaml")


def test_a_packaged_spec_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    (problem,) = load_spec("j2o:dem", variables={}).problems
    assert (problem.code, problem.suggestion) == ("J2O-S001", "j2o:demo")


def test_a_packaged_name_cannot_leave_the_folder_of_the_packaged_specs() -> None:
    (problem,) = load_spec("j2o:../pyproject", variables={}).problems
    assert problem.code == "J2O-S001"


def test_a_folder_is_no_spec(tmp_path: Path) -> None:
    (problem,) = load_spec(tmp_path, variables={}).problems
    assert problem.code == "J2O-S002"


def test_a_file_above_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    (problem,) = load_spec(path, variables={}).problems
    assert problem.code == "J2O-S002"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_another_encoding_is_named_with_its_place(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes("name: acme\nkind: é\n".encode(encoding))
    (problem,) = load_spec(path, variables={}).problems
    assert problem.code == "J2O-S003"
    assert str(problem.place) == f"{path}:2:7" if encoding == "latin-1" else f"{path}:1:1"


def test_an_unknown_environment_names_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(WHOLE + "environments: {staging: {name: rehearsal}}\n", encoding="utf-8")
    (problem,) = load_spec(path, environment="stagin", variables={}).problems
    assert (problem.code, problem.suggestion, problem.path) == ("J2O-S023", "staging", "environments")
    assert str(problem.place) == f"{path}:12:1"


def test_too_many_values_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("name: [" + "x," * (MAX_VALUES + 10) + "]", encoding="utf-8")
    (problem,) = load_spec(path, variables={}).problems
    assert problem.code == "J2O-S007"
