"""Users, groups, memberships."""

from __future__ import annotations

import json

import pytest

PERSON = {"login": "x", "email": "x@example.org", "firstName": "X", "lastName": "Y", "status": "active"}


def test_an_active_user_needs_a_password(fresh):
    assert fresh.refused("POST", "users", PERSON) == (422, "PropertyConstraintViolation", "password")


@pytest.mark.parametrize("password", ["Short-1a", "alllowercase-1", "NoDigits-here", "NoSpecial111"])
def test_a_password_must_keep_the_policy(fresh, password):
    body = {**PERSON, "password": password}
    assert fresh.refused("POST", "users", body) == (422, "PropertyConstraintViolation", "password")


def test_a_user_with_identity_url_needs_no_password(fresh):
    body = {**PERSON, "login": "sso1", "email": "sso1@example.org", "identityUrl": "keycloak:1"}
    assert fresh.post("users", body)["status"] == "active"


def test_an_invited_user_needs_a_mail_address_only_and_is_sent_a_mail(fresh):
    before = fresh.state("mails")["mails"].get("user invited", 0)
    made = fresh.post("users", {"email": "guest1@example.org", "status": "invited"})
    assert (made["login"], made["status"]) == ("guest1@example.org", "invited")
    assert fresh.state("mails")["mails"]["user invited"] == before + 1


@pytest.mark.parametrize("status", ["locked", "registered", "deleted"])
def test_a_user_cannot_be_created_in_another_status(fresh, status):
    body = {**PERSON, "status": status, "password": "Secret-Word-1"}
    code, _, attributes = fresh.refused("POST", "users", body)
    assert code == 422
    assert "status" in attributes


def test_login_and_mail_are_unique_whatever_their_case(fresh):
    user = fresh.user()
    body = {**PERSON, "password": "Secret-Word-1", "login": user["login"].upper(), "email": user["email"].upper()}
    assert fresh.refused("POST", "users", body) == (422, "MultipleErrors", ["email", "login"])


@pytest.mark.parametrize(
    ("values", "attribute"),
    [
        ({"login": "bad/login"}, "login"),
        ({"login": "l" * 257}, "login"),
        ({"email": "no mail"}, "email"),
        ({"firstName": ""}, "firstName"),
        ({"lastName": None}, "lastName"),
        ({"language": "xx"}, "language"),
    ],
)
def test_bad_user_values_are_refused(fresh, values, attribute):
    body = {**PERSON, "login": "fine", "email": "fine@example.org", "password": "Secret-Word-1", **values}
    assert fresh.refused("POST", "users", body) == (422, "PropertyConstraintViolation", attribute)


def test_lock_and_unlock_work_once_each(fresh):
    user = fresh.user()
    path = f"users/{user['id']}/lock"
    assert fresh.post(path, {})["status"] == "locked"
    assert fresh.refused("POST", path, {})[:2] == (400, "InvalidUserStatusTransition")
    assert fresh.call("DELETE", path).json()["status"] == "active"
    assert fresh.refused("DELETE", path)[:2] == (400, "InvalidUserStatusTransition")


def test_users_cannot_be_deleted_unless_the_setting_allows_it(fresh, furnished):
    user = fresh.user()
    assert fresh.refused("DELETE", f"users/{user['id']}")[:2] == (403, "MissingPermission")
    gone = furnished.user()
    assert furnished.call("DELETE", f"users/{gone['id']}").status_code == 202
    assert furnished.refused("GET", f"users/{gone['id']}")[0] == 404


def test_what_a_deleted_user_wrote_stays(furnished, template):
    author = furnished.user()
    made = furnished.work_package(template, links={"author": author["_links"]["self"]})
    furnished.call("DELETE", f"users/{author['id']}")
    assert furnished.get(f"work_packages/{made['id']}")["_links"]["author"]["title"] == "Deleted user"


def test_users_are_found_by_login_and_by_any_name(fresh):
    user = fresh.user()

    def found(name, operator, *values):
        return [
            row["id"] for row in fresh.elements("users", filters=[{name: {"operator": operator, "values": values}}])
        ]

    assert found("login", "=", user["login"]) == [user["id"]]
    assert found("login", "=", user["login"].upper()) == []  # unique whatever its case, but found as written only
    assert found("login", "~", user["login"].upper()) == [user["id"]]
    assert found("login", "=", user["login"][:-1] + "zz") == []
    assert found("any_name_attribute", "~", user["email"]) == [user["id"]]
    assert found("name", "~", f"ann {user['lastName']}") == [user["id"]]
    assert fresh.get(f"users/{user['login']}")["id"] == user["id"]


def test_only_those_who_may_manage_users_list_them(furnished):
    reader = type(furnished)(furnished.running, "reader-token")
    assert reader.refused("GET", "users")[:2] == (403, "MissingPermission")
    assert reader.refused("POST", "users", PERSON)[:2] == (403, "MissingPermission")
    assert reader.get("users/me")["login"] == "reader"


def test_a_group_patch_replaces_the_members(fresh):
    one, two = fresh.user(), fresh.user()
    group = fresh.post("groups", {"name": f"G{one['id']}", "_links": {"members": [one["_links"]["self"]]}})
    changed = fresh.patch(f"groups/{group['id']}", {"_links": {"members": [two["_links"]["self"]]}})
    assert [member["title"] for member in changed["_links"]["members"]] == [two["name"]]
    assert fresh.refused("POST", "groups", {"name": f"g{one['id']}"})[2] == "name"
    assert fresh.call("DELETE", f"groups/{group['id']}").status_code == 202


def test_a_locked_user_cannot_become_a_member(fresh, project):
    user = fresh.user()
    fresh.post(f"users/{user['id']}/lock", {})
    body = fresh.membership(project, user)
    assert fresh.refused("POST", "memberships", body) == (422, "PropertyConstraintViolation", "principal")


def test_a_second_membership_of_a_pair_is_refused(fresh, project):
    user = fresh.member(project)
    body = fresh.membership(project, user, "Reader")
    assert fresh.refused("POST", "memberships", body) == (422, "PropertyConstraintViolation", "user")


def test_members_inherited_from_a_group_refuse_a_post_and_take_a_patch(fresh, project):
    user = fresh.user()
    group = fresh.post("groups", {"name": f"H{user['id']}", "_links": {"members": [user["_links"]["self"]]}})
    fresh.post("memberships", fresh.membership(project, group, "Reader"))
    assert fresh.refused("POST", "memberships", fresh.membership(project, user))[2] == "user"
    filters = [{"principal": {"operator": "=", "values": [str(user["id"])]}}]
    inherited = fresh.elements("memberships", filters=filters)[0]
    assert [role["title"] for role in inherited["_links"]["roles"]] == ["Reader"]
    roles = fresh.by_name("roles")
    patch = {"_links": {"roles": [roles["Member"]]}}
    changed = fresh.patch(f"memberships/{inherited['id']}", patch)
    assert {role["title"] for role in changed["_links"]["roles"]} == {"Reader", "Member"}
    fresh.patch(f"groups/{group['id']}", {"_links": {"members": []}})
    left = fresh.get(f"memberships/{inherited['id']}")
    assert [role["title"] for role in left["_links"]["roles"]] == ["Member"]


def test_builtin_roles_cannot_be_granted_and_roles_are_needed(fresh, project):
    user = fresh.user()
    assert fresh.refused("POST", "memberships", fresh.membership(project, user, "Non member"))[2] == "roles"
    body = fresh.membership(project, user)
    body["_links"]["roles"] = []
    assert fresh.refused("POST", "memberships", body)[2] == "roles"


def test_membership_mails_are_switched_off_by_send_notifications_with_an_s(fresh, project):
    def mails():
        return fresh.state("mails")["mails"].get("member added", 0)

    before = mails()
    quiet = {**fresh.membership(project, fresh.user()), "_meta": {"sendNotifications": False}}
    fresh.post("memberships", quiet)
    assert mails() == before
    wrong = {**fresh.membership(project, fresh.user()), "_meta": {"sendNotification": False}}
    fresh.post("memberships", wrong)
    assert mails() == before + 1


def test_whoever_joins_a_group_gets_a_mail_about_each_of_its_projects_and_nothing_keeps_it_back(fresh, project):
    def mails():
        return fresh.state("mails")["mails"].get("member added", 0)

    one, two = fresh.user(), fresh.user()
    group = fresh.post("groups", {"name": f"M{one['id']}", "_links": {"members": [one["_links"]["self"]]}})
    fresh.post("memberships", {**fresh.membership(project, group), "_meta": {"sendNotifications": False}})
    before = mails()
    members = {"members": [user["_links"]["self"] for user in (one, two)]}
    fresh.patch(f"groups/{group['id']}?notify=false", {"_links": members, "_meta": {"sendNotifications": False}})
    assert mails() == before + 1
    fresh.patch(f"groups/{group['id']}", {"_links": members})
    assert mails() == before + 1, "nobody joined"


def test_memberships_are_filtered_by_project_and_principal(fresh, project):
    user = fresh.member(project)
    filters = [
        {"project": {"operator": "=", "values": [str(project["id"])]}},
        {"principal": {"operator": "=", "values": [str(user["id"])]}},
    ]
    found = fresh.get("memberships", filters=json.dumps(filters))
    assert found["total"] == 1
    assert fresh.call("DELETE", f"memberships/{found['_embedded']['elements'][0]['id']}").status_code == 204
    assert fresh.get("memberships", filters=filters)["total"] == 0


def test_a_new_name_shows_everywhere_at_once(fresh, project):
    user = fresh.member(project)
    group = fresh.post("groups", {"name": f"N{user['id']}", "_links": {"members": [user["_links"]["self"]]}})
    made = fresh.work_package(project, links={"assignee": user["_links"]["self"]})
    file = fresh.upload(f"work_packages/{made['id']}/attachments").json()
    fresh.get(f"attachments/{file['id']}")
    fresh.patch(f"users/{user['id']}", {"firstName": "Renamed"})
    fresh.patch(f"work_packages/{made['id']}", {"lockVersion": 0, "subject": "Other"})
    assert fresh.get(f"groups/{group['id']}")["_links"]["members"][0]["title"].startswith("Renamed")
    assert fresh.get(f"work_packages/{made['id']}")["_links"]["assignee"]["title"].startswith("Renamed")
    assert fresh.get(f"attachments/{file['id']}")["_links"]["container"]["title"] == "Other"


@pytest.mark.parametrize(
    "name",
    ["Anne-Marie", "O'Neil", "Jos\u00e9", "e\u0301", "\u674e", "Dr. No, (PhD) + 1*&@_", "Smile \U0001f600", "#1"],
)
def test_names_of_any_script_with_some_punctuation_are_names(fresh, name):
    assert fresh.user(firstName=name)["firstName"] == name


@pytest.mark.parametrize(
    "name", ["a/b", "a:b", "<b>", "a!", "?", '"x"', "a[1]", "{x}", "a|b", "a=b", "~a", "$1", "5%", "a;b"]
)
def test_other_punctuation_in_names_is_refused(fresh, name):
    person = {"email": "names@example.org", "status": "active", "password": "Secret-Word-1", "login": "names"}
    for body, attribute in (
        ({"firstName": name, "lastName": "B"}, "firstName"),
        ({"firstName": "A", "lastName": name}, "lastName"),
    ):
        assert fresh.refused("POST", "users", {**person, **body}) == (422, "PropertyConstraintViolation", attribute)


@pytest.mark.parametrize("login", ["a/b", "a:b", "a'b", "a#b", "me"])
def test_logins_have_fewer_characters_than_names(fresh, login):
    person = {"email": "logins@example.org", "firstName": "A", "lastName": "B", "status": "invited", "login": login}
    assert fresh.refused("POST", "users", person) == (422, "PropertyConstraintViolation", "login")


def test_only_what_was_given_directly_is_taken_from_a_member_of_a_group(fresh, project):
    user = fresh.user()
    fresh.member(project, "Reader", user)
    group = fresh.post("groups", {"name": f"mixed-{user['id']}", "_links": {"members": [user["_links"]["self"]]}})
    fresh.post("memberships", fresh.membership(project, group, "Member"))
    filters = [{"principal": {"operator": "=", "values": [str(user["id"])]}}]
    (row,) = fresh.elements("memberships", filters=filters)
    assert sorted(role["title"] for role in row["_links"]["roles"]) == ["Member", "Reader"]
    assert fresh.call("DELETE", f"memberships/{row['id']}").status_code == 204
    (row,) = fresh.elements("memberships", filters=filters)
    assert [role["title"] for role in row["_links"]["roles"]] == ["Member"]
    assert fresh.refused("DELETE", f"memberships/{row['id']}")[0] == 422
