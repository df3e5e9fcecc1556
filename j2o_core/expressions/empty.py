"""The value that stands for whatever is absent or null: falsy, without items, and never an error to look into."""

from __future__ import annotations

from typing import Any, Iterator, NoReturn

from jinja2 import Undefined
from jinja2.exceptions import UndefinedError


class Empty(Undefined):
    """Absent and null are one thing: Jira sends either. Only ordering and arithmetic refuse it."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__":
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return ""

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, Empty)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(None)

    def _refuse(self, *_: Any) -> NoReturn:
        raise UndefinedError("an empty value can be neither ordered nor calculated with")

    __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _refuse
    __pow__ = __rpow__ = __neg__ = __pos__ = _refuse


EMPTY = Empty()


def is_empty(value: Any) -> bool:
    """Whether a field would count as not filled: null, an empty text, an empty list, an empty object. 0 is a value."""
    return value is None or (value.__class__ in (str, list, dict, tuple) and not value) or isinstance(value, Empty)


def plain(value: Any) -> Any:
    """``value`` with ``None`` wherever it holds an ``Empty``; tuples become lists."""
    kind = value.__class__
    if kind is str or kind is int or kind is bool or value is None or kind is float:
        return value
    if isinstance(value, Empty):
        return None
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value
