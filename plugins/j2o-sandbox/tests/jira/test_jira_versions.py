"""What differs between Jira 8.0 and 11, as Atlassian's reference, change logs and tickets tell."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from j2o_sandbox.options import SandboxError, SandboxOptions

PASSWORD = ("admin", "j2o-sandbox-admin-password")
#: they know no personal access tokens
OLD = ("8.2.", "8.3.", "8.4.", "8.5.", "8.6.", "8.13.")


class Client:
    """Asks as an administrator, in a way that the version knows."""

    def __init__(self, installation: Any, auth: Any) -> None:
        self._installation, self._auth = installation, auth

    def get(self, path: str, auth: Any = "", **params: Any) -> Any:
        return self._installation.get(path, auth=self._auth if auth == "" else auth, **params)

    def read(self, path: str, **params: Any) -> Any:
        answer = self.get(path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def installation(serve_forever: Any) -> Any:
    """One Data Center with more users than any search gives, to be changed."""
    return serve_forever(edition="datacenter", users=1100, issues=3)


@pytest.fixture
def of_version(installation: Any) -> Iterator[Any]:
    """``of_version("8.20.4")``: that Data Center, as a client of another version meets it."""

    def become(version: str, **settings: Any) -> Any:
        installation.behave(version=version, **settings)
        return Client(installation, PASSWORD if version.startswith(OLD) else "admin")

    yield become
    installation.behave(version="10.3.2", basic_auth_disabled=None, user_list=None, picker_cap=20)


def find_users(jira: Any, start: int, size: int) -> int:
    return len(jira.read("user/search", username=".", includeInactive="true", startAt=start, maxResults=size))


def test_the_version_is_told_to_anybody(fresh: Any) -> None:
    told = fresh(edition="server", jira_version="8.20.4", issues=0).get("serverInfo", auth=None).json()
    assert (told["version"], told["versionNumbers"], told["buildNumber"]) == ("8.20.4", [8, 20, 4], 820_004)
    assert told["deploymentType"] == "Server"


@pytest.mark.parametrize("version", ["8.5.5", "8.20.3"])
def test_a_search_for_users_ends_at_the_first_thousand(of_version: Any, version: str) -> None:
    # JRASERVER-65089 (to 8.5), JSWSERVER-21156 (8.19.1 to 8.20.3)
    jira = of_version(version)
    assert [find_users(jira, start, 1000) for start in (0, 600, 1000)] == [1000, 400, 0]


@pytest.mark.parametrize("version", ["8.13.0", "9.12.4"])
def test_in_between_it_goes_on(of_version: Any, version: str) -> None:
    assert find_users(of_version(version), 1000, 1000) > 0


@pytest.mark.parametrize("version", ["10.3.2", "11.3.6"])
def test_since_10_it_ends_at_the_first_hundred(of_version: Any, version: str) -> None:
    # JRASERVER-78660: "the combination of maxResults and startAt is limited to the first 100 results"
    jira = of_version(version)
    assert [find_users(jira, start, size) for start, size in ((0, 1000), (98, 20), (100, 50))] == [100, 2, 0]


def test_all_users_are_listed_by_cursor_since_11(of_version: Any) -> None:
    # "Preparing for Jira 11.0": no total, and never a 404 for a cursor
    jira = of_version("11.0.0")
    names, cursor, pages = [], {}, 0
    while True:
        page = jira.read("user/list", maxResults=600, **cursor)
        assert "total" not in page
        names += [person["name"] for person in page["values"]]
        pages += 1
        if page["isLast"]:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert pages == 2 and len(names) == len(set(names)) > 1100
    assert jira.get("user/list", cursor="gone").status_code == 200
    assert jira.get("user/list", auth=None).status_code == 401
    assert of_version("10.3.2").get("user/list").status_code == 404
    assert of_version("10.3.2", user_list=True).get("user/list").status_code == 200  # a late patch of the LTS


def test_passwords_are_refused_since_11_as_it_is_installed(of_version: Any) -> None:
    # "Preparing for Jira 11.0": basic authentication disabled by default
    assert of_version("10.3.2").get("myself", auth=PASSWORD).status_code == 200
    refused = of_version("11.0.0").get("myself", auth=PASSWORD)
    assert refused.status_code == 403
    assert refused.json() == {"message": "Basic Authentication has been disabled on this instance."}
    assert of_version("11.0.0").get("myself").status_code == 200
    assert of_version("11.0.0", basic_auth_disabled=False).get("myself", auth=PASSWORD).status_code == 200


def test_create_metadata_of_all_projects_is_gone_since_9_and_that_of_one_came_with_8_4(of_version: Any) -> None:
    # JRASERVER-69898
    old = of_version("8.3.0")
    found = old.read("issue/createmeta")["projects"]
    assert found and all(project["issuetypes"] for project in found)
    one = f"issue/createmeta/{found[0]['key']}/issuetypes"
    assert old.get(one).status_code == 404
    assert of_version("8.4.0").get(one).status_code == of_version("8.4.0").get("issue/createmeta").status_code == 200
    assert of_version("9.0.0").get("issue/createmeta").status_code == 404
    assert of_version("9.0.0").get(one).status_code == 200


def test_screens_are_listed_since_8_3(of_version: Any) -> None:
    # "Jira 8.13 REST API change log"
    assert of_version("8.2.6").get("screens").status_code == 404
    assert of_version("8.2.6").get("screens/1/tabs").status_code == 200
    assert of_version("8.3.0").get("screens").status_code == 200


def test_8_5_tells_no_options_of_fields(of_version: Any) -> None:
    # the reference of 8.5.4 has none, that of 9.12 has
    field = next(entry for entry in of_version("8.5.4").read("field") if entry["custom"])["id"].partition("_")[2]
    path = f"customFields/{field}/options"
    assert of_version("8.5.4").get(path).status_code == 404
    assert of_version("9.12.4").get(path).status_code == 200


def test_data_center_tells_limits_of_requests_since_8_6(of_version: Any) -> None:
    # "Jira rate limiting is not working": Environment: Jira Data Center 8.6 or higher
    assert "X-RateLimit-Limit" not in of_version("8.5.4").get("myself").headers
    assert of_version("8.6.0").get("myself").headers["X-RateLimit-Limit"] == "-1"


def test_what_is_not_there_is_told_in_other_words_since_10(of_version: Any) -> None:
    assert of_version("9.12.4").get("search/jql").json()["message"].startswith("null for uri: http")
    assert of_version("10.3.2").get("search/jql").json()["message"] == "HTTP 404 Not Found"


def test_a_search_for_groups_gives_no_more_than_the_installation_allows(of_version: Any) -> None:
    # the reference: limited by the system property jira.ajax.autocomplete.limit
    jira = of_version("9.12.4", picker_cap=2)
    found = jira.read("groups/picker", query="", maxResults=1000)
    assert len(found["groups"]) == 2 < found["total"]


def test_a_version_that_cannot_be_served_is_told() -> None:
    for version, edition, said in (
        ("7.13", "server", "8 to 11"),
        ("x", "server", "like 8.20.4"),
        ("9.12", "cloud", "no versions"),
    ):
        with pytest.raises(SandboxError, match=said):
            SandboxOptions(edition=edition, jira_version=version)
