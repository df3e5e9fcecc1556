"""Whatever is taken away or changed on the target, the comparison finds it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, Callable, Iterator, Optional

import pytest

from .finding import Missing
from .runs import Migrated, Run

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("datacenter, prepared 17.8")]

State = dict[str, Any]
Mutation = Callable[["Subject"], Optional[bool]]


class Subject:
    """A copy of the target's state, and the rows that belong to issues that are compared."""

    def __init__(self, migrated: Migrated, state: State) -> None:
        self.state = state
        compared = migrated.only or ()
        numbers = {int(held.row["id"]) for id, held in migrated.target.work_packages.items() if id in compared}
        self.work_packages = [row for row in state["work_packages"] if row["id"] in numbers]
        self.addresses = {f"/api/v3/work_packages/{number}" for number in numbers}
        self.names = {
            schema[key]["name"]: key
            for schema in migrated.target.schemas.values()
            for key in schema
            if key.startswith("customField")
        }

    def of(self, kind: str, link: str) -> list[State]:
        """The rows of a kind that hang on compared work packages."""
        return [row for row in self.state[kind] if row["_links"][link]["href"] in self.addresses]

    def comments(self) -> Iterator[State]:
        """Comments of people."""
        return (row for row in self.of("comments", "workPackage") if "focusedCommentId" in row["comment"]["raw"])


def without_a_word(holder: State) -> bool:
    """Take the longest word out of a text that has no tags: what stands in those nobody reads."""
    text = holder["raw"] or ""
    head, mark, tail = text.partition("\n\n####")
    words = sorted(re.findall(r"(?<![\w/<\[(:.#-])[^\W\d_]{5,}(?![\w/\]):.])", head), key=len)
    if not words or "<" in head:
        return False
    holder["raw"] = re.sub(rf"\b{words[-1]}\b", "", head, count=1) + mark + tail
    return holder["raw"] != text


def a_word_of_a_description(subject: Subject) -> Optional[bool]:
    return any(without_a_word(row["description"]) for row in subject.work_packages)


def a_word_of_a_comment(subject: Subject) -> Optional[bool]:
    for row in subject.comments():
        first, _, rest = row["comment"]["raw"].partition("\n")
        body = {"raw": rest}
        if without_a_word(body):
            row["comment"]["raw"] = f"{first}\n{body['raw']}"
            return True
    return False


def a_word_of_a_subject(subject: Subject) -> Optional[bool]:
    row = subject.work_packages[0]
    row["subject"] = row["subject"].rsplit(" ", 1)[0]
    return True


def a_number(subject: Subject) -> Optional[bool]:
    key = subject.names["Old id"]
    row = next(row for row in subject.work_packages if row.get(key))
    row[key] += 1
    return True


def a_custom_date(subject: Subject) -> Optional[bool]:
    key = subject.names["Go live"]
    row = next(row for row in subject.work_packages if row.get(key))
    row[key] = "1999-01-01"
    return True


def an_option(subject: Subject) -> Optional[bool]:
    key = subject.names["Urgency"]
    row = next(row for row in subject.work_packages if row["_links"][key]["href"])
    row["_links"][key] = {"href": None}
    return True


def a_person_of_a_field(subject: Subject) -> Optional[bool]:
    key = subject.names["Sponsors"]
    row = next(row for row in subject.work_packages if len(row["_links"][key]) > 1)
    del row["_links"][key][0]
    return True


def a_due_date(subject: Subject) -> Optional[bool]:
    row = next(row for row in subject.work_packages if row.get("dueDate"))
    row["dueDate"] = "1999-01-01"
    return True


def a_time_of_creation(subject: Subject) -> Optional[bool]:
    subject.work_packages[0]["createdAt"] = "2020-01-01T00:00:00Z"
    return True


def an_estimate(subject: Subject) -> Optional[bool]:
    row = next(row for row in subject.work_packages if row.get("estimatedTime"))
    row["estimatedTime"] = "PT99H"
    return True


def an_assignee(subject: Subject) -> Optional[bool]:
    row = next(row for row in subject.work_packages if row["_links"]["assignee"]["href"])
    row["_links"]["assignee"] = {"href": None}
    return True


def an_author(subject: Subject) -> Optional[bool]:
    people = {row["_links"]["author"]["href"]: row for row in subject.work_packages}
    one, other = list(people.values())[:2]
    one["_links"]["author"] = dict(other["_links"]["author"])
    return True


def a_status(subject: Subject) -> Optional[bool]:
    for row in subject.work_packages:
        row["_links"]["status"]["title"] = "Something"
        row["description"]["raw"] = re.sub(r"- \*\*Jira status:\*\*.*\n", "", row["description"]["raw"])
    return True


def a_parent(subject: Subject) -> Optional[bool]:
    row = next(row for row in subject.work_packages if (row["_links"].get("parent") or {}).get("href"))
    row["_links"]["parent"] = {"href": None}
    return True


def a_relation(subject: Subject) -> Optional[bool]:
    row = subject.of("relations", "from")[0]
    subject.state["relations"].remove(row)
    return True


def the_kind_of_a_relation(subject: Subject) -> Optional[bool]:
    row = subject.of("relations", "from")[0]
    row["type"] = row["reverseType"] = "partof"
    row["description"] = "means something else"
    return True


def a_digest(subject: Subject) -> Optional[bool]:
    subject.of("attachments", "container")[0]["digest"]["hash"] = "0" * 32
    return True


def a_file(subject: Subject) -> Optional[bool]:
    subject.state["attachments"].remove(subject.of("attachments", "container")[0])
    return True


def a_comment(subject: Subject) -> Optional[bool]:
    subject.state["comments"].remove(next(subject.comments()))
    return True


def the_order_of_comments(subject: Subject) -> Optional[bool]:
    rows = list(subject.comments())
    for one, other in zip(rows, rows[1:]):
        if one["_links"]["workPackage"]["href"] == other["_links"]["workPackage"]["href"]:
            one["id"], other["id"] = other["id"], one["id"]
            return True
    return False


def the_author_of_a_comment(subject: Subject) -> Optional[bool]:
    for row in subject.comments():
        changed = re.sub(r"^\[[^,\]]+, ", "[Somebody Else, ", row["comment"]["raw"])
        if changed != row["comment"]["raw"]:
            row["comment"]["raw"] = changed
            return True
    return False


def the_time_of_a_comment(subject: Subject) -> Optional[bool]:
    row = next(subject.comments())
    row["comment"]["raw"] = re.sub(r"\d\d:\d\d:\d\d", "00:00:01", row["comment"]["raw"], count=1)
    return True


def a_change(subject: Subject) -> Optional[bool]:
    for row in subject.of("comments", "workPackage"):
        if ": history" in row["comment"]["raw"] and "In Progress" in row["comment"]["raw"]:
            row["comment"]["raw"] = row["comment"]["raw"].replace("In Progress", "Elsewhere")
            return True
    return False


def hours(subject: Subject) -> Optional[bool]:
    subject.of("time_entries", "workPackage")[0]["hours"] = "PT77H"
    return True


def the_day_of_work(subject: Subject) -> Optional[bool]:
    subject.of("time_entries", "workPackage")[0]["spentOn"] = "1999-01-01"
    return True


def a_watcher(subject: Subject) -> Optional[bool]:
    # OpenProject makes people watch by itself, too: those are nobody's loss.
    gone = [row["_links"]["workPackage"]["href"] for row in subject.of("watchers", "workPackage")]
    subject.state["watchers"] = [
        row for row in subject.state["watchers"] if row["_links"]["workPackage"]["href"] not in gone
    ]
    return bool(gone)


def a_member_of_a_group(subject: Subject) -> Optional[bool]:
    group = next(row for row in subject.state["groups"] if row["_embedded"]["members"])
    gone = group["_embedded"]["members"].pop()
    links = group["_links"].get("members") or []
    group["_links"]["members"] = [one for one in links if one["href"] != gone["_links"]["self"]["href"]]
    return True


def a_membership(subject: Subject) -> Optional[bool]:
    rows = subject.state["memberships"]
    rows.remove(next(row for row in rows if "/groups/" in row["_links"]["principal"]["href"]))
    return True


def a_version(subject: Subject) -> Optional[bool]:
    subject.state["versions"] = [row for row in subject.state["versions"] if row["name"] != "2.0"]
    return True


def the_end_of_a_version(subject: Subject) -> Optional[bool]:
    next(row for row in subject.state["versions"] if row["endDate"] and row["name"] == "1.1")["endDate"] = None
    return True


def the_lead_of_a_project(subject: Subject) -> Optional[bool]:
    links = next(row["_links"] for row in subject.state["projects"] if row["_links"].get(subject.names["Project lead"]))
    links[subject.names["Project lead"]] = {"href": "/api/v3/users/1", "title": "Somebody else"}
    return True


def the_category_of_a_project(subject: Subject) -> Optional[bool]:
    next(row for row in subject.state["projects"] if row.get(subject.names["Project category"]))[
        subject.names["Project category"]
    ] = "Other"
    return True


def a_mail_address(subject: Subject) -> Optional[bool]:
    row = next(row for row in subject.state["users"] if row["email"].endswith("@example.com"))
    row["email"] = "other@example.com"
    return True


def a_work_package(subject: Subject) -> Optional[bool]:
    row = subject.work_packages[-1]
    text = row["description"]["raw"]
    row["description"]["raw"] = text[: text.rindex("\n[")]
    row[subject.names["Origin"]] = None
    return True


#: one of each sort is tried by `make test`, the others by `make test-long`
_SOME = (a_word_of_a_description, a_number, a_custom_date, an_assignee, a_relation, a_digest, hours, a_watcher)
MUTATIONS: tuple[tuple[Mutation, str], ...] = (
    (a_word_of_a_description, "Field `description`"),
    (a_word_of_a_comment, "Comment: body"),
    (a_word_of_a_subject, "Field `summary`"),
    (a_number, "Custom field `customfieldtypes:importid`"),
    (a_custom_date, "Custom field `customfieldtypes:datepicker`"),
    (an_option, "Custom field `customfieldtypes:radiobuttons`"),
    (a_person_of_a_field, "Custom field `customfieldtypes:multiuserpicker`"),
    (a_due_date, "Field `duedate`"),
    (a_time_of_creation, "Field `created`"),
    (an_estimate, "Field `timeoriginalestimate`"),
    (an_assignee, "Field `assignee`"),
    (an_author, "Field `reporter`"),
    (a_status, "Field `status`"),
    (a_parent, ""),
    (a_relation, "Link"),
    (the_kind_of_a_relation, "Link"),
    (a_digest, "Attachment: bytes"),
    (a_file, "Attachment"),
    (a_comment, "Comment"),
    (the_order_of_comments, "Comment: order"),
    (the_author_of_a_comment, "Comment: author"),
    (the_time_of_a_comment, "Comment: time"),
    (a_change, "Change: field and values"),
    (hours, "Worklog: time spent"),
    (the_day_of_work, "Worklog: day"),
    (a_watcher, "Watcher"),
    (a_member_of_a_group, "Group: member"),
    (a_membership, "Role actor"),
    (a_version, "Version"),
    (the_end_of_a_version, "Version: releaseDate"),
    (the_lead_of_a_project, "Project: lead"),
    (the_category_of_a_project, "Project: category"),
    (a_mail_address, "User: mail"),
    (a_work_package, "Issue"),
)


@pytest.fixture(scope="module")
def few(made_once: Callable[[Run], Migrated]) -> Migrated:
    """A whole migration, of which a few issues are compared that have something of everything."""
    migrated = made_once(Run("datacenter"))
    wanted = [
        issue
        for issue in migrated.source.state["issues"]
        if str(issue["id"]) in migrated.target.work_packages and issue["fields"]["description"]
    ]
    tests: tuple[Callable[[State], Any], ...] = (
        lambda fields: len(fields["comment"]["comments"]) > 2,
        lambda fields: fields["issuelinks"],
        lambda fields: fields["worklog"]["worklogs"],
        lambda fields: fields["attachment"],
        lambda fields: fields["watches"]["watchCount"],
        lambda fields: fields["duedate"],
        lambda fields: fields["timeoriginalestimate"],
        lambda fields: fields["assignee"],
        lambda fields: fields["customfield_10101"] or fields.get("parent"),
    )
    chosen = {one["id"]: one for test in tests for one in [one for one in wanted if test(one["fields"])][:2]}
    return replace(migrated, only={str(id) for id in chosen})


@pytest.fixture(scope="module")
def before(few: Migrated) -> set[Missing]:
    """What is missing without any change: nothing."""
    found = set(few.compare().missing)
    assert not found
    return found


@pytest.mark.parametrize(
    ("mutate", "kind"),
    [
        pytest.param(mutate, kind, id=mutate.__name__, marks=[] if mutate in _SOME else [pytest.mark.long])
        for mutate, kind in MUTATIONS
    ],
)
def test_one_mutation_is_found(few: Migrated, before: set[Missing], mutate: Mutation, kind: str) -> None:
    state = json.loads(json.dumps(few.target.state))
    assert mutate(Subject(few, state)), "there was nothing to change"
    found = [one for one in few.compare(state).missing if one not in before]
    assert found
    assert not kind or kind in {one.kind for one in found}, found
