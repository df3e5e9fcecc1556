"""A value that a payload should not hold fails its item, with the words of whoever could not read it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator

from j2o_core.api import ItemFailed


@contextmanager
def bad_values_fail() -> Iterator[None]:
    """Turn ``ValueError`` into ``ItemFailed``."""
    try:
        yield
    except ValueError as error:
        raise ItemFailed(str(error), code="bad_value") from None
