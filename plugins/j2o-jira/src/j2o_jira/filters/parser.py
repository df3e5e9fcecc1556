"""Reads JQL into a tree, and writes the tree as JQL again."""

from __future__ import annotations

import re
from typing import Iterable, List, Optional, Tuple, Union

from .tokens import END, QUOTED, SIGN, WORD, JqlError, Token, quoted, tokens
from .tree import And, Call, Clause, Condition, Empty, Listed, Not, Operand, Or, Order, Query, Value

#: a query nested deeper is refused, as it would be by no server's person
DEEPEST = 100
_COMPARISONS = ("=", "!=", "~", "!~", ">", ">=", "<", "<=")
_HISTORY = ("from", "to", "by", "before", "after", "on", "during")
_FIELD = re.compile(r"cf\[\d+\]|[A-Za-z]\w*\.property\[[^\[\]\s]+\][\w.]*")


def parse(jql: str) -> Query:
    """The tree of a query. Raises ``JqlError``, and nothing else, where the text is none."""
    return _Parser(list(tokens(jql))).query()


def written(query: Query) -> str:
    """A query as JQL, everything quoted; ``parse`` reads the same tree from it."""
    parts = [] if query.condition is None else [_condition(query.condition)]
    if query.order:
        direction = {None: "", True: " DESC", False: " ASC"}
        orders = [f"{_field(order.field)}{direction[order.descending]}" for order in query.order]
        parts.append(f"ORDER BY {', '.join(orders)}")
    return " ".join(parts)


class _Parser:
    def __init__(self, found: List[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0

    def query(self) -> Query:
        condition = None if self._is_word("order") or self._here.kind == END else self._or()
        order: Tuple[Order, ...] = ()
        if self._takes("order"):
            self._expect_word("by")
            order = tuple(self._order())
        if self._here.kind != END:
            raise self._unexpected("AND, OR or ORDER BY")
        return Query(condition, order)

    # ------------------------------------------------------------------ conditions

    def _or(self) -> Condition:
        self._depth += 1
        if self._depth > DEEPEST:
            raise JqlError(f"nested deeper than {DEEPEST} levels", self._here.position)
        parts = [self._and()]
        while self._takes("or", "||", "|"):
            parts.append(self._and())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self) -> Condition:
        parts = [self._not()]
        while self._takes("and", "&&", "&"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _not(self) -> Condition:
        negations = 0
        while self._takes("not", "!"):
            negations += 1
            if self._depth + negations > DEEPEST:
                raise JqlError(f"nested deeper than {DEEPEST} levels", self._here.position)
        if self._takes_sign("("):
            part = self._or()
            self._expect_sign(")")
        else:
            part = self._clause()
        for _ in range(negations):
            part = Not(part)
        return part

    def _clause(self) -> Clause:
        field = self._name("a field")
        operator = self._operator()
        if operator == "changed":
            return Clause(field, operator, None, tuple(self._history()))
        operand = self._operand()
        lists = operator.endswith("in")
        if isinstance(operand, Listed) and not lists and not operator.startswith("was"):
            raise JqlError(f"a list behind '{operator}'", self._tokens[self._at - 1].position)
        if not lists or isinstance(operand, (Listed, Call)):
            history = tuple(self._history()) if operator.startswith("was") else ()
            return Clause(field, operator, operand, history)
        raise JqlError(f"no list behind '{operator}'", self._tokens[self._at - 1].position)

    def _operator(self) -> str:
        token = self._here
        if token.kind == SIGN and token.text in _COMPARISONS:
            self._at += 1
            return token.text
        if self._takes("in", "changed"):
            return token.text.lower()
        if self._takes("not"):
            self._expect_word("in")
            return "not in"
        if self._takes("is", "was"):
            words = [token.text.lower()]
            words += ["not"] if self._takes("not") else []
            words += ["in"] if words[0] == "was" and self._takes("in") else []
            return " ".join(words)
        raise self._unexpected("an operator")

    def _history(self) -> Iterable[Tuple[str, Operand]]:
        while any(self._is_word(word) for word in _HISTORY):
            word = self._here.text.lower()
            self._at += 1
            yield word, self._operand()

    # ------------------------------------------------------------------ operands

    def _operand(self) -> Operand:
        if not self._takes_sign("("):
            return self._single()
        items = [self._single()]
        while self._takes_sign(","):
            items.append(self._single())
        self._expect_sign(")")
        return Listed(tuple(items))

    def _single(self) -> Union[Value, Call, Empty]:
        token = self._here
        text = self._name("a value")
        if token.kind == WORD and text.lower() in ("empty", "null"):
            return Empty()
        if not self._takes_sign("("):
            return Value(text)
        arguments: List[str] = []
        if not self._takes_sign(")"):
            arguments.append(self._name("an argument"))
            while self._takes_sign(","):
                arguments.append(self._name("an argument"))
            self._expect_sign(")")
        return Call(text, tuple(arguments))

    def _order(self) -> Iterable[Order]:
        while True:
            field = self._name("a field to sort by")
            descending: Optional[bool] = None
            if self._is_word("asc") or self._is_word("desc"):
                descending = self._here.text.lower() == "desc"
                self._at += 1
            yield Order(field, descending)
            if not self._takes_sign(","):
                return

    # ------------------------------------------------------------------ tokens

    @property
    def _here(self) -> Token:
        return self._tokens[self._at]

    def _is_word(self, word: str) -> bool:
        return self._here.kind == WORD and self._here.text.lower() == word

    def _takes(self, *words: str) -> bool:
        """Step over one of some keywords or signs."""
        token = self._here
        if token.kind in (WORD, SIGN) and token.text.lower() in words:
            self._at += 1
            return True
        return False

    def _takes_sign(self, sign: str) -> bool:
        if self._here.kind == SIGN and self._here.text == sign:
            self._at += 1
            return True
        return False

    def _expect_word(self, word: str) -> None:
        if not self._takes(word):
            raise self._unexpected(word.upper())

    def _expect_sign(self, sign: str) -> None:
        if not self._takes_sign(sign):
            raise self._unexpected(f"'{sign}'")

    def _name(self, what: str) -> str:
        token = self._here
        if token.kind not in (WORD, QUOTED):
            raise self._unexpected(what)
        self._at += 1
        return token.text

    def _unexpected(self, expected: str) -> JqlError:
        token = self._here
        found = "the end" if token.kind == END else f"'{token.text[:40]}'"
        return JqlError(f"expected {expected}, found {found}", token.position)


def _condition(condition: Condition, inner: bool = False) -> str:
    if isinstance(condition, Clause):
        return _clause(condition)
    if isinstance(condition, Not):
        return f"NOT {_condition(condition.part, True)}"
    word = " AND " if isinstance(condition, And) else " OR "
    text = word.join(_condition(part, True) for part in condition.parts)
    return f"({text})" if inner else text


def _clause(clause: Clause) -> str:
    parts = [_field(clause.field), clause.operator]
    if clause.operand is not None:
        parts.append(_operand(clause.operand))
    for word, operand in clause.history:
        parts += [word, _operand(operand)]
    return " ".join(parts)


def _operand(operand: Operand) -> str:
    if isinstance(operand, Listed):
        return f"({', '.join(_operand(item) for item in operand.items)})"
    if isinstance(operand, Empty):
        return "EMPTY"
    if isinstance(operand, Call):
        return f"{quoted(operand.name)}({', '.join(quoted(one) for one in operand.arguments)})"
    return quoted(operand.text)


def _field(name: str) -> str:
    return name if _FIELD.fullmatch(name) else quoted(name)
