"""Keys that are reproduced: what is a key, how much is filled, what the server gives, and what preflight says of it."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from j2o_core.api import Need, Needs
from j2o_openproject.inspection import OpenProjectInspector
from j2o_openproject.numbering import ProjectNumbering, numbers_by_project
from j2o_openproject.plugin import _WORK_PACKAGES

OPTIONS = Draft202012Validator(_WORK_PACKAGES)
ASKED = {"work_packages": {"reproduce_keys": {"gaps": "25%"}}}


def keys_told(target, **needs):
    found = OpenProjectInspector(target.client).lines(Needs(**{"options": ASKED, **needs}))
    return [(line.status, line.message) for line in found if line.topic == "keys"]


@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("ACME-42", ("ACME", 42)),
        ("A_1-1", ("A_1", 1)),
        ("acme-1", None),
        ("ACME-042", None),
        ("ACME", None),
        ("12", None),
    ],
)
def test_a_key_is_a_name_and_a_number(target, key, part):
    numbering = ProjectNumbering(target.client)
    assert numbering.split(key) == part
    if part is not None:
        assert numbering.called(*part) == key


@pytest.mark.parametrize(
    ("gaps", "takes"), [("25%", (25, 26)), (3, (3, 4)), ("3", (3, 4)), ("0%", (0, 1)), ("12.5%", (12, 13))]
)
def test_so_many_gaps_are_filled_and_no_more(target, gaps, takes):
    numbering = ProjectNumbering(target.client, gaps)
    most, too_many = takes
    assert numbering.takes(most, 100) and not numbering.takes(too_many, 100)


def test_a_server_with_plain_numbers_reproduces_none(target):
    assert "plain numbers" in ProjectNumbering(target.client).refusal()
    assert keys_told(target) == []


def test_the_form_of_a_project_tells_where_no_flag_does(serve, monkeypatch):
    target = serve(settings={"semantic_identifiers": True})
    catalogue = type(target.client.catalogue)
    monkeypatch.setattr(catalogue, "configuration", property(lambda self: {}))
    assert ProjectNumbering(target.client).refusal() == ""


def test_preflight_believes_that_form_too(serve, monkeypatch):
    target = serve(settings={"semantic_identifiers": True})
    get = target.client.get
    silent = {"configuration": {"activeFeatureFlags": []}}
    monkeypatch.setattr(target.client, "get", lambda path, *more: {**get(path, *more), **silent.get(path, {})})
    (found,) = OpenProjectInspector(target.client).prerequisites(Needs((Need("settings", "semantic_identifiers"),)))
    assert found.done, found.note


@pytest.mark.parametrize("semantic", [True, False])
def test_who_may_make_no_project_learns_from_those_that_are_there_how_the_server_numbers(serve, semantic):
    hand = {"first_name": "Ha", "last_name": "Nd", "token": "hand-token"}
    name = "ACME" if semantic else "acme"
    target = serve(
        settings={"semantic_identifiers": semantic},
        users={"hand": hand},
        projects={name: {"name": "Acme", "members": {"hand": ["Member"]}}},
    ).as_user("hand-token")
    assert numbers_by_project(target.client, {}) is semantic


def test_the_newest_number_of_a_project_is_told_without_those_below_it(serve):
    target = serve(settings={"semantic_identifiers": True})
    numbering = ProjectNumbering(target.client)
    above = target.make("projects", {"identifier": "ABOVE", "name": "Above"})
    below = target.make("projects", {"identifier": "BELOW", "name": "Below", "parent": above})
    assert numbering.last(above.id) == 0
    make = target.loader("work_packages").create
    for project in (above, above, below):
        made = make(target.effect("work_packages", {"project": project, "subject": "x", "type": "Task"}))
    assert (made.display, numbering.last(above.id), numbering.last(below.id)) == ("BELOW-1", 2, 1)


def test_preflight_says_project_by_project_whether_keys_will_be_reproduced(serve):
    target = serve(settings={"semantic_identifiers": True})
    project = target.make("projects", {"identifier": "USED", "name": "Used"})
    target.loader("work_packages").create(
        target.effect("work_packages", {"project": project, "subject": "x", "type": "Task"})
    )
    told = keys_told(target, numbers={"FREE": (8, 10), "OPS": (1, 10), "USED": (1, 1)})
    assert told == [
        ("ok", "the keys of FREE will be reproduced, 2 of 10 numbers are gaps"),
        ("error", "the keys of OPS cannot be reproduced, 9 of 10 numbers are gaps"),
        ("warn", "USED is not empty (its newest is USED-1), 0 of 1 numbers are gaps"),
    ]
    assert keys_told(target, projects=("NEW",))[0] == ("ok", "the keys of NEW will be reproduced")
    assert "not known" in keys_told(target, projects=("NEW",))[1][1]


def test_a_filler_has_what_its_project_and_type_may_require_and_nothing_else(target):
    payload = {"project": "p", "type": "Task", "subject": "s", "parent": "x", "cf:Size": 3, "cf:Text": {"rich": 1}}
    made = ProjectNumbering(target.client).filler("ACME-7", payload)
    assert made == {"project": "p", "type": "Task", "subject": "ACME-7 (fills a gap, to be removed)", "cf:Size": 3}


@pytest.mark.parametrize(
    ("semantic", "possible", "impossible"),
    [(True, "ACME_1", "acme"), (False, "acme-1", "ACME"), (True, "A", "NEWPROJECTS")],
)
def test_an_identifier_that_the_server_would_refuse_is_told_before_anything_is_written(
    serve, semantic, possible, impossible
):
    target = serve(settings={"semantic_identifiers": semantic})
    projects = target.loader("projects")
    assert [one.code for one in projects.problems({"identifier": possible, "name": "x"})] == []
    (told,) = projects.problems({"identifier": impossible, "name": "x"})
    assert (told.code, told.field) == ("J2O-O020", "identifier")
    assert list(projects.problems({"identifier": told.suggestion, "name": "x"})) == []


@pytest.mark.parametrize(
    ("semantic", "fitting", "refused", "advice"),
    [(True, "ACME", "acme", "identifier: {steps: null}"), (False, "acme", "ACME", "with the step `identifier`")],
)
def test_preflight_tells_identifiers_that_do_not_fit_how_the_server_numbers(serve, semantic, fitting, refused, advice):
    target = serve(settings={"semantic_identifiers": semantic})

    def told(**names):
        lines = OpenProjectInspector(target.client).lines(Needs(previews={"openproject.projects": names}))
        return [line for line in lines if line.topic == "identifier"]

    (fine,) = told(ACME=fitting)
    (wrong,) = told(ACME=refused, OPS=fitting, A=f"{refused}!", B=f"{refused}.", C=f"{refused} ")
    assert (fine.status, wrong.status) == ("ok", "error")
    assert f"ACME is called '{refused}'" in wrong.message and "and 1 more" in wrong.message
    assert "OPS" not in wrong.message and advice in wrong.advice
    assert told() == told(ACME=None) == []


@pytest.mark.parametrize(
    ("gaps", "is_possible"),
    [(0, True), (500, True), ("12.5%", True), ("100%", True), (-3, False), ("200%", False), ("x", False)],
)
def test_gaps_are_a_number_or_a_share_of_no_more_than_all(gaps, is_possible):
    assert OPTIONS.is_valid({"reproduce_keys": {"gaps": gaps}}) is is_possible
