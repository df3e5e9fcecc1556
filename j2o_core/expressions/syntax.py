"""Which part of Jinja's syntax is the language of the spec, and what an expression reads.

A text is parsed once and its tree checked against a list of what is allowed; functions become filters, so that no call
is left, and ``field("Story Points")`` becomes a look-up by id.
"""

from __future__ import annotations

from typing import Any, Collection, Optional

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
#: the internal filter that ``field("...")`` becomes
FIELD_FILTER = "_field"


class Reader(NodeTransformer):
    """Checks and rewrites one syntax tree; afterwards ``reads`` and ``arguments`` tell what it uses."""

    def __init__(self, roots: Collection[str], functions: Collection[str], names: FieldNames) -> None:
        self.roots, self.functions, self.names = roots, functions, names
        #: every path that the expression may look at
        self.reads: set[Path] = set()
        #: (function, first constant argument) of every use of a function
        self.arguments: set[tuple[str, Any]] = set()
        #: display names that no field bears
        self.absent: list[str] = []
        self._depth = 0

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        """Check one node and what is below it."""
        if not isinstance(node, _ALLOWED):
            raise ExpressionSyntaxError(f"an expression holds no {type(node).__name__.lower()}")
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise ExpressionSyntaxError(f"an expression nests at most {DEPTH_LIMIT} levels deep")
        try:
            return super().visit(node, *args, **kwargs)
        finally:
            self._depth -= 1

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        if node.name not in self.roots:
            if node.name in self.functions:
                raise ExpressionSyntaxError(f"'{node.name}' is a function: write {node.name}(...)")
            known = [*self.roots, *self.functions]
            raise ExpressionSyntaxError(
                f"unknown name '{node.name}'",
                suggestion=nearest(node.name, known),
                expected=f"one of {', '.join(sorted(self.roots))}, or a function",
            )
        self.reads.add(Path(node.name))
        return node

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:
        self._check_key(node.attr)
        return self._chain(node)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        if isinstance(node.arg, nodes.Const):
            self._check_key(node.arg.value)
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
        if node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None or not node.args:
            raise ExpressionSyntaxError(f"{node.node.name}(...) takes its arguments one by one, and at least one")
        name = node.node.name
        if name == "field":
            return self._field(node)
        self._check_function(name)
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
        return self.generic_visit(node)

    def _field(self, node: nodes.Call) -> nodes.Node:
        argument = node.args[0]
        if len(node.args) != 1 or node.kwargs or not (isinstance(argument, nodes.Const) and _is_text(argument.value)):
            raise ExpressionSyntaxError("field(...) takes one display name in quotes", expected='field("Story Points")')
        identifier = self.names.one(argument.value)
        if identifier is None:
            self.absent.append(argument.value)
        self.reads.add(Path("field", (), argument.value, identifier))
        source = nodes.Name("source", "load", lineno=node.lineno)
        return nodes.Filter(source, FIELD_FILTER, [nodes.Const(identifier)], [], None, None, lineno=node.lineno)

    def _chain(self, node: nodes.Expr) -> nodes.Node:
        keys: list[Key] = []
        inner: Optional[nodes.Node] = node
        while isinstance(inner, (nodes.Getattr, nodes.Getitem)):
            key = inner.attr if isinstance(inner, nodes.Getattr) else _constant(inner.arg)
            keys.insert(0, key) if key is not None else keys.clear()
            inner = inner.node
        if not isinstance(inner, nodes.Name) or inner.name not in self.roots:
            return self.generic_visit(node)
        self.reads.add(Path(inner.name, tuple(keys)))
        before = set(self.reads)
        result = self.generic_visit(node)
        # The steps on the way (item, item.fields) are not what is read; an index in brackets may read more.
        self.reads -= {
            path
            for path in self.reads - before
            if path.root == inner.name and path.keys == tuple(keys)[: len(path.keys)]
        }
        return result

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


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_ALLOWED = (
    *(nodes.Const, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Call, nodes.Filter),
    *(nodes.Test, nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.CondExpr, nodes.Concat),
    *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow, nodes.Neg, nodes.Pos),
    *(nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair),
)
