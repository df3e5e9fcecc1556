"""Requests straight over the pool say the same as ``requests`` would, and trust what it trusts."""

from __future__ import annotations

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from urllib3 import Timeout

from j2o_core.http.direct import Direct, addressed
from j2o_core.http.pool import fresh_pool
from j2o_core.model.outcome import Fatal


@pytest.mark.parametrize(
    "path", ["plain/7", "a b/ü", "of%7Eus", "a%20b", "100%", "x?y=1", "x?", "a[1]", "q?f=[{}]", "f#part", "semi;c,d"]
)
@pytest.mark.parametrize(
    "pairs", [(), [("a", 1)], [("f", '[{"x":"ü &="}]'), ("n", True)], [("l", ["1", "2"])], [("empty", "")]]
)
def test_addresses_are_quoted_as_requests_quotes_them(path: str, pairs: Any) -> None:
    url = f"http://host.example:81/api/{path}"
    prepared = requests.Request("GET", url, params=list(pairs)).prepare()
    expected = f"http://host.example:81{prepared.path_url}"
    assert addressed(url, pairs) == expected


def test_the_server_sees_length_type_host_and_credentials(server, connect, say) -> None:
    server.answers = [say.json({})]
    http = connect(server.url)
    http.authorize(bearer="secret")
    http.send("POST", "/items", json={"ä": 1}, params={"notify": "false"})
    http.send("PATCH", "/items/1")
    http.send("DELETE", "/items/1")
    http.get("/items", {"q": "a b"})
    post, patch, delete, get = server.asked
    assert (post.path, post.body, post.headers["Content-Length"]) == ("/items?notify=false", b'{"\\u00e4": 1}', "13")
    assert post.headers["Host"] == server.url.partition("//")[2]
    assert {asked.headers["Authorization"] for asked in server.asked} == {"Bearer secret"}
    assert patch.headers["Content-Length"] == "0" and "Transfer-Encoding" not in patch.headers
    assert "Content-Length" not in get.headers and delete.headers.get("Content-Length", "0") == "0"
    assert get.path == "/items?q=a+b"
    assert len({asked.connection for asked in server.asked}) == 1, "one connection is kept and used again"


def test_an_answer_may_be_compressed(server, connect, say) -> None:
    packed = gzip.compress(b'{"id": 7}')
    server.answers = [say.bytes(200, packed, {"Content-Type": "application/json", "Content-Encoding": "gzip"})]
    assert connect(server.url).get_json("/x") == {"id": 7}
    assert "gzip" in server.asked[0].headers["Accept-Encoding"]


def test_an_address_of_our_origin_in_other_letters_is_the_same_place(server, connect, say) -> None:
    server.answers = [say.json({})]
    http = connect(server.url)
    http.get(server.url.replace("http://127", "HTTP://127").replace("HTTP", "http") + "?x=/1")
    assert server.asked[0].path == "/?x=/1"


def test_a_header_that_cannot_be_sent_stops_the_run(server, connect, say) -> None:
    http = connect(server.url)
    with pytest.raises(Fatal, match="the request cannot be made"):
        http.send("POST", "/x", json={}, headers={"X-Note": "a\r\nb"})
    assert not server.asked


def test_certificates_are_verified_unless_that_was_switched_off() -> None:
    checked = fresh_pool(("https", "host.example", 443), 4, 10.0, True)
    assert checked.cert_reqs == "CERT_REQUIRED" and checked.ca_certs  # type: ignore[attr-defined]
    named = fresh_pool(("https", "host.example", 443), 4, 10.0, __file__)
    assert named.ca_certs == __file__  # type: ignore[attr-defined]
    unchecked = fresh_pool(("https", "host.example", 443), 4, 10.0, False)
    assert unchecked.cert_reqs == "CERT_NONE"  # type: ignore[attr-defined]


class _Told(BaseHTTPRequestHandler):
    """Announces a body to whoever asks, and sends it to those who do not ask for the head alone."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # the name is that of http.server
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"hello")

    do_HEAD = do_GET

    def log_message(self, *about: Any) -> None:
        """Nothing is said."""


def test_the_answer_to_head_has_no_body_though_it_announces_one() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Told) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{listening.server_port}"
        direct = Direct(url, 1, 10.0, True)
        bodies = [
            direct.send(method, f"{url}/x", (), {}, None, Timeout(connect=5, read=5)).body
            for method in ("GET", "HEAD", "GET")
        ]
        direct.close()
        listening.shutdown()
    assert bodies == [b"hello", b"", b"hello"]
