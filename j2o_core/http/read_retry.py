"""How reads are repeated."""

from __future__ import annotations

from typing import Callable, Optional, Protocol, TypeVar

import tenacity

from ..model.outcome import NotSent, Retriable

Answer = TypeVar("Answer")


class RetryBounds(Protocol):
    """Attempts per request and the bounds of the waits between them, in seconds (``RetrySpec`` is one)."""

    @property
    def attempts(self) -> int: ...

    @property
    def initial(self) -> float: ...

    @property
    def maximum(self) -> float: ...


class ReadRetry:
    """Repeats what ended as ``NotSent`` or ``Retriable``, with exponential waits and full jitter.

    What the server asks for by ``Retry-After`` is kept by the shared pause, on top of these waits.
    """

    def __init__(self, bounds: RetryBounds, sleep: Callable[[float], None]) -> None:
        self._retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(max(1, bounds.attempts)),
            wait=tenacity.wait_random_exponential(multiplier=bounds.initial, max=bounds.maximum),
            retry=tenacity.retry_if_exception_type((NotSent, Retriable)),
            sleep=sleep,
            reraise=True,
        )

    def __call__(self, read: Callable[[], Answer], attempts: Optional[int] = None) -> Answer:
        """The first good answer of ``read``, else its last error; ``attempts`` instead of the usual number."""
        retrying = self._retrying
        if attempts is not None:
            retrying = retrying.copy(stop=tenacity.stop_after_attempt(attempts))
        return retrying(read)
