"""The spec that is proposed for two systems: a document that extends a template, with a comment behind each choice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Sequence

from ...expressions.names import FieldNames
from ...hooks.protocols import SourcePerson, SourceSurvey, TargetSurvey
from ...hooks.registry import STEP, Registry
from ...model.problem import Place
from ...spec.build import build_spec
from ...spec.drafts import Draft
from ...spec.model import EntitySpec, Spec
from ...spec.node import Path, tree
from ...spec.packaged import PREFIX
from ...spec.undecided import TODO
from ...spec.writing import FLOW_WIDTH, flow_text
from . import wording
from .ambiguous import chosen_of_ambiguous, without_ambiguous
from .fields import FieldLines, Line, propose_fields
from .people import COLUMNS, MOST_INLINE, TABLE, Account, login_line, propose_accounts, table_file, table_rows
from .rows import Row, propose_rows, unused_words
from .template_fields import read_template


@dataclass(frozen=True)
class Wanted:
    """What the person who asks has chosen: the ``template`` as it is merged and checked, names, ``connections`` and
    ``system`` for the new spec, what to ``select``. ``facts`` are lines about the two systems for its introduction;
    ``people_file`` is how the spec names a file of people beside it, ``None`` where there can be none."""

    template: str
    spec: Spec
    name: str
    file: str
    connections: Mapping[str, Any]
    system: Optional[Mapping[str, Any]] = None
    select: Mapping[str, Any] = field(default_factory=dict)
    facts: Sequence[str] = ()
    people_file: Optional[str] = None


@dataclass(frozen=True)
class Proposal:
    """The ``draft``, the text of the file of ``people`` beside it (``None``: no such file), and counts of fields."""

    draft: Draft
    people: Optional[str]
    todos: int
    mapped: int
    kept: int


@dataclass
class _Page:
    """A draft on its way."""

    document: dict[str, Any]
    remarks: dict[Path, str] = field(default_factory=dict)
    headings: dict[Path, str] = field(default_factory=dict)
    inline: set[Path] = field(default_factory=set)
    todos: int = 0

    def row(self, path: Path, row: Row) -> None:
        """What stands behind a row."""
        self.remarks[(*path, row.key)] = row.remark
        self.todos += row.value == TODO

    def line(self, path: Path, line: Line) -> None:
        """A line of ``map``: behind it, or above where it is long, what is known of its source."""
        at = (*path, line.key)
        self.inline.add(at)
        is_long = isinstance(line.form, (dict, list)) and len(flow_text(line.form)) > FLOW_WIDTH
        (self.headings if is_long else self.remarks)[at] = line.remark


def propose(wanted: Wanted, source: SourceSurvey, target: TargetSurvey, registry: Registry) -> Proposal:
    """A complete spec. Raises ``CompileError`` where the template cannot be used with this source."""
    base = wanted.spec.document
    page = _Page(
        {
            "apiVersion": base["apiVersion"],
            "kind": base["kind"],
            "name": wanted.name,
            "extends": PREFIX + wanted.template,
            **({"system": dict(wanted.system)} if wanted.system is not None else {}),
            "connections": {name: dict(options) for name, options in wanted.connections.items()},
        }
    )
    select = {key: value for key, value in wanted.select.items() if value}
    if select:
        page.document["select"] = select
    _tables(page, wanted.spec, source, target)
    people = _people(page, wanted, source, target, registry)
    lines = _fields(page, wanted.spec, source, target, registry)
    page.headings[("connections",)] = f"\n{wording.CONNECTIONS}"
    if "tables" in page.document:
        page.headings[("tables",)] = "\n".join(["", *wording.wrapped([wording.TABLES])])
    if "entities" in page.document:
        page.headings[("entities",)] = "\n"
    top = wording.introduction(wanted.template, wanted.file, wanted.facts, source, target, page.todos)
    draft = Draft(page.document, top, page.remarks, page.headings, frozenset(page.inline))
    mapped = sum(line.fields for line in (*lines.mapped, *lines.proposed)) if lines else 0
    return Proposal(draft, people, page.todos, mapped, len(lines.kept) if lines else 0)


# ------------------------------------------------------------------ tables


def _tables(page: _Page, spec: Spec, source: SourceSurvey, target: TargetSurvey) -> None:
    tables: dict[str, Any] = {}
    for table, rows in spec.tables.items():
        if table not in source.values or table not in target.values:
            continue
        proposed = propose_rows(table, source.values[table], target.values[table], rows)
        path = ("tables", table)
        tables[table] = {row.key: row.value for row in proposed.rows}
        if "*" in rows:
            tables[table]["*"] = None
            page.remarks[(*path, "*")] = "no default: what comes later is told"
        for row in proposed.rows:
            page.row(path, row)
        page.headings[path] = wording.about_table(table, unused_words(proposed))
    if tables:
        page.document["tables"] = tables


# ------------------------------------------------------------------ people


def _people(
    page: _Page, wanted: Wanted, source: SourceSurvey, target: TargetSurvey, registry: Registry
) -> Optional[str]:
    entity = next((one for one in wanted.spec.entities.values() if _reads(one, source.people_from)), None)
    if entity is None or target.login_field not in entity.map or not source.people:
        return None
    line = _document(wanted.spec, entity).get("map", {}).get(target.login_field)
    form = login_line(line, source.person_paths)
    if form is None:
        return None
    steps = [registry.get(STEP, name) for name in line.get("steps") or ()]

    def new_login(person: SourcePerson) -> str:
        value: Any = (*person.logins, person.id)[0]
        for step in steps:
            value = step.apply(value, None, {})
        return str(value)

    accounts = propose_accounts(source.people, target.people, new_login)
    page.document.setdefault("entities", {})[entity.name] = {"map": {target.login_field: form}}
    at = ("entities", entity.name, "map", target.login_field)
    page.inline.add(at)
    page.headings[at] = f"By the table `{TABLE}`; who is not in it gets a login made of the name."
    tables = page.document.setdefault("tables", {})
    page.todos += sum(account.login == TODO for account in accounts)
    text: Optional[str] = None
    if len(accounts) > MOST_INLINE and wanted.people_file is not None:
        tables[TABLE] = {"csv": {"file": wanted.people_file, "key": COLUMNS[0], "value": COLUMNS[1]}, "*": ""}
        page.inline.add(("tables", TABLE, "csv"))
        text = table_file(accounts)
    else:
        tables[TABLE] = _inline_people(page, accounts)
    page.headings[("tables", TABLE)] = wording.PEOPLE
    page.remarks[("tables", TABLE, "*")] = "everybody else: a login made of the name"
    return text


def _inline_people(page: _Page, accounts: Sequence[Account]) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for row in table_rows(accounts):
        rows[row.key] = row.value
        page.remarks[("tables", TABLE, row.key)] = row.remark
    return {**rows, "*": ""}


# ------------------------------------------------------------------ fields


def _fields(
    page: _Page, spec: Spec, source: SourceSurvey, target: TargetSurvey, registry: Registry
) -> Optional[FieldLines]:
    entity = next((one for one in spec.entities.values() if _reads(one, (source.extractor,))), None)
    if entity is None:
        return None
    chosen = chosen_of_ambiguous(source.fields)
    original = _document(spec, entity)
    adapted = {**original, "map": without_ambiguous(original.get("map") or {}, chosen)}
    if original.get("rules"):
        adapted["rules"] = without_ambiguous(original["rules"], chosen)
    changed = [name for name, form in adapted["map"].items() if form != original["map"][name]]
    whole = {**spec.document, "entities": {**spec.document["entities"], entity.name: adapted}}
    fitting = build_spec(tree(whole, Place(spec.name, 1, 1)), None, ())
    names = FieldNames({one.id: one.name for one in source.fields})
    template = read_template(fitting.entities[entity.name], fitting, registry, names)
    lines = propose_fields(
        source.fields, target.fields, template, adapted["map"], adapted.get("drop") or {}, spec.entities, changed
    )
    path: Path = ("entities", entity.name)
    part: dict[str, Any] = {"map": {line.key: line.form for line in (*lines.mapped, *lines.proposed)}}
    for line in (*lines.mapped, *lines.proposed):
        page.line((*path, "map"), line)
    if lines.proposed:
        first = (*path, "map", lines.proposed[0].key)
        above = page.headings.get(first, "")
        page.headings[first] = f"\nCustom fields.\n{above}".rstrip("\n")
    if lines.dropped:
        part["drop"] = {line.key: line.form for line in lines.dropped}
        page.remarks.update({(*path, "drop", line.key): line.remark for line in lines.dropped})
        page.headings[(*path, "drop")] = "\nLeft out, and why."
    if adapted.get("rules") != original.get("rules"):
        part["rules"] = adapted["rules"]
    part["unmapped"] = adapted.get("unmapped", "preserve")
    page.headings[(*path, "unmapped")] = wording.about_the_rest(lines, bool(source.items))
    page.headings[(*path, "map")] = wording.about_the_map(lines, source)
    if not part["map"]:
        del part["map"]
    page.document.setdefault("entities", {})[entity.name] = part
    return lines


def _reads(entity: EntitySpec, names: Sequence[str]) -> bool:
    return any(extract.plugin in names or extract.split in names for extract in entity.extract)


def _document(spec: Spec, entity: EntitySpec) -> dict[str, Any]:
    return dict(spec.document["entities"][entity.name])
