"""What can be told of a payload before anything is written: title, explanation and fix of every code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from j2o_core.api import ERROR, WARNING, Problem


@dataclass(frozen=True)
class Code:
    """One kind of problem, for the error reference."""

    code: str
    title: str
    explanation: str
    fix: str
    severity: str = ERROR


def problem(code: str, entity: str, field: str, message: str, **more: Any) -> Problem:
    """A problem of one field of an item."""
    return Problem(code, message, CODES[code].severity, entity=entity, field=field, **more)


CODES = {
    code.code: code
    for code in (
        Code(
            "J2O-O001",
            "a login that OpenProject refuses",
            "Logins are letters, digits, blanks and the signs _ - @ . and +.",
            "Map `login` with the step `login`, which replaces the other signs.",
        ),
        Code(
            "J2O-O002",
            "no mail address",
            "Every user of OpenProject has a mail address, and this text is none.",
            "Map `email` to a real address, or give it a synthetic one under `.invalid` as the default.",
        ),
        Code(
            "J2O-O003",
            "a status that the item cannot have",
            "New users are active or invited, versions are open, locked or closed.",
            "Use one of the expected values; lock users with the field `locked`.",
        ),
        Code(
            "J2O-O004",
            "longer than the field",
            "OpenProject would refuse the text for its length.",
            "Cut it with the step `truncate`, or map it to a field that has room.",
        ),
        Code(
            "J2O-O005",
            "no day",
            "The field takes a calendar day, YYYY-MM-DD.",
            "Map it with the step `day`, give a default, or mend the value at the source.",
        ),
        Code(
            "J2O-O006",
            "the last day lies before the first",
            "OpenProject refuses an item that ends before it begins.",
            "Mend the days at the source, or add a rule with `on_fail: fix` that sets one to the other.",
        ),
        Code(
            "J2O-O007",
            "no duration",
            "The field takes an ISO 8601 duration such as PT1H30M, not below zero.",
            "Map it with the step `seconds_to_duration`.",
        ),
        Code(
            "J2O-O008",
            "no percentage",
            "Progress is a whole number from 0 to 100.",
            "Map it with the steps `number` and, where the source counts from 0 to 1, an expression.",
        ),
        Code(
            "J2O-O010",
            "a name that OpenProject does not have",
            "Types, statuses, priorities and roles are made by the administrator, not over the API.",
            "Map the value to one of the expected names in a table, or ask the administrator to create it.",
        ),
        Code(
            "J2O-O011",
            "a field that work packages do not have",
            "The loader does not know the field.",
            "Correct its name; custom fields are written `cf:NAME`.",
        ),
        Code(
            "J2O-O012",
            "a value that a list does not offer",
            "The custom field is a list, and the value is not among what it offers: it is kept in words in the text. "
            "The administrator alone can add to a list.",
            "Add the value to the list (the script of `j2o preflight` adds all of them), or map it in a table.",
            WARNING,
        ),
        Code(
            "J2O-O013",
            "a required custom field without a value",
            "The administrator has made the custom field required, it has no default, and what is mapped to it is "
            "empty, or is not among what its list offers: OpenProject would refuse the work package.",
            "Add `cf:NAME: {from: ..., default: ...}` to `map`, with a default that the field takes; or give the field "
            "a default, or make it optional while you migrate: Administration > Custom fields.",
        ),
        Code(
            "J2O-O014",
            "a type that the project does not have",
            "The type is there, but the project of the work package does not have it, or will not get it when it is "
            "made: OpenProject would refuse every work package of it. The administrator alone can change that.",
            "Mark the type as activated for new projects (the script of `j2o preflight` does it), switch it on in a "
            "project that is there (Project settings > Work packages > Types), or map it to one of the expected names "
            "in the table `types`.",
        ),
        Code(
            "J2O-O020",
            "an identifier that OpenProject refuses",
            "Identifiers of projects are lower-case letters, digits, hyphens and underscores and no plain number; "
            "where work packages are numbered by project they are up to ten capitals, digits and underscores.",
            "Map `identifier` with the step `identifier`, or in a table; where work packages are numbered by project, "
            "to the key of the Jira project as it is (`identifier: {steps: null}`), or in a table.",
        ),
        Code(
            "J2O-O021",
            "a template project that OpenProject does not have",
            "New projects are to be copies of this one (`template` of `openproject.projects`), and it is not there, or "
            "not visible to the account of the connection.",
            "Name the identifier of a project that is there today, make it, or take `template` out of the spec.",
        ),
        Code(
            "J2O-O040",
            "a file that is too large",
            "The file is larger than OpenProject's limit, and the spec does not say what becomes of such files.",
            "Say `oversized: skip` (or `fail`) beside the loader of the files, or raise the limit: Administration > "
            "Files > Attachments.",
        ),
        Code(
            "J2O-O050",
            "a query that OpenProject cannot say",
            "A saved query is written whole or not at all: no filter of OpenProject says one of its conditions, or "
            "none beside the others. The message ends with the query in the words of the source.",
            "Build it by hand, where people need it; or let the entity leave such queries out with `on_fail: skip`.",
        ),
        Code(
            "J2O-O030",
            "OpenProject would refuse it",
            "OpenProject's own form was asked about the request that would be sent, and found it wrong. The message is "
            "the server's own.",
            "Change the mapping, the source or the setting of OpenProject that the message names.",
        ),
        Code(
            "J2O-O031",
            "OpenProject would store something else",
            "OpenProject's own form takes the request, but would replace or forget a value, such as a status that the "
            "workflow of the type does not have, or a custom field that is not active for project and type.",
            "Change the mapping, or what the administrator has set up, where it matters.",
            WARNING,
        ),
    )
}
