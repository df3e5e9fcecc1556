"""Answers of Jira tell under which number its log knows the request."""

from __future__ import annotations

import re
from typing import Any

import pytest


@pytest.mark.parametrize("edition", ["server", "datacenter"])
def test_jira_on_ones_own_machine_counts_its_requests(kept: Any, edition: str) -> None:
    jira = kept(edition=edition)
    answers = [jira.get("myself"), jira.get("issue/NOPE-1"), jira.get("myself", auth=None)]
    assert [answer.status_code for answer in answers] == [200, 404, 401]
    numbers = [re.fullmatch(r"\d{1,4}x(\d+)x1", answer.headers["X-AREQUESTID"]) for answer in answers]
    counted = [int(match[1]) for match in numbers if match]
    assert len(counted) == 3 and counted == sorted(set(counted))


def test_cloud_traces_each_request(cloud: Any) -> None:
    answers = [cloud.get("myself"), cloud.get("issue/NOPE-1")]
    for name in ("Atl-Traceid", "X-Arequestid"):
        numbers = [answer.headers[name] for answer in answers]
        assert len(set(numbers)) == 2 and all(re.fullmatch(r"[0-9a-f]{32}", number) for number in numbers)
