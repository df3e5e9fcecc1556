"""Which issues a query finds, and in which order.

``id`` and ``key`` are one clause: a comparison needs an existing, visible issue as its boundary and compares the key
number inside that issue's project. Another boundary makes the clause false (Cloud, and old Servers even where queries
are validated) or the query wrong (Server).
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from j2o_sandbox.jira.behaviour import Behaviour
from j2o_sandbox.jira.index import Index
from j2o_sandbox.jira.jql.activity import Activity
from j2o_sandbox.jira.jql.dates import moment
from j2o_sandbox.jira.jql.fields import find_field, sort_value
from j2o_sandbox.jira.jql.parse import Clause, Combination, Empty, Function, JqlError, Node, Query, parse_jql

Test = Callable[[int], bool]

_KEYS = {"key", "issuekey", "issue", "id"}
_TIMES = {"created": "created", "createddate": "created", "updated": "updated", "updateddate": "updated"}
_ORDERED = {"<", "<=", ">", ">="}


class Search:
    """Evaluates queries over one index; answers are kept, for paging asks the same again."""

    def __init__(self, index: Index, behaviour: Behaviour, offset_minutes: int) -> None:
        self._index = index
        self._behaviour = behaviour
        self._offset = offset_minutes
        self._kept: Dict[Tuple[str, bool, bool], Tuple[Sequence[int], List[str]]] = {}

    def run(self, jql: str, strict: bool = True, other_node: bool = False) -> Tuple[Sequence[int], List[str]]:
        """Positions in order, and warnings. On another node, ties of the sort come in another order.

        Raises:
            JqlError: the query is wrong; with ``strict`` false, unknown values only make clauses false.
        """
        known = self._kept.get((jql, strict, other_node))
        if known is not None:
            return known
        query = parse_jql(jql)
        run = _Run(self._index, self._behaviour, self._offset, other_node)
        positions = run.positions(query)
        if run.errors and strict:
            raise JqlError(*run.errors)
        if not run.volatile:
            if len(self._kept) >= 32:
                self._kept.pop(next(iter(self._kept)))
            self._kept[(jql, strict, other_node)] = (positions, run.errors)
        return positions, run.errors


class _Run:
    def __init__(self, index: Index, behaviour: Behaviour, offset: int, other_node: bool) -> None:
        self._index = index
        self._rows = index.tracker.rows
        self._cloud = behaviour.cloud
        self._silent = behaviour.unknown_boundary == "false"
        self._activity = Activity(index.tracker, index.viewer, behaviour.safeguarded, offset)
        self._offset = offset
        self._other_node = other_node
        self.errors: List[str] = []
        self.volatile = False

    def positions(self, query: Query) -> Sequence[int]:
        conjuncts = _conjuncts(query.where)
        candidates: Optional[Sequence[int]] = None
        tests: List[Test] = []
        for node in conjuncts:
            found = self._direct(node) if isinstance(node, Clause) else None
            if found is None:
                tests.append(self._test(node))
            elif candidates is None:
                candidates = found
            elif len(found) < len(candidates):
                tests.append(set(candidates).__contains__)
                candidates = found
            else:
                tests.append(set(found).__contains__)
        if candidates is None:
            candidates = self._index.in_key_order
        for test in tests:
            candidates = [position for position in candidates if test(position)]
        return self._sorted(candidates, query.order)

    def _sorted(self, positions: Sequence[int], order: Tuple[Tuple[str, bool], ...]) -> Sequence[int]:
        if not order:
            order = (("created", True),)
        if len(order) == 1 and order[0][0].lower() in _KEYS:
            return list(reversed(positions)) if order[0][1] else positions
        result = list(reversed(positions)) if self._other_node else list(positions)
        for name, descending in reversed(order):
            result.sort(key=self._sort_key(name), reverse=descending)
        return result

    def _sort_key(self, name: str) -> Callable[[int], Any]:
        rows, lower = self._rows, name.lower()
        if lower in _KEYS:
            return lambda position: (rows[position].project, rows[position].number)
        if lower == "project":
            return lambda position: rows[position].project
        if lower in _TIMES:
            column = _TIMES[lower]
            return lambda position: getattr(rows[position], column)
        tracker = self._index.tracker
        entry = find_field(tracker.catalogue, name)
        if entry is None:
            raise JqlError(
                f"Not able to sort using field '{name}'."
                if self._cloud
                else f"Field '{name}' does not exist or you do not have permission to view it."
            )
        return lambda position: sort_value(tracker, position, entry)

    def _direct(self, node: Clause) -> Optional[Sequence[int]]:
        """Positions in key order for clauses that an index answers."""
        name = node.field.lower()
        if name in _KEYS and node.operator in _ORDERED:
            return self._beyond(node)
        if name in _KEYS and node.operator in ("=", "in"):
            chosen = {position for position in self._issues(node) if position is not None}
            rows = self._rows
            return sorted(chosen, key=lambda position: (rows[position].project, rows[position].number))
        if name == "project" and node.operator in ("=", "in") and not any(isinstance(o, Empty) for o in node.operands):
            keys = sorted(set(self._project_keys(node)))
            if len(keys) == 1:
                return self._index.in_project.get(keys[0], [])
            return [position for key in keys for position in self._index.in_project.get(key, ())]
        return None

    def _test(self, node: Node) -> Test:
        if isinstance(node, Combination):
            tests = [self._test(part) for part in node.parts]
            if node.kind == "not":
                inner = tests[0]
                return lambda position: not inner(position)
            if node.kind == "and":
                return lambda position: all(test(position) for test in tests)
            return lambda position: any(test(position) for test in tests)
        direct = self._direct(node)
        if direct is not None:
            return set(direct).__contains__
        return self._clause(node)

    def _clause(self, node: Clause) -> Test:
        name = node.field.lower()
        try:
            happened = self._activity.test(node)
            if happened is not None:
                return happened
            if name in _KEYS:
                return self._key_test(node)
            if name == "project":
                return self._project_test(node)
            if name in _TIMES:
                return self._time_test(node, _TIMES[name])
            tracker = self._index.tracker
            entry = find_field(tracker.catalogue, node.field)
            if entry is None:
                raise JqlError(f"Field '{node.field}' does not exist or you do not have permission to view it.")
            return entry.test(node, tracker, self._index.viewer)
        except JqlError as error:
            self.errors.extend(error.messages)
            return _never

    def _beyond(self, node: Clause) -> Sequence[int]:
        boundary = self._issue(node, node.operands[0], silent=self._silent)
        if boundary is None:
            return []
        row = self._rows[boundary]
        return self._index.slice(row.project, node.operator, row.number)

    def _issues(self, node: Clause) -> List[Optional[int]]:
        return [self._issue(node, operand, silent=False) for operand in node.operands]

    def _issue(self, node: Clause, operand: Any, silent: bool) -> Optional[int]:
        if isinstance(operand, Function):
            self.errors.append(f"Unable to find JQL function '{operand.name}({', '.join(operand.arguments)})'.")
            return None
        found = None if isinstance(operand, Empty) else self._index.find(operand)
        if found is None and not silent:
            if str(operand).isdigit():
                self.errors.append(f"A value with ID '{operand}' does not exist for the field '{node.field}'.")
            else:
                self.errors.append(f"An issue with key '{operand}' does not exist for field '{node.field}'.")
        return found

    def _key_test(self, node: Clause) -> Test:
        if node.operator in ("!=", "not in"):
            excluded = set(self._issues(node))
            return lambda position: position not in excluded
        if node.operator in ("is", "is not"):
            return _never if node.operator == "is" else _always
        self.errors.append(f"The operator '{node.operator}' is not supported by the '{node.field}' field.")
        return _never

    def _project_keys(self, node: Clause) -> List[str]:
        found: List[str] = []
        for operand in node.operands:
            project = None if isinstance(operand, (Empty, Function)) else self._index.project(operand)
            if isinstance(operand, Function):
                self.errors.append(f"Unable to find JQL function '{operand.name}({', '.join(operand.arguments)})'.")
            elif project is None:
                self.errors.append(f"The value '{operand}' does not exist for the field '{node.field}'.")
            else:
                found.append(project.key)
        return found

    def _project_test(self, node: Clause) -> Test:
        rows = self._rows
        if node.operator in ("is", "is not"):
            return _never if node.operator == "is" else _always
        if node.operator in ("!=", "not in"):
            excluded = set(self._project_keys(node))
            return lambda position: rows[position].project not in excluded
        self.errors.append(f"The operator '{node.operator}' is not supported by the '{node.field}' field.")
        return _never

    def _time_test(self, node: Clause, column: str) -> Test:
        rows = self._rows
        if node.operator in ("is", "is not"):
            return _never if node.operator == "is" else _always
        if node.operator not in _ORDERED | {"=", "!="} or isinstance(node.operands[0], Empty):
            self.errors.append(f"The operator '{node.operator}' is not supported by the '{node.field}' field.")
            return _never
        operand = node.operands[0]
        text = str(operand)
        self.volatile = self.volatile or isinstance(operand, Function) or text[:1] in "+-"
        try:
            border = moment(operand, node.field, self._offset)
        except JqlError as error:
            self.errors.extend(error.messages)
            return _never
        compare = _COMPARE[node.operator]
        return lambda position: compare(getattr(rows[position], column), border)


def _conjuncts(node: Optional[Node]) -> List[Node]:
    if node is None:
        return []
    if isinstance(node, Combination) and node.kind == "and":
        return [inner for part in node.parts for inner in _conjuncts(part)]
    return [node]


def _never(_: int) -> bool:
    return False


def _always(_: int) -> bool:
    return True


_COMPARE: Dict[str, Callable[[float, float], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
}
