"""Hierarchy fields: items instead of options, in the enterprise edition only."""

from __future__ import annotations

import pytest

from j2o_sandbox.openproject.setup.document import SetupError, read_setup

SETUP = """
edition: enterprise
custom_fields:
  Place: {format: hierarchy, options: [Europe, Europe / Norway, Asia], for_all: true, is_filter: true, types: all}
  Colour: {format: list, options: [Red], for_all: true, types: all}
"""


@pytest.fixture(scope="module")
def client(serve):
    return serve(SETUP)


def test_values_are_links_to_items_found_through_the_schema(client):
    project = client.project()
    schema = client.get(f"work_packages/schemas/{project['id']}-1")
    name, entry = next((key, entry) for key, entry in schema.items() if key.startswith("customField"))
    assert (entry["type"], entry["location"]) == ("CustomField::Hierarchy::Item", "_links")
    items = client.elements(entry["_links"]["allowedValues"]["href"].replace("/api/v3/", ""))
    assert [(row["label"], row["depth"]) for row in items] == [("Asia", 0), ("Europe", 0), ("Norway", 1)]
    norway = items[2]
    assert norway["_links"]["parent"]["title"] == "Europe"
    made = client.work_package(project, links={name: norway["_links"]["self"]})
    assert made["_links"][name]["href"] == f"/api/v3/custom_field_items/{norway['id']}"
    branch = client.elements(f"custom_field_items/{norway['id']}/branch")
    assert [row["label"] for row in branch] == ["Europe", "Norway"]
    filters = [{name: {"operator": "=", "values": [str(norway["id"])]}}]
    assert [row["id"] for row in client.elements("work_packages", filters=filters)] == [made["id"]]


def test_an_item_is_no_option_and_an_option_no_item(client):
    project = client.project()
    schema = client.get(f"work_packages/schemas/{project['id']}-1")
    place, colour = (key for key in schema if key.startswith("customField"))
    (red,) = schema[colour]["_links"]["allowedValues"]
    item = client.elements(f"custom_fields/{place[11:]}/items")[0]["_links"]["self"]
    for links in ({place: red}, {colour: item}):
        assert (
            client.refused("POST", "work_packages", client.payload(project, links=links))[1] == "ResourceTypeMismatch"
        )
    missing = {place: {"href": "/api/v3/custom_field_items/999"}}
    assert client.refused("POST", "work_packages", client.payload(project, links=missing))[::2] == (422, place)
    assert client.refused("GET", f"custom_options/{item['href'].rpartition('/')[2]}")[0] == 404
    assert client.refused("GET", f"custom_field_items/{red['href'].rpartition('/')[2]}")[0] == 404
    assert client.refused("GET", f"custom_fields/{colour[11:]}/items")[0] == 404


def test_the_community_edition_has_none():
    with pytest.raises(SetupError, match="enterprise"):
        read_setup({"custom_fields": {"Place": {"format": "hierarchy", "options": ["A"]}}})
