"""One thing that is proved of one part of a plugin, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from .worlds import NotProved

PASSED, FAILED, UNPROVED = "passed", "failed", "unproved"


class NotConforming(AssertionError):
    """The plugin does not do what its role promises; the message says what it did instead."""


@dataclass(frozen=True)
class Proof:
    """``subject`` is ``role:name``, ``name`` what must hold; a call raises ``NotConforming`` or ``NotProved``."""

    subject: str
    name: str
    run: Callable[[], Any]

    def __call__(self) -> None:
        """Prove it."""
        self.run()

    def __str__(self) -> str:
        return f"{self.subject} {self.name}"

    def result(self) -> Result:
        """Prove it; whatever it raises becomes a result."""
        try:
            self.run()
        except NotConforming as error:
            return Result(self.subject, self.name, FAILED, str(error))
        except NotProved as error:
            return Result(self.subject, self.name, UNPROVED, str(error))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
            return Result(self.subject, self.name, FAILED, f"{type(error).__name__}: {error}")
        return Result(self.subject, self.name, PASSED)


@dataclass(frozen=True)
class Result:
    """What became of a proof: ``passed``, ``failed`` or ``unproved``, and why."""

    subject: str
    name: str
    outcome: str
    message: str = ""


def demand(holds: object, message: str) -> None:
    """Raise ``NotConforming`` with this message unless it holds."""
    if not holds:
        raise NotConforming(message)
