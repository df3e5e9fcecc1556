"""Custom fields of all formats: written, refused, read back."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("Origin", "j2o-acme-1", "j2o-acme-1"),
        ("Origin", 17, "17"),
        ("Points", 5, 5),
        ("Points", "5", 5),
        ("Ratio", 2.5, 2.5),
        ("Day", "2026-01-31", "2026-01-31"),
        ("Done", True, True),
        ("Done", False, False),
        ("Site", "https://example.org/a", "https://example.org/a"),
        ("Origin", None, None),
    ],
)
def test_plain_values_are_stored(furnished, template, fields, name, value, stored):
    made = furnished.work_package(template, **{fields[name]: value})
    assert made[fields[name]] == stored
    assert furnished.get(f"work_packages/{made['id']}")[fields[name]] == stored


def test_long_text_is_formattable(furnished, template, fields):
    made = furnished.work_package(template, **{fields["Notes"]: {"raw": "a *b*"}})
    assert made[fields["Notes"]]["raw"] == "a *b*"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Points", "many"),
        ("Points", 1.5),
        ("Ratio", "x"),
        ("Site", "not a url"),
        ("Origin", "o" * 41),
    ],
)
def test_bad_plain_values_are_refused(furnished, template, fields, name, value):
    body = furnished.payload(template, **{fields[name]: value})
    assert furnished.refused("POST", "work_packages", body) == (422, "PropertyConstraintViolation", fields[name])


def test_a_bad_date_is_a_format_error(furnished, template, fields):
    body = furnished.payload(template, **{fields["Day"]: "tomorrow"})
    assert furnished.refused("POST", "work_packages", body)[:2] == (422, "PropertyFormatError")


def options(client, template, name, fields):
    task = client.by_name("types")["Task"]["href"].rsplit("/", 1)[1]
    schema = client.get(f"work_packages/schemas/{template['id']}-{task}")
    return {link["title"]: link for link in schema[fields[name]]["_links"]["allowedValues"]}


def test_list_values_are_links_to_options_found_in_the_schema(furnished, template, fields):
    colours = options(furnished, template, "Colour", fields)
    made = furnished.work_package(template, links={fields["Colour"]: colours["Green"]})
    assert made["_links"][fields["Colour"]]["title"] == "Green"
    assert furnished.get(colours["Green"]["href"].replace("/api/v3/", ""))["value"] == "Green"


def test_a_multi_list_takes_several_options_and_a_single_one_does_not(furnished, template, fields):
    many = options(furnished, template, "Colours", fields)
    made = furnished.work_package(template, links={fields["Colours"]: [many["Red"], many["Blue"]]})
    assert [link["title"] for link in made["_links"][fields["Colours"]]] == ["Red", "Blue"]
    one = options(furnished, template, "Colour", fields)
    body = furnished.payload(template, links={fields["Colour"]: [one["Red"], one["Blue"]]})
    assert furnished.refused("POST", "work_packages", body)[2] == fields["Colour"]


def test_an_option_of_another_field_is_refused(furnished, template, fields):
    foreign = options(furnished, template, "Colours", fields)["Red"]
    body = furnished.payload(template, links={fields["Colour"]: foreign})
    assert furnished.refused("POST", "work_packages", body) == (422, "PropertyConstraintViolation", fields["Colour"])


def test_user_fields_take_unlocked_members_only(furnished, template, fields):
    member, stranger = furnished.member(template, "Looker"), furnished.user()
    made = furnished.work_package(template, links={fields["Reviewer"]: member["_links"]["self"]})
    assert made["_links"][fields["Reviewer"]]["title"] == member["name"]
    furnished.post(f"users/{member['id']}/lock", {})
    for person in (member, stranger):
        body = furnished.payload(template, links={fields["Reviewer"]: person["_links"]["self"]})
        assert furnished.refused("POST", "work_packages", body)[2] == fields["Reviewer"]


def test_version_fields_take_versions_of_the_project(furnished, template, fields):
    def version(project):
        link = {"definingProject": project["_links"]["self"]}
        return furnished.post("versions", {"name": f"v{project['id']}", "_links": link})["_links"]["self"]

    made = furnished.work_package(template, links={fields["Found in"]: version(template)})
    assert made["_links"][fields["Found in"]]["title"].startswith("v")
    body = furnished.payload(template, links={fields["Found in"]: version(furnished.project())})
    assert furnished.refused("POST", "work_packages", body)[2] == fields["Found in"]


def test_there_is_no_list_of_custom_fields_and_no_single_one_before_18(furnished, serve):
    assert furnished.refused("GET", "custom_fields")[0] == 404
    assert furnished.refused("GET", "custom_fields/1")[0] == 404
    newer = serve("custom_fields: {A: {format: string}}", openproject_version="18.0")
    assert newer.get("custom_fields/1")["name"] == "A"


def test_user_fields_of_users_are_in_the_user_schema(furnished):
    schema = furnished.get("users/schema")
    field = next(key for key, entry in schema.items() if isinstance(entry, dict) and entry.get("name") == "Team")
    assert furnished.user(**{field: "Blue"})[field] == "Blue"
