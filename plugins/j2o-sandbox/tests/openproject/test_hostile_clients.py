"""Whatever a client sends: nonsense is refused in the server's own form, and never breaks the sandbox."""

from __future__ import annotations

import json
import socket
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NUMBERS = st.one_of(st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False))
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12),
    st.sampled_from(["\u00b2", "\u0661", "9" * 5000, "P1D", "2020-02-31", "0000-01-01", "PT" + "9" * 40 + "H", "me"]),
)
HREFS = st.builds(
    "/api/v3/{}/{}".format,
    st.sampled_from(["users", "projects", "types", "versions", "work_packages", "custom_options", "attachments"]),
    st.sampled_from(["1", "4", "0", "-1", "\u00b2", "9" * 30, "x", "%00", "999999"]),
)
LINKS = st.builds(lambda href: {"href": href}, st.one_of(HREFS, st.none(), NUMBERS, st.lists(NUMBERS, max_size=1)))
NASTY = st.one_of(
    st.none(),
    st.booleans(),
    NUMBERS,
    TEXTS,
    LINKS,
    st.lists(st.one_of(NUMBERS, TEXTS, LINKS), max_size=2),
    st.dictionaries(st.sampled_from(["raw", "href", "x"]), st.one_of(NUMBERS, TEXTS, st.lists(TEXTS, max_size=1))),
)
PROPERTIES = [
    *("subject", "description", "startDate", "dueDate", "date", "duration", "estimatedTime", "remainingTime"),
    *("percentageDone", "scheduleManually", "storyPoints", "createdAt", "lockVersion", "_meta", "customField1"),
    *("name", "identifier", "public", "active", "login", "email", "firstName", "lastName", "admin", "language"),
    *("status", "sharing", "endDate", "type", "lag", "comment", "internal", "spentOn", "hours", "ongoing", "title"),
    *("summary", "filters", "user", "password", "statusExplanation"),
]
RELATIONS = [
    *(
        "project",
        "type",
        "status",
        "priority",
        "author",
        "assignee",
        "version",
        "targetVersions",
        "parent",
        "attachments",
    ),
    *("members", "principal", "roles", "definingProject", "to", "entity", "workPackage", "user", "activity", "sprint"),
]


@pytest.fixture(scope="module")
def targets(fresh):
    """Paths to write to."""
    project = fresh.project()
    item = fresh.work_package(project)
    version = fresh.post("versions", {"name": "1", "_links": {"definingProject": project["_links"]["self"]}})
    group = fresh.post("groups", {"name": "hostile"})
    user = fresh.member(project)
    note = fresh.post(f"work_packages/{item['id']}/activities", {"comment": {"raw": "x"}})
    below = f"work_packages/{item['id']}"
    creates = [
        "work_packages",
        "projects",
        "users",
        "groups",
        "versions",
        "memberships",
        "time_entries",
        "news",
        "queries",
    ]
    creates += [f"{below}/{name}" for name in ("activities", "relations", "watchers", "form")] + ["projects/form"]
    changes = [below, f"versions/{version['id']}", f"groups/{group['id']}", f"users/{user['id']}"]
    changes += [f"activities/{note['id']}", f"projects/{fresh.project()['id']}"]
    return project, creates, changes


@settings(suppress_health_check=list(HealthCheck))
@given(
    st.integers(0, 100),
    st.dictionaries(st.sampled_from(PROPERTIES), NASTY, max_size=4),
    st.dictionaries(st.sampled_from(RELATIONS), NASTY, max_size=3),
)
def test_no_body_breaks_the_server(fresh, targets, which, values, links):
    project, creates, changes = targets
    paths = [("POST", path) for path in creates] + [("PATCH", path) for path in changes]
    method, path = paths[which % len(paths)]
    body = {"subject": "x", "name": "n", **values, "_links": {"project": project["_links"]["self"], **links}}
    if path.startswith("work_packages/") and method == "PATCH":
        body.setdefault("lockVersion", fresh.get(path)["lockVersion"])
    answer = fresh.call(method, path, body)
    assert answer.status_code < 500, (method, path, body)
    parsed = json.loads(answer.content.decode("utf-8"), parse_constant=lambda name: pytest.fail(name))
    assert answer.status_code < 300 or parsed["_type"] == "Error"


@settings(suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["work_packages", "users", "projects", "memberships", "relations", "time_entries", "versions"]),
    st.one_of(
        NASTY,
        st.lists(
            st.dictionaries(
                st.sampled_from(["id", "subject", "login", "involved", "updatedAt", "customField\u00b2", "project"]),
                st.fixed_dictionaries({"operator": st.sampled_from(["=", "~", "<>d", "!*", 5]), "values": NASTY}),
            ),
            max_size=2,
        ),
    ),
    st.dictionaries(st.sampled_from(["offset", "pageSize", "sortBy", "select"]), TEXTS),
)
def test_no_question_breaks_the_server(fresh, path, filters, others):
    answer = fresh.call("GET", path, params={**others, "filters": json.dumps(filters)})
    assert answer.status_code in (200, 400, 414), answer.text


@settings(suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["GET", "DELETE", "PATCH", "POST"]),
    st.sampled_from(["work_packages", "users", "projects", "versions", "relations", "attachments", "types", "groups"]),
    st.one_of(
        st.text(string.printable, min_size=1, max_size=6), st.sampled_from(["\u00b2", "0", "9" * 5000, "..", "%2e"])
    ),
)
def test_no_path_breaks_the_server(fresh, method, kind, name):
    assert fresh.call(method, f"{kind}/x{name}", {} if method in ("PATCH", "POST") else None).status_code < 500


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[]",
        b"null",
        b'{"subject": NaN}',
        b'{"percentageDone": Infinity}',
        b'{"percentageDone": 1e999}',
        b'{"subject": "\xff"}',
        b"\xef\xbb\xbf{}",
        '{"subject": "x"}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"subject": "a\x00b"}',
        b'{"_links": []}',
        b'{"_links": "x"}',
        b'{"_meta": 5}',
    ],
)
def test_what_is_no_json_object_with_links_is_refused(fresh, raw):
    headers = {"Content-Type": "application/json"}
    answer = fresh.session.post(fresh.url + "/api/v3/work_packages", data=raw, headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["errorIdentifier"].rpartition(":")[2]) == (400, "InvalidRequestBody")


@pytest.mark.parametrize("text", ["a\0b", "half \ud83d of a pair"])
def test_text_that_no_database_keeps_is_a_500_and_nothing_is_stored(fresh, project, text):
    answer = fresh.call("POST", "work_packages", fresh.payload(project, subject=text))
    assert (answer.status_code, answer.json()["_type"]) == (500, "Error")
    assert fresh.elements(f"projects/{project['id']}/work_packages", filters=[]) == []
    assert fresh.work_package(project, subject="whole \U0001f600")["subject"] == "whole \U0001f600"


@pytest.mark.parametrize(("name", "value"), [("subject", {"a": 1}), ("subject", ["x"]), ("scheduleManually", {})])
def test_an_object_or_a_list_is_no_plain_value(fresh, project, name, value):
    assert fresh.refused("POST", "work_packages", fresh.payload(project, **{name: value})) == (
        422,
        "PropertyFormatError",
        name,
    )


@pytest.mark.parametrize(("sent", "kept"), [("false", False), ("0", False), (0, False), ("off", False), ("yes", True)])
def test_texts_and_numbers_stand_for_truth_values(fresh, sent, kept):
    assert fresh.project(public=sent)["public"] is kept


def test_an_object_without_href_is_no_link(fresh, project):
    payload = fresh.payload(project, links={"assignee": {"id": 4}})
    assert fresh.refused("POST", "work_packages", payload)[:2] == (422, "ResourceTypeMismatch")
    assert fresh.work_package(project, links={"assignee": {}})["_links"]["assignee"]["href"] is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x--",
        b"no parts at all",
        b'--x\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n{\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n' + b"[" * 100_000 + b"\r\n--x\r\n"
        b'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc\r\n--x--\r\n',
    ],
)
def test_broken_uploads_are_refused(fresh, body):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = fresh.session.post(fresh.url + "/api/v3/attachments", data=body, headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["errorIdentifier"].rpartition(":")[2]) == (400, "InvalidRequestBody")


@pytest.mark.parametrize("target", [b"/api/v3/\xff\xfe", b"/api/v3/users/%FF%00", b"/api/v3/users?filters=%FF"])
def test_addresses_that_are_no_utf_8_are_refused(fresh, target):
    host, _, port = fresh.url.rpartition("//")[2].partition(":")
    token = f"apikey:{fresh.running.openproject['api_key']}".encode()
    import base64

    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic "
        connection.sendall(head + base64.b64encode(token) + b"\r\n\r\n")
        status = connection.makefile("rb").readline()
    assert status.split()[1] in (b"400", b"404")


def test_pages_before_the_first_are_the_first(fresh):
    assert fresh.get("types")["total"] == 7
    assert [fresh.get("users", offset=page)["offset"] for page in ("0", "-3")] == [1, 1]


def test_a_job_that_fails_is_told_by_its_status_and_by_nobody_else(fresh):
    source = fresh.project()
    copies = [
        fresh.call(
            "POST",
            f"projects/{source['id']}/copy",
            {"name": "C", "identifier": f"twice-{source['id']}"},
            allow_redirects=False,
        )
        for _ in range(2)
    ]
    fresh.advance(2)
    assert fresh.get("types")["total"] == 7
    states = [fresh.call("GET", answer.headers["Location"].replace("/api/v3/", "")).json() for answer in copies]
    assert [state["status"] for state in states] == ["success", "failure"]
    assert "taken" in states[1]["message"]
