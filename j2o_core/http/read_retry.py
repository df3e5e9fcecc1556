"""How reads are repeated."""

from __future__ import annotations

from typing import Any, Callable, Optional, TypeVar

import tenacity

from ..model.outcome import Held, NotSent, Outcome, Retriable
from ..model.retry import RetryBounds, bounds_for, full_jitter

Answer = TypeVar("Answer")


class ReadRetry:
    """Repeats what ended as ``NotSent`` or ``Retriable``, with exponential waits and full jitter, within the budget.

    What the server asks for by ``Retry-After`` is kept by the gate, on top of these waits.
    """

    def __init__(
        self,
        bounds: RetryBounds,
        sleep: Callable[[float], None],
        budget: Callable[[float], float],
        tell: Callable[[Outcome, float], None] = lambda outcome, wait: None,
    ) -> None:
        """``budget`` takes a retry out of the host's budget: given the longest wait, it returns seconds to wait.

        ``tell`` is told of each retry: how the attempt before ended, and the seconds until then.
        """

        def say(state: Any) -> None:
            tell(state.outcome.exception(), state.upcoming_sleep)

        self._bounds = bounds
        self._budget = budget
        self._retrying = tenacity.Retrying(
            stop=self._enough,
            wait=self._wait,
            retry=tenacity.retry_if_exception(_passes),
            sleep=sleep,
            before_sleep=say,
            reraise=True,
        )

    def __call__(self, read: Callable[[], Answer], attempts: Optional[int] = None) -> Answer:
        """The first good answer of ``read``, else its last error; ``attempts`` instead of the usual number."""
        retrying = self._retrying
        if attempts is not None:
            retrying = retrying.copy(stop=tenacity.stop_after_attempt(attempts))
        return retrying(read)

    def _enough(self, state: Any) -> bool:
        bounds = bounds_for(self._bounds, state.outcome.exception())
        return bool(state.attempt_number >= bounds.attempts)

    def _wait(self, state: Any) -> float:
        outcome = state.outcome.exception()
        bounds = bounds_for(self._bounds, outcome)
        wait = full_jitter(bounds, state.attempt_number)
        if isinstance(outcome, NotSent) and outcome.not_before is not None:
            return wait + outcome.not_before  # nothing was sent: it costs the budget nothing
        return max(wait, self._budget(bounds.maximum))


def _passes(error: BaseException) -> bool:
    return isinstance(error, (NotSent, Retriable)) and not isinstance(error, Held) and error.code != "closed"
