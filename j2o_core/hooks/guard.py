"""What a plugin may not do while it is loaded: print on stdout, or replace functions and classes of others.

A plugin is code with all the rights of the process; this finds carelessness, and keeps it from others. It is no
protection from a plugin that means harm.
"""

from __future__ import annotations

import contextlib
import io
import sys
from operator import is_
from types import ModuleType
from typing import Any, Iterator, Mapping, Union

_Holder = Union[ModuleType, type]


class Watched:
    """The functions and classes of some packages as they are now, so far as they are imported."""

    def __init__(self, packages: frozenset[str]) -> None:
        self._held: list[tuple[_Holder, str, dict[str, Any]]] = []
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] not in packages or not isinstance(module, ModuleType):
                continue
            held = vars(module).copy()  # several times faster than dict(), and this is a tenth of a million names
            self._held.append((module, name, held))
            for value in held.values():
                if isinstance(value, type) and value.__module__ == name:
                    self._held.append((value, f"{name}.{value.__qualname__}", vars(value).copy()))

    def restore(self) -> list[str]:
        """Put back what was replaced since; returns the names of it."""
        replaced = []
        for holder, name, held in self._held:
            now = vars(holder)
            if _same(held, now):
                continue
            for attribute in [*held, *(now.keys() - held.keys())]:
                old, new = held.get(attribute, _NONE), now.get(attribute, _NONE)
                if old is not new and _matters(holder, attribute, old, new):
                    replaced.append(f"{name}.{attribute}")
                    _put(holder, attribute, old)
        return sorted(replaced)


@contextlib.contextmanager
def quiet() -> Iterator[io.StringIO]:
    """Keep stdout for data: what is printed meanwhile is in the stream that this gives. Limits stay as they were."""
    limit = sys.getrecursionlimit()
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            yield printed
    finally:
        sys.setrecursionlimit(limit)


_NONE: Any = object()
_SPECIAL = ("__init__", "__call__", "__new__", "__getattribute__")


def _same(held: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    # Nearly all are, in the same order; this comparison is one of C.
    return len(held) == len(now) and all(map(is_, held, now)) and all(map(is_, held.values(), now.values()))


def _matters(holder: _Holder, attribute: str, old: Any, new: Any) -> bool:
    if attribute.startswith(("__", "_abc_")) and attribute not in (
        "__init__",
        "__call__",
        "__new__",
        "__getattribute__",
    ):
        return False
    if old is _NONE:  # modules gain the names of their parts as these are imported
        return isinstance(holder, type) and callable(new)
    return callable(old) or callable(new) or isinstance(old, (staticmethod, classmethod, property))


def _put(holder: _Holder, attribute: str, value: Any) -> None:
    if value is _NONE:
        delattr(holder, attribute)
    else:
        setattr(holder, attribute, value)


def described(replaced: list[str], limit: int = 3) -> str:
    """What was replaced, as an error says it."""
    shown = ", ".join(replaced[:limit])
    return shown if len(replaced) <= limit else f"{shown} and {len(replaced) - limit} more"
