"""What an administrator makes, in words: what each kind is called, what happens without it, and where it is made."""

from __future__ import annotations

from dataclasses import dataclass

from j2o_core.api import inspectors

#: where a setting is made, and what happens without it
SETTINGS = {
    "history_writable": (
        "Administration > API and webhooks > Write access to read-only attributes",
        "author and time of creation are told in the text of each work package",
    ),
    "semantic_identifiers": (
        "Administration > Work packages > Identifiers: by project",
        "work packages have plain numbers, and old keys are kept in their text",
    ),
    "placeholder_users": (
        "Administration > Enterprise edition: a licence that has them",
        "who is to have no account is noted in words",
    ),
}
UNKNOWN_SETTING = ("Correct the spec", "nothing can be told")


@dataclass(frozen=True)
class Kind:
    """How things of a kind are told to people: what they are called, what happens without one, where it is made."""

    word: str
    without: str
    how: str
    loss: str


KINDS = {
    "types": Kind(
        "type",
        "what is mapped to it cannot be written, unless the table sends it to another type",
        "Administration > Work packages > Types: make it, activate it in new projects, give it a workflow",
        inspectors.FAILURE,
    ),
    "statuses": Kind(
        "status",
        "what is mapped to it cannot be written, unless the table sends it to another status",
        "Administration > Work packages > Status: make it; then Workflow: allow it for the types and roles",
        inspectors.FAILURE,
    ),
    "priorities": Kind(
        "priority",
        "what is mapped to it cannot be written, unless the table sends it to another priority",
        "Administration > Work packages > Priorities",
        inspectors.FAILURE,
    ),
    "workflows": Kind(
        "type and status",
        "OpenProject gives the default status instead, without a word; the report lists it as changed by the target",
        "Administration > Work packages > Workflow: allow the status for the type",
        inspectors.SUBSTITUTE,
    ),
    "roles": Kind(
        "role",
        "memberships with it cannot be written, unless the table sends it to another role",
        "Administration > Users and permissions > Roles and permissions",
        inspectors.FAILURE,
    ),
    "categories": Kind(
        "category",
        "it is kept in words in the text",
        "Project settings > Categories, in each project; or copy the projects from a template that has it",
        inspectors.TEXT,
    ),
    "activities": Kind(
        "activity",
        "time entries with it cannot be written",
        "Administration > Time and costs > Time tracking activities",
        inspectors.FAILURE,
    ),
    "custom_fields": Kind(
        "custom field",
        "values are kept in words in the text",
        "Administration > Custom fields > Work packages: make it for all projects, add it to the forms of the types",
        inspectors.TEXT,
    ),
    "project_attributes": Kind(
        "project attribute",
        "values are kept in words in the text of the project",
        "Administration > Projects > Project attributes (before 14.0: Custom fields > Projects)",
        inspectors.TEXT,
    ),
    "settings": Kind("setting", "", "Administration", inspectors.TEXT),
}

#: the format of a custom field in OpenProject's own words, by what it is to hold
FORMATS = {
    "text": "Text",
    "rich text": "Long text",
    "number": "Float",
    "date": "Date",
    "yes or no": "Boolean",
    "choice": "List",
    "person": "User, several values",
    "version": "Version, several values",
    "address": "Link (URL), or Text",
}

#: what is there and cannot be used, as it is told, with what happens without a change
INACTIVE_TYPE = "it is there, but not activated in new projects"
INACTIVE_PRIORITY = "it is there, but not active"
INACTIVE = {
    INACTIVE_TYPE: "each work package of it fails when it is written, where its project does not have the type",
    INACTIVE_PRIORITY: "each work package with it fails when it is written",
}
