"""Which part of Jinja's syntax is the language of the spec, and what an expression reads.

A text is parsed once and its tree checked against a list of what is allowed; functions become filters, so that no call
is left, and ``field("Story Points")`` becomes a look-up by id.
"""

from __future__ import annotations

from typing import Any, Callable, Collection, Sequence

from jinja2 import Environment, nodes
from jinja2.exceptions import TemplateError
from jinja2.visitor import NodeTransformer

from ..spec.suggestion import nearest
from .errors import ExpressionSyntaxError
from .names import FieldNames
from .paths import Key, Path
from .sandbox import TESTS

#: the longest text with ``{{ }}`` in a spec, in characters, and how deep its parts may nest
LENGTH_LIMIT, DEPTH_LIMIT = 8_000, 60
#: what nests no deeper and holds no larger number than this can always be compiled
_ORDINARY_DEPTH, _ORDINARY_BITS = 20, 256
#: the internal filter that ``field("...")`` becomes, and the one that notes that a part of an expression was looked at
FIELD_FILTER, SEEN_FILTER = "_field", "_seen"


class Reader(NodeTransformer):
    """Checks and rewrites one syntax tree; afterwards ``reads`` and ``arguments`` tell what it uses.

    ``mark`` gives a new number for each path that is looked at only sometimes: behind ``or``, ``and`` or ``if``, but
    not in the condition of an ``if`` or behind ``not``.
    """

    def __init__(
        self, roots: Collection[str], functions: Collection[str], names: FieldNames, mark: Callable[[], int]
    ) -> None:
        self.roots, self.functions, self.names, self._mark = roots, functions, names, mark
        #: every path that the expression may look at
        self.reads: set[Path] = set()
        #: those that it always looks at, and the others by their mark
        self.always: set[Path] = set()
        self.sometimes: dict[int, Path] = {}
        #: (function, first constant argument) of every use of a function
        self.arguments: set[tuple[str, Any]] = set()
        #: display names that no field bears: those whose value is used as if it were there, and those that are
        #: only asked for, as in ``field("Start date") or ...``
        self.absent: list[str] = []
        self.asked: list[str] = []
        #: whether nothing but reading it can go wrong before it is evaluated
        self.is_ordinary = True
        self._depth = self._branches = self._conditions = 0
        self._questions: set[int] = set()

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        """Check one node and what is below it."""
        if not isinstance(node, _ALLOWED):
            raise ExpressionSyntaxError(f"an expression holds no {type(node).__name__.lower()}")
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise ExpressionSyntaxError(f"an expression nests at most {DEPTH_LIMIT} levels deep")
        self._nest(0)
        try:
            return super().visit(node, *args, **kwargs)
        finally:
            self._depth -= 1

    def visit_Const(self, node: nodes.Const) -> nodes.Node:
        if isinstance(node.value, int) and node.value.bit_length() > _ORDINARY_BITS:
            self.is_ordinary = False
        return node

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        if node.name not in self.roots:
            if node.name in self.functions:
                raise ExpressionSyntaxError(f"'{node.name}' is a function: write {node.name}(...)")
            if node.name == "target" and "item" in self.roots:
                raise ExpressionSyntaxError(
                    "'target' is not known here: nothing is mapped yet", expected="a rule with `on: target`"
                )
            known = [*self.roots, *self.functions]
            raise ExpressionSyntaxError(
                f"unknown name '{node.name}'",
                suggestion=nearest(node.name, known),
                expected=f"one of {', '.join(sorted(self.roots))}, or a function",
            )
        return self._look(node, Path(node.name))

    def visit_Or(self, node: nodes.Or) -> nodes.Node:
        self._ask(node.left, node.right)
        node.left, node.right = self.visit(node.left), self._branch(node.right)
        return node

    visit_And = visit_Or

    def visit_Not(self, node: nodes.Not) -> nodes.Node:
        self._ask(node.node)
        node.node = self._condition(node.node)
        return node

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Node:
        self._ask(node.test)
        node.test, node.expr1 = self._condition(node.test), self._branch(node.expr1)
        node.expr2 = None if node.expr2 is None else self._branch(node.expr2)
        return node

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:
        return self._chain(node)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        return self._chain(node)

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        if node.node is None or node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None:
            raise ExpressionSyntaxError("a filter takes a value, and arguments one by one")
        self._check_function(node.name)
        if node.name == "field":
            raise ExpressionSyntaxError('field is no filter: write field("Story Points")')
        self._note(node.name, node.args)
        return self.generic_visit(node)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        if not isinstance(node.node, nodes.Name):
            raise ExpressionSyntaxError(
                "methods are not called here",
                expected="a function or a filter, as in lower(item.key) or item.key|lower",
            )
        name = node.node.name
        if name != "field":
            self._check_function(name)
        if node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None or not node.args:
            raise ExpressionSyntaxError(f"{name}(...) takes its arguments one by one, and at least one")
        if name == "field":
            return self._field(node)
        self._note(name, node.args[1:])
        call = nodes.Filter(node.args[0], name, node.args[1:], node.kwargs, None, None, lineno=node.lineno)
        return self.generic_visit(call)

    def visit_Test(self, node: nodes.Test) -> nodes.Node:
        if node.name not in TESTS:
            raise ExpressionSyntaxError(
                f"unknown test 'is {node.name}'",
                suggestion=nearest(node.name, TESTS),
                expected=f"one of {', '.join(sorted(TESTS))}",
            )
        self._ask(node.node)
        return self.generic_visit(node)

    def _field(self, node: nodes.Call, keys: Sequence[Key] = ()) -> nodes.Node:
        argument = node.args[0]
        if len(node.args) != 1 or node.kwargs or not (isinstance(argument, nodes.Const) and _is_text(argument.value)):
            raise ExpressionSyntaxError("field(...) takes one display name in quotes", expected='field("Story Points")')
        identifier = self.names.one(argument.value)
        if identifier is None:
            (self.asked if id(node) in self._questions else self.absent).append(argument.value)
        source = nodes.Name("source", "load", lineno=node.lineno)
        made = nodes.Filter(source, FIELD_FILTER, [nodes.Const(identifier)], [], None, None, lineno=node.lineno)
        return self._look(made, Path("field", tuple(keys), argument.value, identifier))

    def _chain(self, node: nodes.Expr) -> nodes.Node:
        keys: list[Key] = []
        links: list[Any] = []
        inner: Any = node
        while isinstance(inner, (nodes.Getattr, nodes.Getitem)):
            links.append(inner)
            if len(links) > DEPTH_LIMIT:
                raise ExpressionSyntaxError(f"an expression nests at most {DEPTH_LIMIT} levels deep")
            key = inner.attr if isinstance(inner, nodes.Getattr) else _constant(inner.arg)
            self._check_key(key)
            keys.insert(0, key) if key is not None else keys.clear()
            inner = inner.node
        self._nest(len(links))
        for link in links:
            if isinstance(link, nodes.Getitem) and _constant(link.arg) is None:
                link.arg = self.visit(link.arg)
        if isinstance(inner, nodes.Name) and inner.name in self.roots:
            return self._look(node, Path(inner.name, tuple(keys)))
        if id(node) in self._questions:
            self._ask(inner)
        is_field = isinstance(inner, nodes.Call) and isinstance(inner.node, nodes.Name) and inner.node.name == "field"
        links[-1].node = self._field(inner, keys) if is_field else self.visit(inner)
        return node

    def _nest(self, more: int) -> None:
        if self._depth + more > _ORDINARY_DEPTH:
            self.is_ordinary = False

    def _look(self, node: nodes.Expr, path: Path) -> nodes.Node:
        """Note that an expression looks at a path; ``node`` as it is, or so that it tells when it really does."""
        self.reads.add(path)
        if not self._branches or self._conditions or path.root not in _ACCOUNTED:
            self.always.add(path)
            return node
        mark = self._mark()
        self.sometimes[mark] = path
        return nodes.Filter(node, SEEN_FILTER, [nodes.Const(mark)], [], None, None, lineno=node.lineno)

    def _branch(self, node: nodes.Expr) -> Any:
        self._branches += 1
        try:
            return self.visit(node)
        finally:
            self._branches -= 1

    def _condition(self, node: nodes.Expr) -> Any:
        """A condition is one question, whichever of its parts decides."""
        self._conditions += 1
        try:
            return self.visit(node)
        finally:
            self._conditions -= 1

    def _ask(self, *asked: nodes.Node) -> None:
        self._questions.update(map(id, asked))

    def _check_function(self, name: str) -> None:
        if name not in self.functions:
            raise ExpressionSyntaxError(
                f"unknown function '{name}'",
                suggestion=nearest(name, self.functions),
                expected="a step, or a function of the language",
            )

    def _check_key(self, key: Any) -> None:
        if isinstance(key, str) and key.startswith("_"):
            raise ExpressionSyntaxError(f"'{key}': names that begin with an underscore are out of reach")

    def _note(self, name: str, arguments: list[nodes.Expr]) -> None:
        first = arguments[0] if arguments else None
        self.arguments.add((name, _constant(first) if first is not None else None))


def parse(environment: Environment, text: str) -> nodes.Template:
    """The tree of a text with ``{{ }}`` in it.

    Raises:
        ExpressionSyntaxError: the text is too long, too deep, or not in Jinja's grammar.
    """
    if len(text) > LENGTH_LIMIT:
        raise ExpressionSyntaxError(
            f"a text with {{{{ }}}} has at most {LENGTH_LIMIT} characters, this one {len(text)}"
        )
    try:
        return environment.parse(text)
    except TemplateError as error:
        raise ExpressionSyntaxError(f"not an expression: {error.message}") from None
    except (RecursionError, MemoryError, ValueError, OverflowError):
        raise ExpressionSyntaxError("the expression nests too deep, or holds a number too large") from None


def pieces(template: nodes.Template) -> list[nodes.Expr]:
    """The texts and expressions of a template, in order.

    Raises:
        ExpressionSyntaxError: it holds a statement (``{% ... %}``).
    """
    found: list[nodes.Expr] = []
    for statement in template.body:
        if not isinstance(statement, nodes.Output):
            raise ExpressionSyntaxError(
                "statements ({% ... %}) are not part of the language", expected="{{ an expression }}"
            )
        found.extend(statement.nodes)
    return found


def _constant(node: nodes.Node) -> Any:
    if isinstance(node, nodes.Const) and isinstance(node.value, (str, int)):
        return node.value
    if isinstance(node, nodes.Neg) and isinstance(node.node, nodes.Const) and isinstance(node.node.value, int):
        return -node.node.value
    return None


#: the roots of what is accounted for
_ACCOUNTED = frozenset({"item", "source", "field"})


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_ALLOWED = (
    *(nodes.Const, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Call, nodes.Filter),
    *(nodes.Test, nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.CondExpr, nodes.Concat),
    *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow, nodes.Neg, nodes.Pos),
    *(nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair),
)
