"""``j2o plan``: what a run would do, told before anything is written, and carried out exactly so or not at all."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any, Iterator

import pytest
import requests

from ..exactly_once import assert_exactly_once
from ..running import Ended, Migration, explained, sandbox
from .test_frozen_spec import writes

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("plan")]

SPEC = "apiVersion: j2o/v1\nkind: Migration\nname: demo\nextends: j2o:demo\n"
RENAMED = SPEC + 'entities: {work_packages: {map: {subject: {from: null, value: "{{ item.key }} renamed"}}}}\n'


@pytest.fixture(scope="module")
def planning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Migration]:
    folder = tmp_path_factory.mktemp("plan")
    spec = folder / "spec.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    with sandbox(projects=1, issues=8, seed=11) as made:
        yield Migration(made, folder / "home", str(spec))


_changes = itertools.count(1)


def planned(migration: Migration, *arguments: str, code: int = 0) -> dict[str, Any]:
    ended = migration.command("plan", migration.spec, "--json", "-q", *arguments)
    assert ended.returncode == code, ended.stderr
    return dict(json.loads(ended.stdout))


def only_forms(migration: Migration) -> bool:
    """Whether nothing was sent that could change the target."""
    return all(name.endswith("/form") for name in writes(migration.sandbox))


def update_subject(migration: Migration) -> None:
    """Somebody changes a work package on the target."""
    openproject = migration.sandbox.openproject
    row = openproject.state("work_packages")["work_packages"][0]
    answer = requests.patch(
        f"{openproject.url}/api/v3/work_packages/{row['id']}",
        json={"lockVersion": row["lockVersion"], "subject": f"changed by hand, {next(_changes)}"},
        auth=("apikey", migration.sandbox.running.openproject["api_key"]),
        timeout=30,
    )
    assert answer.status_code == 200, answer.text


def refused(ended: Ended, why: str) -> None:
    assert ended.exit_code == 5, explained(ended)
    assert "stale" in ended.errors and why in ended.errors


def test_a_plan_is_counted_reviewed_carried_out_and_never_twice(planning: Migration, tmp_path: Path):
    file, page = tmp_path / "plan.json", tmp_path / "plan.html"
    found = planned(planning, "-o", str(file), "--report", str(page), "--server-check", "all")
    assert only_forms(planning)
    for counts in found["entities"].values():
        assert counts["source"] == sum(number for name, number in counts.items() if name != "source")
    assert found["entities"]["work_packages"]["create"] > 0 and not found["stopped"]
    asked = found["server_check"]["entities"]
    assert asked["projects"] == {"offered": True, "planned": 1, "asked": 1, "refused": 0, "waiting": 0}
    assert asked["work_packages"]["waiting"] == asked["work_packages"]["planned"], "their project is not there yet"
    assert asked["comments"]["offered"] is False
    document = json.loads(file.read_text(encoding="utf-8"))
    total = sum(counts["create"] + counts["update"] for counts in found["entities"].values())
    assert len(document["effects"]) == total
    assert {one["undo"] for one in document["effects"]} <= {"exact", "compensating", "impossible"}
    assert "What a run would do" in page.read_text(encoding="utf-8")

    ended = planning.run("--until", "structure")
    assert ended.exit_code == 0, explained(ended)
    assert ended.entities["projects"]["created"] == 1
    assert ended.entities["work_packages"]["left"] == found["entities"]["work_packages"]["create"]
    assert not planning.sandbox.openproject.state("work_packages")["work_packages"]
    redirects = (Path(planning.home) / "reports" / f"{ended.run}-redirects.csv").read_text(encoding="utf-8")
    assert "\nprojects,SHOP," in redirects
    refused(planning.run("--plan", str(file)), ended.run)

    left = planned(planning, "-o", str(file), "--server-check", "sample", "--entity", "work_packages", "--diff")
    assert left["under_way"] and left["run"] == ended.run
    asked = left["server_check"]["entities"]["work_packages"]
    assert asked["asked"] == asked["planned"] and asked["refused"] == 0
    subjects = [change["after"] for one in left["effects"] for change in one["diff"] if change["field"] == "subject"]
    assert len(subjects) == asked["planned"]

    whole = planning.run("--plan", str(file))
    assert (whole.exit_code, whole.run) == (0, ended.run), explained(whole)
    assert_exactly_once(planning.sandbox, whole)
    refused(planning.run("--plan", str(file)), "carried out")


def test_what_no_policy_covers_stops_plan_and_run_before_any_write_with_the_row_to_change(
    planning: Migration, tmp_path: Path
):
    spec = tmp_path / "wrong.yaml"
    spec.write_text(SPEC + 'tables: {statuses: {To Do: QA, Done: QA, In Progress: QA, "*": QA}}\n', encoding="utf-8")
    wrong = Migration(planning.sandbox, planning.home, str(spec))
    before = writes(planning.sandbox)
    found = planned(wrong, "-o", str(tmp_path / "plan.json"), code=1)
    assert found["stopped"] and found["file"] is None and not (tmp_path / "plan.json").exists()
    for one in found["stops"]:
        assert one["code"] == "J2O-O010" and "no status 'QA' (expected: New," in one["message"]
        assert one["place"].startswith(f"{spec}:5:") and one["next"] and one["count"] >= len(one["keys"]) > 0
    ended = wrong.run()
    assert ended.exit_code == 1 and "stopped by the check" in ended.errors, explained(ended)
    assert writes(planning.sandbox) == before
    spec.write_text(spec.read_text(encoding="utf-8") + "entities: {work_packages: {on_fail: fail}}\n", encoding="utf-8")
    found = planned(wrong, code=1)
    assert not found["stopped"] and found["entities"]["work_packages"]["fail"] > 0


@pytest.mark.long
def test_a_sample_is_read_back_and_a_change_in_it_found(planning: Migration):
    def verified(*arguments: str) -> tuple[int, dict[str, Any]]:
        ended = planning.command("verify", planning.spec, "--json", "-q", *arguments)
        return ended.returncode, json.loads(ended.stdout)

    planning.run()
    code, found = verified("--sample", "3")
    assert (code, found["sample"], found["findings"]) == (0, 3, [])
    assert all(1 <= number <= 3 for number in found["checked"].values())
    assert {"users", "projects", "work_packages", "comments"} <= set(found["checked"])
    update_subject(planning)
    code, found = verified("--sample", "100")
    assert code == 1
    (finding,) = found["findings"]
    assert (finding["code"], finding["entity"], finding["field"]) == ("J2O-V001", "work_packages", "subject")


@pytest.mark.long
def test_an_update_is_shown_field_by_field_and_the_plan_refused_once_the_target_has_changed(
    planning: Migration, tmp_path: Path
):
    file, spec = tmp_path / "plan.json", Path(planning.spec)
    planning.run()
    spec.write_text(RENAMED, encoding="utf-8")
    before = writes(planning.sandbox)
    found = planned(planning, "-o", str(file), "--entity", "work_packages", "--diff", "--server-check", "all")
    number = found["entities"]["work_packages"]["update"]
    assert number > 0 and found["entities"]["work_packages"]["create"] == 0
    for one in found["effects"]:
        (change,) = [change for change in one["diff"] if change["field"] == "subject"]
        assert "subject" in one["fields"], "with the description, which keeps the summary now"
        assert change["after"] == f"{one['key']} renamed" and change["before"] not in (None, change["after"])
    assert found["server_check"]["entities"]["work_packages"]["asked"] == number
    (single,) = planned(planning, "--item", found["effects"][0]["key"], "--entity", "work_packages")["effects"]
    assert single == found["effects"][0]
    found = planned(planning, "-o", str(file))
    assert {name: count for name, count in writes(planning.sandbox).items() if not name.endswith("form")} == {
        name: count for name, count in before.items() if not name.endswith("form")
    }
    spec.write_text(SPEC, encoding="utf-8")
    refused(planning.run("--plan", str(file)), "the spec")
    spec.write_text(RENAMED, encoding="utf-8")
    update_subject(planning)
    refused(planning.run("--plan", str(file)), "changed on the target")


@pytest.mark.long
def test_a_plan_whose_run_was_stopped_goes_on_with_the_same_file(planning: Migration, tmp_path: Path):
    file, spec = tmp_path / "plan.json", Path(planning.spec)
    planning.run()  # another test may have left a run in the middle
    more = '{projects: {map: {name: {from: null, value: "{{ item.key }} again"}}}, work_packages'
    spec.write_text(RENAMED.replace("{work_packages", more), encoding="utf-8")
    planned(planning, "-o", str(file))
    first = planning.run("--plan", str(file), "--until", "structure")
    assert first.exit_code == 0, explained(first)
    projects, work_packages = first.entities["projects"], first.entities["work_packages"]
    assert projects["created"] + projects["updated"] == 1 and work_packages["left"] > 0
    again = planning.run("--plan", str(file))
    # What another test has changed by hand is left as it is, and told: that is no reason to refuse the plan.
    assert (again.run, again.entities["work_packages"]["left"]) == (first.run, 0), explained(again)
    refused(planning.run("--plan", str(file)), "carried out")


def test_what_is_no_plan_is_refused_with_what_to_do(planning: Migration, tmp_path: Path):
    for name, text in (("absent.json", None), ("other.json", "{}"), ("broken.json", "{")):
        file = tmp_path / name
        if text is not None:
            file.write_text(text, encoding="utf-8")
        ended = planning.run("--plan", str(file))
        assert ended.exit_code == 2 and "j2o plan SPEC -o" in ended.errors
    for wrong in (["--until", "verify"], ["--until", "structure", "--finish"], ["--plan", "x", "--fresh"]):
        assert planning.run(*wrong).exit_code == 2
