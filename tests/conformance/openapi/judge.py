"""Exchanges against a document: what does not keep to it, and which errata excuse what."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, FrozenSet, Hashable, Iterator, Mapping, Optional, Sequence

from .document import Document, Operation
from .errata import Erratum, Server, corrected
from .exchange import Exchange, NoJson
from .pointers import Pointer, covers, look_up, spell
from .properties import unknown_properties
from .schemas import ANSWER, REQUEST, Schemas, Violation
from .shapes import enumerated, reduce

_READS = ("GET", "HEAD")


@dataclass(frozen=True)
class Deviation:
    """Something said that the document does not say, with the first exchange that shows it."""

    operation: str
    part: str
    violation: Violation
    example: str = field(compare=False)

    def __str__(self) -> str:
        found = self.violation
        return f"{self.operation} {self.part}{found.at}: {found.message} ({spell(found.pointer)}; {self.example})"


@dataclass
class Verdict:
    """What was found of many exchanges. ``seen`` counts operations and statuses; ``needed`` are names of errata."""

    deviations: dict[Deviation, int] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    needed: set[Erratum] = field(default_factory=set)


class Judge:
    """Judges the traffic of one server by a document. ``strict``: a request's properties have to be known, even where
    the schema lets others pass: the server ignores what it does not know."""

    def __init__(self, document: Document, errata: Sequence[Erratum], server: Server, strict: bool = False) -> None:
        about = [one for one in errata if one.is_about(server)]
        stricter = [one for one in about if one.stricter]
        document = Document(document.name, corrected(document.root, stricter), document.base)
        self.errata = [one for one in about if not one.stricter]
        self._strict = strict
        right = Document(document.name, corrected(document.root, self.errata), document.base)
        self._formats = {one.format: re.compile(one.right) for one in self.errata if one.format}
        # Some errata are about schemas that an operation has only by another erratum.
        paths = [one for one in self.errata if one.pattern[0] == "paths"]
        halfway = Document(document.name, corrected(document.root, paths), document.base)
        self._printed = (_Side(document, {}), _Side(halfway, {}))
        self._right = _Side(right, self._formats)
        self._words = enumerated(right.root)
        self._judged: set[Hashable] = set()

    def operation(self, exchange: Exchange) -> Optional[Operation]:
        """What a request asks for."""
        return self._right.document.find(exchange.method, exchange.path, {name for name, _ in exchange.query})

    def judge(self, exchanges: Sequence[Exchange], verdict: Optional[Verdict] = None) -> Verdict:
        """Add what is found of these exchanges."""
        verdict = verdict or Verdict()
        for exchange in exchanges:
            operation = self.operation(exchange)
            name = str(operation or f"{exchange.method} {exchange.path}")
            verdict.seen[f"{name} {exchange.status}"] += 1
            if exchange.by_j2o:
                verdict.asked[name] += 1
            shape = (name, _shape(exchange, self._words))
            if shape in self._judged:
                continue
            self._judged.add(shape)
            self._find_needed(exchange, operation, verdict)
            for part, violation in self._right.found(exchange, operation, self._strict):
                deviation = Deviation(name, part, violation, str(exchange))
                verdict.deviations[deviation] = verdict.deviations.get(deviation, 0) + 1
        return verdict

    def _find_needed(self, exchange: Exchange, operation: Optional[Operation], verdict: Verdict) -> None:
        """Which errata excuse something of this exchange; those that are known to be needed are not asked about."""
        doubtful = [one for one in self.errata if one not in verdict.needed]
        sides = self._printed if any(one.pattern[0] != "paths" for one in doubtful) else self._printed[:1]
        places: list[Pointer] = []
        for side in sides if doubtful else ():
            printed = list(side.found(exchange, operation, self._strict))
            if not printed:
                break
            places.extend(pointer for _, one in printed for pointer in (one.pointer, *one.beneath))
        verdict.needed.update(one for one in doubtful if one.is_needed_by(places))


def _shape(exchange: Exchange, words: FrozenSet[str]) -> Hashable:
    """What two exchanges of one operation share that need no judging twice."""
    bodies: list[Hashable] = []
    for read, raw in ((exchange.sent, exchange.body), (exchange.answered, exchange.answer)):
        try:
            bodies.append(reduce(read(), words)[0])
        except NoJson:
            bodies.append(bool(raw))
    query = frozenset((name, value if len(value) < 12 else reduce(value, words)[0]) for name, value in exchange.query)
    kinds = (exchange.kind, exchange.answer_kind, exchange.status, exchange.by_j2o, exchange.method)
    return (kinds, query, reduce(exchange.path.rsplit("/", 1)[-1], words)[0], tuple(bodies))


class _Side:
    """The document as it is printed, or as it should be."""

    def __init__(self, document: Document, formats: Mapping[str, Any]) -> None:
        self.document = document
        self._schemas = Schemas(document, formats)

    def found(
        self, exchange: Exchange, operation: Optional[Operation], strict: bool
    ) -> Iterator[tuple[str, Violation]]:
        if operation is None:
            yield "path ", Violation(("paths", exchange.path, exchange.method.lower()), "", "no such operation")
            return
        try:
            node = look_up(self.document.root, operation.pointer)
        except KeyError:
            yield "path ", Violation(operation.pointer, "", "no such operation")
            return
        if exchange.by_j2o:
            for violation in self._parameters(exchange, operation):
                yield "parameters ", violation
            for violation in self._request(exchange, operation, node, strict):
                yield "request ", violation
        for violation in self._answer(exchange, operation):
            yield f"answer {exchange.status} ", violation

    # ------------------------------------------------------------------ requests

    def _parameters(self, exchange: Exchange, operation: Operation) -> Iterator[Violation]:
        known = self.document.parameters(operation)
        sent: dict[tuple[str, str], list[str]] = {("path", name): [value] for name, value in operation.values.items()}
        for name, value in exchange.query:
            sent.setdefault(("query", name), []).append(value)
        for place, name in known:
            if place == "header" and name.lower() in exchange.headers:
                sent["header", name] = [exchange.headers[name.lower()]]
        for (place, name), values in sent.items():
            if (place, name) not in known and place == "path":
                continue  # its name in the template is all that is told
            if (place, name) not in known:
                pointer = (*operation.pointer, "parameters", name)
                yield Violation(pointer, name, f"a parameter of the {place} that is not known")
                continue
            node, pointer = known[place, name]
            if "schema" in node:
                value = _value(values, self.document.at((*pointer, "schema"))[0], self.document, (*pointer, "schema"))
                for found in self._schemas.violations((*pointer, "schema"), REQUEST, value):
                    named = (*operation.pointer, "parameters", name)
                    yield replace(found, at=name, beneath=(*found.beneath, named))
        for (place, name), (node, pointer) in known.items():
            if node.get("required") and (place, name) not in sent:
                yield Violation((*pointer, "required"), name, f"a parameter of the {place} that is needed")

    def _request(
        self, exchange: Exchange, operation: Operation, node: Mapping[str, Any], strict: bool
    ) -> Iterator[Violation]:
        place = (*operation.pointer, "requestBody")
        if "requestBody" not in node:
            if exchange.body not in (b"", b"{}"):
                yield Violation(place, "", "a body that is not asked for")
            return
        body, place = self.document.at(place)
        if not exchange.body:
            if body.get("required"):
                yield Violation((*place, "required"), "", "no body")
            return
        kind = _kind(exchange.kind, body["content"])
        if kind is None:
            yield Violation((*place, "content", exchange.kind), "", f"content type {exchange.kind or 'none'}")
            return
        schema = (*place, "content", kind, "schema")
        if "schema" not in body["content"][kind]:
            return
        try:
            value = exchange.sent()
        except NoJson as error:
            if exchange.kind == "text/plain":
                value = exchange.body.decode()
            else:
                yield Violation(schema, "", f"no JSON: {error}")
                return
        yield from self._schemas.violations(schema, REQUEST, value)
        if strict:
            yield from unknown_properties(self.document, schema, value)

    # ------------------------------------------------------------------ answers

    def _answer(self, exchange: Exchange, operation: Operation) -> Iterator[Violation]:
        place = (*operation.pointer, "responses", str(exchange.status))
        listed = look_up(self.document.root, place[:-1])
        if place[-1] not in listed:
            if "default" not in listed:
                yield Violation(place, "", f"status {exchange.status} is not listed")
                return
            place = (*place[:-1], "default")
        answer, place = self.document.at(place)
        empty = not exchange.answer
        if "content" not in answer:
            if not empty:
                yield Violation((*place, "content"), "", f"a body of {exchange.answer_kind}, where none is listed")
            return
        if empty:
            if exchange.method != "HEAD" and "*/*" not in answer["content"]:
                yield Violation((*place, "content"), "", "no body")
            return
        kind = _kind(exchange.answer_kind, answer["content"])
        if kind is None:
            yield Violation((*place, "content", exchange.answer_kind), "", f"content type {exchange.answer_kind}")
            return
        if "json" not in exchange.answer_kind or "schema" not in answer["content"][kind]:
            return
        try:
            value = exchange.answered()
        except NoJson as error:
            yield Violation((*place, "content", kind), "", f"no JSON: {error}")
            return
        yield from self._schemas.violations((*place, "content", kind, "schema"), ANSWER, value)


def _kind(kind: str, content: Mapping[str, Any]) -> Optional[str]:
    for name in content:
        if name.partition(";")[0].strip().lower() in (kind, "*/*"):
            return name
    return None


def _value(values: Sequence[str], schema: Any, document: Document, pointer: Pointer) -> Any:
    """What a parameter's text stands for."""
    kinds = schema.get("type", "string") if isinstance(schema, dict) else "string"
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "array" in kinds:
        inner, _ = document.at((*pointer, "items"))
        parts = values if len(values) > 1 else values[0].split(",")
        return [_value([part], inner, document, (*pointer, "items")) for part in parts]
    (text, *_) = values
    if "integer" in kinds and re.fullmatch(r"-?\d+", text):
        return int(text)
    if "number" in kinds and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    return text


__all__ = ["Deviation", "Judge", "Verdict", "covers"]
