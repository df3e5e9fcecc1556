"""Several files of one name: texts mean the last, as Jira shows it."""

from __future__ import annotations

from j2o_core.api import Origin, Record
from j2o_jira.attachments import Attachments


def test_of_files_with_one_name_the_last_is_the_one_that_texts_mean() -> None:
    files = [{"id": "1", "filename": "a.png"}, {"id": "2", "filename": "b.png"}, {"id": "3", "filename": "a.png"}]
    record = Record(Origin("acme", "work_packages", "10"), "ACME-1", {"fields": {"attachment": files}})
    parts = list(Attachments().split(record))
    assert [part.key for part in parts] == ["ACME-1/a.png", "ACME-1/b.png", "ACME-1/a.png"]
    assert [part.aliases for part in parts] == [(), ("ACME-1^b.png",), ("ACME-1^a.png",)]
