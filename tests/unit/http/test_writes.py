from __future__ import annotations

import threading

import pytest

from j2o_core.http import Refused
from j2o_core.model.outcome import Conflict, Fatal, InDoubt, NotSent, Retriable, Undecided


def test_a_write_gives_the_answer(server, connect, say):
    server.answers = [say.json({"id": 7}, 201)]
    answer = connect(server.url).send("POST", "/items", json={"name": "ä"})
    assert (answer.status, answer.json()) == (201, {"id": 7})
    assert server.asked[0].headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "error"),
    {
        401: Fatal,
        403: Refused,
        404: Refused,
        408: InDoubt,
        409: Conflict,
        413: Refused,
        422: Refused,
        429: Retriable,
        500: Undecided,
        501: Undecided,
        502: InDoubt,
        503: Retriable,
        504: InDoubt,
    }.items(),
)
def test_an_answer_of_the_server_itself_means(server, connect, say, status, error):
    server.answers = [say.json({"message": "the words"}, status)]
    with pytest.raises(error, match="the words") as caught:
        connect(server.url).send("POST", "/items", json={})
    assert type(caught.value) is error
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    {
        200: InDoubt,
        302: InDoubt,
        401: Fatal,
        404: Retriable,
        408: InDoubt,
        409: Retriable,
        413: Refused,
        429: Retriable,
        500: InDoubt,
        502: InDoubt,
        503: InDoubt,
        504: InDoubt,
    }.items(),
)
def test_a_page_in_front_of_the_server_means(server, connect, say, status, error):
    server.answers = [say.page(status)]
    with pytest.raises(error) as caught:
        connect(server.url).send("POST", "/items", json={})
    assert type(caught.value) is error
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        lambda say: say.bytes(reset=True),
        lambda say: say.bytes(201, b'{"id": 7}', {"Content-Type": "application/json"}, cut=4),
        lambda say: say.bytes(201, b'{"id": 7', {"Content-Type": "application/json"}),
        lambda say: say.bytes(201, b'{"id": 7}', {"Content-Type": "application/json"}, delay=1.3),
    ],
    ids=["reset", "cut", "broken", "slow"],
)
def test_an_answer_that_is_lost_leaves_doubt_and_nothing_is_repeated(server, connect, say, trouble):
    server.answers = [trouble(say)]
    with pytest.raises(InDoubt):
        connect(server.url).send("POST", "/items", json={})
    assert len(server.asked) == 1


def test_a_refused_connection_is_not_sent(connect):
    with pytest.raises(NotSent):
        connect("http://127.0.0.1:9").send("POST", "/items", json={})


def test_a_failed_tls_handshake_is_not_sent(server, connect):
    with pytest.raises(NotSent):
        connect(server.url.replace("http:", "https:")).send("POST", "/items", json={})


def test_a_proxy_that_is_not_there_is_not_sent(connect, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(NotSent):
        connect("http://target.invalid").send("POST", "/items", json={})


def test_the_caller_says_what_an_answer_of_the_target_looks_like(server, connect, say):
    server.answers = [say.json({"message": "gateway busy"}, 503)]
    with pytest.raises(InDoubt):
        connect(server.url).send("POST", "/x", json={}, recognise=lambda response: "_type" in response.json())


def test_an_empty_success_is_an_answer(server, connect, say):
    server.answers = [say.bytes(204), say.bytes(202)]
    http = connect(server.url)
    assert http.send("DELETE", "/x/1").status == 204
    assert http.send("DELETE", "/x/1").status == 202


def test_not_before_is_told_and_holds_the_next_write(server, connect, say):
    server.answers = [say.json({}, 429, Retry_After="0.5"), say.json({}, 201)]
    http = connect(server.url)
    with pytest.raises(Retriable) as caught:
        http.send("POST", "/x", json={})
    assert caught.value.not_before == 0.5
    http.send("POST", "/x", json={})
    assert server.asked[1].at - server.asked[0].at >= 0.45


def test_a_body_may_be_streamed_with_its_length(server, connect, say):
    server.answers = [say.json({}, 201)]
    http = connect(server.url)
    http.send("POST", "/x", body=iter([b"ab", b"cd"]), headers={"Content-Type": "text/plain"})
    assert server.asked[0].body == b"abcd"


def test_workers_share_the_connection_without_mixing_answers(server, connect, say):
    server.answer = lambda asked: say.json({"path": asked.path}, 201)
    http = connect(server.url, workers=8)
    wrong: list[str] = []

    def work(worker: int) -> None:
        for number in range(20):
            path = f"/{worker}/{number}"
            if http.send("POST", path, json={}).json() != {"path": path}:
                wrong.append(path)

    workers = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong
    assert len({asked.connection for asked in server.asked}) <= 8
