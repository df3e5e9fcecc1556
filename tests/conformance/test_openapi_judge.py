"""The judge of documents finds what does not keep to them, and which errata are for nothing."""

from __future__ import annotations

import json
from typing import Any, Mapping, Optional

import pytest

from .openapi.document import Document
from .openapi.errata import Erratum, Server
from .openapi.exchange import Exchange
from .openapi.judge import Judge, Verdict
from .openapi.pointers import parse

THING: dict[str, Any] = {
    "type": "object",
    "required": ["id", "name"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string"},
        "born": {"type": "string", "format": "date-time", "nullable": True},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
        "password": {"type": "string", "writeOnly": True},
    },
}


def document(version: str = "3.0.1", thing: Optional[Mapping[str, Any]] = None) -> Document:
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    read = {"parameters": [{"in": "query", "name": "size", "schema": {"type": "integer"}}], "responses": {"200": body}}
    write = {"requestBody": body, "responses": {"201": body}}
    root = {
        "openapi": version,
        "paths": {"/things": {"post": write}, "/things/{id}": {"get": read, "delete": {"responses": {"204": {}}}}},
        "components": {"schemas": {"Thing": thing or THING}},
    }
    return Document("small", root, "/api")


def exchange(
    method: str = "GET",
    path: str = "/api/things/1",
    status: int = 200,
    sent: Any = None,
    answered: Any = None,
    **more: Any,
) -> Exchange:
    kind = {"content-type": "application/json; charset=utf-8"}
    body = b"" if sent is None else json.dumps(sent).encode()
    answer = b"" if answered is None else json.dumps(answered).encode()
    query = tuple(more.pop("query", {}).items())
    return Exchange(method, path, query, kind, body, status, kind, answer, **more)


def judged(
    *exchanges: Exchange, errata: tuple[Erratum, ...] = (), by: Optional[Document] = None, **more: Any
) -> Verdict:
    return Judge(by or document(), errata, Server("server", "17.8"), **more).judge(exchanges)


def told(*exchanges: Exchange, **more: Any) -> list[str]:
    return sorted(str(one) for one in judged(*exchanges, **more).deviations)


def erratum(at: str, right: Any, versions: str = "") -> Erratum:
    return Erratum("one", parse(at), right, "because", "see", versions, (), False, False)


SOUND = {"id": 1, "name": "n", "born": "2020-01-02T03:04:05Z", "kind": "a", "parts": [{"id": 2, "name": "m"}]}


def test_what_keeps_to_the_document_is_not_told() -> None:
    assert told(exchange(answered=SOUND, query={"size": "3"})) == []
    assert told(exchange("POST", "/api/things", 201, {"name": "n", "password": "p"}, SOUND)) == []
    assert told(exchange("DELETE", status=204)) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": None}, "None is not of type 'string'"),
        ({"kind": "c"}, "'c' is not one of"),
        ({"born": "yesterday"}, "is not a 'date-time'"),
        ({"parts": [{"id": 1}]}, "'name' is a required property"),
        ({"size": 3}, "'size' is not known"),
        ({"password": "p"}, "has no place here"),
    ],
)
def test_what_an_answer_says_otherwise_is_told(changed: Any, message: str) -> None:
    (found,) = told(exchange(answered={**SOUND, **changed}))
    assert message in found and "GET /things/{id}" in found


def test_null_is_a_value_where_the_document_says_so_in_either_version() -> None:
    assert told(exchange(answered={**SOUND, "born": None})) == []
    newer = {"type": "object", "properties": {"born": {"type": ["string", "null"], "format": "date"}}}
    assert told(exchange(answered={"born": None}), by=document("3.1.0", newer)) == []
    ignored = {"type": "object", "properties": {"born": {"type": "string", "nullable": True}}}
    assert len(told(exchange(answered={"born": None}), by=document("3.1.0", ignored))) == 1


def test_statuses_content_types_and_bodies_that_are_not_listed_are_told() -> None:
    assert "status 404 is not listed" in told(exchange(status=404))[0]
    assert "no body" in told(exchange())[0]
    assert "where none is listed" in told(exchange("DELETE", status=204, answered=SOUND))[0]
    page = Exchange("GET", "/api/things/1", (), {}, b"", 200, {"content-type": "text/html"}, b"<p>")
    assert "content type text/html" in told(page)[0]
    assert "no such operation" in told(exchange(path="/api/others"))[0]


def test_parameters_and_bodies_of_requests_are_looked_at_unless_a_test_asked() -> None:
    assert "'x' is not of type 'integer'" in told(exchange(answered=SOUND, query={"size": "x"}))[0]
    assert "that is not known" in told(exchange(answered=SOUND, query={"page": "1"}))[0]
    wrong = exchange("POST", "/api/things", 201, {"id": 3}, SOUND)
    assert len(told(wrong)) == 2  # no name, and a number that only the server gives
    assert told(exchange("POST", "/api/things", 201, {"id": 3}, SOUND, by_j2o=False)) == []


def test_a_property_that_a_server_would_ignore_is_told_where_it_is_asked_for() -> None:
    is_open = {**THING, "additionalProperties": True, "required": []}
    sent = exchange("POST", "/api/things", 201, {"name": "n", "nmae": "m"}, SOUND)
    assert told(sent, by=document(thing=is_open)) == []
    assert "/nmae: not known to the server" in told(sent, by=document(thing=is_open), strict=True)[0]


def test_the_second_of_two_shapes_is_judged_too() -> None:
    other = {**SOUND, "parts": [*SOUND["parts"], {"id": 3, "name": "o"}, {"id": "4", "name": "p"}]}
    assert "'4' is not of type 'integer'" in told(exchange(answered=SOUND), exchange(answered=other))[0]


def test_an_erratum_excuses_what_it_is_about_and_is_needed_then() -> None:
    listed = erratum("/paths/~1things~1{id}/get/responses/404", {"description": "not there"})
    kind = erratum("/components/schemas/Thing/properties/kind/enum", ["a", "b", "c"])
    optional = erratum("/components/schemas/Thing/required/name", None)
    wide = erratum("/paths/*/delete/responses/404", {"description": "not there"})
    every = (listed, kind, optional, wide)
    exchanges = [exchange(status=404), exchange(answered={"id": 1, "kind": "c"}), exchange("DELETE", status=404)]
    verdict = judged(*exchanges, errata=every)
    assert verdict.deviations == {} and verdict.needed == set(every)
    assert judged(exchange(answered=SOUND), errata=every).needed == set()
    assert "'d' is not one of" in told(exchange(answered={"id": 1, "kind": "d"}), errata=every)[0]


def test_an_erratum_counts_for_the_versions_that_it_names() -> None:
    older = erratum("/components/schemas/Thing/required/name", None, "<17.4")
    assert len(told(exchange(answered={"id": 1}), errata=(older,))) == 1
    newer = erratum("/components/schemas/Thing/required/name", None, ">=17.4")
    assert told(exchange(answered={"id": 1}), errata=(newer,)) == []


def test_an_erratum_about_what_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="has no place"):
        judged(errata=(erratum("/components/schemas/Other/properties/x/type", "string"),))
