"""Answers fit the vendors' OpenAPI documents, apart from where real servers are known to differ from them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import jsonschema
import pytest

pytestmark = [pytest.mark.shared, pytest.mark.xdist_group("jira-documents")]

# Where and what the documents do not say as real servers do.
KNOWN = (
    (r"items/N/(from|fromString|to|toString)$", "None is not of type 'string'"),
    (r"", "'untranslatedName' was unexpected"),
    (r"", "'projectKeys' was unexpected"),
    (r"^values/N$", "'schema' is a required property"),
    (r"^gadgets/N/position$", ""),
    (r"(^|/)(renderedF|f)ields/[^/]+$", "is not of type 'object'"),
)

CLOUD = [
    ("serverInfo", ""),
    ("myself", ""),
    ("mypermissions", "?permissions=ADMINISTER"),
    ("search/jql", "?jql=project=SHOP&fields=*all&expand=changelog,names,schema,renderedFields&maxResults=40"),
    ("users/search", ""),
    ("user/bulk", "?accountId=unknown"),
    ("group/bulk", ""),
    ("groups/picker", ""),
    ("group/member", "?groupname=developers"),
    ("project/search", "?expand=description,lead,issueTypes,url,projectKeys"),
    ("project/{projectIdOrKey}", "SHOP"),
    ("project/{projectIdOrKey}/versions", "SHOP"),
    ("project/{projectIdOrKey}/components", "SHOP"),
    ("project/{projectIdOrKey}/statuses", "OPS"),
    ("project/{projectIdOrKey}/role/{id}", "SHOP 10100"),
    ("field", ""),
    ("field/search", ""),
    ("field/{fieldId}/context", "customfield_10202"),
    ("field/{fieldId}/context/{contextId}/option", "customfield_10202 20202"),
    ("field/{fieldId}/context/projectmapping", "customfield_10202"),
    ("issuetype", ""),
    ("status", ""),
    ("statuscategory", ""),
    ("priority/search", ""),
    ("resolution/search", ""),
    ("issueLinkType", ""),
    ("role", ""),
    ("filter/search", "?expand=owner,jql,sharePermissions,favourite,viewUrl,searchUrl,favouritedCount"),
    ("dashboard", ""),
    ("dashboard/{id}", "10801"),
    ("dashboard/{dashboardId}/gadget", "10801"),
    ("filter/{id}", "10400"),
    ("workflows/search", ""),
    ("workflowscheme", ""),
    ("issuetypescheme", ""),
    ("priorityscheme", ""),
    ("notificationscheme", "?expand=notificationSchemeEvents"),
    ("permissionscheme", "?expand=permissions"),
    ("issuesecurityschemes", ""),
    ("issuesecurityschemes/{id}", "10000"),
    ("screens", ""),
    ("screens/{screenId}/tabs", "1"),
    ("screens/{screenId}/tabs/{tabId}/fields", "1 10001"),
    ("worklog/updated", ""),
    ("securitylevel/{id}", "10200"),
    ("issue/createmeta/{projectIdOrKey}/issuetypes", "SHOP"),
    ("issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId}", "SHOP 10001"),
    ("issue/{issueIdOrKey}", "SHOP-2 ?expand=changelog,names,schema,renderedFields"),
    ("issue/{issueIdOrKey}/comment", "SHOP-2"),
    ("issue/{issueIdOrKey}/worklog", "SHOP-2"),
    ("issue/{issueIdOrKey}/changelog", "SHOP-2"),
    ("issue/{issueIdOrKey}/watchers", "SHOP-2"),
    ("issue/{issueIdOrKey}/votes", "SHOP-2"),
]
POSTS: List[Tuple[str, Dict[str, Any]]] = [
    ("issue/bulkfetch", {"issueIdsOrKeys": ["SHOP-1", "SHOP-2"], "fields": ["*all"], "expand": ["changelog", "names"]}),
    ("changelog/bulkfetch", {"issueIdsOrKeys": ["SHOP-1", "SHOP-2"]}),
    ("search/approximate-count", {"jql": "project = SHOP"}),
]
DATA_CENTER = [
    ("serverInfo", ""),
    ("myself", ""),
    ("mypermissions", ""),
    ("search", "?jql=project=SHOP&fields=*all&expand=changelog,names,schema,renderedFields&maxResults=40"),
    ("user", "?username=admin"),
    ("groups/picker", ""),
    ("issueLinkType", ""),
    ("configuration", ""),
    ("worklog/updated", ""),
    ("issue/{issueIdOrKey}", "SHOP-2 ?expand=changelog,names,schema,renderedFields"),
    ("issue/{issueIdOrKey}/comment", "SHOP-2"),
    ("issue/{issueIdOrKey}/worklog", "SHOP-2"),
    ("issue/{issueIdOrKey}/watchers", "SHOP-2"),
    ("issue/{issueIdOrKey}/votes", "SHOP-2"),
    ("project/{projectIdOrKey}", "SHOP"),
    ("project/{projectIdOrKey}/role/{id}", "SHOP 10100"),
    ("customFields/{customFieldId}/options", "10202"),
    ("issuetypescheme", ""),
    ("priorityschemes", ""),
    ("notificationscheme", ""),
    ("permissionscheme", ""),
    ("issuesecurityschemes", ""),
    ("issuesecurityschemes/{id}", "10000"),
    ("filter/{id}", "10400"),
    ("dashboard", ""),
    ("dashboard/{id}", "10801"),
]


@pytest.fixture(scope="module")
def documents(shared: Path) -> Dict[str, Any]:
    """The vendors' documents with OpenAPI 3.0's ``nullable`` rewritten for JSON Schema."""
    folder = shared / "openapi"
    return {name: _plain(json.loads((folder / f"{name}.json").read_text())) for name in ("jira-cloud", "jira-dc")}


@pytest.mark.parametrize(("template", "place"), CLOUD)
def test_cloud_answers_fit_the_document(cloud: Any, documents: Dict[str, Any], template: str, place: str) -> None:
    answer = cloud.read(_path(template, place))
    assert not list(_problems(documents["jira-cloud"], f"/rest/api/3/{template}", "get", answer))


@pytest.mark.parametrize(("template", "body"), POSTS)
def test_cloud_bulk_answers_fit_the_document(
    cloud: Any, documents: Dict[str, Any], template: str, body: Dict[str, Any]
) -> None:
    answer = cloud.post(template, body).json()
    assert not list(_problems(documents["jira-cloud"], f"/rest/api/3/{template}", "post", answer))


@pytest.mark.parametrize(("template", "place"), DATA_CENTER)
def test_data_center_answers_fit_the_document(
    datacenter: Any, documents: Dict[str, Any], template: str, place: str
) -> None:
    answer = datacenter.read(_path(template, place))
    assert not list(_problems(documents["jira-dc"], f"/api/2/{template}", "get", answer))


def _path(template: str, place: str) -> str:
    words, _, query = place.partition("?")
    path = template
    for word in words.split():
        path = re.sub(r"\{\w+\}", word, path, count=1)
    return f"{path}?{query}" if query else path


def _problems(document: Any, path: str, method: str, answer: Any) -> Iterator[Tuple[str, str]]:
    content = document["paths"][path][method]["responses"]["200"]["content"]["application/json"]
    schema = {**content["schema"], "components": document["components"]}
    for error in jsonschema.Draft202012Validator(schema).iter_errors(answer):
        where = re.sub(r"\b\d+(?=/|$)", "N", "/".join(map(str, error.absolute_path)))
        what = error.message[-200:]
        if not any(re.search(place, where) and known in what for place, known in KNOWN):
            yield where, what


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    found = {name: _plain(entry) for name, entry in value.items()}
    if found.pop("nullable", None) and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    return found
