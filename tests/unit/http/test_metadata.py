from __future__ import annotations

import base64
import contextlib
import sqlite3
import threading
import time

import pytest

from j2o_core.http import Refused, cache_file
from j2o_core.http.metadata_cache import MetadataCache
from j2o_core.model.outcome import Retriable


def test_a_second_run_asks_nothing_again_even_on_another_port(server, other, connect, say, tmp_path):
    server.answers = [say.json({"fields": [1]})]
    other.answers = [say.json({"never": "asked"})]
    for url in (server.url, server.url, other.url):
        http = connect(url, identity="demo", cache_folder=tmp_path)
        http.authorize(bearer="token-1234")
        assert http.cached_json("/field", {"b": 1, "a": 2}) == {"fields": [1]}
        assert http.cached_json("/field", {"a": 2, "b": 1}) == {"fields": [1]}
        http.close()
    assert (len(server.asked), len(other.asked)) == (1, 0)


def test_another_user_or_system_is_not_given_those_answers(server, connect, say, tmp_path):
    server.answer = lambda asked: say.json({"number": len(server.asked)})
    seen = []
    for identity, token in (("demo", "token-1"), ("demo", "token-2"), ("else", "token-1")):
        http = connect(server.url, identity=identity, cache_folder=tmp_path)
        http.authorize(bearer=token)
        seen.append(http.cached_json("/field")["number"])
    assert seen == [1, 2, 3]


def test_answers_age(server, connect, say, tmp_path):
    server.answer = lambda asked: say.json({"number": len(server.asked)})
    http = connect(server.url, cache_folder=tmp_path, metadata_lifetime=0.3)
    assert http.cached_json("/field") == http.cached_json("/field") == {"number": 1}
    time.sleep(0.35)
    assert http.cached_json("/field") == {"number": 2}


def test_without_a_folder_every_look_up_is_asked(server, connect, say):
    server.answers = [say.json({})]
    http = connect(server.url)
    http.cached_json("/field")
    http.cached_json("/field")
    assert len(server.asked) == 2


def test_pages_and_errors_are_never_kept(server, connect, say, tmp_path):
    server.answers = [say.page(200)] * 4 + [say.json({"message": "no"}, 404), say.json({"ok": 1})]
    http = connect(server.url, cache_folder=tmp_path)
    with pytest.raises(Retriable):
        http.cached_json("/field")
    with pytest.raises(Refused):
        http.cached_json("/field")
    assert http.cached_json("/field") == {"ok": 1}


def test_many_workers_ask_once(server, connect, say, tmp_path):
    server.answer = lambda asked: say.bytes(200, b"{}", {"Content-Type": "application/json"}, delay=0.2)
    http = connect(server.url, cache_folder=tmp_path)
    workers = [threading.Thread(target=http.cached_json, args=("/field",)) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(server.asked) == 1


def test_nothing_secret_reaches_the_disk(server, connect, say, tmp_path):
    server.answers = [say.json({"ok": 1}, 200, Set_Cookie="session=cookie-value")]
    http = connect(server.url, cache_folder=tmp_path)
    http.authorize(user="someone", password="hunter22-password")
    http.cached_json("/field")
    http.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert base64.b64encode(server.answers[0].body) in kept
    for secret in (b"hunter22", b"cookie-value", b"Authorization", b"someone"):
        assert secret not in kept


def test_a_broken_cache_file_is_started_anew(server, connect, say, tmp_path):
    server.answers = [say.json({"ok": 1})]
    http = connect(server.url, cache_folder=tmp_path)
    http.cached_json("/field")
    http.close()
    for file in tmp_path.glob("*.sqlite*"):
        file.write_bytes(b"this is no database" * 100)
    assert connect(server.url, cache_folder=tmp_path).cached_json("/field") == {"ok": 1}
    assert len(server.asked) == 2


def test_where_no_cache_can_be_kept_on_disk_answers_are_kept_in_memory(server, connect, say, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    server.answer = lambda asked: say.json({"number": len(server.asked)})
    http = connect(server.url, cache_folder=tmp_path / "cache", metadata_lifetime=0.3)
    assert http.cached_json("/field") == http.cached_json("/field") == {"number": 1}
    time.sleep(0.35)
    assert http.cached_json("/field") == {"number": 2}
    http.close()


@pytest.mark.parametrize("method", ["_open", "_write", "_read"])
def test_a_full_disk_costs_the_cache_and_nothing_else(server, connect, say, tmp_path, monkeypatch, method):
    def full(*_):
        raise sqlite3.OperationalError("disk I/O error")

    server.answer = lambda asked: say.json({"number": len(server.asked)})
    monkeypatch.setattr(MetadataCache, method, full)
    http = connect(server.url, cache_folder=tmp_path)
    assert http.cached_json("/field") == http.cached_json("/field") == {"number": 1}
    http.close()


def test_a_question_that_is_asked_by_post_is_kept_by_its_body(server, connect, say, tmp_path):
    server.answer = lambda asked: say.json({"number": len(server.asked)})
    http = connect(server.url, cache_folder=tmp_path)
    bodies = ({"a": 1}, {"a": 1}, {"a": 2}, None)
    seen = [http.cached_json("/form", method="POST", json=body)["number"] for body in bodies]
    assert (seen, http.cached_json("/form")["number"]) == ([1, 1, 2, 3], 4)


def run_within(seconds, ask):
    """The answer, asked for on a thread that nobody waits for any longer."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(ask()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert answers, "it hangs"
    return answers[0]


def test_a_cache_that_another_process_keeps_locked_is_done_without(server, connect, say, tmp_path, monkeypatch):
    monkeypatch.setattr(cache_file, "PATIENCE", 0.1)
    server.answer = lambda asked: say.json({"number": len(server.asked)})
    http = connect(server.url, cache_folder=tmp_path)
    http.cached_json("/field")
    (file,) = tmp_path.glob("*.sqlite")
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert run_within(20, lambda: http.cached_json("/other")) == {"number": 2}
        late = connect(server.url, cache_folder=tmp_path)
        assert run_within(20, lambda: late.cached_json("/field")) == {"number": 3}
    assert file.exists(), "what another one uses was not removed"
