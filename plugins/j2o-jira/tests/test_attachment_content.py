"""The bytes of attachments arrive whole or not at all."""

from __future__ import annotations

import hashlib

import pytest

from j2o_core.api import ItemFailed, NotSent, Origin, Record, Retriable, Selection
from j2o_core.testing.scripted_server import Say, say_json, say_page
from j2o_jira.attachments import Attachments
from j2o_jira.issues.extractor import Issues


def attachments(records):
    for record in records:
        for part in Attachments().split(record):
            yield Record(Origin("acme", "attachments", part.id), part.key, part.data)


def a_file(content="/secure/attachment/7/a.txt", size=10):
    data = {"id": "7", "filename": "a.txt", "size": size, "content": content}
    return Record(Origin("acme", "attachments", "7"), "A-1/a.txt", data)


def test_every_attachment_can_be_read_with_its_size_and_digest(jira, jira_server, records, tmp_path):
    rows = {str(row["id"]): row for row in jira_server.state("attachments")}
    seen = 0
    for record in list(attachments(records))[:40]:
        with Attachments().content(jira, record, tmp_path) as stream:
            content = stream.read()
            assert stream.size == len(content) == rows[record.origin.id]["size"]
            assert stream.md5 == hashlib.md5(content).hexdigest()
            stream.seek(0)
            assert stream.read(3) == content[:3]
        seen += 1
    assert seen > 10
    assert not list(tmp_path.iterdir())


def test_a_login_page_in_place_of_the_file_is_a_failure_of_the_item(sandbox, connect, read, tmp_path):
    server = sandbox("server", seed=6, issues=40)
    client = connect(server.url, server.auth)
    every = read(Issues(client, "acme", "issues", {"watchers": False}), Selection(("SHOP",)))
    record = next(record for record in attachments(every) if record.data["size"] > 0)
    server.control("behaviour", {"attachments_refuse_tokens": True})
    with (
        pytest.raises(ItemFailed, match=rf"{record.key.split('/')[0]}.*login page"),
        Attachments().content(client, record, tmp_path),
    ):
        pass
    server.control("behaviour", {"attachments_refuse_tokens": False})
    assert not list(tmp_path.iterdir())


def test_a_truncated_file_is_tried_again_and_then_fails(scripted, connect, tmp_path):
    scripted.answers = [Say(200, b"0123456789", {}, cut=4), Say(200, b"0123456789", {})]
    with Attachments().content(connect(scripted.url), a_file(), tmp_path) as stream:
        assert stream.read() == b"0123456789"
    scripted.answers = [Say(200, b"0123", {})]
    with (
        pytest.raises(ItemFailed, match=r"A-1/a.txt.*4 bytes instead of 10"),
        Attachments().content(connect(scripted.url), a_file(), tmp_path),
    ):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("answer", [say_json({"errorMessages": ["gone"]}, 404), say_page(404), say_page(403)])
def test_a_file_that_is_gone_fails_at_once(scripted, connect, tmp_path, answer):
    scripted.answers = [answer]
    with pytest.raises(ItemFailed), Attachments().content(connect(scripted.url), a_file(), tmp_path):
        pass
    assert len(scripted.asked) == 1


def test_a_server_in_trouble_is_no_failure_of_the_item(scripted, connect, tmp_path):
    scripted.answers = [say_page(503)]
    with pytest.raises(Retriable), Attachments().content(connect(scripted.url), a_file(), tmp_path):
        pass
    with pytest.raises(NotSent), Attachments().content(connect("http://127.0.0.1:9"), a_file(), tmp_path):
        pass


@pytest.mark.parametrize("record", [a_file(content=None), a_file(content="")])
def test_an_attachment_without_an_address_fails(scripted, connect, tmp_path, record):
    with pytest.raises(ItemFailed, match="no address"), Attachments().content(connect(scripted.url), record, tmp_path):
        pass


def test_an_id_never_becomes_a_path_elsewhere(scripted, connect, tmp_path):
    scripted.answers = [Say(200, bytes(100_000), {})]
    evil = Record(Origin("acme", "attachments", "../../x"), "A-1/x", {**a_file().data, "size": 100_000})
    folder = tmp_path / "a" / "b"
    with Attachments().content(connect(scripted.url), evil, folder) as content:
        assert content.read() == bytes(100_000)
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_files_without_an_id_are_told_apart_by_their_address_or_by_name_and_time():
    listed = [
        {"filename": "a.txt", "content": "/secure/attachment/10040/a.txt"},
        {"filename": "b.txt", "created": "2010-01-01T00:00:00.000+0000"},
        {"filename": "b.txt", "created": "2010-01-02T00:00:00.000+0000"},
        {"id": "7", "filename": "c.txt"},
    ]
    record = Record(Origin("acme", "work_packages", "1"), "A-1", {"fields": {"attachment": listed}})
    parts = list(Attachments().split(record))
    assert len({part.id for part in parts}) == 4
    assert (parts[0].id, parts[3].id) == ("10040", "7")
    assert all(part.id.isdigit() for part in parts)
    other = Record(Origin("acme", "work_packages", "2"), "A-2", {"fields": {"attachment": listed}})
    assert not {part.id for part in parts[1:3]} & {part.id for part in Attachments().split(other)}
