"""What POST work_packages does that one would not expect."""

from __future__ import annotations

import pytest


def statuses_of(client):
    return client.by_name("statuses")


def test_a_new_work_package_is_a_201(fresh, project):
    answer = fresh.call("POST", "work_packages", fresh.payload(project))
    assert answer.status_code == 201
    assert answer.json()["lockVersion"] == 0


def test_unknown_properties_are_ignored(fresh, project):
    made = fresh.work_package(project, nonsense=1, customField999="x", spentTime="PT1H")
    assert "nonsense" not in made
    assert "customField999" not in made


def test_a_custom_field_that_is_not_active_for_the_type_is_not_stored(furnished, template, fields):
    made = furnished.work_package(template, **{fields["Bugs only"]: "lost"})
    assert fields["Bugs only"] not in made
    bug = furnished.by_name("types")["Bug"]
    kept = furnished.work_package(template, links={"type": bug}, **{fields["Bugs only"]: "kept"})
    assert kept[fields["Bugs only"]] == "kept"


def test_a_custom_field_that_is_not_active_in_the_project_is_not_stored(furnished, fields):
    # A new project has the fields of its types; an archetype without the type Task has not.
    project = furnished.project()
    assert furnished.work_package(project, **{fields["Local origin"]: "a"})[fields["Local origin"]] == "a"
    bare = furnished.by_name("types")["Bare"]
    made = furnished.work_package(project, links={"type": bare}, **{fields["Local origin"]: "a"})
    assert fields["Local origin"] not in made


def test_a_status_outside_the_workflow_is_silently_replaced(fresh, project):
    wanted = statuses_of(fresh)["Tested"]
    made = fresh.work_package(project, links={"status": wanted})
    assert made["_links"]["status"]["title"] == "New"


def test_any_status_of_the_workflow_is_accepted_on_create(furnished, template):
    closed = statuses_of(furnished)["Closed"]
    made = furnished.work_package(template, links={"status": closed})
    assert made["_links"]["status"]["title"] == "Closed"


def test_dates_on_days_off_shift(fresh, project):
    made = fresh.work_package(project, startDate="2026-01-03", dueDate="2026-01-04")  # Saturday, Sunday
    assert (made["startDate"], made["dueDate"], made["duration"]) == ("2026-01-05", "2026-01-05", "P1D")


def test_dates_stay_where_days_off_are_ignored(fresh, project):
    made = fresh.work_package(project, startDate="2026-01-03", dueDate="2026-01-04", ignoreNonWorkingDays=True)
    assert (made["startDate"], made["dueDate"], made["duration"]) == ("2026-01-03", "2026-01-04", "P2D")


def test_holidays_shift_too(serve):
    client = serve("settings: {holidays: ['2026-01-06']}")
    assert client.work_package(client.project(), dueDate="2026-01-06")["dueDate"] == "2026-01-07"


def test_omitted_dates_come_from_the_parent_and_null_ones_do_not(fresh, project):
    parent = fresh.work_package(project, startDate="2026-02-02", dueDate="2026-02-06")
    link = {"parent": parent["_links"]["self"]}
    heir = fresh.work_package(project, links=link)
    assert (heir["startDate"], heir["dueDate"]) == ("2026-02-02", "2026-02-06")
    without = fresh.work_package(project, links=link, startDate=None, dueDate=None)
    assert (without["startDate"], without["dueDate"]) == (None, None)


def test_an_omitted_start_is_today_where_the_setting_says_so(serve):
    client = serve("settings: {start_date_is_today: true, non_working_days: []}")
    project = client.project()
    made = client.work_package(project)
    assert made["startDate"] == made["createdAt"][:10]
    assert client.work_package(project, startDate=None)["startDate"] is None


def test_a_milestone_has_one_date(fresh, project):
    milestone = fresh.by_name("types")["Milestone"]
    made = fresh.work_package(project, links={"type": milestone}, date="2026-03-02")
    assert made["date"] == "2026-03-02"
    assert "startDate" not in made
    assert "duration" not in made


def test_start_due_and_duration_must_agree(fresh, project):
    dates = {"startDate": "2026-01-05", "dueDate": "2026-01-09"}
    assert fresh.work_package(project, **dates, duration="P5D")["duration"] == "P5D"
    for duration in ("P4D", "P6D"):
        body = fresh.payload(project, **dates, duration=duration)
        assert fresh.refused("POST", "work_packages", body) == (422, "PropertyConstraintViolation", "duration")


def test_the_third_of_start_due_and_duration_is_derived(fresh, project):
    assert fresh.work_package(project, startDate="2026-01-05", duration="P6D")["dueDate"] == "2026-01-12"
    assert fresh.work_package(project, dueDate="2026-01-12", duration="P6D")["startDate"] == "2026-01-05"


def test_a_due_date_before_the_start_is_refused(fresh, project):
    body = fresh.payload(project, startDate="2026-01-09", dueDate="2026-01-05")
    assert fresh.refused("POST", "work_packages", body) == (422, "PropertyConstraintViolation", "dueDate")


def test_a_blank_description_gets_the_type_s_default_text(furnished, template, fields):
    story = furnished.by_name("types")["Story"]
    for description in (None, {"raw": ""}, {"raw": "  "}, {"raw": "As a user\nI want"}):
        made = furnished.work_package(
            template, links={"type": story}, description=description, **{fields["Needed"]: "x"}
        )
        assert made["description"]["raw"] == "As a user I want"
    own = furnished.work_package(
        template, links={"type": story}, description={"raw": "mine"}, **{fields["Needed"]: "x"}
    )
    assert own["description"]["raw"] == "mine"


def test_a_version_must_be_open_and_shared(fresh, project):
    def version(home, status):
        link = {"definingProject": home["_links"]["self"]}
        return fresh.post("versions", {"name": f"{status} {home['id']}", "status": status, "_links": link})

    for bad in (version(project, "closed"), version(project, "locked"), version(fresh.project(), "open")):
        body = fresh.payload(project, links={"version": bad["_links"]["self"]})
        assert fresh.refused("POST", "work_packages", body) == (422, "PropertyConstraintViolation", "version")
    good = version(project, "open")
    assert fresh.work_package(project, links={"version": good["_links"]["self"]})["_links"]["version"]["title"]


@pytest.mark.parametrize("attribute", ["assignee", "responsible"])
def test_people_must_be_unlocked_members_with_an_assignable_role(furnished, template, attribute):
    stranger = furnished.user()
    looker = furnished.member(template, "Looker")
    locked = furnished.member(template)
    furnished.post(f"users/{locked['id']}/lock", {})
    for person in (stranger, looker, locked):
        body = furnished.payload(template, links={attribute: person["_links"]["self"]})
        assert furnished.refused("POST", "work_packages", body) == (422, "PropertyConstraintViolation", attribute)
    member = furnished.member(template)
    made = furnished.work_package(template, links={attribute: member["_links"]["self"]})
    assert made["_links"][attribute]["title"] == member["name"]


def test_the_token_user_watches_what_it_creates(fresh, project):
    made = fresh.work_package(project)
    path = f"work_packages/{made['id']}/watchers"
    assert [row["login"] for row in fresh.elements(path)] == ["admin"]
    assert fresh.call("DELETE", f"{path}/4").status_code == 204
    assert fresh.elements(path) == []


def test_required_custom_fields_fail_on_create(furnished, template, fields):
    story = furnished.by_name("types")["Story"]
    body = furnished.payload(template, links={"type": story})
    assert furnished.refused("POST", "work_packages", body) == (422, "PropertyConstraintViolation", fields["Needed"])
    body[fields["Needed"]] = "not matching"
    assert furnished.refused("POST", "work_packages", body)[2] == fields["Needed"]


@pytest.mark.parametrize("subject", ["", "   ", None, "s" * 256])
def test_a_subject_has_1_to_255_characters(fresh, project, subject):
    body = fresh.payload(project, subject=subject)
    assert fresh.refused("POST", "work_packages", body) == (422, "PropertyConstraintViolation", "subject")


def test_255_characters_of_any_script_are_a_subject(fresh, project):
    assert fresh.work_package(project, subject="ü" * 255)["subject"] == "ü" * 255


@pytest.mark.parametrize(
    ("links", "attribute"),
    [
        ({"type": {"href": "/api/v3/types/999"}}, "type"),
        ({"status": {"href": "/api/v3/statuses/999"}}, "status"),
        ({"priority": {"href": "/api/v3/priorities/999"}}, "priority"),
        ({"parent": {"href": "/api/v3/work_packages/999999"}}, "parent"),
        ({"category": {"href": "/api/v3/categories/999"}}, "category"),
        ({"version": {"href": "/api/v3/versions/999"}}, "version"),
        ({"assignee": {"href": "/api/v3/users/999999"}}, "assignee"),
    ],
)
def test_links_to_what_does_not_exist_are_refused(fresh, project, links, attribute):
    body = fresh.payload(project, links=links)
    assert fresh.refused("POST", "work_packages", body) == (422, "PropertyConstraintViolation", attribute)


def test_a_work_package_needs_a_project(fresh):
    code, _, attributes = fresh.refused("POST", "work_packages", {"subject": "x"})
    assert code == 422
    assert "project" in attributes


def test_a_category_must_be_of_the_project(furnished, template, fields):
    category = furnished.elements(f"projects/{template['id']}/categories")[0]["_links"]["self"]
    assert furnished.work_package(template, links={"category": category})["_links"]["category"]["title"] == "Backend"
    body = furnished.payload(furnished.project(), links={"category": category})
    assert furnished.refused("POST", "work_packages", body)[2] == "category"


def test_a_milestone_cannot_be_a_parent(fresh, project):
    milestone = fresh.work_package(project, links={"type": fresh.by_name("types")["Milestone"]})
    body = fresh.payload(project, links={"parent": milestone["_links"]["self"]})
    assert fresh.refused("POST", "work_packages", body) == (422, "PropertyConstraintViolation", "parent")


def test_a_parent_in_another_project_needs_the_setting(fresh, project, serve):
    other = fresh.work_package(fresh.project())
    assert fresh.work_package(project, links={"parent": other["_links"]["self"]})["_links"]["parent"]["href"]
    strict = serve("settings: {cross_project_relations: false}")
    parent = strict.work_package(strict.project())
    body = strict.payload(strict.project(), links={"parent": parent["_links"]["self"]})
    assert strict.refused("POST", "work_packages", body)[2] == "parent"


def test_automatic_scheduling_needs_predecessors_or_children(fresh, project):
    body = fresh.payload(project, scheduleManually=False)
    assert fresh.refused("POST", "work_packages", body) == (422, "PropertyConstraintViolation", "scheduleManually")
    assert fresh.work_package(project)["scheduleManually"] is True


def test_author_and_time_of_creation_are_read_only_unless_the_setting_is_on(fresh, project):
    user = fresh.user()
    body = fresh.payload(project, createdAt="2019-01-02T03:04:05Z", links={"author": user["_links"]["self"]})
    assert fresh.refused("POST", "work_packages", body) == (422, "MultipleErrors", ["author", "createdAt"])
    single = fresh.payload(project, createdAt="2019-01-02T03:04:05Z")
    assert fresh.refused("POST", "work_packages", single) == (422, "PropertyIsReadOnly", "createdAt")


def test_with_the_setting_author_and_time_are_written_and_the_journal_tells_the_truth(furnished, template):
    user = furnished.user()
    made = furnished.work_package(
        template, createdAt="2019-01-02T03:04:05+01:00", links={"author": user["_links"]["self"]}
    )
    assert made["createdAt"] == "2019-01-02T02:04:05.000Z"
    assert made["updatedAt"] > "2025"
    assert made["_links"]["author"]["title"] == user["name"]
    entry = furnished.elements(f"work_packages/{made['id']}/activities")[0]
    assert entry["_links"]["user"]["href"] == "/api/v3/users/4"
    assert entry["createdAt"] > "2025"


def test_updated_at_is_never_writable(furnished, template):
    body = furnished.payload(template, updatedAt="2019-01-02T03:04:05Z")
    assert furnished.refused("POST", "work_packages", body) == (422, "PropertyIsReadOnly", "updatedAt")


def test_the_form_tells_whether_history_is_writable_and_never_that_the_author_is(fresh, furnished, project, template):
    for client, home, writable in ((fresh, project, False), (furnished, template, True)):
        form = client.post("work_packages/form", {"_links": {"project": home["_links"]["self"]}})
        schema = form["_embedded"]["schema"]
        assert schema["createdAt"]["writable"] is writable
        assert schema["author"]["writable"] is False


def test_a_form_validates_and_stores_nothing(fresh, project):
    before = len(fresh.state("work_packages")["work_packages"])
    form = fresh.post("work_packages/form", fresh.payload(project, subject=""))
    assert form["_embedded"]["validationErrors"]["subject"]["errorIdentifier"].endswith("PropertyConstraintViolation")
    good = fresh.post("work_packages/form", fresh.payload(project))
    assert good["_embedded"]["validationErrors"] == {}
    assert good["_links"]["commit"]["href"] == "/api/v3/work_packages"
    assert len(fresh.state("work_packages")["work_packages"]) == before


def test_a_sprint_needs_the_backlogs_module_of_its_project(furnished, template):
    sprint = furnished.elements(f"projects/{template['id']}/sprints")[0]["_links"]["self"]
    made = furnished.work_package(template, links={"sprint": sprint}, storyPoints=5)
    assert made["_links"]["sprint"]["title"] == "Sprint 1"
    assert made["storyPoints"] == 5
    body = furnished.payload(furnished.project(), links={"sprint": sprint})
    assert furnished.refused("POST", "work_packages", body)[2] == "sprint"


def test_a_reader_may_not_create(furnished, template):
    reader = type(furnished)(furnished.running, "reader-token")
    body = furnished.payload(template, subject="")
    assert reader.refused("POST", "work_packages", body)[:2] == (403, "MissingPermission")
    assert reader.refused("GET", f"projects/{template['id']}")[0] == 404


def test_notify_false_keeps_mails_back_and_only_exactly_so(fresh, project):
    member = fresh.member(project)
    links = {"assignee": member["_links"]["self"]}

    def mails():
        return fresh.state("mails")["mails"].get("work package created", 0)

    before = mails()
    fresh.work_package(project, links=links)
    assert mails() == before
    for path in ("work_packages?notify=False", "work_packages?notify=0", "work_packages"):
        fresh.work_package(project, path, links=links)
    assert mails() == before + 3


def test_a_description_as_a_string_is_lost_without_a_word(fresh, project):
    assert fresh.work_package(project, description="plain text")["description"]["raw"] in (None, "")


def test_a_span_of_millennia_does_not_hold_the_server_up(fresh, project):
    made = fresh.work_package(project, startDate="0001-01-01", dueDate="9999-12-31")
    assert made["duration"] == "P2608615D"
    body = fresh.payload(project, startDate="2026-01-05", duration="P99999999D")
    assert fresh.refused("POST", "work_packages", body)[2] == "duration"
