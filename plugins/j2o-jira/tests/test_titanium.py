"""Real issues, in both dialects."""

from __future__ import annotations

import gzip
import json
import time

import pytest

from j2o_jira.attachments import Attachments
from j2o_jira.issues.extractor import Issues
from j2o_jira.people import People

FILES = {"server": "issues.ndjson.gz", "cloud": "issues-adf.ndjson.gz"}

#: tests/integration migrates them in every `make test`
pytestmark = pytest.mark.long


def text(value):
    """A body without the ids of those it mentions: the sandbox writes account ids for published names."""
    if isinstance(value, dict):
        if value.get("type") == "mention":
            return {"type": "mention"}
        return {name: text(item) for name, item in value.items()}
    return [text(item) for item in value] if isinstance(value, list) else value


@pytest.mark.shared
@pytest.mark.parametrize("edition", list(FILES))
def test_every_issue_of_titanium_arrives_whole(shared, sandbox, connect, read, edition):
    folder = shared / "data" / "jira-titanium"
    path = folder / FILES[edition]
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        published = {row["key"]: row for row in map(json.loads, lines)}
    server = sandbox(edition, jira_data=str(path), jira_projects=str(folder / "projects.json"))
    client = connect(server.url, server.auth)
    client.check()
    began = time.process_time()
    records = read(Issues(client, "titanium", "work_packages", {}))
    assert time.process_time() - began < 20
    assert len(records) == len({record.origin.id for record in records}) == len(published) == 2183
    for record in records:
        fields, source = record.data["fields"], published[record.key]["fields"]
        assert fields.get("summary") == source.get("summary")
        assert text(fields.get("description")) == text(source.get("description"))
        comments, written = fields["comment"]["comments"], source["comment"]["comments"]
        assert [text(comment.get("body")) for comment in comments] == [text(comment.get("body")) for comment in written]
        assert fields["comment"]["total"] == source["comment"]["total"]
        assert [link["id"] for link in fields["issuelinks"]] == [link["id"] for link in source["issuelinks"]]
        assert len(list(Attachments().split(record))) == len(source["attachment"])
    people = {part.id for record in records for part in People().split(record)}
    assert len(people) > 300
