"""Addresses of the source in texts."""

from __future__ import annotations

import pytest

from j2o_openproject.addresses import Addresses, Named

KNOWN = Addresses("https://op.example/sub/", ("http://user@internal:8080/jira", "https://Jira.example"))


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://jira.example/browse/ACME-12", Named("ACME-12")),
        ("http://jira.example/browse/acme-12/", Named("ACME-12")),
        ("http://internal:8080/jira/browse/A_B-1?x=y", Named("A_B-1")),
        ("https://jira.example/projects/ACME/issues/ACME-12?filter=all", Named("ACME-12")),
        ("https://jira.example/jira/software/projects/ACME/boards/1?selectedIssue=ACME-12", Named("ACME-12")),
        ("https://jira.example/browse/ACME-12?focusedCommentId=7#comment-7", Named("ACME-12", is_comment=True)),
        ("https://jira.example/browse/ACME-12#comment-7", Named("ACME-12", is_comment=True)),
        ("https://jira.example/secure/attachment/501/a%20b.txt", Named(file="501")),
        ("https://jira.example/secure/thumbnail/501/_thumb_501.png", Named(file="501")),
        ("https://jira.example/rest/api/3/attachment/content/501", Named(file="501")),
    ],
)
def test_issues_comments_and_files_are_known_by_their_addresses(url: str, named: Named) -> None:
    assert KNOWN.named(url) == named


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/browse/ACME-12",
        "https://jira.example.evil/browse/ACME-12",
        "http://internal:8080/browse/ACME-12",
        "http://internal/jira/browse/ACME-12",
        "https://jira.example/browse/ACME",
        "https://jira.example/browse/ACME-12-x",
        "https://jira.example/secure/attachment/x/y",
        "https://jira.example",
        "http://[broken/browse/ACME-12",
        "/browse/ACME-12",
        "mailto:x@jira.example",
        "#top",
    ],
)
def test_other_addresses_are_left_alone(url: str) -> None:
    assert KNOWN.named(url) is None


def test_addresses_of_the_target_keep_the_path_under_which_it_runs() -> None:
    assert KNOWN.work_package("7") == "/sub/work_packages/7"
    assert KNOWN.comments("7") == "/sub/work_packages/7/activity"
    assert KNOWN.file("5") == "/sub/api/v3/attachments/5/content"
    assert Addresses("https://op.example", ()).work_package("7") == "/work_packages/7"
