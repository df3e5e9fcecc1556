"""A spec proposed for two systems: it is read back as it was meant, whatever names the two have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Mapping, Optional

import pytest

from j2o_core.hooks.manager import load_plugins
from j2o_core.hooks.protocols import (
    SourceField,
    SourcePerson,
    SourceSurvey,
    SourceValue,
    TargetField,
    TargetPerson,
    TargetSurvey,
    TargetValue,
)
from j2o_core.hooks.registry import Registry
from j2o_core.mapping import builtin
from j2o_core.mapping.compiled import EntityMapping, compile_entity
from j2o_core.model.origin import Origin
from j2o_core.model.record import Record
from j2o_core.pipeline.proposal.document import Proposal, Wanted, propose
from j2o_core.spec.load import LoadResult, load_spec
from j2o_core.spec.model import Spec

SYSTEM = (
    SourceField("summary", "Summary", "fields.summary", "text", custom=False, filled=4, of=4),
    SourceField("status", "Status", "fields.status", "named thing", custom=False, filled=4, of=4),
    SourceField("issuetype", "Issue Type", "fields.issuetype", "named thing", custom=False, filled=4, of=4),
    SourceField("project", "Project", "fields.project", "project", custom=False, filled=4, of=4),
    SourceField("labels", "Labels", "fields.labels", "labels", many=True, custom=False, filled=2, of=4),
    SourceField("comment", "Comment", "fields.comment", "something else", custom=False, filled=1, of=4),
    SourceField("workratio", "Work Ratio", "fields.workratio", "number", custom=False, filled=3, of=4),
)
ODD = (
    "plain",
    'with "double" quotes',
    "it's",
    "colon: and # hash",
    "{{ item.fields.summary }}",
    "${env:HOME}",
    "日本語 — ünï",
    "* star",
    "*",
    "/slashes/",
    "=",
    "- dash",
    "yes",
    "null",
    "1.10",
    "csv",
    "back\\slash",
    "/back\\slash (1)/",
    "[x], {y}",
    "a\ttab",
    "e\u0301 and é",
    "two\nlines",
    "emoji 🚀 'both' \"quotes\"",
    "x" * 300,
)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_plugins({}, [(builtin.NAME, builtin)]).registry


def custom(number: int, name: str, kind: str = "text", filled: int = 1, **more: Any) -> SourceField:
    identifier = f"customfield_{number}"
    return SourceField(identifier, name, f"fields.{identifier}", kind, filled=filled, of=4, **more)


def source(
    *fields: SourceField,
    people: tuple[SourcePerson, ...] = (),
    values: Optional[Mapping[str, tuple[SourceValue, ...]]] = None,
    items: int = 4,
) -> SourceSurvey:
    known = {"types": (SourceValue("Task", 4),), "statuses": (SourceValue("Open", 4),), **(values or {})}
    return SourceSurvey(
        template="jira-server-basic",
        extractor="jira.issues",
        items=items,
        sampled=items,
        exact=True,
        fields=(*SYSTEM, *fields),
        values=known,
        people=people,
        people_from=("jira.users", "jira.people"),
        person_paths=("accountId", "key", "name"),
        projects={"ACME": "Acme\u2028\x00 & Co: #1"},
    )


def target(
    *fields: TargetField,
    people: tuple[TargetPerson, ...] = (),
    values: Optional[Mapping[str, tuple[TargetValue, ...]]] = None,
) -> TargetSurvey:
    known = {"types": (TargetValue("Task"),), "statuses": (TargetValue("New"), TargetValue("Closed")), **(values or {})}
    return TargetSurvey(fields=fields, values=known, people=people, login_field="login")


def proposed(
    registry: Registry, here: SourceSurvey, there: TargetSurvey, template: str = "jira-server-basic", **more: Any
) -> Proposal:
    spec = load_spec(f"j2o:{template}", registry=registry, variables={}).spec
    assert spec is not None
    connections = {name: dict(options) for name, options in dict(spec.document["connections"]).items()}
    wanted = Wanted(template, spec, "acme", "acme.yaml", connections, people_file="./acme.users.csv")
    return propose(replace(wanted, **more), here, there, registry)


def read_back(folder: Path, proposal: Proposal, registry: Registry) -> LoadResult:
    file = folder / "acme.yaml"
    file.write_text(proposal.draft.text("schema.json"), encoding="utf-8")
    if proposal.people is not None:
        (folder / "acme.users.csv").write_text(proposal.people, encoding="utf-8")
    return load_spec(file, registry=registry, variables={})


def sound(folder: Path, proposal: Proposal, registry: Registry) -> Spec:
    result = read_back(folder, proposal, registry)
    assert result.problems == [], proposal.draft.text("")
    assert result.spec is not None
    return result.spec


def compiled(spec: Spec, entity: str, here: SourceSurvey, registry: Registry) -> EntityMapping:
    names = {field.id: field.name for field in here.fields}
    return compile_entity(spec.entities[entity], spec, registry, names, complete=False)


def record(entity: str, data: Mapping[str, Any]) -> Record:
    return Record(Origin("acme", entity, "1"), "1", data, ())


def payload(mapping: EntityMapping, **fields: Any) -> Mapping[str, Any]:
    whole = {
        "summary": "s",
        "project": {"id": "1", "key": "A"},
        "issuetype": {"name": "Task"},
        "status": {"name": "Open"},
        **fields,
    }
    mapped = mapping.apply(record("work_packages", {"id": "1", "key": "A-1", "fields": whole}))
    assert mapped.fail is None, mapped.fail
    return mapped.payload


def test_fields_of_any_name_are_read_and_written_by_that_name(tmp_path: Path, registry: Registry):
    here = source(*(custom(number, name) for number, name in enumerate(ODD)))
    there = target(*(TargetField(f"cf:{name}", name, "text") for name in ODD))
    spec = sound(tmp_path, proposed(registry, here, there), registry)
    made = payload(
        compiled(spec, "work_packages", here, registry),
        **{f"customfield_{number}": f"value {number}" for number in range(len(ODD))},
    )
    assert {name: made.get(f"cf:{name}") for name in ODD} == {name: f"value {n}" for n, name in enumerate(ODD)}


def test_values_of_any_name_become_what_their_row_says(tmp_path: Path, registry: Registry):
    names = [name for name in ODD if name != "="]
    here = source(values={"statuses": tuple(SourceValue(name, 3) for name in names)})
    there = target(values={"statuses": (TargetValue("New"), *(TargetValue(name) for name in names))})
    result = read_back(tmp_path, proposed(registry, here, there), registry)
    assert result.spec is not None, result.problems
    assert {problem.code for problem in result.problems} == {"J2O-S034"}  # a name that looks like a reference is none
    mapping = compiled(result.spec, "work_packages", here, registry)
    for name in names:
        assert payload(mapping, status={"name": name})["status"] == name


def test_what_no_row_can_say_is_left_to_decide(tmp_path: Path, registry: Registry):
    here = source(values={"statuses": (SourceValue("=", 3),)})
    proposal = proposed(registry, here, target(values={"statuses": (TargetValue("="),)}))
    assert [problem.code for problem in read_back(tmp_path, proposal, registry).problems] == ["J2O-S051"]


def test_a_target_called_todo_is_written_so_that_it_is_found_and_nothing_is_left_to_decide(
    tmp_path: Path, registry: Registry
):
    here = source(values={"statuses": (SourceValue("TODO", 3),)})
    proposal = proposed(registry, here, target(values={"statuses": (TargetValue("TODO"),)}))
    spec = sound(tmp_path, proposal, registry)
    assert proposal.todos == 0
    assert spec.tables["statuses"]["TODO"] == "Todo"


def test_what_nothing_resembles_is_left_to_decide_and_stops_everything(tmp_path: Path, registry: Registry):
    here = source(values={"statuses": (SourceValue("Marinating", 3, note="category To Do"),)})
    proposal = proposed(registry, here, target())
    assert proposal.todos == 1
    result = read_back(tmp_path, proposal, registry)
    assert result.spec is None
    assert [(problem.code, problem.path) for problem in result.problems] == [("J2O-S051", "tables.statuses.Marinating")]
    line = next(line for line in proposal.draft.text("").splitlines() if "Marinating" in line)
    assert line.split("#")[1].strip() == "nothing there is called like it; 3 items; category To Do"


def test_what_is_there_but_cannot_be_used_yet_is_named_and_not_chosen(tmp_path: Path, registry: Registry):
    here = source(values={"types": (SourceValue("Bug", 3), SourceValue("Epic", 1))})
    closed = "it is not activated in new projects by default"
    types = (TargetValue("Task"), TargetValue("Phase"), TargetValue("Bug", closed), TargetValue("Epic", closed))
    proposal = proposed(registry, here, target(values={"types": types}))
    rows = proposal.draft.document["tables"]["types"]
    assert rows == {"Bug": "TODO", "Epic": "Phase", "*": None}
    assert proposal.draft.remarks[("tables", "types", "Bug")] == f"'Bug' (1.00) is there, but {closed}; 3 items"
    assert "stated by the template; 'Epic' (1.00) is there" in proposal.draft.remarks[("tables", "types", "Epic")]


def test_rows_of_the_template_that_are_spelt_otherwise_give_way(tmp_path: Path, registry: Registry):
    here = source(values={"statuses": (SourceValue("DONE", 3), SourceValue("to do", 1))})
    there = target(values={"statuses": (TargetValue("Done"), TargetValue("To Do"))})
    spec = sound(tmp_path, proposed(registry, here, there), registry)
    mapping = compiled(spec, "work_packages", here, registry)
    assert mapping.problems == ()
    assert payload(mapping, status={"name": "Done"})["status"] == "Done"


def test_values_that_are_not_in_use_have_no_row_and_are_named(registry: Registry):
    here = source(values={"statuses": (SourceValue("Open", 3), SourceValue("Legacy", 0))})
    proposal = proposed(registry, here, target())
    assert list(proposal.draft.document["tables"]["statuses"]) == ["Open", "*"]
    assert "Not in use, and without a row: Legacy." in proposal.draft.headings[("tables", "statuses")]


def test_a_source_without_items_has_a_row_for_every_value(tmp_path: Path, registry: Registry):
    values = {"statuses": (SourceValue("Open", 0), SourceValue("Done", 0)), "types": (SourceValue("Task", 0),)}
    here = replace(source(values=values, items=0), fields=[replace(f, filled=0, of=0) for f in SYSTEM])
    proposal = proposed(registry, here, target())
    sound(tmp_path, proposal, registry)
    assert set(proposal.draft.document["tables"]["statuses"]) == {"Open", "Done", "*"}
    assert "there are no items yet" in proposal.draft.text("")


# ------------------------------------------------------------------ fields


def test_every_field_in_use_appears_once_with_its_fill_rate(registry: Registry):
    used = [custom(1, "Mapped one"), custom(2, "Kept one", filled=2), custom(3, "Empty one", filled=0)]
    proposal = proposed(registry, source(*used), target(TargetField("cf:Mapped one", "Mapped one", "text")))
    text = proposal.draft.text("")
    assert text.count("Mapped one") == 2  # its name there and its name here, on one line
    assert text.count("Kept one") == 2
    assert text.count("Empty one") == 1
    assert "cf:Mapped one: 'field(\"Mapped one\")'" in text and "# 25 % (1 of 4); 1.00 exact; text" in text
    assert "#   TODO cf:Kept one: 'field(\"Kept one\")'  # text; 50 % (2 of 4); no custom field like it" in text
    assert "No item has a value of: Empty one." in text
    for words in (
        "fields.summary",
        "fields.status.name",
        "fields.labels",
        "fields.workratio",
        "Comment 25 % (1 of 4): comments",
    ):
        assert text.count(words) == 1, words
    assert (proposal.mapped, proposal.kept) == (5, 2)


def test_a_line_that_is_suggested_works_where_it_is_moved_to(tmp_path: Path, registry: Registry):
    here = source(custom(1, 'odd: "x" #1', "choice"), custom(2, "Cascade", "choice of two levels"))
    proposal = proposed(registry, here, target())
    text = proposal.draft.text("")
    moved = [line.split("TODO ", 1)[1] for line in text.splitlines() if "#   TODO " in line and "Labels" not in line]
    assert len(moved) == 2
    text = text.replace(
        "    map:\n      project:", "    map:\n" + "".join(f"      {m}\n" for m in moved) + "      project:"
    )
    (tmp_path / "acme.yaml").write_text(text, encoding="utf-8")
    result = load_spec(tmp_path / "acme.yaml", registry=registry, variables={})
    assert result.spec is not None, result.problems
    made = payload(
        compiled(result.spec, "work_packages", here, registry),
        customfield_1={"value": "A"},
        customfield_2={"value": "B", "child": {"value": "C"}},
    )
    assert (made['cf:odd: "x" #1'], made["cf:Cascade"]) == ("A", "B / C")


def test_a_field_of_the_target_serves_one_field_and_the_surest(registry: Registry):
    here = source(custom(1, "Severity", filled=1), custom(2, "Severity", filled=3), custom(3, "severity ", filled=4))
    proposal = proposed(registry, here, target(TargetField("cf:Severity", "Severity", "text")))
    lines = proposal.draft.document["entities"]["work_packages"]["map"]
    assert lines["cf:Severity"] == "fields.customfield_2"
    assert "'Severity' is taken" in proposal.draft.text("")


def test_fields_of_one_name_are_taken_by_id_also_in_lines_of_the_template(tmp_path: Path, registry: Registry):
    here = source(
        custom(1, "Epic Link", "item", filled=1),
        custom(2, "Epic Link", "item", filled=3),
        custom(3, "Start date", "date", filled=0),
        custom(4, "Start date", "date", filled=0),
    )
    spec = sound(tmp_path, proposed(registry, here, target()), registry)
    mapping = compiled(spec, "work_packages", here, registry)
    made = payload(mapping, customfield_2="ACME-1", customfield_3="2020-01-02")
    assert made["parent"].aliases == ("ACME-1",)
    assert made["startDate"] == "2020-01-02"


@pytest.mark.parametrize(
    ("kind", "many", "there", "value", "wanted"),
    [
        ("number", False, TargetField("cf:F", "F", "number"), 3.5, 3.5),
        ("number", False, TargetField("cf:F", "F", "text"), 3, 3),
        ("date", False, TargetField("cf:F", "F", "date"), "2020-01-02", "2020-01-02"),
        ("time", False, TargetField("cf:F", "F", "date"), "2020-01-02T03:04:05.000+0000", "2020-01-02"),
        ("choice", False, TargetField("cf:F", "F", "choice", values=("A",)), {"value": "A"}, "A"),
        ("choice", True, TargetField("cf:F", "F", "choice", True), [{"value": "A"}, {"value": "B"}], ["A", "B"]),
        ("choice", False, TargetField("cf:F", "F", "yes or no"), {"value": "Yes"}, True),
        (
            "choice of two levels",
            False,
            TargetField("cf:F", "F", "text"),
            {"value": "A", "child": {"value": "B"}},
            "A / B",
        ),
        ("labels", True, TargetField("cf:F", "F", "choice", True), ["a", "b"], ["a", "b"]),
        ("person", False, TargetField("cf:F", "F", "text"), {"displayName": "Ann", "name": "ann"}, "Ann"),
        ("sprint", True, TargetField("cf:F", "F", "text"), [{"id": 1, "name": "S"}], ["S"]),
        ("address", False, TargetField("cf:F", "F", "text"), "https://x.example", "https://x.example"),
        ("something else", False, TargetField("cf:F", "F", "text"), {"a": [1]}, '{\n  "a": [\n    1\n  ]\n}'),
    ],
)
def test_the_kinds_of_both_sides_decide_the_steps(
    tmp_path: Path, registry: Registry, kind: str, many: bool, there: TargetField, value: Any, wanted: Any
):
    here = source(custom(1, "F", kind, many=many))
    spec = sound(tmp_path, proposed(registry, here, target(there)), registry)
    assert payload(compiled(spec, "work_packages", here, registry), customfield_1=value)["cf:F"] == wanted


def test_people_and_versions_are_referred_to(tmp_path: Path, registry: Registry):
    here = source(custom(1, "Tester", "person"), custom(2, "Found in", "version"), custom(3, "Squad", "group"))
    there = target(
        TargetField("cf:Tester", "Tester", "person"),
        TargetField("cf:Found in", "Found in", "version"),
        TargetField("cf:Squad", "Squad", "person"),
    )
    spec = sound(tmp_path, proposed(registry, here, there), registry)
    lines = spec.entities["work_packages"].map
    assert [lines[name].ref for name in ("cf:Tester", "cf:Found in", "cf:Squad")] == ["users", "versions", "groups"]


def test_a_field_of_another_kind_is_not_proposed_and_the_comment_says_why(registry: Registry):
    proposal = proposed(
        registry, source(custom(1, "Customer")), target(TargetField("cf:Customer", "Customer", "number"))
    )
    assert "cf:Customer" not in proposal.draft.document["entities"]["work_packages"]["map"]
    assert "'Customer' holds number" in proposal.draft.text("")


def test_options_that_are_lacking_and_values_for_which_there_is_no_room_are_told(registry: Registry):
    here = source(custom(1, "Platforms", "choice", many=True, values=("Web", "web ", "Mainframe")))
    there = target(TargetField("cf:Platforms", "Platforms", "choice", values=("Web",)))
    remark = proposed(registry, here, there).draft.remarks[("entities", "work_packages", "map", "cf:Platforms")]
    assert remark.endswith("no option there, kept as text: Mainframe; takes one value, others are kept as text")


def test_estimates_are_marked(registry: Registry):
    here = source(custom(1, "Rare", filled=7, exact=False))
    here = replace(here, items=1000, fields=[replace(field, of=400) for field in here.fields])
    text = proposed(registry, here, target()).draft.text("")
    assert "~1.8 % (7 of 400)" in text and "(~: of a sample)" in text


def test_a_thousand_fields_are_proposed_quickly(tmp_path: Path, registry: Registry):
    here = source(*(custom(number, f"Custom field number {number}", filled=number % 3) for number in range(1000)))
    there = target(
        *(TargetField(f"cf:Custom field number {n}", f"Custom field number {n}", "text") for n in range(300))
    )
    proposal = proposed(registry, here, there)
    spec = sound(tmp_path, proposal, registry)
    assert sum(name.startswith("cf:Custom") for name in spec.entities["work_packages"].map) == 200


def test_templates_without_issues_or_with_other_entities_are_extended_as_far_as_they_go(
    tmp_path: Path, registry: Registry
):
    people = (SourcePerson("ann", ("ann",), "Ann Lee", "ann@x.example"),)
    for template in ("users-and-groups", "single-project", "issues-without-history", "jira-datacenter", "jira-cloud"):
        spec = sound(tmp_path, proposed(registry, source(people=people), target(), template), registry)
        assert spec.tables["users"]["ann"] == "ann"


def test_a_field_that_the_template_wants_and_the_target_lacks_is_told(registry: Registry):
    text = proposed(registry, source(), target(), "jira-datacenter").draft.text("")
    line = next(line for line in text.splitlines() if line.strip().startswith("cf:Labels:"))
    assert "no such custom field: kept as text" in line


# ------------------------------------------------------------------ people


def person(identifier: str, name: str = "", mail: str = "", *logins: str) -> SourcePerson:
    return SourcePerson(identifier, logins or (identifier,), name, mail)


def logins(spec: Spec, here: SourceSurvey, registry: Registry) -> dict[str, Any]:
    mapping = compiled(spec, "users", here, registry)
    found = {}
    for one in here.people:
        data = {"key": one.id, "name": one.logins[0], "displayName": one.name or one.id}
        mapped = mapping.apply(record("users", data))
        assert mapped.fail is None, mapped.fail
        found[one.id] = mapped.payload["login"]
    return found


def test_people_get_the_account_that_is_theirs_or_one_of_their_own(tmp_path: Path, registry: Registry):
    people = (
        person("k1", "Ann Lee", "ANN@x.example", "alee"),
        person("k2", "Bob Ray", "", "bob"),
        person("k3", "Cy Fox", "cy@old.example", "cfox"),
        person("k4", "Dee Poe", "dee@x.example", "Dee Poe!"),
    )
    accounts = (
        TargetPerson("Ann.L", "Ann Other", "ann@x.example"),
        TargetPerson("BOB", "Robert"),
        TargetPerson("cy", "cy fox"),
    )
    here = source(people=people)
    proposal = proposed(registry, here, target(people=accounts))
    spec = sound(tmp_path, proposal, registry)
    assert logins(spec, here, registry) == {"k1": "Ann.L", "k2": "BOB", "k3": "cy", "k4": "dee.poe"}
    assert "1.00 mail" in proposal.draft.remarks[("tables", "users", "k1")]
    assert "0.85 name" in proposal.draft.remarks[("tables", "users", "k3")]
    assert proposal.draft.remarks[("tables", "users", "k4")].endswith("a new account")


def test_who_is_not_in_the_table_gets_a_login_of_the_name(tmp_path: Path, registry: Registry):
    here = source(people=(person("k1", "Ann Lee"),))
    spec = sound(tmp_path, proposed(registry, here, target()), registry)
    later = replace(here, people=(person("k9", "Late Comer", "", "Late.Comer"),))
    assert logins(spec, later, registry) == {"k9": "late.comer"}


def test_accounts_that_could_be_several_peoples_are_left_to_decide(tmp_path: Path, registry: Registry):
    people = (person("k1", "Ann Lee"), person("k2", "Ann Lee"), person("k3", "Cy Fox"), person("k4", "D", "", "taken"))
    accounts = (
        TargetPerson("al", "Ann Lee"),
        TargetPerson("cy1", "Cy Fox"),
        TargetPerson("cy2", "Cy Fox"),
        TargetPerson("taken", "Mail Owner", "owner@x.example"),
    )
    people = (*people, person("k5", "Owner", "owner@x.example"))
    here = source(people=people)
    proposal = proposed(registry, here, target(people=accounts))
    rows = proposal.draft.document["tables"]["users"]
    assert rows == {"k1": "TODO", "k2": "TODO", "k3": "TODO", "k4": "TODO", "k5": "taken", "*": ""}
    assert "'al' may be any of 2 people" in proposal.draft.remarks[("tables", "users", "k1")]
    assert "cy1, cy2" in proposal.draft.remarks[("tables", "users", "k3")]
    assert "the login is taken: taken (Mail Owner)" in proposal.draft.remarks[("tables", "users", "k4")]
    assert len(read_back(tmp_path, proposal, registry).problems) == 4


def test_many_people_go_into_a_file_beside_the_spec(tmp_path: Path, registry: Registry):
    people = tuple(person(f"k{n}", f'Person, "{n}"\nJr', f"p{n}@x.example", f"p{n}") for n in range(2000))
    accounts = tuple(TargetPerson(f"login{n}", f"P {n}", f"P{n}@x.example") for n in range(0, 2000, 2))
    here = source(people=people)
    proposal = proposed(registry, here, target(people=accounts))
    assert proposal.people is not None
    spec = sound(tmp_path, proposal, registry)
    found = logins(spec, here, registry)
    assert found["k0"] == "login0" and found["k1"] == "p1" and len(found) == 2000


def test_without_a_place_for_a_file_all_people_stand_in_the_spec(registry: Registry):
    here = source(people=tuple(person(f"k{n}") for n in range(100)))
    proposal = proposed(registry, here, target(), people_file=None)
    assert proposal.people is None
    assert len(proposal.draft.document["tables"]["users"]) == 101
