"""The connection says who it is, refuses what cannot work, and asks for metadata once."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from j2o_core.api import ConnectionOptions, Fatal
from j2o_core.http import Http, ReadBounds
from j2o_openproject.connector import OpenProjectConnector

KEY = "secret-key-0815"


def client(url, auth=None, cache=None, identity=""):
    http = Http(url, retry=ReadBounds(attempts=2, initial=0.01, maximum=0.02), cache_folder=cache)
    options = ConnectionOptions("openproject", url, auth=auth or {"api_key": KEY}, identity=identity)
    return OpenProjectConnector().open(options, http)


@pytest.fixture
def page():
    """A server that answers everything with a web page."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            body = b"<!DOCTYPE html><html><body>Please log in</body></html>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_check_tells_version_user_and_whether_an_administrator(target):
    facts = target.client.check()
    assert facts["version"].startswith("17.8")
    assert (facts["user"], facts["administrator"]) == ("admin", "yes")
    assert target.client.version == (17, 8)


def test_wrong_credentials_stop_the_run_and_are_not_shown(target):
    with pytest.raises(Fatal) as failure:
        client(target.url).check()
    assert failure.value.exit_code == 3
    assert KEY not in str(failure.value) + str(failure.value.detail)


def test_no_credentials_are_told_before_anything_is_sent():
    with pytest.raises(Fatal, match="api_key"):
        client("http://127.0.0.1:9", {"user": "x"})


def test_a_login_page_instead_of_the_api_stops_the_run(page):
    with pytest.raises(Fatal, match="address of an OpenProject"):
        client(page).check()


def test_a_server_that_is_not_there_stops_the_run():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Fatal, match="does it run"):
        client(url).check()


def test_an_identity_of_its_own_is_kept():
    assert client("http://127.0.0.1:9/op").identity
    assert client("http://127.0.0.1:9/op", identity="sandbox-1").identity == "sandbox-1"


def test_a_second_run_asks_for_no_metadata(target, tmp_path):
    project = target.project()
    for run in range(2):
        own = client(target.url, {"api_key": target.api_key}, tmp_path)
        catalogue = own.catalogue
        task = catalogue.types.id("task")
        assert catalogue.schema(project.id, task).custom_field("story POINTS").kind == "Float"
        assert catalogue.priorities.all() and catalogue.statuses.all() and catalogue.roles.all()
        assert catalogue.categories(project.id).all() == []
        assert catalogue.attachment_limit == 64 * 1024
        assert catalogue.is_history_writable is False
        assert catalogue.activities(project.id, "").find("development")
        assert own.version
        asked = own.http.observation.counts()
        assert (sum(asked.values()) == 0) is (run == 1), asked
        own.close()


def test_metadata_are_asked_for_once_by_many_workers(target):
    own = client(target.url, {"api_key": target.api_key})
    threads = [threading.Thread(target=lambda: own.catalogue.types.id("Task")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert own.http.observation.counts()["GET /api/v3/types"] == 1
    own.close()


def test_whether_history_can_be_written_is_told_by_a_form(target, generous):
    assert target.client.catalogue.is_history_writable is False
    assert generous.client.catalogue.is_history_writable is True


def test_an_unknown_name_is_told_with_the_nearest(target):
    assert target.client.catalogue.statuses.nearest("in progess") == "In progress"
    assert target.client.catalogue.types.find("  user   STORY ") is not None
