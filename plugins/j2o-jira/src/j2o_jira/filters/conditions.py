"""What of a query can be said by lists of values, each under one field: conditions that all hold.

``where`` holds by field ``is`` and ``not`` (lists), ``range`` (see ``dates``), ``contains`` and ``lacks`` (words), of
the status ``state`` (``open`` or ``closed``). ``me``, ``empty`` and ``filled`` list fields. ``order`` lists the fields
to sort ``by`` and those of them that are ``descending``. ``reasons`` tell what could not be said so: then all of it
means another thing than the query. ``remarks`` tell what is shown beside what the query finds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence

from . import fields as names
from .dates import Inexpressible, both, range_of
from .tree import And, Clause, Condition, Empty, Listed, Not, Operand, Or, Query, Value

_OPPOSITE = {
    "=": "!=",
    "in": "not in",
    "~": "!~",
    "is": "is not",
    ">": "<=",
    ">=": "<",
}
_OPPOSITE.update({value: key for key, value in list(_OPPOSITE.items())})
_EQUAL, _UNEQUAL = ("=", "in", "is"), ("!=", "not in", "is not")
_WORDS = re.compile(r"[^\s*?~\"\\]+(?:\*)?(?:\s+[^\s*?~\"\\]+\*?)*")
_DONE = "done"
_EMPTY, _FILLED = "empty", "filled"
#: the person who asks, among the values of a field
_ME = "\0me"


@dataclass(frozen=True)
class Known:
    """What the names in queries stand for.

    ``fields`` are display names by id; ``projects`` ids by key, name and id in small letters; ``categories`` names of
    statuses by name and key of their category in small letters; ``versions(project id)`` ids by name in small letters.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    projects: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    versions: Callable[[str], Mapping[str, Sequence[str]]] = lambda project: {}


@dataclass
class Conditions:
    """See the module."""

    where: Dict[str, Dict[str, Any]] = field(default_factory=dict)
    me: List[str] = field(default_factory=list)
    empty: List[str] = field(default_factory=list)
    filled: List[str] = field(default_factory=list)
    order: Dict[str, List[str]] = field(default_factory=dict)
    reasons: List[str] = field(default_factory=list)
    remarks: List[str] = field(default_factory=list)


def conditions_of(query: Query, known: Known) -> Conditions:
    """What a query says, and what of it cannot be said."""
    reader = _Reader(known)
    if query.condition is not None:
        for part in _conjunction(query.condition, False):
            reader.read(part)
    reader.name_versions()
    reader.set_apart()
    for order in query.order:
        reader.sort(order.field, order.descending)
    return reader.found


def _conjunction(condition: Condition, negated: bool) -> Iterator[Condition]:
    """Conditions that all hold, negations pushed down to clauses where they can be."""
    if isinstance(condition, Not):
        yield from _conjunction(condition.part, not negated)
    elif isinstance(condition, Clause):
        yield _negation(condition) if negated else condition
    elif isinstance(condition, And) != negated:
        for part in condition.parts:
            yield from _conjunction(part, negated)
    else:
        parts = [list(_conjunction(part, negated)) for part in condition.parts]
        yield Or(tuple(one[0] if len(one) == 1 else And(tuple(one)) for one in parts))


def _negation(clause: Clause) -> Condition:
    opposite = _OPPOSITE.get(clause.operator)
    return Not(clause) if opposite is None else Clause(clause.field, opposite, clause.operand)


class _Reader:
    def __init__(self, known: Known) -> None:
        self._known = known
        self.found = Conditions()

    def read(self, part: Condition) -> None:
        """Take one of the conditions that all hold."""
        try:
            if isinstance(part, Or):
                self._one_of(part)
            elif isinstance(part, Clause):
                self._clause(part)
            else:
                raise Inexpressible("it negates what can only be asked for")
        except Inexpressible as reason:
            if str(reason) not in self.found.reasons:
                self.found.reasons.append(str(reason))

    def sort(self, field: str, descending: Optional[bool]) -> None:
        """Take one field to sort by; a second time it sorts nothing."""
        name = self._name(field)
        order = self.found.order or {"by": [], "descending": []}
        self.found.order = order
        if name not in order["by"]:
            order["by"].append(name)
            if descending or (descending is None and name in names.DESCENDING):
                order["descending"].append(name)

    def name_versions(self) -> None:
        """Versions are named within projects: their ids take the place of their names."""
        versions = self.found.where.get("fixVersion")
        if versions is None or not {"is", "not"} & set(versions):
            return
        projects = self.found.where.get("project", {}).get("is") or []
        if not projects:
            self.found.reasons.append("it names versions of no named project")
            return
        by_name = [self._known.versions(project) for project in projects]
        for kind in ("is", "not"):
            if kind in versions:
                found = [
                    (name, [one for some in by_name for one in some.get(name.lower(), ())]) for name in versions[kind]
                ]
                missing = [name for name, ids in found if not ids]
                if missing:
                    self.found.reasons.append(f"it names versions that are not there: {', '.join(missing)}")
                versions[kind] = [one for _, ids in found for one in ids]

    def set_apart(self) -> None:
        """Who asks and what is empty or not are told beside the values."""
        found = self.found
        for name, kinds in list(found.where.items()):
            if _ME in kinds.get("is", ()):
                found.me.append(name)
                kinds["is"] = [value for value in kinds["is"] if value != _ME]
            for kind, told in ((_EMPTY, found.empty), (_FILLED, found.filled)):
                if kinds.pop(kind, False):
                    told.append(name)
            found.where[name] = {kind: value for kind, value in kinds.items() if value}
            if not found.where[name]:
                del found.where[name]

    # ------------------------------------------------------------------ conditions

    def _one_of(self, part: Or) -> None:
        clauses = list(_alternatives(part))
        fields = {self._name(clause.field) for clause in clauses if isinstance(clause, Clause)}
        if len(fields) != 1 or not all(isinstance(clause, Clause) for clause in clauses):
            raise Inexpressible("OR stands between conditions on different things")
        (field,) = fields
        items: List[Any] = []
        refused: List[Clause] = []
        for clause in clauses:
            if isinstance(clause, Clause) and clause.operator in _EQUAL:
                items.extend(_items(clause.operand))
            elif isinstance(clause, Clause):
                refused.append(clause)
        if not refused:
            self._clause(Clause(field, "in", Listed(tuple(items))))
        elif len(refused) == 1 and refused[0].operator in _UNEQUAL and all(isinstance(one, Empty) for one in items):
            # Is not A, or has none: what elsewhere is meant by "is not A".
            self._values(field, refused[0].operator, refused[0].operand, with_empty=True)
        else:
            raise Inexpressible("OR stands between conditions other than values of one field")

    def _clause(self, clause: Clause) -> None:
        name, operator, operand = self._name(clause.field), clause.operator, clause.operand
        if clause.history or operator == "changed" or operator.startswith("was"):
            raise Inexpressible(f"'{operator}' asks for the history of issues")
        if name in (*names.MOMENTS, *names.DAYS) and not _is_empty(operand):
            if operand is None:
                raise Inexpressible(f"'{operator}' needs a value")
            self._add(name, "range", range_of(operator, operand, name in names.MOMENTS))
        elif operator in ("~", "!~"):
            self._text(name, operator, operand)
        elif operator not in (*_EQUAL, *_UNEQUAL):
            raise Inexpressible(f"'{operator}' compares values of {name} by their order")
        elif name in ("resolution", "statusCategory") and self._state(name, operator, operand):
            return
        else:
            self._values(name, operator, operand)

    def _state(self, name: str, operator: str, operand: Optional[Operand]) -> bool:
        """Whether a condition tells open issues from closed ones, or statuses by their category: then it is taken."""
        items = _items(operand)
        words = [item.text.lower() for item in items if isinstance(item, Value)]
        positive = operator in _EQUAL
        if name == "resolution":
            if not all(isinstance(item, Empty) or words == ["unresolved"] for item in items):
                return False
            self._add("status", "state", "open" if positive else "closed")
            return True
        if len(words) != len(items):
            return False
        if words == [_DONE]:
            self._add("status", "state", "closed" if positive else "open")
            return True
        unknown = [word for word in words if word not in self._known.categories]
        if unknown:
            raise Inexpressible(f"there is no category of statuses '{unknown[0]}'")
        statuses = [status for word in words for status in self._known.categories[word]]
        self._add("status", "is" if positive else "not", list(dict.fromkeys(statuses)))
        return True

    def _text(self, name: str, operator: str, operand: Optional[Operand]) -> None:
        if name not in names.TEXTS or not isinstance(operand, Value):
            raise Inexpressible(f"'{operator}' searches {name}")
        words = operand.text.strip()
        if not _WORDS.fullmatch(words) or {"and", "or", "not"} & set(words.lower().split()):
            raise Inexpressible(f"'{words[:40]}' is a pattern, not words")
        self._add(name, "contains" if operator == "~" else "lacks", words.replace("*", ""))

    def _values(self, name: str, operator: str, operand: Optional[Operand], with_empty: bool = False) -> None:
        items, positive = _items(operand), operator in _EQUAL
        nothing = [item for item in items if isinstance(item, Empty)]
        if nothing:
            if len(nothing) < len(items):
                raise Inexpressible(f"it asks for {name} with some values or none")
            self._add(name, _EMPTY if positive else _FILLED, True)
            return
        values = []
        for item in items:
            if isinstance(item, Value):
                values.append(self._value(name, item.text))
            elif item.name.lower() == "currentuser" and name in names.PEOPLE and positive:
                values.append(_ME)
            else:
                raise Inexpressible(f"{item.name}() has no counterpart")
        self._add(name, "is" if positive else "not", list(dict.fromkeys(values)))
        if not positive and not with_empty and name not in names.NEVER_EMPTY:
            self.found.remarks.append(f"it shows also what has no {name}")

    def _value(self, name: str, text: str) -> str:
        return self._known.projects.get(text.strip().lower(), text) if name == "project" else text

    def _add(self, name: str, kind: str, value: Any) -> None:
        """Take one condition beside those on the same field. Raises ``Inexpressible`` where they make no single one."""
        known = self.found.where.setdefault(name, {})
        if _FILLED in known and kind == "is":
            known.pop(_FILLED)  # what has one of these values has one
        if not known:
            known[kind] = value
        elif kind == _FILLED and set(known) == {"is"}:
            return
        elif set(known) != {kind} or kind in ("contains", "lacks"):
            raise Inexpressible(f"it has two conditions on {name}")
        elif kind == "range":
            known[kind] = both(known[kind], value)
        elif kind == "is":
            known[kind] = [one for one in known[kind] if one in value]
            if not known[kind]:
                raise Inexpressible(f"its conditions on {name} are never met together")
        elif kind == "not":
            known[kind] = list(dict.fromkeys([*known[kind], *value]))
        elif known[kind] != value:
            raise Inexpressible(f"its conditions on {name} are never met together")

    def _name(self, field: str) -> str:
        return names.field_name(field, self._known.fields)


def _alternatives(part: Condition) -> Iterator[Condition]:
    for one in part.parts if isinstance(part, Or) else (part,):
        if isinstance(one, Or):
            yield from _alternatives(one)
        else:
            yield one


def _items(operand: Optional[Operand]) -> List[Any]:
    if isinstance(operand, Listed):
        return list(operand.items)
    return [] if operand is None else [operand]


def _is_empty(operand: Optional[Operand]) -> bool:
    items = _items(operand)
    return bool(items) and all(isinstance(item, Empty) for item in items)
