from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from j2o_core.http import Refused
from j2o_core.model.outcome import Fatal, Retriable


@pytest.mark.parametrize("times", [2, 4000], ids=["in memory", "on disk"])
def test_a_file_is_fetched_with_its_size_and_digest(server, connect, say, tmp_path, times):
    content = bytes(range(256)) * times
    server.answers = [say.bytes(200, content, {"Content-Type": "image/png; x=y"})]
    saved = connect(server.url).download("/secure/attachment/1/a%20b.png", tmp_path, size=len(content))
    with saved:
        assert saved.read() == content
        assert saved.seek(256) == 256
        assert saved.read(3) == bytes(range(3))
    assert not list(tmp_path.iterdir())
    assert (saved.size, saved.md5) == (len(content), hashlib.md5(content).hexdigest())
    assert saved.content_type == "image/png"
    assert server.asked[0].path == "/secure/attachment/1/a%20b.png"


@pytest.mark.parametrize("trouble", ["cut", "short", "page", "busy"])
def test_a_broken_download_is_repeated(server, connect, say, tmp_path, trouble):
    good = say.bytes(200, b"0123456789", {"Content-Type": "text/plain"})
    bad = {
        "cut": say.bytes(200, b"0123456789", {}, cut=5),
        "short": say.bytes(200, b"01234", {}),
        "page": say.page(200, "Maintenance"),
        "busy": say.page(503),
    }[trouble]
    server.answers = [bad, good]
    assert connect(server.url).download("/f", tmp_path, size=10).size == 10
    assert not list(tmp_path.iterdir())


def test_a_file_that_stays_truncated_leaves_nothing_behind(server, connect, say, tmp_path):
    server.answers = [say.bytes(200, b"01234", {})]
    with pytest.raises(Retriable, match="5 bytes instead of 10"):
        connect(server.url).download("/f", tmp_path, size=10)
    assert not list(tmp_path.iterdir())


def test_a_file_that_breaks_off_again_and_again_is_told_with_both_sizes(server, connect, say, tmp_path):
    server.answers = [say.bytes(200, b"0123456789", {}, cut=4)]
    with pytest.raises(Retriable, match="broke off after 4 of 10 bytes") as told:
        connect(server.url).download("/f", tmp_path, size=10)
    assert told.value.code == "truncated"
    assert not list(tmp_path.iterdir())


def test_a_login_page_is_never_saved_as_a_file(server, connect, say, tmp_path):
    def answer(asked):
        if asked.path.startswith("/login"):
            return say.page(200)
        return say.bytes(302, b"", {"Location": "/login.jsp?to=f"})

    server.answer = answer
    with pytest.raises(Refused, match="login page"):
        connect(server.url).download("/secure/f", tmp_path, size=10)
    assert not list(tmp_path.iterdir())
    assert len(server.asked) == 2


def test_a_web_page_that_was_attached_is_a_file_like_any_other(server, connect, say, tmp_path):
    page = say.page(200)
    server.answers = [page]
    assert connect(server.url).download("/f", tmp_path, size=len(page.body)).size == len(page.body)


def test_a_signed_address_elsewhere_gets_no_credentials(server, other, connect, say, tmp_path):
    server.answers = [say.bytes(303, b"", {"Location": other.url + "/signed?x=1"})]
    other.answers = [say.bytes(200, b"content", {})]
    http = connect(server.url, headers={"X-Extra": "1"})
    http.authorize(bearer="token-1234")
    assert http.download("/f", tmp_path, size=7).size == 7
    assert server.asked[0].headers["Authorization"] == "Bearer token-1234"
    assert not {"Authorization", "X-Extra"} & set(other.asked[0].headers)


def test_credentials_do_not_come_back_through_a_foreign_host(server, other, connect, say, tmp_path):
    server.answer = lambda asked: (
        say.bytes(302, b"", {"Location": other.url + "/x"}) if asked.path == "/f" else say.bytes(200, b"x", {})
    )
    other.answers = [say.bytes(302, b"", {"Location": server.url + "/admin"})]
    http = connect(server.url)
    http.authorize(bearer="token-1234")
    http.download("/f", tmp_path)
    assert "Authorization" not in server.asked[1].headers


@pytest.mark.parametrize("status", [403, 404])
def test_a_file_that_is_gone_is_told_at_once(server, connect, say, tmp_path, status):
    server.answers = [say.page(status)]
    with pytest.raises(Refused) as caught:
        connect(server.url).download("/f", tmp_path, size=10)
    assert (caught.value.status, len(server.asked)) == (status, 1)


def test_redirects_in_a_circle_end(server, connect, say, tmp_path):
    server.answers = [say.bytes(302, b"", {"Location": "/f"})]
    with pytest.raises(Retriable, match="redirects"):
        connect(server.url).download("/f", tmp_path)


def test_wrong_credentials_stop_a_download(server, connect, say, tmp_path):
    server.answers = [say.json({}, 401)]
    with pytest.raises(Fatal):
        connect(server.url).download("/f", tmp_path)


def test_a_disk_that_takes_nothing_stops_the_run(server, connect, say, tmp_path):
    server.answers = [say.bytes(200, bytes(100_000), {})]
    with pytest.raises(Fatal, match="cannot be written") as caught:
        connect(server.url).download("/f", tmp_path / "no such folder", size=100_000)
    assert caught.value.exit_code == 4


def test_workers_and_what_is_fetched_ahead_for_them_keep_their_connections(server, connect, say, tmp_path):
    server.answers = [say.bytes(200, b"0123456789", {}, delay=0.2)]
    http = connect(server.url, workers=8)
    with ThreadPoolExecutor(16) as pool:
        for _ in range(2):
            for fetched in pool.map(lambda number: http.download(f"/{number}", tmp_path, size=10), range(16)):
                fetched.__exit__(None, None, None)
    assert len(server.asked) == 32
    assert len({asked.connection for asked in server.asked}) == 16
