"""JQL text to a tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Callable, List, NamedTuple, Optional, Tuple, Union


class JqlError(Exception):
    """The query is refused; ``messages`` are Jira's own words."""

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = list(messages)


@dataclass(frozen=True)
class Function:
    """A function call as an operand."""

    name: str
    arguments: Tuple[str, ...]


@dataclass(frozen=True)
class Empty:
    """The operand EMPTY or NULL."""


Operand = Union[str, Function, Empty]


@dataclass(frozen=True)
class Clause:
    """``field operator operands``; the operator is lower case, ``in`` and ``not in`` have a list of operands.

    ``predicates`` stand behind ``was`` and ``changed``: after, before, by, from, to.
    """

    field: str
    operator: str
    operands: Tuple[Operand, ...]
    predicates: Tuple[Tuple[str, Operand], ...] = ()


@dataclass(frozen=True)
class Combination:
    """``and`` or ``or`` of two or more parts, ``not`` of one."""

    kind: str
    parts: Tuple[Union[Clause, Combination], ...]


Node = Union[Clause, Combination]


@dataclass(frozen=True)
class Query:
    """A parsed query; ``where`` is ``None`` for all issues, ``order`` lists (field, descending)."""

    where: Optional[Node]
    order: Tuple[Tuple[str, bool], ...]


class _Token(NamedTuple):
    kind: str
    text: str
    place: int


_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |(?P<symbol>!=|!~|<=|>=|&&|\|\||[=<>~!(),&|\[\]])
    |(?P<word>[^\s=<>~!(),"'&|\[\]]+))""",
    re.VERBOSE | re.DOTALL,
)
_DEEPEST = 100
_KEYWORDS = {"and", "or", "not", "in", "is", "order", "by", "empty", "null", "was", "changed"}


def parse_jql(text: str) -> Query:
    """Parse a query.

    Raises:
        JqlError: the text is no JQL, or uses an operator this Jira does not offer.
    """
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokenize(text)
        self._next = 0
        self._depth = 0

    def query(self) -> Query:
        where = None if self._done() or self._is_word("order") else self._either()
        order: Tuple[Tuple[str, bool], ...] = ()
        if self._take_word("order"):
            if not self._take_word("by"):
                raise self._error("Expecting 'by'")
            order = self._orders()
        if not self._done():
            raise self._error("Expecting either 'OR' or 'AND'")
        return Query(where, order)

    def _orders(self) -> Tuple[Tuple[str, bool], ...]:
        found: List[Tuple[str, bool]] = []
        while True:
            name = self._field_name()
            descending = self._take_word("desc")
            if not descending:
                self._take_word("asc")
            found.append((name, descending))
            if not self._take_symbol(","):
                return tuple(found)

    def _either(self) -> Node:
        parts = [self._both()]
        while self._take_word("or") or self._take_symbol("||") or self._take_symbol("|"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Combination("or", tuple(parts))

    def _both(self) -> Node:
        parts = [self._single()]
        while self._take_word("and") or self._take_symbol("&&") or self._take_symbol("&"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else Combination("and", tuple(parts))

    def _nested(self, part: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise JqlError("The JQL query is too complex: its conditions are nested too deep.")
        node = part()
        self._depth -= 1
        return node

    def _single(self) -> Node:
        if self._take_word("not") or self._take_symbol("!"):
            return Combination("not", (self._nested(self._single),))
        if self._take_symbol("("):
            node = self._nested(self._either)
            if not self._take_symbol(")"):
                raise self._error("Expecting ')'")
            return node
        return self._clause()

    def _clause(self) -> Clause:
        name = self._field_name()
        if self._take_word("is"):
            operator = "is not" if self._take_word("not") else "is"
            if not (self._take_word("empty") or self._take_word("null")):
                raise self._error("Expecting EMPTY or NULL")
            return Clause(name, operator, (Empty(),))
        if self._take_word("not"):
            if not self._take_word("in"):
                raise self._error("Expecting 'in'")
            return Clause(name, "not in", self._list())
        if self._take_word("in"):
            return Clause(name, "in", self._list())
        if self._take_word("changed"):
            return Clause(name, "changed", (), self._predicates(("after", "before", "by", "from", "to")))
        if self._take_word("was"):
            operator = "was not" if self._take_word("not") else "was"
            listed = self._take_word("in")
            operands = self._list() if listed else (self._operand(),)
            return Clause(name, f"{operator} in" if listed else operator, operands, self._predicates())
        for symbol in ("!=", "!~", "<=", ">=", "=", "<", ">", "~"):
            if self._take_symbol(symbol):
                return Clause(name, symbol, (self._operand(),))
        raise self._error("Expecting operator")

    def _predicates(self, words: Tuple[str, ...] = ("after", "before", "by")) -> Tuple[Tuple[str, Operand], ...]:
        found: List[Tuple[str, Operand]] = []
        while True:
            word = next((word for word in words if self._take_word(word)), None)
            if word is None:
                return tuple(found)
            found.append((word, self._operand()))

    def _list(self) -> Tuple[Operand, ...]:
        if not self._take_symbol("("):
            operand = self._operand()
            if isinstance(operand, Function):
                return (operand,)
            raise self._error("Expecting '('")
        found = [self._operand()]
        while self._take_symbol(","):
            found.append(self._operand())
        if not self._take_symbol(")"):
            raise self._error("Expecting ')'")
        return tuple(found)

    def _operand(self) -> Operand:
        token = self._take()
        if token is None or token.kind == "symbol":
            self._next -= token is not None
            raise self._error("Expecting either a value, list or function")
        if token.kind == "quoted":
            return token.text
        if token.text.lower() in ("empty", "null"):
            return Empty()
        if token.text.lower() in _KEYWORDS:
            self._next -= 1
            raise self._error("Expecting either a value, list or function")
        if not self._take_symbol("("):
            return token.text
        arguments: List[str] = []
        while not self._take_symbol(")"):
            argument = self._take()
            if argument is None:
                raise self._error("Expecting ')'")
            if argument.text != ",":
                arguments.append(argument.text)
        return Function(token.text, tuple(arguments))

    def _field_name(self) -> str:
        token = self._take()
        if token is None or token.kind == "symbol" or (token.kind == "word" and token.text.lower() in _KEYWORDS):
            self._next -= token is not None
            raise self._error("Expecting a field name")
        if token.text.lower() == "cf" and token.kind == "word" and self._take_symbol("["):
            number = self._take()
            if number is None or not self._take_symbol("]"):
                raise self._error("Expecting ']'")
            return f"cf[{number.text}]"
        return token.text

    def _take(self) -> Optional[_Token]:
        if self._done():
            return None
        self._next += 1
        return self._tokens[self._next - 1]

    def _take_symbol(self, symbol: str) -> bool:
        hit = not self._done() and self._tokens[self._next][:2] == ("symbol", symbol)
        self._next += hit
        return hit

    def _is_word(self, word: str) -> bool:
        if self._done():
            return False
        token = self._tokens[self._next]
        return token.kind == "word" and token.text.lower() == word

    def _take_word(self, word: str) -> bool:
        hit = self._is_word(word)
        self._next += hit
        return hit

    def _done(self) -> bool:
        return self._next >= len(self._tokens)

    def _error(self, expected: str) -> JqlError:
        if self._done():
            return JqlError(f"Error in the JQL Query: {expected} before the end of the query.")
        token = self._tokens[self._next]
        return JqlError(
            f"Error in the JQL Query: {expected} but got '{token.text}'. (line 1, character {token.place + 1})"
        )


def _tokenize(text: str) -> List[_Token]:
    tokens: List[_Token] = []
    place = 0
    end = len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            character = text[place:].lstrip()[0]
            if character in "\"'":
                raise JqlError(
                    f"Error in the JQL Query: The quoted string '{text[place:].strip()}' has not been completed."
                )
            raise JqlError(f"Error in the JQL Query: The character '{character}' is a reserved JQL character.")
        kind = str(found.lastgroup)
        value = found.group(kind)
        start = found.start(kind)
        place = found.end()
        tokens.append(_Token(kind, re.sub(r"\\(.)", r"\1", value[1:-1]) if kind == "quoted" else value, start))
    return tokens
