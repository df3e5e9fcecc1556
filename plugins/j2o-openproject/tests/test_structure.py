"""Users, groups, projects, memberships and versions: the server keeps each single, and we adopt what is there."""

from __future__ import annotations

import pytest

from j2o_core.api import ItemFailed, Taken

HOSTILE = "Ünï çødé 'O’Brien' - Jr."


def person(target, **more):
    number = next(target.numbers)
    payload = {"login": f"P.{number}", "email": f"P{number}@X.example", "firstName": "Zoë", "lastName": HOSTILE}
    return target.effect("users", {**payload, **more})


def test_a_user_is_stored_as_wanted_and_found_again(target):
    users, effect = target.loader("users"), person(target, language="de", admin=False)
    answer = users.create(effect)
    assert answer.differences == ()
    (found,) = users.find(effect)
    assert found.id == answer.id
    assert found.image == answer.image
    assert target.unlike(users, effect, found.image) == []
    assert [one.id for one in target.scanned(users, [], effect)] == [answer.id]


def test_a_second_user_of_one_login_or_address_is_taken(target):
    users, effect = target.loader("users"), person(target)
    answer = users.create(effect)
    by_login = person(target, login=effect.payload["login"].upper())
    by_mail = person(target, email=effect.payload["email"].lower())
    for second in (effect, by_login, by_mail):
        with pytest.raises(Taken):
            users.create(second)
        assert [found.id for found in users.find(second)] == [answer.id]


def test_a_login_wins_over_an_address_of_somebody_else(target):
    users, one, other = target.loader("users"), person(target), person(target)
    first, _ = users.create(one), users.create(other)
    mixed = person(target, login=one.payload["login"], email=other.payload["email"])
    assert [found.id for found in users.find(mixed)] == [first.id]


def test_a_user_that_the_server_refuses_has_failed_and_shows_no_password(target):
    with pytest.raises(ItemFailed) as failure:
        target.loader("users").create(person(target, firstName=""))
    assert "password" not in str(failure.value.detail).lower()


def test_users_are_locked_and_unlocked_at_the_finish_and_doing_it_twice_is_fine(target):
    users, effect = target.loader("users"), person(target)
    answer = users.create(effect)
    assert "locked" not in users.image(effect)
    for locked in (True, True, False, False):
        finish = target.effect("users", {**effect.payload, "locked": locked}, fields=frozenset({"locked"}))
        done = users.update(finish, users.read(answer.id))
        assert done.differences == ()
        assert users.read(answer.id).image["locked"] is locked


def test_a_user_is_renamed(target):
    users, effect = target.loader("users"), person(target)
    answer = users.create(effect)
    change = target.effect("users", {**effect.payload, "firstName": "Anna"}, fields=frozenset({"firstName"}))
    assert users.update(change, users.read(answer.id)).image["firstName"] == "Anna"


def test_an_invited_user_needs_no_password(target):
    effect = person(target, status="invited")
    assert target.loader("users").create(effect).image["status"] == "invited"


def test_users_are_deleted_where_that_is_allowed_and_told_how_to_allow_it_elsewhere(target, generous):
    allowed = generous.loader("users")
    answer = allowed.create(person(generous))
    allowed.delete(answer.id)
    allowed.delete(answer.id)
    refused = target.loader("users")
    with pytest.raises(ItemFailed, match="lock the account"):
        refused.delete(refused.create(person(target)).id)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("login", "557058:abc"),
        ("email", "nobody"),
        ("status", "locked"),
        ("lastName", "x" * 257),
    ],
)
def test_what_the_server_would_refuse_of_a_user_is_told_before(target, field, value):
    payload = {**person(target).payload, field: value}
    assert [problem.field for problem in target.loader("users").problems(payload)] == [field]


def test_notes_on_a_user_are_told_as_stored_nowhere(target):
    users = target.loader("users")
    effect = target.effect("users", person(target).payload, notes=[("Nickname", "Zo")])
    (difference,) = users.create(effect).differences
    assert (difference.field, difference.sent, difference.stored) == ("Nickname", "Zo", None)


def test_a_group_is_found_by_its_name_and_its_members_are_written(target):
    groups, one, other = target.loader("groups"), target.user(), target.user()
    effect = target.effect("groups", {"name": f"Dévs {next(target.numbers)}", "members": [other, one, one]})
    answer = groups.create(effect)
    assert answer.differences == ()
    assert answer.image["members"] == [one.id, other.id]
    (found,) = groups.find(effect)
    assert (found.id, target.unlike(groups, effect, found.image)) == (answer.id, [])
    with pytest.raises(Taken):
        groups.create(effect)
    fewer = target.effect("groups", {**effect.payload, "members": [one]}, fields=frozenset({"members"}))
    assert groups.update(fewer, found).image["members"] == [one.id]
    groups.delete(answer.id)
    groups.delete(answer.id)
    assert groups.find(effect) == []


def test_a_project_is_stored_as_wanted_with_what_had_no_field(target):
    projects, parent = target.loader("projects"), target.project()
    payload = {
        "identifier": f"acme-{next(target.numbers)}",
        "name": HOSTILE,
        "public": False,
        "parent": parent,
        "description": target.rich("One *line*", "#12 and <b>"),
        "createdAt": "2019-01-02T03:04:05.000+0100",
    }
    effect = target.effect("projects", payload, notes=[("Lead", "Ann #5"), ("Category", "a\nb")])
    answer = projects.create(effect)
    assert answer.differences == ()
    assert "Preserved from acme" in answer.image["description"]
    assert "createdAt" not in projects.image(effect)
    (found,) = projects.find(effect)
    assert (found.id, target.unlike(projects, effect, found.image)) == (answer.id, [])
    assert [one.id for one in target.scanned(projects, [], effect)] == [answer.id]
    with pytest.raises(Taken):
        projects.create(effect)


def test_where_history_can_be_written_a_project_keeps_its_age(generous):
    projects = generous.loader("projects")
    payload = {"identifier": f"old-{next(generous.numbers)}", "name": "Old", "createdAt": "2011-01-02T03:04:05+0100"}
    effect = generous.effect("projects", payload)
    answer = projects.create(effect)
    assert answer.differences == ()
    assert answer.image["createdAt"] == "2011-01-02T02:04:05Z"


def test_a_project_that_answers_to_a_former_identifier_is_another_one(target):
    projects, old = target.loader("projects"), f"was-{next(target.numbers)}"
    effect = target.effect("projects", {"identifier": old, "name": "Renamed"})
    answer = projects.create(effect)
    target.client.patch(f"projects/{answer.id}", {"identifier": f"is-{old}"})
    assert list(projects.find(effect)) == []


def test_a_project_is_archived_at_the_finish_only(target):
    projects = target.loader("projects")
    payload = {"identifier": f"done-{next(target.numbers)}", "name": "Done", "active": False}
    effect = target.effect("projects", payload)
    answer = projects.create(effect)
    assert answer.image["active"] is True
    finish = target.effect("projects", payload, fields=frozenset({"active"}))
    assert projects.update(finish, projects.read(answer.id)).image["active"] is False


@pytest.mark.parametrize("identifier", ["ACME Shop", "12345", "new", "ä", "ELEVENCHARS", "x" * 101])
def test_an_identifier_that_the_server_would_refuse_is_told_before(target, identifier):
    payload = {"identifier": identifier, "name": "x"}
    assert [problem.field for problem in target.loader("projects").problems(payload)] == ["identifier"]


def test_a_membership_is_single_and_named_by_project_and_person(target):
    memberships, project, user = target.loader("memberships"), target.project(), target.user()
    effect = target.effect("memberships", {"project": project, "user": user, "roles": ["member", "Reader"]})
    answer = memberships.create(effect)
    assert answer.differences == ()
    assert answer.image["roles"] == ["Member", "Reader"]
    (found,) = memberships.find(effect)
    assert (found.id, target.unlike(memberships, effect, found.image)) == (answer.id, [])
    assert [one.id for one in target.scanned(memberships, [project.id], effect)] == [answer.id]
    with pytest.raises(Taken):
        memberships.create(effect)


def test_roles_beside_those_of_a_group_are_added_to_what_is_inherited(target):
    memberships, project, user = target.loader("memberships"), target.project(), target.user()
    group = target.make("groups", {"name": f"G{next(target.numbers)}", "members": [user]})
    memberships.create(target.effect("memberships", {"project": project, "group": group, "roles": ["Reader"]}))
    effect = target.effect("memberships", {"project": project, "user": user, "roles": ["Member"]})
    answer = memberships.create(effect)
    assert answer.differences == ()
    assert answer.image["roles"] == ["Member", "Reader"]


def test_roles_that_come_through_a_group_later_are_no_drift(target):
    memberships, project, user = target.loader("memberships"), target.project(), target.user()
    answer = memberships.create(target.effect("memberships", {"project": project, "user": user, "roles": ["Member"]}))
    group = target.make("groups", {"name": f"G{next(target.numbers)}", "members": [user]})
    memberships.create(target.effect("memberships", {"project": project, "group": group, "roles": ["Reader"]}))
    now = memberships.read(answer.id).image
    assert now["roles"] == ["Member", "Reader"]
    assert {name for name, value in answer.image.items() if now[name] != value} <= set(memberships.shared_fields)


def test_roles_that_others_gave_stay(target):
    memberships, project, user = target.loader("memberships"), target.project(), target.user()
    target.member(project, user, "Reader")
    effect = target.effect("memberships", {"project": project, "user": user, "roles": ["Member"]})
    (found,) = memberships.find(effect)
    assert memberships.update(effect, found).image["roles"] == ["Member", "Reader"]


def test_a_locked_user_cannot_become_a_member_and_the_message_says_so(target):
    project, user = target.project(), target.user()
    target.client.post(f"users/{user.id}/lock", {})
    effect = target.effect("memberships", {"project": project, "user": user, "roles": ["Member"]})
    with pytest.raises(ItemFailed, match="locked"):
        target.loader("memberships").create(effect)


def test_an_unknown_role_is_told_with_the_nearest_one(target):
    (problem,) = target.loader("memberships").problems({"roles": ["Membr"]})
    assert problem.suggestion == "Member"


def test_memberships_end(target):
    memberships, project, user = target.loader("memberships"), target.project(), target.user()
    effect = target.effect("memberships", {"project": project, "user": user, "roles": ["Member"]})
    answer = memberships.create(effect)
    memberships.delete(answer.id)
    memberships.delete(answer.id)
    assert list(memberships.find(effect)) == []


def test_a_version_is_single_in_its_project_and_stays_open_until_the_finish(target):
    versions, project = target.loader("versions"), target.project()
    payload = {
        "project": project,
        "name": "1.0 – „Über“",
        "description": "first",
        "startDate": "2020-01-01",
        "endDate": "2020-02-01",
        "status": "closed",
    }
    effect = target.effect("versions", payload)
    answer = versions.create(effect)
    assert answer.differences == ()
    assert answer.image["status"] == "open"
    (found,) = versions.find(effect)
    assert (found.id, target.unlike(versions, effect, found.image)) == (answer.id, [])
    assert [one.id for one in target.scanned(versions, [project.id], effect)] == [answer.id]
    shouted = target.effect("versions", {**payload, "name": payload["name"].upper()})
    with pytest.raises(Taken):
        versions.create(shouted)
    assert [one.id for one in versions.find(shouted)] == [answer.id]
    finish = target.effect("versions", payload, fields=frozenset({"status"}))
    assert versions.update(finish, found).image["status"] == "closed"


def test_two_projects_may_have_versions_of_one_name(target):
    versions = target.loader("versions")
    one, other = (target.effect("versions", {"project": target.project(), "name": "1.0"}) for _ in range(2))
    first, second = versions.create(one), versions.create(other)
    assert [found.id for found in versions.find(one)] == [first.id]
    assert [found.id for found in versions.find(other)] == [second.id]


def test_what_a_version_or_project_has_no_more_is_emptied(target):
    project = target.project(parent=target.project(), description="x")
    versions, projects = target.loader("versions"), target.loader("projects")
    payload = {"project": project, "name": "1.0", "description": "x", "endDate": "2020-01-01"}
    answer = versions.create(target.effect("versions", payload))
    fewer = {"project": project, "name": "1.0"}
    change = target.effect("versions", fewer, fields=frozenset({"description", "endDate"}))
    done = versions.update(change, versions.read(answer.id))
    assert (done.differences, done.image["description"], done.image["endDate"]) == ((), "", None)
    row = projects.read(project.id)
    named = {"identifier": row.image["identifier"], "name": "x"}
    done = projects.update(target.effect("projects", named, fields=frozenset({"description", "parent"})), row)
    assert (done.differences, done.image["description"], done.image["parent"]) == ((), "", None)


def test_days_in_the_wrong_order_are_told_before(target):
    payload = {"name": "x", "startDate": "2020-02-01", "endDate": "2020-01-01", "status": "done"}
    assert {problem.field for problem in target.loader("versions").problems(payload)} == {"endDate", "status"}


def test_signs_that_no_name_may_have_are_replaced_and_told(target):
    users, effect = target.loader("users"), person(target, firstName="Ann [ops]", lastName="http://x:y <z>")
    answer = users.create(effect)
    assert [(one.field, one.stored) for one in answer.differences] == [
        ("firstName", "Ann (ops)"),
        ("lastName", "http---x-y (z)"),
    ]
    assert target.unlike(users, effect, answer.image) == []


def test_projects_are_written_one_after_the_other(target):
    projects = target.loader("projects")
    assert projects.lane("acme/projects/1", "", "", {}) == projects.lane("acme/projects/2", "", "", {})


def test_an_address_without_a_dot_is_one_and_a_refused_one_says_what_to_do(target):
    users = target.loader("users")
    payload = {"login": "intra", "email": "intra@intranet", "firstName": "In", "lastName": "Tra"}
    assert list(users.problems(payload)) == []
    assert users.create(target.effect("users", payload)).image["email"] == "intra@intranet"
    masked = {**payload, "login": "masked", "email": "jane at acme dot example"}
    assert [problem.code for problem in users.problems(masked)] == ["J2O-O002"]
    with pytest.raises(ItemFailed, match=r"ends in \.invalid\)\. .* the next run makes the account"):
        users.create(target.effect("users", masked))
