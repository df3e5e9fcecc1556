"""A small migration to map: users, issues with comments, and fake ends that need no server."""

from __future__ import annotations

from typing import Any, Callable, Iterator, Mapping, Optional, Sequence

import pytest

from j2o_core.hooks.protocols import Extractor, Loader, Splitter
from j2o_core.hooks.registry import Registry
from j2o_core.mapping import builtin
from j2o_core.mapping.compiled import EntityMapping, compile_entity
from j2o_core.model.effect import EffectClass, Phase
from j2o_core.model.origin import Origin
from j2o_core.model.record import Record
from j2o_core.richtext import Document, Paragraph, Text
from j2o_core.spec.model import (
    UNSET,
    AcrossSpec,
    EntitySpec,
    ExtractSpec,
    FieldSpec,
    LoadSpec,
    RuleSpec,
    RuntimeSpec,
    Spec,
)

NAMES = {
    "summary": "Summary",
    "description": "Description",
    "fixVersions": "Fix Version/s",
    "customfield_1": "Story Points",
    "customfield_2": "Start date",
    "customfield_3": "Team",
    "customfield_4": "Team",
    "customfield_5": "Sprint",
}


class FakeUsers(Extractor):
    name = "fake.users"

    def pages(self, selection: Any, slice: str, cursor: Any) -> Iterator[Any]:
        return iter(())

    @staticmethod
    def aliases(value: Any) -> tuple[str, ...]:
        if isinstance(value, dict):
            return tuple(str(value[key]) for key in ("key", "name") if value.get(key))
        return (str(value),)

    @staticmethod
    def label(value: Any) -> str:
        return value.get("displayName", "") if isinstance(value, dict) else str(value)


class FakeIssues(FakeUsers):
    name = "fake.issues"


class FakeLoader(Loader):
    name = "fake.work_packages"
    effect_class = EffectClass.MARKED
    phase = Phase.WORK_PACKAGES
    required = ("subject",)
    takes_stand_ins = ("assignee", "cf:*")
    parent_field = "parent"
    notes_field = "description"

    def keys(self, effect: Any) -> Sequence[str]:
        return ()

    def scan(self, scopes: Any) -> Iterator[Any]:
        return iter(())

    def find(self, effect: Any) -> Sequence[Any]:
        return ()

    def create(self, effect: Any) -> Any:
        raise NotImplementedError

    def image(self, effect: Any) -> Mapping[str, Any]:
        return {}


class FakeFiles(Splitter):
    name = "fake.files"
    consumes = ("fields.attachment",)

    def split(self, record: Any) -> Sequence[Any]:
        return ()

    aliases = FakeUsers.aliases
    label = FakeUsers.label


@pytest.fixture(scope="session")
def registry() -> Registry:
    return make_registry()


def make_registry() -> Registry:
    """The built-in steps, and fake extractors, loader and readers."""
    made = Registry()
    builtin.j2o_register(made)
    made.add("extractor", "fake.users", FakeUsers)
    made.add("extractor", "fake.issues", FakeIssues)
    made.add("splitter", "fake.files", FakeFiles)
    made.add("loader", "fake.work_packages", FakeLoader)

    def read_wiki(text: str) -> tuple[Document, list[str]]:
        warnings = ["an unknown macro stays as text"] if "{macro}" in text else []
        return Document((Paragraph((Text(text),)),)), warnings

    def read_adf(document: Any) -> tuple[Document, list[str]]:
        return Document((Paragraph((Text(str(len(document.get("content", ())))),)),)), []

    made.reader("wiki", read_wiki)
    made.reader("adf", read_adf)
    return made


def field(name: str, form: Any, entity: str = "work_packages") -> FieldSpec:
    """A field as the spec would write it."""
    form = {"from": form} if isinstance(form, str) else form
    sources = form.get("from", ())
    return FieldSpec(
        name=name,
        path=f"entities.{entity}.map.{name}",
        sources=(sources,) if isinstance(sources, str) else tuple(sources),
        value=form.get("value", UNSET),
        steps=tuple(
            (step, None) if isinstance(step, str) else next(iter(step.items())) for step in form.get("steps", ())
        ),
        table=form.get("table"),
        ref=form.get("ref"),
        when=form.get("when"),
        default=form.get("default", UNSET),
        missing=form.get("missing"),
    )


def across_rule(name: str, form: Mapping[str, Any]) -> AcrossSpec:
    kind = next(kind for kind in ("unique", "exists", "count") if kind in form)
    given = {"value": form[kind]} if kind == "unique" else {**form[kind]}
    given["within"] = given.pop("in", None)
    if kind == "count":
        given["value"] = given.pop("per", None)
    path = f"entities.work_packages.rules.{name}"
    return AcrossSpec(name, kind, form.get("message", "no"), form.get("on_fail", "fail"), path=path, **given)


def rule(name: str, form: Mapping[str, Any]) -> RuleSpec:
    return RuleSpec(
        name, form["on"], form["assert"], form.get("message", "no"), form.get("on_fail", "fail"), form.get("fix", {})
    )


def make_spec(
    fields: Mapping[str, Any],
    tables: Optional[Mapping[str, Any]] = None,
    rules: Optional[Mapping[str, Any]] = None,
    drop: Optional[Mapping[str, str]] = None,
    unmapped: str = "preserve",
    comments: Optional[Mapping[str, Any]] = None,
) -> Spec:
    entities = {
        "users": EntitySpec("users", (ExtractSpec(plugin="fake.users"),), {}, None),
        "work_packages": EntitySpec(
            "work_packages",
            (ExtractSpec(plugin="fake.issues"),),
            {name: field(name, form) for name, form in fields.items()},
            LoadSpec("fake.work_packages"),
            drop or {},
            unmapped,
            rules=tuple(rule(name, form) for name, form in (rules or {}).items() if "assert" in form),
            across=tuple(across_rule(name, form) for name, form in (rules or {}).items() if "assert" not in form),
        ),
        "comments": EntitySpec(
            "comments",
            (ExtractSpec(of="work_packages", each="fields.comment.comments"),),
            {name: field(name, form, "comments") for name, form in (comments or {"text": "body"}).items()},
            None,
        ),
        "attachments": EntitySpec("attachments", (ExtractSpec(of="work_packages", split="fake.files"),), {}, None),
    }
    return Spec("test", {}, "", {}, entities, tables or {}, RuntimeSpec())


@pytest.fixture
def compiled(registry: Registry) -> Callable[..., EntityMapping]:
    """Compiles ``work_packages`` (or another ``entity``) of a spec made of the given parts."""

    def make(fields: Mapping[str, Any], *, entity: str = "work_packages", **parts: Any) -> EntityMapping:
        spec = make_spec(fields, **parts)
        return compile_entity(spec.entities[entity], spec, registry, NAMES)

    return make


@pytest.fixture
def mapped(compiled: Callable[..., EntityMapping]) -> Callable[..., Any]:
    """Maps one issue, given by its fields (a required subject is added)."""

    def run(issue: Mapping[str, Any], fields: Mapping[str, Any], **parts: Any) -> Any:
        if "subject" not in fields:
            fields = {"subject": {"value": "s"}, **fields}
        return compiled(fields, **parts).apply(record({"id": "1", "key": "ACME-1", "fields": dict(issue)}))

    return run


def record(data: Mapping[str, Any], entity: str = "work_packages") -> Record:
    return Record(Origin("acme", entity, str(data.get("id", "1"))), str(data.get("key", "")), data)
