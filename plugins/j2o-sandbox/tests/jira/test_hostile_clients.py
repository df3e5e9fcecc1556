"""Whatever a client sends, Jira refuses nonsense in its own form and never breaks."""

from __future__ import annotations

import pytest

IDS = ["\u00b2", "\u0661", "-1", "9" * 5000, "%00", "%FF", "a%2Fb", "1.5"]


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize(
    "path", ["issue/{}", "attachment/{}", "project/{}", "issue/{}/worklog", "filter/{}", "status/{}"]
)
def test_an_id_that_is_none_is_not_found(jira, path, id):
    answer = jira.get("/rest/api/2/" + path.format(id))
    assert answer.status_code in (400, 404), answer.text


@pytest.mark.parametrize(
    "jql",
    ["(" * 3000 + "key=1" + ")" * 3000, "not " * 3000 + "key = 1", "(((", 'key > "', "order by", "key in ()", "?"],
    ids=lambda jql: jql[:8],
)
def test_a_query_that_is_none_or_too_deep_is_a_400(jira, jql):
    path = "/rest/api/3/search/jql" if jira.edition == "cloud" else "/rest/api/2/search"
    answer = jira.post(path, {"jql": jql})
    assert (answer.status_code, next(iter(answer.json()))) == (400, "errorMessages")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b"[" * 100_000,
        b"\xff",
        b'{"jql": "", "startAt": 1e999}',
        b'{"jql": "", "maxResults": NaN}',
        b'{"jql": "", "maxResults": [1]}',
    ],
)
def test_a_body_that_is_none_is_a_400(server, body):
    headers = {"Content-Type": "application/json"}
    assert server.request("POST", "/rest/api/2/search", data=body, headers=headers).status_code == 400


def test_a_list_that_is_none_is_a_400(cloud):
    for body in (
        {"issueIdsOrKeys": ["x"], "fieldIds": 5},
        {"issueIdsOrKeys": {}},
        {"issueIdsOrKeys": ["x"], "maxResults": "x"},
        {"issueIdsOrKeys": []},
    ):
        assert cloud.post("/rest/api/3/changelog/bulkfetch", body).status_code == 400


def test_parameters_of_the_wrong_kind_are_refused(server):
    for name in ("startAt", "maxResults"):
        for value in ("x", "\u00b2", "1.5"):
            assert server.get("/rest/api/2/search", jql="", **{name: value}).status_code in (400, 404)
