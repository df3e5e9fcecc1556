"""What the API shows and nobody can write through it."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "statuses"),
        ("PATCH", "statuses/1"),
        ("DELETE", "statuses/1"),
        ("PATCH", "types/1"),
        ("POST", "priorities"),
        ("PATCH", "priorities/1"),
        ("PATCH", "roles/1"),
        ("DELETE", "roles/1"),
        ("PATCH", "custom_options/1"),
        ("PATCH", "time_entries/activities/1"),
        ("PATCH", "sprints/1"),
        ("POST", "projects/{project}/sprints"),
        ("POST", "projects/{project}/categories"),
        ("PATCH", "categories/1"),
        ("DELETE", "activities/1"),
        ("PATCH", "attachments/1"),
        ("PATCH", "configuration"),
    ],
)
def test_lists_of_the_administrator_and_written_history_stay_as_they_are(fresh, project, method, path):
    answer = fresh.call(method, path.format(project=project["id"]), {"name": "x"})
    assert answer.status_code == 405
    assert method not in answer.headers["allow"]


@pytest.mark.parametrize(
    "path",
    ["portfolios", "documents", "meetings", "wiki_pages/1", "custom_actions/1", "work_packages/1/file_links"],
)
def test_what_the_sandbox_does_not_serve_is_a_404(fresh, path):
    assert fresh.refused("GET", path)[:2] == (404, "NotFound")
