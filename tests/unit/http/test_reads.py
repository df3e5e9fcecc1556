from __future__ import annotations

import base64
import email.utils
import json
import threading
import time
from urllib.parse import quote

import pytest

from j2o_core.http import Refused
from j2o_core.model.outcome import Fatal, NotSent, Retriable


def test_parameters_and_headers_reach_the_server(server, connect, say):
    server.answers = [say.json({"ok": 1})]
    http = connect(server.url + "/jira/")
    http.authorize(bearer="secret-token")
    assert http.get_json("rest/x", {"jql": "a = b&c", "all": True, "none": None}) == {"ok": 1}
    asked = server.asked[0]
    assert asked.path == "/jira/rest/x?jql=a+%3D+b%26c&all=true"
    assert asked.headers["Authorization"] == "Bearer secret-token"
    assert asked.headers["Accept"] == "application/json"


@pytest.mark.parametrize(
    "trouble",
    [
        lambda say: say.page(200),
        lambda say: say.page(404),
        lambda say: say.page(502),
        lambda say: say.json({"errorMessages": ["no"]}, 500),
        lambda say: say.json({"message": "busy"}, 503),
        lambda say: say.json({"message": "slow down"}, 429),
        lambda say: say.bytes(200, b'{"issues": [1, 2', {"Content-Type": "application/json"}),
        lambda say: say.bytes(200, b'{"issues": [1, 2]}', {"Content-Type": "application/json"}, cut=7),
        lambda say: say.bytes(200, b"", {"Content-Type": "application/json"}),
        lambda say: say.bytes(reset=True),
        lambda say: say.bytes(200, b"{}", {"Content-Type": "application/json"}, delay=1.3),
    ],
    ids=["page", "page404", "proxy", "error", "busy", "limited", "broken", "cut", "empty", "reset", "slow"],
)
def test_a_read_is_repeated_until_it_is_answered(server, connect, say, trouble):
    server.answers = [trouble(say), say.json({"ok": 1})]
    assert connect(server.url).get_json("/x") == {"ok": 1}
    assert len(server.asked) == 2


def test_a_read_gives_up_after_its_attempts_with_what_happened_last(server, connect, say):
    server.answers = [say.page(503)]
    with pytest.raises(Retriable, match=r"GET http://127.0.0.1:\d+/x: 503"):
        connect(server.url).get("/x")
    assert len(server.asked) == 4
    with pytest.raises(Retriable):
        connect(server.url).get("/x", attempts=1)
    assert len(server.asked) == 5


def test_nobody_listening_is_not_sent(connect):
    with pytest.raises(NotSent, match="refused"):
        connect("http://127.0.0.1:9").get("/x", attempts=1)


def test_an_unknown_host_is_not_sent(connect):
    with pytest.raises(NotSent):
        connect("http://no-such-host.invalid").get("/x", attempts=1)


def test_a_refusal_carries_status_words_and_body_and_is_not_repeated(server, connect, say):
    server.answers = [say.json({"errorMessages": ["Issue Does Not Exist"], "errors": {"a": "b"}}, 404)]
    with pytest.raises(Refused, match="404 Issue Does Not Exist; a: b") as caught:
        connect(server.url).get("/x")
    assert caught.value.status == 404
    assert caught.value.body["errors"] == {"a": "b"}
    assert len(server.asked) == 1


def test_wrong_credentials_stop_at_once(server, connect, say):
    server.answers = [say.page(401)]
    with pytest.raises(Fatal) as caught:
        connect(server.url).get("/x")
    assert (caught.value.exit_code, len(server.asked)) == (3, 1)


@pytest.mark.parametrize("status", [200, 401, 403])
def test_a_captcha_stops_at_once(server, connect, say, status):
    server.answers = [say.page(status, X_Seraph_LoginReason="AUTHENTICATION_DENIED")]
    with pytest.raises(Fatal, match="CAPTCHA"):
        connect(server.url).get("/x")
    assert len(server.asked) == 1


def test_retry_after_holds_every_worker(server, connect, say):
    server.answers = [say.json({"message": "slow down"}, 429, Retry_After="0.6"), say.json({})]
    http = connect(server.url)
    first = threading.Thread(target=http.get, args=("/first",))
    first.start()
    while not server.asked:
        time.sleep(0.01)
    time.sleep(0.1)
    http.get("/second")
    first.join()
    assert min(asked.at for asked in server.asked[1:]) - server.asked[0].at >= 0.55


def test_retry_after_may_be_a_date(server, connect, say):
    date = email.utils.formatdate(time.time() + 2, usegmt=True)  # whole seconds: 1 to 2 from now
    server.answers = [say.json({}, 503, Retry_After=date), say.json({})]
    began = time.monotonic()
    connect(server.url).get("/x")
    assert time.monotonic() - began >= 0.9


def test_retry_after_on_a_success_is_no_request_to_wait(server, connect, say):
    server.answers = [say.json({}, 200, Retry_After="30")]
    http = connect(server.url)
    began = time.monotonic()
    http.get("/x")
    http.get("/x")
    assert time.monotonic() - began < 30


def test_closing_ends_a_pause(server, connect, say):
    server.answers = [say.json({}, 429, Retry_After="60")]
    http = connect(server.url)
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            http.get("/x")
        except NotSent as error:
            caught.append(error)

    worker = threading.Thread(target=ask)
    worker.start()
    time.sleep(0.2)
    http.close()
    worker.join(2)
    assert not worker.is_alive()
    assert caught


def test_a_token_is_never_shown(server, connect, say):
    server.answers = [say.json({"message": "bad token hunter22 given"}, 400)]
    http = connect(server.url)
    http.authorize(user="me", password="hunter22")
    with pytest.raises(Refused) as caught:
        http.get("/x")
    assert "hunter22" not in str(caught.value) + repr(caught.value.detail)
    assert "***" in str(caught.value)


def test_a_password_is_not_shown_in_another_form_either(server, connect, say):
    password = 'hunter22/ä&"quoted"'
    forms = [
        quote(password, safe=""),
        json.dumps(password)[1:-1],
        base64.b64encode(f"apikey:{password}".encode()).decode(),
        base64.b64encode(password.encode()).decode(),
    ]
    server.answers = [say.json({"message": f"GET /x?key={forms[0]} {forms[1]} {forms[2]} {forms[3]}"}, 400)]
    http = connect(server.url)
    http.authorize(user="me", password=password)
    with pytest.raises(Refused) as caught:
        http.get("/x")
    shown = str(caught.value) + repr(caught.value.detail)
    assert [form for form in forms if form[-16:] in shown or form[12:28] in shown] == []


@pytest.mark.parametrize("token", ["two words", "wrapped\n", "schlüssel"])
def test_a_token_that_fits_no_header_is_told_without_showing_it(connect, token):
    with pytest.raises(Fatal) as caught:
        connect("http://127.0.0.1:9").authorize(bearer=token)
    assert token.strip() not in str(caught.value)


def test_a_user_that_fits_no_header_is_told(connect):
    with pytest.raises(Fatal, match="colon"):
        connect("http://127.0.0.1:9").authorize(user="a:b", password="c")


@pytest.mark.parametrize("url", ["jira.example", "ftp://x", "http://u:p@host", "http://host/?a=b"])
def test_a_bad_base_url_is_refused_without_its_password(connect, url):
    with pytest.raises(Fatal) as caught:
        connect(url)
    assert ":p@" not in str(caught.value)


def test_redirects_within_the_server_are_followed(server, connect, say):
    server.answers = [say.bytes(301, b"", {"Location": "/new"}), say.json({"at": "new"})]
    http = connect(server.url)
    http.authorize(bearer="token-1234")
    assert http.get_json("/old") == {"at": "new"}
    assert server.asked[1].headers["Authorization"] == "Bearer token-1234"


def test_another_port_of_the_host_never_gets_the_credentials(server, other, connect, say):
    server.answers = [say.bytes(302, b"", {"Location": other.url + "/x"})]
    http = connect(server.url)
    http.authorize(bearer="token-1234")
    with pytest.raises(Fatal, match="Use that address"):
        http.get("/x")
    assert not other.asked


def test_a_redirect_to_another_host_is_no_answer(server, connect, say):
    server.answers = [say.bytes(302, b"", {"Location": "https://login.invalid/sso"})]
    with pytest.raises(Retriable, match=r"sent on to https://login\.invalid/sso"):
        connect(server.url).get("/x")


def test_an_absolute_address_elsewhere_is_refused(connect):
    with pytest.raises(Fatal, match="outside"):
        connect("http://127.0.0.1:9").get("http://127.0.0.2:9/x")


def test_requests_are_counted_and_observed_by_operation(server, connect, say):
    server.answers = [say.json({"a": 1}), say.page(502), say.json({})]
    http = connect(server.url)
    seen = []
    http.observe(seen.append)
    http.get("/api/v3/work_packages/17")
    http.get("/rest/api/2/issue/ACME-12", operation="issue")
    assert dict(http.observation.counts()) == {"GET /api/v3/work_packages/{id}": 1, "GET issue": 2}
    assert [exchange.status for exchange in seen] == [200, 502, 200]
    assert seen[0].received == len(b'{"a": 1}')
    assert all(exchange.seconds > 0 for exchange in seen)


def test_an_observer_that_fails_costs_nothing(server, connect, say):
    server.answers = [say.json({"a": 1})]
    http = connect(server.url)
    http.observe(lambda exchange: 1 / 0)
    assert http.get_json("/x") == {"a": 1}


def test_an_idle_connection_is_not_reused(server, connect, say):
    server.answers = [say.json({})]
    http = connect(server.url, idle=0.1)
    http.get("/1")
    http.get("/2")
    time.sleep(0.2)
    http.get("/3")
    first, second, third = (asked.connection for asked in server.asked)
    assert first == second != third


def test_a_connection_that_the_server_has_closed_gets_no_write(server, connect, say):
    server.answers = [say.bytes(200, b"{}", {"Content-Type": "application/json"}, cut=2), say.json({})]
    http = connect(server.url)
    http.get("/1")
    time.sleep(0.2)
    assert http.send("POST", "/2", json={}).json() == {}
    first, second = (asked.connection for asked in server.asked)
    assert first != second


def test_cookies_are_never_kept(server, connect, say):
    server.answers = [say.json({}, 200, Set_Cookie="session=1")]
    http = connect(server.url)
    http.get("/1")
    http.get("/2")
    assert "Cookie" not in server.asked[1].headers


def test_a_read_by_post_sends_its_body_each_time(server, connect, say):
    server.answers = [say.page(502), say.json({"issues": []})]
    assert connect(server.url).read("POST", "/search", json={"jql": "ä"}).json() == {"issues": []}
    assert [asked.body for asked in server.asked] == [b'{"jql": "\\u00e4"}'] * 2
